/**
 * What may be agreed (decision of the application, safe by default). Plain data: the state machines read it,
 * nothing in it is a function.
 */
import type { Cipher, Dialect, Group } from "../core/types.js";

export type StanzaKind = "message" | "iq" | "presence";
export type Logging = "may" | "mustnot";

export interface NegotiationPolicy {
  /** MODP groups offered, in order of preference. */
  readonly groups: readonly Group[];
  /** MODP groups accepted beside those. */
  readonly acceptedGroups: readonly Group[];
  /** Adds group 5 (1536 bits) to the accepted ones, for peers that have nothing better. */
  readonly legacy: boolean;
  /** Adds groups 1 and 2 (768 and 1024 bits), which are broken in practice. For tests with old software only. */
  readonly insecureBrokenGroups: boolean;
  /** Block ciphers offered and accepted, in order of preference. */
  readonly ciphers: readonly Cipher[];
  /** Kinds of stanzas to encrypt; `message` is always among them, because a session is ended by messages. */
  readonly stanzas: readonly StanzaKind[];
  /** Whether messages may be logged, in order of preference. */
  readonly logging: readonly Logging[];
  /**
   * The least number of stanzas between two key exchanges (XEP-0116 §4.3): 1, every stanza may carry one; 4294967295,
   * none ever. The larger of both sides' holds.
   */
  readonly rekeyFreq: number;
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
  stanzas: ["message", "iq", "presence"],
  logging: ["may", "mustnot"],
  rekeyFreq: 1,
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
