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

/** In pieces, because a call takes only so many arguments. @param {Uint8Array} octets */
function latin1(octets) {
  let made = "";
  for (let at = 0; at < octets.length; at += 8192)
    made += String.fromCharCode(...octets.subarray(at, at + 8192));
  return made;
}

/** @param {Uint8Array} octets */
export const base64 = (octets) =>
  node
    ? Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString("base64")
    : globalThis.btoa(latin1(octets));

/** @param {string} encoded @returns {Uint8Array} */
export const unbase64 = (encoded) =>
  node
    ? Buffer.from(encoded, "base64")
    : Uint8Array.from(globalThis.atob(encoded), (character) => character.charCodeAt(0));

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
