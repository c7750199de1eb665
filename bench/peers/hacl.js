/**
 * HACL* (verified C) compiled to WebAssembly: Bignum64, constant in time. WebAssembly has no 64-bit product of 128 bits,
 * which it emulates, and it makes its Montgomery context in every call.
 */
import { stripped } from "../octets.js";

/** @returns {Promise<import("./index.js").Abilities>} */
export async function load() {
  const { default: hacl } = await import("hacl-wasm");
  const { Bignum_64 } = await hacl.getInitializedHaclModule();
  // little-endian words, whatever the length
  const words = (/** @type {Uint8Array} */ octets, length = octets.length) => {
    const padded = new Uint8Array(Math.ceil(length / 8) * 8);
    padded.set(Uint8Array.from(octets).reverse());
    return new BigUint64Array(padded.buffer);
  };
  return {
    modp(prime) {
      const modulus = words(prime);
      const two = words(Uint8Array.of(2), prime.length);
      /** @param {BigUint64Array} base @param {BigUint64Array} power */
      const raise = (base, power) => {
        const [result] = Bignum_64.mod_exp_consttime(modulus, base, power);
        const octets = new Uint8Array(result.buffer, result.byteOffset, result.byteLength);
        return stripped(Uint8Array.from(octets).reverse());
      };
      return () => {
        let own = words(Uint8Array.of(1), 32);
        return {
          generate(exponent) {
            own = words(exponent);
            return raise(two, own);
          },
          agree: (value) => raise(words(value, prime.length), own),
        };
      };
    },
  };
}
