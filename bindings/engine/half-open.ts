/** A negotiation that has not come to its end: what the negotiator keeps of it beside the state machine's own state. */
import type { Initiator } from "../negotiation/initiator-states.js";
import type { Responder } from "../negotiation/responder-states.js";
import type { Env, Message } from "../negotiation/types.js";
import type { EsessionError } from "../errors.js";
import type { PeerRecord } from "../trust/peers.js";
import type { Element } from "../wire/element.js";
import type { Elsewhere } from "./trust-search.js";
import type { SessionTrust } from "./trust-session.js";
import type { AnyStanza, Session, StartOptions } from "./types.js";

/** A sealed stanza that came before the session stood, and how to hand it on when it does. */
export interface Waiting {
  readonly element: Element;
  readonly deliver: (opened: Element) => AnyStanza;
}

/** The promise of `start`, which a second attempt or the other role (glare) may take over. */
export interface StartPromise {
  readonly resolve: (session: Session) => void;
  readonly reject: (error: EsessionError) => void;
}

interface HalfOpenBase {
  readonly bare: string;
  readonly thread: string;
  env: Env;
  /** When it began, as a number of the engine's sequence. */
  readonly began: number;
  /** Nobody whom we know: at most a quarter of the places. */
  stranger: boolean;
  over: boolean;
  /** Called when it is over, for what waits for something that may take longer. */
  onOver: () => void;
  start: StartPromise | undefined;
  /** What was looked up for it, secrets included; wiped when it is over. */
  borrowed: PeerRecord | undefined;
  /** Its retained secret was found under another JID; the handle is among what is borrowed. */
  elsewhere: Elsewhere | undefined;
  /** What the session will rest on, once that is known. */
  trust: SessionTrust | undefined;
  readonly waiting: Waiting[];
  /** The id of the message that is being dealt with, which an error about it repeats. */
  lastId: string | undefined;
  /** Inputs are taken one after the other. */
  tasks: Promise<void>;
  cancelExpiry: () => void;
}

export interface InitiatorHalf extends HalfOpenBase {
  readonly role: "initiator";
  /** As asked: a full or a bare JID. */
  readonly to: string;
  /** The full JID that answered. */
  peer: string | undefined;
  readonly lifeMs: number;
  readonly options: StartOptions;
  /** Message 3 is out: the peer can work out the SAS, so an end from here on may have been a guess at it. */
  identitySent: boolean;
  state: Initiator | { readonly kind: "looking-up" };
}

export interface ResponderHalf extends HalfOpenBase {
  readonly role: "responder";
  readonly from: string;
  readonly request: Message;
  /** Its request crossed one of ours, whose session has iq and presence. */
  readonly yields: boolean;
  /** The application has not said yet whether it wants the session. */
  undecided: boolean;
  state: Responder | { readonly kind: "deciding" };
}

export type HalfOpen = InitiatorHalf | ResponderHalf;

/** The full JID that the negotiation is with, once that is settled. */
export function peerOf(half: HalfOpen): string | undefined {
  return half.role === "responder" ? half.from : half.peer;
}
