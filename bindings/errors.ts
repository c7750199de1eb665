/**
 * The one kind of error that leaves this package for bad input. Codes are frozen: a client may match on them.
 * No message ever carries a secret. Every room may import this file; it imports nothing.
 */

/** The stanza error condition (RFC 6120 §8.3.3) that belongs to an error, where a peer is answered. */
export type Condition =
  | "bad-request"
  | "feature-not-implemented"
  | "not-acceptable"
  | "service-unavailable"
  | "internal-server-error";

/** Every code, with what it means. */
export const errorCodes = {
  // the core
  "core-unavailable": "the WebAssembly core could not be loaded",
  "core-full": "no free place is left in the core",
  "core-argument": "a call of the core was given an unusable argument",
  "secret-wiped": "the secret was already wiped",
  "random-failure": "the random source failed or repeats itself",
  "dh-public-value": "a Diffie-Hellman public value is not valid",
  "stanza-mac": "the MAC of a stanza does not match",
  "stanza-too-large": "a stanza is, or would become, larger than the limit",
  "key-exhausted": "a key has encrypted as many blocks as it may",
  "record-damaged": "a sealed record cannot be opened",
  // the pool of workers
  "pool-unavailable": "the pool was closed, or a worker of it could not be started, failed or fell silent",
  // the wire
  "xml-malformed": "XML that is not well-formed, or of a kind that XMPP forbids",
  "xml-limit": "XML deeper, longer or wider than the limit",
  "form-malformed": "a data form is not of the shape that the protocol allows",
  "stanza-unsupported": "a stanza is not in a form that can be read",
  "base64-malformed": "a text is not strict Base64",
  "jid-malformed": "a JID cannot be read",
  // keys and signatures
  "key-malformed": "a public key, a fingerprint or a proof of identity is not in the one form that is read",
  "key-unacceptable": "a key is of a kind or size that is not used, or not a valid one",
  "key-unknown": "no such public key is remembered",
  "key-refused": "a contact's public key, or its lack of one, is not what the user has verified or requires",
  "key-unreadable": "a private key cannot be opened",
  "signature-mismatch": "a signature is not that of the key over these octets",
  "signing-failed": "a signature could not be made, or is not what its own key verifies",
  // negotiation
  "options-unacceptable": "the peer's options, or its choice among ours, cannot be accepted",
  "negotiation-refused": "the peer refused the session",
  "negotiation-failed": "a check of the negotiation failed",
  "negotiation-timeout": "the peer did not answer in time",
  "negotiation-aborted": "the negotiation was given up by the application",
  "commitment-mismatch": "a value does not match the hash that was committed to before",
  "identity-mismatch": "the proof of the peer's identity does not match",
  "nonce-mismatch": "a nonce is not the one it should be",
  "message-unexpected": "a message of the negotiation came out of order",
  "peer-unsupported": "the peer does not support encrypted sessions, or is not online",
  "peer-limit": "too many negotiations are open",
  // the session
  "session-unconfirmed": "the session is not confirmed by the peer yet",
  "session-ended": "the session has ended",
  "session-moving": "the session moves to another resource of ours",
  "renegotiation-open": "another renegotiation of the session is under way",
  "session-exists": "there is already a session with this peer",
  "content-malformed": "what was decrypted is not acceptable XML content",
  "stanza-not-in-session": "the stanza does not belong to the session",
  "rekey-unagreed": "keys were to be exchanged again although that was not agreed, or not as soon",
  "send-failed": "the client could not send a stanza",
  "queue-full": "too many stanzas, or tasks of a pool, wait",
  // the engine and its stores
  "option-invalid": "an option has a value that cannot be used",
  "engine-closed": "the engine was closed",
  "store-conflict": "the record was changed by somebody else meanwhile",
  "store-locked": "the store is in use by another process",
  "store-unavailable": "the store cannot be read or written",
  "store-key-wrong": "the key does not open the store",
  "store-format": "the store was written by a newer version or another program",
} as const;

export type ErrorCode = keyof typeof errorCodes;

export interface ErrorDetail {
  /** The condition to return to a peer, where one is answered. */
  condition?: Condition;
  /** Names (`var`) of the offending form fields. */
  fields?: readonly string[];
  cause?: unknown;
}

/** An error with a frozen code, a sentence that says what was wrong and, where a peer is answered, the condition. */
export class EsessionError extends Error {
  override readonly name = "EsessionError";
  readonly condition: Condition | undefined;
  readonly fields: readonly string[];

  constructor(
    readonly code: ErrorCode,
    message: string,
    detail: ErrorDetail = {},
  ) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.condition = detail.condition;
    this.fields = detail.fields ?? [];
  }

  /** Narrows an unknown error to one of ours, of one code if that is given. */
  static is(error: unknown, code?: ErrorCode): error is EsessionError {
    return error instanceof EsessionError && (code === undefined || error.code === code);
  }
}

/** Stops on our own mistake: names the invariant that does not hold. */
export function assert(holds: boolean, invariant: string): asserts holds {
  if (!holds) throw new Error(`esession: internal error: ${invariant}`);
}
