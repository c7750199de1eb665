/**
 * What may be agreed (decision of the application, safe by default). Plain data: the state machines read it,
 * nothing in it is a function.
 */
import type { Cipher, Dialect, Group, Hash } from "../core/types.js";

export type StanzaKind = "message" | "iq" | "presence";
export type Logging = "may" | "mustnot";
/** XEP-0155 §9: how securely the two are to be connected. Less than `e2e` is no ESession. */
export type Security = "e2e" | "c2s" | "none";
/** How a side identifies itself (`init_pubkey`, `resp_pubkey`): its public key, the hash of it, or neither. */
export type PubkeyMode = "key" | "hash" | "none";

export interface NegotiationPolicy {
  /** MODP groups offered, in order of preference. */
  readonly groups: readonly Group[];
  /** MODP groups accepted beside those. */
  readonly acceptedGroups: readonly Group[];
  /** Adds group 5 (1536 bits) to the accepted ones, for peers that have nothing better. */
  readonly legacy: boolean;
  /** Adds groups 1 and 2 (768 and 1024 bits), which are broken in practice. For tests with old software only. */
  readonly insecureBrokenGroups: boolean;
  /**
   * Block ciphers offered and accepted, in order of preference. All but AES need a core with `algorithms: "all"`;
   * `none` only authenticates, and leads to sessions of the level `signed-only`.
   */
  readonly ciphers: readonly Cipher[];
  /** Hash algorithms offered and accepted, in order of preference. `whirlpool` needs a core with `algorithms: "all"`. */
  readonly hashes: readonly Hash[];
  /**
   * How the initiator, and how the responder, may identify itself, in order of preference. It holds for both roles: for
   * our own side it says what we offer, for the other what we accept. Default: with an identity `key`, `hash` and
   * `none`, without one `none` alone. Without an identity our own side is always `none`.
   */
  readonly initPubkey: readonly PubkeyMode[] | undefined;
  readonly respPubkey: readonly PubkeyMode[] | undefined;
  /**
   * Requests of the negotiation with three messages (XEP-0116 §4.2), which shows the responder's identity to whoever asks:
   * meant for clients of a service. `refuse` (default): answered with feature-not-implemented. `accept`: needs an identity.
   */
  readonly threeMessages: "refuse" | "accept";
  /** Kinds of stanzas to encrypt; `message` is always among them, because a session is ended by messages. */
  readonly stanzas: readonly StanzaKind[];
  /** Whether messages may be logged, in order of preference. */
  readonly logging: readonly Logging[];
  /**
   * The least number of stanzas between two key exchanges (XEP-0116 §4.3): 1, every stanza may carry one; 4294967295,
   * none ever. The larger of both sides' holds.
   */
  readonly rekeyFreq: number;
  /**
   * Security levels offered, `e2e` among them. A peer that chooses a weaker one gets no session: the attempt ends with the
   * alert `security-declined`, and what follows is the application's.
   */
  readonly security: readonly Security[];
  /** Whether there may be further sessions with the same peer (XEP-0155 §9). Default false: not offered. */
  readonly multisession: boolean;
  /** Fixed to one dialect, or found out (the default). */
  readonly dialect: Dialect | "auto";
  /** The largest form, in octets of its text, that is read. */
  readonly maxFormBytes: number;
}

export const defaultNegotiationPolicy: NegotiationPolicy = {
  groups: [14, 15, 16],
  acceptedGroups: [17, 18],
  legacy: false,
  insecureBrokenGroups: false,
  ciphers: ["aes256-ctr", "aes128-ctr"],
  hashes: ["sha256"],
  initPubkey: undefined,
  respPubkey: undefined,
  threeMessages: "refuse",
  stanzas: ["message", "iq", "presence"],
  logging: ["may", "mustnot"],
  rekeyFreq: 1,
  security: ["e2e"],
  multisession: false,
  dialect: "auto",
  maxFormBytes: 65_536,
};

/** Every group that this policy lets be used, best liked first. */
export function usableGroups(policy: NegotiationPolicy): Group[] {
  const groups = new Set<Group>([...policy.groups, ...policy.acceptedGroups]);
  if (policy.legacy) groups.add(5);
  if (policy.insecureBrokenGroups) {
    groups.add(2);
    groups.add(1);
  }
  return [...groups].filter((group) => isAllowed(policy, group));
}

function isAllowed(policy: NegotiationPolicy, group: Group): boolean {
  if (group === 1 || group === 2) return policy.insecureBrokenGroups;
  if (group === 5) return policy.legacy || policy.insecureBrokenGroups;
  return true;
}
