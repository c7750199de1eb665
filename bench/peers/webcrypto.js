/** WebCrypto, which answers by promises: each call goes to another thread and comes back. */
import { base64, text, unbase64, utf8 } from "../octets.js";
import { Counter } from "../counter.js";
import { prefix, suffix } from "../content.js";

const ctr = (/** @type {Uint8Array} */ counter) => ({ name: "AES-CTR", counter, length: 128 });

/** @param {string} content @param {Uint8Array} counter */
function covered(content, counter) {
  const octets = new Uint8Array(content.length + 16);
  octets.set(utf8(content));
  octets.set(counter, content.length);
  return octets;
}

/** @type {import("./index.js").MakeDirection} */
export async function direction(keys) {
  const { subtle } = globalThis.crypto;
  const cipher = await subtle.importKey("raw", keys.cipher, "AES-CTR", false, ["encrypt", "decrypt"]);
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const macKey = await subtle.importKey("raw", keys.mac, hmac, false, ["sign", "verify"]);
  const counter = new Counter(keys.counter);
  return {
    async seal(/** @type {string} */ clear) {
      const octets = new Uint8Array(await subtle.encrypt(ctr(counter.octets), cipher, utf8(clear)));
      const data = base64(octets);
      const mac = await subtle.sign("HMAC", macKey, covered(prefix + data + suffix, counter.octets));
      counter.advance(octets.length);
      return { data, mac: base64(new Uint8Array(mac)) };
    },
    async open(/** @type {string} */ content, /** @type {string} */ mac) {
      const right = await subtle.verify("HMAC", macKey, unbase64(mac), covered(content, counter.octets));
      if (!right) throw new Error("MAC mismatch");
      const data = unbase64(content.slice(prefix.length, -suffix.length));
      const clear = new Uint8Array(await subtle.decrypt(ctr(counter.octets), cipher, data));
      counter.advance(clear.length);
      return text(clear);
    },
  };
}
