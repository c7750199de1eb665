/** The states of the initiator's side, each with exactly what it needs from there on, and how what is secret in them is wiped. */
import type { Secret } from "../core/secret.js";
import type { Dialect, DirectionKeys, KeyPair } from "../core/types.js";
import type { Retained } from "../trust/retained.js";
import type { Element } from "../wire/element.js";
import type { FieldInit } from "../wire/forms.js";
import type { Checked, Proving } from "./identity.js";
import type { Offer } from "./offer.js";
import type { FinalKeys, SessionKeys } from "./proof.js";
import type { Response } from "./response.js";
import type { Ended, Message, OwnKey, PeerFacts, PeerKey, PeerKnowledge } from "./types.js";
import { wipeHeld } from "./wipe.js";

export interface InitiatorInit {
  /** A full or a bare JID. */
  readonly to: string;
  readonly thread: string;
  readonly facts: PeerFacts;
  /** What the client knows of the peer's software. */
  readonly software?: Dialect | undefined;
  /** The dialect of a second attempt, after message 3 of the first was refused. */
  readonly retry?: Dialect | undefined;
  /** Fields of the application, appended to message 1. */
  readonly extra?: readonly FieldInit[] | undefined;
  /** Default 4. */
  readonly messages?: 3 | 4 | undefined;
  /** The application looks at the answers to its fields before the negotiation is completed. */
  readonly reviews?: boolean | undefined;
  /** With three messages: the third ends the session. */
  readonly terminates?: boolean | undefined;
}

interface Common {
  readonly init: InitiatorInit;
  readonly nonceA: Uint8Array;
  readonly offer: Offer;
}

export interface Offering extends Common {
  readonly kind: "offering";
}

export interface AwaitingResponse extends Common {
  readonly kind: "awaiting-response";
  readonly formA: Element;
  /** One for each group offered; they serve one response only. */
  readonly pairs: readonly KeyPair[];
}

/** What message 2 has settled. */
export interface Settled extends Common {
  readonly formA: Element;
  /** Message 2. */
  readonly message: Message;
  readonly response: Response;
  /** The full JID that answered: the session is with that resource. */
  readonly peer: string;
  readonly dialect: Dialect;
}

/** The application looks at what the peer has answered. */
export interface Reviewing extends Settled {
  readonly kind: "reviewing";
  readonly pair: KeyPair;
}

export interface Agreeing extends Settled {
  readonly kind: "agreeing";
  readonly pair: KeyPair;
}

/** Our signature is being made, for message 3 of four. */
export interface SigningIdentity extends Settled {
  readonly kind: "signing-identity";
  readonly pair: KeyPair;
  readonly k: Secret;
  readonly knowledge: PeerKnowledge;
  readonly provisory: DirectionKeys;
  readonly proving: Proving;
  readonly signer: OwnKey;
  readonly fields: readonly FieldInit[];
}

export interface AwaitingFinal extends Settled {
  readonly kind: "awaiting-final";
  /** e, shortest form. */
  readonly publicKey: Uint8Array;
  readonly k: Secret;
  readonly knowledge: PeerKnowledge;
  /** M_A, which sas28x5 covers, and the blocks that ID_A took. */
  readonly proofA: Uint8Array;
  readonly blocksA: number;
  /** Kept for re-keying; undefined where none was agreed. */
  readonly pair: KeyPair | undefined;
}

/** The signature of message 4 is being verified. */
export interface CheckingFinal extends Omit<AwaitingFinal, "kind"> {
  readonly kind: "checking-final";
  readonly keys: FinalKeys;
  readonly shared: Retained | undefined;
  readonly final: Final;
  /** Message 4. */
  readonly last: Message;
  readonly checked: Extract<Checked, { kind: "to-verify" }>;
}

/** What message 4 says. */
export interface Final {
  readonly srshash: Uint8Array;
  readonly identity: Uint8Array;
  readonly mac: Uint8Array;
  readonly sasNonce: Uint8Array | undefined;
}

/** Three messages: the signature of message 2 is being verified. */
export interface CheckingResponse extends Settled {
  readonly kind: "checking-response";
  readonly pair: KeyPair;
  readonly keys: SessionKeys;
  readonly knowledge: PeerKnowledge;
  readonly checked: Extract<Checked, { kind: "to-verify" }>;
}

/** Three messages: our signature is being made. */
export interface SigningOpening extends Settled {
  readonly kind: "signing-opening";
  readonly pair: KeyPair;
  readonly keys: SessionKeys;
  readonly knowledge: PeerKnowledge;
  readonly peerKey: PeerKey;
  readonly proving: Proving;
  readonly signer: OwnKey;
  readonly fields: readonly FieldInit[];
}

export type Initiator =
  | Offering
  | AwaitingResponse
  | Reviewing
  | Agreeing
  | SigningIdentity
  | AwaitingFinal
  | CheckingFinal
  | CheckingResponse
  | SigningOpening
  | Ended;

export const wipeInitiator = (state: Initiator): void => wipeHeld(state);
