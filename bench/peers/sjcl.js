/** sjcl, the Stanford library. Its build has no counter mode, so that is written here on its block cipher. */
import { Counter } from "../counter.js";
import { prefix, suffix } from "../content.js";
import { hex } from "../octets.js";

/** @returns {Promise<import("./index.js").Abilities>} */
export async function load() {
  const { default: sjcl } = await import("sjcl");
  const words = (/** @type {Uint8Array} */ octets) => sjcl.codec.hex.toBits(hex(octets));
  return {
    direction(keys) {
      const counter = new Counter(keys.counter);
      const aes = new sjcl.cipher.aes(words(keys.cipher));
      const mac = new sjcl.misc.hmac(words(keys.mac), sjcl.hash.sha256);
      /** @param {number[]} input */
      const cipher = (input) => {
        const length = sjcl.bitArray.bitLength(input);
        const output = input.slice();
        const block = words(counter.octets);
        for (let at = 0; at < input.length; at += 4) {
          const stream = aes.encrypt(block);
          for (let word = 0; word < 4; word++) output[at + word] ^= stream[word];
          for (let word = 3; word >= 0; word--) if ((block[word] = (block[word] + 1) | 0) !== 0) break;
        }
        return sjcl.bitArray.clamp(output, length);
      };
      const macOf = (/** @type {string} */ content) => {
        mac.update(content);
        mac.update(words(counter.octets));
        const made = mac.digest();
        mac.reset();
        return made;
      };
      return {
        seal(clear) {
          const bits = cipher(sjcl.codec.utf8String.toBits(clear));
          const data = sjcl.codec.base64.fromBits(bits);
          const made = sjcl.codec.base64.fromBits(macOf(prefix + data + suffix));
          counter.advance(sjcl.bitArray.bitLength(bits) / 8);
          return { data, mac: made };
        },
        open(content, given) {
          if (!sjcl.bitArray.equal(macOf(content), sjcl.codec.base64.toBits(given)))
            throw new Error("MAC mismatch");
          const bits = cipher(sjcl.codec.base64.toBits(content.slice(prefix.length, -suffix.length)));
          counter.advance(sjcl.bitArray.bitLength(bits) / 8);
          return sjcl.codec.utf8String.fromBits(bits);
        },
      };
    },
  };
}
