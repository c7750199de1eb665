/** node-forge: octets in strings; its big integers are jsbn. */
import { hex, stripped, unhex } from "../octets.js";
import { Counter } from "../counter.js";
import { prefix, suffix } from "../content.js";

const latin1 = (/** @type {Uint8Array} */ octets) => String.fromCharCode(...octets);

/** @returns {Promise<import("./index.js").Abilities>} */
export async function load() {
  const { default: forge } = await import("node-forge");
  const { BigInteger } = forge.jsbn;
  const number = (/** @type {Uint8Array} */ octets) => new BigInteger(hex(octets), 16);
  return {
    modp(prime) {
      const modulus = number(prime);
      const two = new BigInteger("2", 10);
      return () => {
        let own = two;
        return {
          generate(exponent) {
            own = number(exponent);
            return unhex(two.modPow(own, modulus).toString(16));
          },
          agree: (value) => stripped(unhex(number(value).modPow(own, modulus).toString(16))),
        };
      };
    },
    direction(keys) {
      const counter = new Counter(keys.counter);
      const [cipherKey, macKey] = [latin1(keys.cipher), latin1(keys.mac)];
      const cipher = (/** @type {string} */ octets) => {
        const made = forge.cipher.createCipher("AES-CTR", cipherKey);
        made.start({ iv: latin1(counter.octets) });
        made.update(forge.util.createBuffer(octets));
        made.finish();
        return made.output.getBytes();
      };
      const macOf = (/** @type {string} */ content) => {
        const mac = forge.hmac.create();
        mac.start("sha256", macKey);
        mac.update(content);
        mac.update(latin1(counter.octets));
        return mac.digest().getBytes();
      };
      return {
        seal(clear) {
          const octets = cipher(forge.util.encodeUtf8(clear));
          const data = forge.util.encode64(octets);
          const mac = forge.util.encode64(macOf(prefix + data + suffix));
          counter.advance(octets.length);
          return { data, mac };
        },
        open(content, mac) {
          if (macOf(content) !== forge.util.decode64(mac)) throw new Error("MAC mismatch");
          const octets = cipher(forge.util.decode64(content.slice(prefix.length, -suffix.length)));
          counter.advance(octets.length);
          return forge.util.decodeUtf8(octets);
        },
      };
    },
  };
}
