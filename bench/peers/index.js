/**
 * The peers, and what each can do. One that is not installed or does not load says why in its rows, and the rest goes on.
 * @typedef {{ generate(exponent: Uint8Array): Uint8Array, agree(value: Uint8Array): Uint8Array }} Party who keeps the
 *   exponent of its last key pair; the octets are big-endian, the result's without leading zeros
 * @typedef {(prime: Uint8Array) => () => Party} Modp
 * @typedef {{ cipher: Uint8Array, mac: Uint8Array, counter: Uint8Array }} Keys
 * @typedef {{ data: string, mac: string }} Sealed
 * @typedef {{ seal(text: string): Sealed | Promise<Sealed>, open(content: string, mac: string): string | Promise<string> }} Direction
 * @typedef {(keys: Keys, use: "seal" | "open") => Direction | Promise<Direction>} MakeDirection
 * @typedef {{ modp?: Modp, direction?: MakeDirection }} Abilities
 * @typedef {{ only?: readonly number[], wholeBlocksOnly?: boolean }} Limits `only`: the groups that it is measured in by
 *   default, where it is too slow for the others; `wholeBlocksOnly`: it is right only for stanzas of whole cipher blocks
 * @typedef {Limits & { name: string, packages?: string[], load: () => Abilities | Promise<Abilities> }} Peer
 * @typedef {Limits & { name: string } & ({ can: Abilities } | { missing: string, does: ("modp" | "direction")[] })} Loaded
 */
import * as bigint from "./bigint.js";
import * as webcrypto from "./webcrypto.js";
import { load as asmcrypto } from "./asmcrypto.js";
import { load as bn } from "./bn.js";
import { load as forge } from "./forge.js";
import { loader as gmp } from "./gmp.js";
import { loader as noble } from "./noble.js";
import { load as sjcl } from "./sjcl.js";

/** @typedef {Peer & { does: ("modp" | "direction")[] }} Known */

/** Those that a page can have too. @type {Known[]} */
export const portable = [
  { name: "WebCrypto", does: ["direction"], load: () => ({ direction: webcrypto.direction }) },
  { name: "gmp-wasm powm", packages: ["gmp-wasm"], does: ["modp"], load: gmp("mpz_powm") },
  { name: "gmp-wasm powm_sec", packages: ["gmp-wasm"], does: ["modp"], load: gmp("mpz_powm_sec") },
  { name: "BigInt", does: ["modp"], load: () => ({ modp: bigint.modp }) },
  { name: "@noble", packages: ["@noble/ciphers", "@noble/hashes"], does: ["direction"], load: noble() },
  {
    name: "@noble tuned",
    packages: ["@noble/ciphers", "@noble/hashes"],
    does: ["direction"],
    load: noble("tuned"),
  },
  { name: "asmcrypto.js", packages: ["asmcrypto.js"], does: ["direction"], load: asmcrypto },
  { name: "node-forge", packages: ["node-forge"], does: ["modp", "direction"], load: forge },
  { name: "sjcl", packages: ["sjcl"], does: ["direction"], load: sjcl },
  { name: "bn.js", packages: ["bn.js"], does: ["modp"], load: bn },
];

/** @param {readonly Known[]} peers @returns {Promise<Loaded[]>} */
export async function loadPeers(peers) {
  /** @type {Loaded[]} */
  const loaded = [];
  for (const { name, load, does, only, wholeBlocksOnly } of peers) {
    const limits = { ...(only ? { only } : {}), ...(wholeBlocksOnly ? { wholeBlocksOnly } : {}) };
    try {
      loaded.push({ name, can: await load(), ...limits });
    } catch (error) {
      loaded.push({ name, missing: reason(error), does });
    }
  }
  return loaded;
}

/** The first line of what was thrown. @param {unknown} error */
export const reason = (error) => {
  const code = /** @type {{ code?: string }} */ (error)?.code;
  if (code === "ERR_MODULE_NOT_FOUND") return "not installed: npm ci --prefix bench/peers";
  return String(/** @type {Error} */ (error)?.message ?? error).split("\n", 1)[0] ?? "";
};
