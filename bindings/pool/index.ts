/** `esession/pool`: exponentiations of handshakes by workers, for the engine's option `exponentiations`. */
export { EsessionError, errorCodes } from "../errors.js";
export type { ErrorCode } from "../errors.js";
export { openPool } from "./pool.js";
export type { Pool, PoolOptions } from "./types.js";
