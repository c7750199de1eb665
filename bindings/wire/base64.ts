/**
 * Base64, strictly (RFC 4648 §4, §3.2, §3.5): padding required, no white space or other characters, unused bits zero.
 * For public values only: time and addresses depend on the octets. Secrets are encoded inside the core.
 */
import { EsessionError } from "../errors.js";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUE = new Map(Array.from(ALPHABET, (char, value) => [char.charCodeAt(0), value]));
const PAD = "=";

export function encodeBase64(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 3) {
    const left = bytes.length - i;
    const group = (bytes[i]! << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    text += ALPHABET[group >> 18]! + ALPHABET[(group >> 12) & 63]!;
    text += left > 1 ? ALPHABET[(group >> 6) & 63]! : PAD;
    text += left > 2 ? ALPHABET[group & 63]! : PAD;
  }
  return text;
}

/** Throws base64-malformed, naming `what` was to be decoded. */
export function decodeBase64(text: string, what = "the text"): Uint8Array {
  const refuse = (fault: string): never => {
    throw new EsessionError("base64-malformed", `${what} is not strict Base64: ${fault}`);
  };
  if (text.length % 4 !== 0) refuse("its length is no multiple of four");
  const padding = text.endsWith("==") ? 2 : text.endsWith(PAD) ? 1 : 0;
  const digits = text.length - padding;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let i = 0; i < digits; i++) {
    const value = VALUE.get(text.charCodeAt(i)) ?? refuse(`a wrong character at offset ${i}`);
    held = (held << 6) | value;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = held >> bits;
    held &= (1 << bits) - 1;
  }
  if (held !== 0) refuse("unused bits are not zero");
  return bytes;
}
