/** The states of the responder's side, each with exactly what it needs from there on, and how what is secret in them is wiped. */
import type { Secret } from "../core/secret.js";
import type { Dialect, KeyPair } from "../core/types.js";
import type { Retained } from "../trust/retained.js";
import type { Element } from "../wire/element.js";
import type { FieldInit } from "../wire/forms.js";
import type { Checked, Proving, Sealed } from "./identity.js";
import type { FinalKeys, SessionKeys } from "./proof.js";
import type { Request } from "./request.js";
import type { Ended, KnownKey, Message, OwnKey, PeerFacts, PeerKey, PeerKnowledge } from "./types.js";
import { wipeHeld } from "./wipe.js";

interface Common {
  readonly peer: string;
  readonly thread: string;
  readonly facts: PeerFacts;
  readonly request: Request;
}

export interface Preparing extends Common {
  readonly kind: "preparing";
}

/** What message 2 says. */
export interface Answered extends Common {
  readonly nonceB: Uint8Array;
  /** C_A, 16 octets. */
  readonly counterA: Uint8Array;
  /** y and d: they serve one identity only. */
  readonly pair: KeyPair;
}

export interface AwaitingIdentity extends Answered {
  readonly kind: "awaiting-identity";
  readonly formB: Element;
  /** r of sas28x5-bound, revealed in message 4. */
  readonly sasNonce: Uint8Array | undefined;
}

/** What message 3 of four says. */
export interface Identity extends Sealed {
  /** e, shortest form. */
  readonly publicKey: Uint8Array;
  readonly rshashes: readonly Uint8Array[];
}

export interface Verifying extends Omit<AwaitingIdentity, "kind"> {
  readonly kind: "verifying";
  /** Message 3. */
  readonly message: Message;
  readonly identity: Identity;
}

/** The signature of message 3 is being verified. */
export interface CheckingIdentity extends Omit<Verifying, "kind"> {
  readonly kind: "checking-identity";
  readonly k: Secret;
  readonly knowledge: PeerKnowledge;
  readonly dialect: Dialect;
  readonly checked: Extract<Checked, { kind: "to-verify" }>;
}

/** The initiator is who it says; only our own proof is missing. */
export interface Proven extends Omit<Verifying, "kind"> {
  readonly dialect: Dialect;
  readonly knowledge: PeerKnowledge;
  readonly keys: FinalKeys;
  readonly shared: Retained | undefined;
  readonly peerKey: PeerKey | undefined;
  readonly proving: Proving;
  readonly fields: readonly FieldInit[];
}

export interface SigningFinal extends Proven {
  readonly kind: "signing-final";
  readonly signer: OwnKey;
}

/** Three messages: K is being agreed on, before message 2. */
export interface Answering extends Answered {
  readonly kind: "answering";
}

/** Three messages: our signature, for message 2, is being made. */
export interface SigningResponse extends Answered {
  readonly kind: "signing-response";
  readonly keys: SessionKeys;
  readonly known: readonly KnownKey[];
  readonly continuityLost: boolean;
  readonly proving: Proving;
  readonly signer: OwnKey;
  readonly fields: readonly FieldInit[];
}

export interface AwaitingOpening extends Omit<Answered, "pair"> {
  readonly kind: "awaiting-opening";
  readonly keys: SessionKeys;
  readonly known: readonly KnownKey[];
  readonly continuityLost: boolean;
  /** C_B after ID_B. */
  readonly counterB: Uint8Array;
  /** Kept for re-keying; undefined where none was agreed. */
  readonly pair: KeyPair | undefined;
}

/** Three messages: the signature of message 3 is being verified. */
export interface CheckingOpening extends Omit<AwaitingOpening, "kind"> {
  readonly kind: "checking-opening";
  /** Message 3. */
  readonly message: Message;
  readonly received: Sealed;
  readonly terminated: boolean;
  readonly checked: Extract<Checked, { kind: "to-verify" }>;
}

export type Responder =
  | Preparing
  | AwaitingIdentity
  | Verifying
  | CheckingIdentity
  | SigningFinal
  | Answering
  | SigningResponse
  | AwaitingOpening
  | CheckingOpening
  | Ended;

export const wipeResponder = (state: Responder): void => wipeHeld(state);
