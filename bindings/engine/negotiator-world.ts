/** What the engine does for its negotiations. */
import type { Core } from "../core/types.js";
import type { EsessionError } from "../errors.js";
import type { StanzaKind } from "../negotiation/policy.js";
import type { Outcome } from "../negotiation/types.js";
import type { PeerBook } from "../trust/book.js";
import type { PeerRecord } from "../trust/peers.js";
import type { Element } from "../wire/element.js";
import type { HalfOpen } from "./half-open.js";
import type { Identity } from "./identity.js";
import type { Deferred } from "./retaining.js";
import type { LiveSession } from "./session.js";
import type { Elsewhere } from "./trust-search.js";
import type { SessionTrust } from "./trust-session.js";
import type { Alert, Clock, EngineOptions, Exponentiations, Policy, SessionRequest, Trace } from "./types.js";

export interface NegotiatorWorld {
  readonly core: Core;
  readonly exponentiations: Exponentiations;
  readonly identity: Identity;
  readonly jid: string;
  readonly policy: Policy;
  readonly clock: Clock;
  readonly book: PeerBook;
  readonly answerFields: EngineOptions["answerFields"];
  dialectOf(fullJid: string): "xep" | "deployed" | undefined;
  /** Hands a stanza to the client. Resolves with the cause if it could not be sent, and never rejects. */
  deliver(stanza: Element): Promise<unknown>;
  alert(alert: Alert): void;
  trace(trace: Trace): void;
  request(request: SessionRequest): void;
  /** Sessions that stand: all, or those with one bare JID. */
  liveSessions(bareJid?: string): number;
  /** iq and presence carry no thread, so only one session of a pair may have them. */
  kindsInUse(jid: string, lost?: string): readonly StanzaKind[];
  /** Marks the session that is about to stand, durably. */
  mark(outcome: Outcome): Promise<void>;
  /** Takes the mark back: the session came to nothing. */
  unmark(outcome: Outcome): void;
  /** What the session will rest on; an error if there shall be none, of which the user was told. */
  judge(
    bareJid: string,
    outcome: Outcome,
    elsewhere: Elsewhere | undefined,
  ): Promise<SessionTrust | EsessionError>;
  /** The peer has shown the fingerprint of a key that is not known here: the user is told. */
  unknownFingerprint(bareJid: string, jid: string): void;
  /** To be stored with the session. */
  note(trust: SessionTrust): (record: PeerRecord) => PeerRecord;
  establish(
    outcome: Outcome,
    deferred: Deferred | undefined,
    half: Pick<HalfOpen, "began" | "waiting"> & { readonly trust: SessionTrust },
  ): LiveSession;
  /** Numbers what happens, so that before and after can be told where a clock is too coarse. */
  sequence(): number;
  /** The peer let a negotiation of ours come to nothing after message 3, by whatever it said or did not say. */
  refusedLate(bareJid: string, thread: string): void;
}
