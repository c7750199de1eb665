/**
 * What crosses between the threads. A message may be copied by the platform, and copies are never wiped, so exponents
 * and K travel only in sealed records (core.records), whose name says what they are for: core, number and purpose of
 * the task, and the direction. Both sides count the tasks for themselves, so that no record is taken twice, or for
 * another. The key is the one of this worker and that core; it crosses once, and is moved there instead of copied.
 */
import type { CoreOptions, Hash } from "../core/types.js";
import { EsessionError, errorCodes, type ErrorCode } from "../errors.js";

export type Purpose = "generate" | "agree";

export type ToWorker =
  /** The first: a URL is its text, since URLs cannot cross. */
  | {
      readonly type: "load";
      readonly options: Pick<CoreOptions, "algorithms" | "build" | "tableBytes"> & {
        readonly wasm?: WebAssembly.Module | Uint8Array | ArrayBuffer | string;
      };
    }
  /** The key that is shared with a core from here on. */
  | { readonly type: "key"; readonly core: number; readonly key: Uint8Array<ArrayBuffer> }
  /** That core is gone. */
  | { readonly type: "forget"; readonly core: number }
  | {
      readonly type: "task";
      readonly core: number;
      readonly purpose: Purpose;
      readonly sealed: Uint8Array<ArrayBuffer>;
    };

export type FromWorker =
  | { readonly type: "ready" }
  /** No core could be loaded, or a task came for a core that is not known. */
  | { readonly type: "failed"; readonly code: ErrorCode; readonly message: string }
  | { readonly type: "done" | "refused"; readonly sealed: Uint8Array<ArrayBuffer> };

/** A script of one's own may answer anything. */
export function isReply(value: unknown): value is FromWorker {
  if (typeof value !== "object" || value === null) return false;
  const { type, sealed, code, message } = value as Record<string, unknown>;
  if (type === "ready") return true;
  if (type === "failed") return typeof code === "string" && typeof message === "string";
  return (type === "done" || type === "refused") && sealed instanceof Uint8Array;
}

/** Names of records: a task, and what came of it. */
export const taskName = (core: number, count: number, purpose: Purpose): string =>
  `esession pool 1: core ${core}, task ${count}, ${purpose}, to the worker`;

export const replyName = (core: number, count: number, purpose: Purpose, came: "done" | "refused"): string =>
  `esession pool 1: core ${core}, task ${count}, ${purpose}, ${came} by the worker`;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** An error as the header of a record: code, line feed, sentence. */
export function encodeError(error: unknown): Uint8Array {
  const { code, message } = describe(error);
  return encoder.encode(`${code}\n${message}`);
}

export function decodeError(header: Uint8Array): EsessionError {
  const text = decoder.decode(header);
  const end = text.indexOf("\n");
  return asError(text.slice(0, end), text.slice(end + 1));
}

export function describe(error: unknown): { code: ErrorCode; message: string } {
  if (EsessionError.is(error)) return { code: error.code, message: error.message };
  return { code: "pool-unavailable", message: `a worker failed: ${String(error)}` };
}

export function asError(code: string, message: string): EsessionError {
  return new EsessionError(
    Object.hasOwn(errorCodes, code) ? (code as ErrorCode) : "pool-unavailable",
    message,
  );
}

/** What `agree` is told in clear: nothing of it is secret. */
export interface Agreement {
  readonly group: number;
  readonly hash: Hash;
  /** Our own. */
  readonly publicKey: Uint8Array;
  /** The peer's. */
  readonly value: Uint8Array;
}

const hashes: readonly Hash[] = ["sha256", "whirlpool"];
const FIXED_BYTES = 4;

/** The header of `agree`: group u8 | hash u8 | length of our own public key u16 | that key | the peer's value. */
export function encodeAgreement({ group, hash, publicKey, value }: Agreement): Uint8Array {
  const header = new Uint8Array(FIXED_BYTES + publicKey.length + value.length);
  header.set([group, hashes.indexOf(hash), publicKey.length >> 8, publicKey.length & 255]);
  header.set(publicKey, FIXED_BYTES);
  header.set(value, FIXED_BYTES + publicKey.length);
  return header;
}

export function decodeAgreement(header: Uint8Array): Agreement {
  const end = FIXED_BYTES + header[2]! * 256 + header[3]!;
  return {
    group: header[0]!,
    hash: hashes[header[1]!]!,
    publicKey: header.subarray(FIXED_BYTES, end),
    value: header.subarray(end),
  };
}
