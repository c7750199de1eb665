/** The algorithms of XEP-0116 §8: how long their keys and results are, and which of them a core has. */
import { EsessionError } from "../errors.js";
import { hashNumbers } from "./abi.js";
import type { Algorithms, Cipher, Hash } from "./types.js";

/** Octets of KC. */
export const keyLengths: Readonly<Record<Cipher, number>> = {
  "aes128-ctr": 16,
  "aes192-ctr": 24,
  "aes256-ctr": 32,
  "serpent128-ctr": 16,
  "serpent192-ctr": 24,
  "serpent256-ctr": 32,
  "twofish128-ctr": 16,
  "twofish192-ctr": 24,
  "twofish256-ctr": 32,
  none: 16,
};

/** Octets of a hash, of an HMAC with it, and of keys that are one whole. */
export const hashLengths: Readonly<Record<Hash, number>> = { sha256: 32, whirlpool: 64 };

/** The entry of a table, by a name that may come from outside. */
export function entry<Value>(table: Readonly<Record<string, Value>>, name: string): Value {
  if (Object.hasOwn(table, name)) return table[name]!;
  throw new EsessionError("core-argument", `${name} is none of ${Object.keys(table).join(", ")}`);
}

/** The number of a hash in the ABI. */
export function hashNumber(hash: Hash): number {
  return entry(hashNumbers, hash);
}

const common = new Set<string>(["aes128-ctr", "aes192-ctr", "aes256-ctr", "none", "sha256"]);

/** Whether a core with `common` algorithms has it. */
export function isCommon(algorithm: Cipher | Hash): boolean {
  return common.has(algorithm);
}

/** Throws core-argument. */
export function mustHave(algorithms: Algorithms, ...wanted: readonly (Cipher | Hash)[]): void {
  for (const one of wanted)
    if (algorithms !== "all" && !isCommon(one))
      throw new EsessionError(
        "core-argument",
        `this core was loaded without ${one}: load it with algorithms "all"`,
      );
}
