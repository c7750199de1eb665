/**
 * @noble/ciphers and @noble/hashes: JavaScript by one careful author. As their papers show it, an HMAC is one call with
 * the key; "tuned" absorbs the key once and clones that state for each stanza.
 */
import { base64, equal, text, unbase64, utf8 } from "../octets.js";
import { Counter } from "../counter.js";
import { prefix, suffix } from "../content.js";

/** @param {"tuned"} [tuned] @returns {() => Promise<import("./index.js").Abilities>} */
export const loader = (tuned) => async () => {
  const { ctr } = await import("@noble/ciphers/aes.js");
  const { hmac } = await import("@noble/hashes/hmac.js");
  const { sha256 } = await import("@noble/hashes/sha2.js");
  return {
    direction(keys) {
      const counter = new Counter(keys.counter);
      const keyed = hmac.create(sha256, keys.mac);
      const macOf = (/** @type {string} */ content) =>
        (tuned ? keyed.clone() : hmac.create(sha256, keys.mac))
          .update(utf8(content))
          .update(counter.octets)
          .digest();
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
};
