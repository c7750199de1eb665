/** Names for threads and retained secrets: random octets as text. */
import type { Core } from "../core/types.js";

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => octet.toString(16).padStart(2, "0")).join("");
}

/** A ThreadID unique to the proposed session (XEP-0155 §4.1). */
export function newThread(core: Core): string {
  return hex(core.randomBytes(16));
}
