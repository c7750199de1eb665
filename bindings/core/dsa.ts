/** DSA with SHA-256 (FIPS 186-4 §4), for platforms that have none. */
import { EsessionError } from "../errors.js";
import type { LinearMemory } from "./memory.js";
import type { Core } from "./types.js";

export function dsa(memory: LinearMemory): Core["dsa"] {
  const missing = (): never => {
    throw new EsessionError(
      "core-argument",
      `DSA needs a core with algorithms "all", not "${memory.algorithms}"`,
    );
  };
  return { generate: missing, sign: missing, verify: missing };
}
