/** Counter mode (SP 800-38A §6.5) over any block cipher: a counter of 128 bits, big-endian, that wraps. For tests. */
import { toBigInt, toOctets } from "./numbers.js";

export function counterTwin(
  encrypt: (block: Uint8Array) => Uint8Array,
  counter: Uint8Array,
  text: Uint8Array,
): Uint8Array {
  let next = toBigInt(counter);
  const out = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 16, next++) {
    const block = encrypt(toOctets(next & ((1n << 128n) - 1n), 16));
    for (let i = at; i < Math.min(at + 16, text.length); i++) out[i] = text[i]! ^ block[i - at]!;
  }
  return out;
}
