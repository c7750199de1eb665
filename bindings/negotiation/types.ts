/**
 * The words of the negotiation's state machines. A transition takes a state and an input and returns a Step:
 * what comes next, what to find out, what to store, what to send, what to tell, to be carried out in that
 * order. Pure: no clock, no store, no random source but the Env handed in.
 */
import type { Core, Dialect, DirectionKeys, Group, Hash, KeyPair, Role } from "../core/types.js";
import type { Secret } from "../core/secret.js";
import type { EsessionError } from "../errors.js";
import type { SigningAlgorithm } from "../identity/algorithms.js";
import type { PublicKey } from "../identity/public-key.js";
import type { Retained } from "../trust/retained.js";
import type { Element } from "../wire/element.js";
import type { Form } from "../wire/forms.js";
import type { Agreed } from "./agreed.js";
import type { NegotiationPolicy, PubkeyMode } from "./policy.js";

export interface Env {
  readonly core: Core;
  readonly policy: NegotiationPolicy;
  /** Our own full JID. */
  readonly jid: string;
  /** Our public keys; without them every identity is proved by key mode `none`. */
  readonly own?: OwnKeys | undefined;
  /** Milliseconds since 1970. */
  now(): number;
}

/** A message of a negotiation, its form parsed and size-checked. */
export interface Message {
  /** The sender's full JID. */
  readonly from: string;
  /** As addressed: our full or our bare JID. */
  readonly to: string | undefined;
  readonly thread: string;
  readonly id: string | undefined;
  readonly wrapper: "feature" | "init";
  readonly form: Form;
}

/** What is remembered of a bare JID, without its secrets. */
export interface PeerFacts {
  readonly dialect: Dialect | undefined;
  readonly spokeXep: boolean;
  /** Has agreed on sas28x5-bound before. */
  readonly boundSas: boolean;
  /** A public key of it is known. */
  readonly keyed?: boolean | undefined;
  /** There is an Other Shared Secret with it, which only four messages prove. */
  readonly otherSecret?: boolean | undefined;
  /** One is required from it, because it has shown one (XEP-0116 §7.3). Default as `keyed`. */
  readonly keyRequired?: boolean | undefined;
}

/** What is known of a peer's bare JID when a negotiation needs it. The secrets belong to who looked them up. */
export interface PeerKnowledge {
  /** Unexpired retained secrets, staged ones included (XEP-0116 §4.7.3). */
  readonly retained: readonly Retained[];
  /** The stretched Other Shared Secret, if one was agreed on. */
  readonly otherSecret: Secret | undefined;
  /** The public keys that this bare JID has shown before; default none. */
  readonly keys?: readonly KnownKey[] | undefined;
}

/** A public signature key that is remembered of a bare JID (XEP-0116 §7.3). */
export interface KnownKey {
  /** The text of `<KeyValue/>`, as it is hashed and MACed. */
  readonly keyValue: string;
  /** SHA-256 of that text: 64 lower-case hexadecimal digits, whatever hash was agreed on. */
  readonly fingerprint: string;
  readonly verified: boolean;
}

/** The names of `sign_algs` (XEP-0116 §8). */
export type SignAlgorithm = SigningAlgorithm;

/** A key of ours, but for its private part, which never comes here. */
export interface OwnKey {
  readonly publicKey: PublicKey;
  readonly algorithm: SignAlgorithm;
  /** The text of its `<KeyValue/>`. */
  readonly keyValue: string;
}

/** What we can prove of ourselves, and verify of others. */
export interface OwnKeys {
  /** In order of preference. */
  readonly signers: readonly OwnKey[];
  readonly verifies: readonly SignAlgorithm[];
}

/** The key that the peer has proved to hold. */
export interface PeerKey {
  readonly keyValue: string;
  /** As in KnownKey. */
  readonly fingerprint: string;
  readonly algorithm: SignAlgorithm;
  /** How it was shown. */
  readonly mode: Exclude<PubkeyMode, "none">;
  /** This bare JID has shown it before. */
  readonly known: boolean;
}

export type Ask =
  /** Make one key pair for each group. */
  | { readonly kind: "generate"; readonly groups: readonly Group[] }
  /** Agree on K with the peer's public value, and look up what is known of its bare JID. */
  | {
      readonly kind: "agree";
      readonly pair: KeyPair;
      readonly value: Uint8Array;
      readonly hash: Hash;
      readonly bareJid: string;
    }
  /** Sign with the private key of one of ours. */
  | { readonly kind: "sign"; readonly key: OwnKey; readonly data: Uint8Array }
  /** Whether the signature is the key's. It takes place whether its result is still of use or not. */
  | { readonly kind: "verify"; readonly check: SignatureCheck }
  /** Whether the application goes on with what the peer has answered to its fields (XEP-0155 §4.4). */
  | { readonly kind: "review"; readonly fields: Agreed["fields"]; readonly jid: string };

export interface SignatureCheck {
  readonly publicKey: PublicKey;
  readonly algorithm: SignAlgorithm;
  readonly data: Uint8Array;
  readonly signature: Uint8Array;
}

export interface Generated {
  readonly pairs: readonly KeyPair[];
}
export interface AgreedSecret {
  /** K = HASH(MPI(shared secret)); the machine owns and wipes it. */
  readonly k: Secret;
  readonly peer: PeerKnowledge;
}
export interface Signed {
  readonly signature: Uint8Array;
}
export interface Verified {
  readonly valid: boolean;
}
/** `reason`: for a human reader, where the answer is no. */
export interface Reviewed {
  readonly completes: boolean;
  readonly reason?: string | undefined;
}

/** A change of what is stored about a bare JID. The secret belongs to the store's side from here on. */
export type Write =
  | {
      readonly kind: "retain";
      readonly bareJid: string;
      readonly id: string;
      readonly secret: Secret;
      /** The retained secret that it succeeds. */
      readonly from: string | undefined;
      /** Kept beside the old one until the peer is known to have it too. */
      readonly staged: boolean;
    }
  | {
      readonly kind: "remember";
      readonly bareJid: string;
      readonly dialect: Dialect;
      readonly boundSas: boolean;
    }
  /** The key that the peer has proved to hold, seen for the first time or again. */
  | {
      readonly kind: "remember-key";
      readonly bareJid: string;
      readonly keyValue: string;
      readonly fingerprint: string;
      readonly algorithm: SignAlgorithm;
    };

/** Everything that an established session needs. The session owns the keys. */
export interface Outcome {
  readonly role: Role;
  /** The peer's full JID. */
  readonly peer: string;
  readonly thread: string;
  readonly agreed: Agreed;
  readonly dialect: Dialect;
  readonly initiatorKeys: DirectionKeys;
  readonly responderKeys: DirectionKeys;
  /** What a key re-exchange goes on from (XEP-0200 §9): our pair and the peer's public value. undefined where none was agreed. */
  readonly exchange: { readonly own: KeyPair; readonly peer: Uint8Array } | undefined;
  /** The counters that the first stanza of each direction uses: 16 octets. */
  readonly initiatorCounter: Uint8Array;
  readonly responderCounter: Uint8Array;
  /** The retained secret that both had, and its successor. After three messages there is neither: undefined, and "". */
  readonly sharedRetained: Pick<Retained, "id" | "verified"> | undefined;
  readonly successorId: string;
  readonly otherSecretUsed: boolean;
  /** No secret was shared although verified ones were stored. */
  readonly continuityLost: boolean;
  /** undefined after three messages. */
  readonly sas: string | undefined;
  /** 32 hexadecimal digits in groups; only with sas28x5-bound. */
  readonly comparisonCode: string | undefined;
  /** undefined in key mode `none`. */
  readonly peerKey?: PeerKey | undefined;
  /** The peer has proved that it holds the final keys. */
  readonly confirmed: boolean;
  /** Message 3 of three: the session sends it, with its first stanza in it if there is one to go with it (XEP-0116 §4.6.4). */
  readonly opening?: Element | undefined;
  /** Message 3 of three ends the session with the stanza that it carries. */
  readonly terminated?: boolean | undefined;
}

/** What happened, in the words of XEP-0116: for the trace. Never a secret. */
export interface TraceStep {
  readonly step: string;
  readonly detail?: Readonly<Record<string, string | number | boolean>>;
}

/** What the user should know although it ends nothing, or not by itself. */
export type NegotiationAlert =
  "other-resource" | "sas-downgrade" | "dialect-downgrade" | "security-declined" | "key-missing";

export type Raise =
  | { readonly kind: "established"; readonly outcome: Outcome }
  | {
      readonly kind: "failed";
      readonly error: EsessionError;
      readonly retryDialect?: Dialect;
    }
  | { readonly kind: "alert"; readonly alert: NegotiationAlert; readonly message: string }
  | ({ readonly kind: "trace" } & TraceStep);

export interface Step<S> {
  readonly next: S;
  readonly ask?: Ask;
  readonly write: readonly Write[];
  readonly send: readonly Element[];
  readonly raise: readonly Raise[];
}

/** The negotiation is over: all its secrets are wiped or handed on. */
export interface Ended {
  readonly kind: "ended";
}
export const ended: Ended = { kind: "ended" };

/** A Step with nothing but what is named. */
export function step<S>(next: S, rest: Partial<Omit<Step<S>, "next">> = {}): Step<S> {
  return { next, write: [], send: [], raise: [], ...rest };
}

export function trace(name: string, detail?: TraceStep["detail"]): Raise {
  return detail === undefined ? { kind: "trace", step: name } : { kind: "trace", step: name, detail };
}
