/** `esession/core`: the cryptography of the XEPs, with secrets that never leave the WebAssembly memory. */
export { EsessionError, errorCodes } from "../errors.js";
export type { Condition, ErrorCode, ErrorDetail } from "../errors.js";
export { loadCore } from "./load.js";
export { Secret } from "./secret.js";
export type * from "./types.js";
