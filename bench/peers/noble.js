/** @noble/ciphers and @noble/hashes: JavaScript by one careful author. The HMAC's key is absorbed once. */
import { base64, equal, text, unbase64, utf8 } from "../octets.js";
import { Counter } from "../counter.js";
import { prefix, suffix } from "../content.js";

/** @returns {Promise<import("./index.js").Abilities>} */
export async function load() {
  const { ctr } = await import("@noble/ciphers/aes.js");
  const { hmac } = await import("@noble/hashes/hmac.js");
  const { sha256 } = await import("@noble/hashes/sha2.js");
  return {
    direction(keys) {
      const counter = new Counter(keys.counter);
      const keyed = hmac.create(sha256, keys.mac);
      const macOf = (/** @type {string} */ content) =>
        keyed.clone().update(utf8(content)).update(counter.octets).digest();
      return {
        seal(clear) {
          const octets = ctr(keys.cipher, counter.octets).encrypt(utf8(clear));
          const data = base64(octets);
          const mac = base64(macOf(prefix + data + suffix));
          counter.advance(octets.length);
          return { data, mac };
        },
        open(content, mac) {
          if (!equal(macOf(content), unbase64(mac))) throw new Error("MAC mismatch");
          const data = unbase64(content.slice(prefix.length, -suffix.length));
          const clear = ctr(keys.cipher, counter.octets).decrypt(data);
          counter.advance(clear.length);
          return text(clear);
        },
      };
    },
  };
}
