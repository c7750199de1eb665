/** bn.js in its Montgomery form: what browserify and elliptic calculate with. */
import { stripped } from "../octets.js";

/** @returns {Promise<import("./index.js").Abilities>} */
export async function load() {
  const { default: BN } = await import("bn.js");
  return {
    modp(prime) {
      const field = BN.mont(new BN(prime));
      const two = new BN(2).toRed(field);
      return () => {
        let own = new BN(1);
        return {
          generate(exponent) {
            own = new BN(exponent);
            return Uint8Array.from(two.redPow(own).fromRed().toArray());
          },
          agree: (value) =>
            stripped(Uint8Array.from(new BN(value).toRed(field).redPow(own).fromRed().toArray())),
        };
      };
    },
  };
}
