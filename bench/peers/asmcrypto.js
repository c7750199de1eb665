/** asmcrypto.js: the fastest of the time of asm.js. It makes its state anew in every call. */
import { base64, equal, text, unbase64, utf8 } from "../octets.js";
import { Counter } from "../counter.js";
import { prefix, suffix } from "../content.js";

/** @returns {Promise<import("./index.js").Abilities>} */
export async function load() {
  const loaded = await import("asmcrypto.js");
  const { AES_CTR, HmacSha256 } = loaded.default ?? loaded;
  return {
    direction(keys) {
      const counter = new Counter(keys.counter);
      const cipher = (/** @type {Uint8Array} */ octets) =>
        AES_CTR.encrypt(octets, keys.cipher, counter.octets);
      const macOf = (/** @type {string} */ content) =>
        new HmacSha256(keys.mac).process(utf8(content)).process(counter.octets).finish().result;
      return {
        seal(clear) {
          const octets = cipher(utf8(clear));
          const data = base64(octets);
          const mac = base64(macOf(prefix + data + suffix));
          counter.advance(octets.length);
          return { data, mac };
        },
        open(content, mac) {
          if (!equal(macOf(content), unbase64(mac))) throw new Error("MAC mismatch");
          const clear = cipher(unbase64(content.slice(prefix.length, -suffix.length)));
          counter.advance(clear.length);
          return text(clear);
        },
      };
    },
  };
}
