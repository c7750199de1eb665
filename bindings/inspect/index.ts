/** `esession/inspect`: names, explains and checks captured stanzas, for those who debug two clients. See docs/inspect.md. */
export { inspect, MAX_STANZAS } from "./inspect.js";
export { readKeys, type RecordedKeys } from "./keys.js";
export { printable, printableJson } from "./printable.js";
export { explain, type Style } from "./text.js";
export type {
  Captured,
  FieldReport,
  Finding,
  InspectOptions,
  Kind,
  Mark,
  MessageReport,
  Report,
} from "./types.js";
