/**
 * GMP compiled to WebAssembly (gmp-wasm), by its low-level functions: `powm` is its fastest, `powm_sec` the one that is
 * meant for secrets, as ours is. Key pairs are powers of 2 with the same function: GMP has nothing special for them.
 */
import { stripped } from "../octets.js";

/** @param {"mpz_powm" | "mpz_powm_sec"} which @returns {() => Promise<import("./index.js").Abilities>} */
export const loader = (which) => async () => {
  const { init } = await import("gmp-wasm");
  const { binding: gmp } = await init();
  return {
    modp(prime) {
      const place = gmp.malloc(prime.length + 8);
      const count = gmp.malloc(4);
      const number = () => {
        const made = gmp.mpz_t();
        gmp.mpz_init(made);
        return made;
      };
      /** @param {number} target @param {Uint8Array} octets */
      const read = (target, octets) => {
        gmp.mem.set(octets, place);
        gmp.mpz_import(target, octets.length, 1, 1, 1, 0, place);
        return target;
      };
      const write = (/** @type {number} */ source) => {
        gmp.mpz_export(place, count, 1, 1, 1, 0, source);
        return gmp.mem.slice(place, place + gmp.memView.getUint32(count, true));
      };
      const modulus = read(number(), prime);
      const two = read(number(), Uint8Array.of(2));
      return () => {
        const [own, base, result] = [number(), number(), number()];
        return {
          generate(exponent) {
            gmp[which](result, two, read(own, exponent), modulus);
            return write(result);
          },
          agree(value) {
            gmp[which](result, read(base, value), own, modulus);
            return stripped(write(result));
          },
        };
      };
    },
  };
};
