/**
 * The words of the negotiation's state machines. A transition takes a state and an input and returns a Step:
 * what comes next, what to find out, what to store, what to send, what to tell, to be carried out in that
 * order. Pure: no clock, no store, no random source but the Env handed in.
 */
import type { Core, Dialect, DirectionKeys, Group, Hash, KeyPair, Role } from "../core/types.js";
import type { Secret } from "../core/secret.js";
import type { EsessionError } from "../errors.js";
import type { Retained } from "../trust/retained.js";
import type { Element } from "../wire/element.js";
import type { Form } from "../wire/forms.js";
import type { Agreed } from "./agreed.js";
import type { NegotiationPolicy } from "./policy.js";

export interface Env {
  readonly core: Core;
  readonly policy: NegotiationPolicy;
  /** Our own full JID. */
  readonly jid: string;
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
}

/** What is known of a peer's bare JID when a negotiation needs it. The secrets belong to who looked them up. */
export interface PeerKnowledge {
  /** Unexpired retained secrets, staged ones included (XEP-0116 §4.7.3). */
  readonly retained: readonly Retained[];
  /** The stretched Other Shared Secret, if one was agreed on. */
  readonly otherSecret: Secret | undefined;
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
    };

export interface Generated {
  readonly pairs: readonly KeyPair[];
}
export interface AgreedSecret {
  /** K = HASH(MPI(shared secret)); the machine owns and wipes it. */
  readonly k: Secret;
  readonly peer: PeerKnowledge;
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
  /** The retained secret that both had, and its successor. */
  readonly sharedRetained: Pick<Retained, "id" | "verified"> | undefined;
  readonly successorId: string;
  readonly otherSecretUsed: boolean;
  /** No secret was shared although verified ones were stored. */
  readonly continuityLost: boolean;
  readonly sas: string;
  /** 32 hexadecimal digits in groups; only with sas28x5-bound. */
  readonly comparisonCode: string | undefined;
  /** The peer has proved that it holds the final keys. */
  readonly confirmed: boolean;
}

/** What happened, in the words of XEP-0116: for the trace. Never a secret. */
export interface TraceStep {
  readonly step: string;
  readonly detail?: Readonly<Record<string, string | number | boolean>>;
}

/** What the user should know although it ends nothing, or not by itself. */
export type NegotiationAlert = "other-resource" | "sas-downgrade" | "dialect-downgrade" | "security-declined";

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
