/** What the inspector is given, and what it says: plain data, the shape of `esession inspect --json` (docs/inspect.md). */
import type { Core, Role } from "../core/types.js";
import type { RecordedKeys } from "./keys.js";

/** A stanza as it was captured. Addresses and time are asked for only where the stanza itself does not say them. */
export interface Captured {
  /** In any form that the engine takes: text, `@xmpp/xml`, ltx, DOM; undefined where it could not be read. */
  readonly stanza: unknown;
  /** Where it was found, such as `line 12`. */
  readonly place?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly time?: string | undefined;
  /** Why there is no stanza. */
  readonly problem?: string | undefined;
}

export interface InspectOptions {
  /** Any core: hashes and public values are checked by it. */
  readonly core: Core;
  /** Keys of test runs, which carry them; nothing is decrypted without. */
  readonly keys?: readonly RecordedKeys[];
}

/** `wrong` is what a peer must not send; `note` is what one should know when two do not understand each other. */
export type Mark = "ok" | "note" | "wrong";

export interface Finding {
  readonly mark: Mark;
  /** For programs: stable. */
  readonly code: string;
  /** For people: may change. */
  readonly text: string;
}

export interface FieldReport {
  /** `var` of a form's field, or the name of a child of `<c/>`. */
  readonly name: string;
  /** As they came, each cut to 4,096 characters. The options of a list that offers. */
  readonly values: readonly string[];
  readonly meaning: string;
  /** Where the meaning is defined. */
  readonly section: string;
  /** The worst of the findings. */
  readonly mark: Mark;
  readonly findings: readonly Finding[];
}

export type Kind =
  | "request"
  | "response"
  | "identity"
  | "final"
  | "rejection"
  | "cancellation"
  | "refusal"
  | "termination"
  | "acknowledgement"
  | "sealed"
  | "form"
  | "clear"
  | "unreadable";

export interface MessageReport {
  /** Of the stanzas in the capture, from 1. */
  readonly number: number;
  readonly place: string | null;
  readonly time: string | null;
  readonly from: string | null;
  readonly to: string | null;
  /** Who of the negotiation sent it. */
  readonly sender: Role | null;
  readonly thread: string | null;
  /** Which negotiation of the capture it belongs to, from 1. */
  readonly negotiation: number | null;
  readonly kind: Kind;
  /** What the XEPs call it. */
  readonly name: string;
  readonly section: string;
  /** The worst of all findings. */
  readonly mark: Mark;
  readonly fields: readonly FieldReport[];
  /** What concerns the message as a whole. */
  readonly findings: readonly Finding[];
  /** Decrypted with the keys of a test run; null without. */
  readonly content: string | null;
}

export interface Report {
  /** Those of negotiations and sessions, and what could not be read, in the order of the capture. */
  readonly messages: readonly MessageReport[];
  /** Stanzas that are neither. */
  readonly others: number;
  readonly negotiations: number;
  /** Messages with something wrong. */
  readonly wrong: number;
}
