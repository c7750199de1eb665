/** Octets, numbers and texts for peers in Node and in a page alike. Where Node has a faster way (Buffer), it is taken. */

const node = typeof Buffer !== "undefined";

/** Big-endian without leading zero octets (XEP-0116 §6.1). @param {Uint8Array} octets */
export const stripped = (octets) => octets.subarray(octets.findIndex((octet) => octet !== 0));

/** @param {Uint8Array} octets */
export const hex = (octets) =>
  node
    ? Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString("hex")
    : Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("");

/** @param {string} text */
export function unhex(text) {
  const even = text.length % 2 === 0 ? text : `0${text}`;
  if (node) return new Uint8Array(Buffer.from(even, "hex"));
  return Uint8Array.from({ length: even.length / 2 }, (_, at) =>
    parseInt(even.slice(2 * at, 2 * at + 2), 16),
  );
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** @param {string} text @returns {Uint8Array} */
export const utf8 = (text) => (node ? Buffer.from(text, "utf8") : encoder.encode(text));
/** @param {Uint8Array} octets */
export const text = (octets) =>
  node
    ? Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString("utf8")
    : decoder.decode(octets);

/** Uint8Array's own Base64, which new browsers have. @type {any} */
const own = Uint8Array;

/** In pieces, because a call takes only so many arguments. @param {Uint8Array} octets */
function latin1(octets) {
  let made = "";
  for (let at = 0; at < octets.length; at += 8192)
    made += String.fromCharCode(...octets.subarray(at, at + 8192));
  return made;
}

/** @param {Uint8Array} octets @returns {string} */
export function base64(octets) {
  if (node) return Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString("base64");
  if (typeof own.prototype.toBase64 === "function") return own.prototype.toBase64.call(octets);
  return globalThis.btoa(latin1(octets));
}

/** @param {string} encoded @returns {Uint8Array} */
export function unbase64(encoded) {
  if (node) return Buffer.from(encoded, "base64");
  if (typeof own.fromBase64 === "function") return own.fromBase64(encoded);
  const octets = globalThis.atob(encoded);
  const made = new Uint8Array(octets.length);
  for (let at = 0; at < made.length; at++) made[at] = octets.charCodeAt(at);
  return made;
}

/** @param {Uint8Array} a @param {Uint8Array} b */
export const equal = (a, b) => a.length === b.length && a.every((octet, at) => octet === b[at]);

/** @param {number} length */
export const random = (length) => crypto.getRandomValues(new Uint8Array(length));

/** A private key: 256 bits, the top one set. */
export function exponent() {
  const octets = random(32);
  octets[0] = (octets[0] ?? 0) | 0x80;
  return octets;
}
