/** The language's own BigInt, with a fixed window of 5 bits: what one writes without a library. Not constant in time. */
import { hex, unhex } from "../octets.js";

const WINDOW = 5;

/** @param {bigint} base @param {string} bits of the exponent @param {bigint} modulus */
function power(base, bits, modulus) {
  const table = [1n];
  for (let i = 1; i < 1 << WINDOW; i++) table.push((table[i - 1] ?? 1n) * base % modulus); // prettier-ignore
  let result = 1n;
  for (let at = 0; at < bits.length; at += WINDOW) {
    for (let i = 0; i < WINDOW; i++) result = (result * result) % modulus;
    result = (result * (table[parseInt(bits.slice(at, at + WINDOW), 2)] ?? 1n)) % modulus;
  }
  return result;
}

const number = (/** @type {Uint8Array} */ octets) => BigInt(`0x${hex(octets)}`);

/** @type {import("./index.js").Modp} */
export function modp(prime) {
  const modulus = number(prime);
  return () => {
    let bits = "1";
    return {
      generate(exponent) {
        const plain = number(exponent).toString(2);
        bits = plain.padStart(Math.ceil(plain.length / WINDOW) * WINDOW, "0");
        return unhex(power(2n, bits, modulus).toString(16));
      },
      agree: (value) => unhex(power(number(value), bits, modulus).toString(16)),
    };
  };
}
