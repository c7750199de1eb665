/** `esession/testing`: what tests of the engine, of stores and of adapters need. Nothing here is for production. */
export { loadTestCore } from "./core.js";
export type { RawPrimitives, TestCore } from "./core.js";
export { seededRandom } from "./random.js";
export type { RandomSource } from "../core/types.js";
export * from "./rooms.js";
export * from "./store-conformance.js";
