/**
 * Whirlpool as a stream (ISO/IEC 10118-3:2004 §13). A running hash lies in WHIRLPOOL_BYTES octets:
 *
 *    0  state, 64 octets
 *   64  the octets of a block that is not full yet, 64
 *  128  octets so far u64
 *
 * Whole blocks are compressed where they lie. Lengths are public.
 */
import { wipeWords } from "../compression";
import { copyPart } from "../sha256";
import { compress, wipeWork } from "./compression";

export const WHIRLPOOL_BYTES: usize = 136;
export const STATE_BYTES: usize = 64;
const BUFFER: usize = 64;
const OCTETS: usize = 128;

/** The initial value is zero. */
export function start(hash: usize): void {
  wipeWords(hash, hash + STATE_BYTES);
  store<u64>(hash, 0, OCTETS);
}

/** Goes on from a state in which `octets`, a multiple of 64, were hashed. */
export function resume(hash: usize, state: usize, octets: u64): void {
  copyState(hash, state);
  store<u64>(hash, octets, OCTETS);
}

export function copyState(to: usize, from: usize): void {
  for (let at: usize = 0; at < STATE_BYTES; at += 8) store<u64>(to + at, load<u64>(from + at));
}

export function update(hash: usize, data: usize, length: u32): void {
  const octets = load<u64>(hash, OCTETS);
  let filled = (<u32>octets) & 63;
  store<u64>(hash, octets + length, OCTETS);
  while (length) {
    if (!filled) {
      compress(hash, data, length >> 6);
      data += length & ~63;
      length &= 63;
    }
    const taken = min(64 - filled, length);
    copyPart(hash + BUFFER + filled, data, taken);
    data += taken;
    length -= taken;
    filled += taken;
    if (filled < 64) return;
    compress(hash, hash + BUFFER, 1);
    filled = 0;
  }
}

/**
 * Pads with one bit, zeros, and the length in 256 bits, of which 64 are enough; writes the 64 octets of the hash and overwrites
 * everything that the hash left behind. The bit and the zeros after it are stored by eight octets: at most seven lie
 * behind the block, where the length was.
 */
export function finish(hash: usize, out: usize): void {
  const octets = load<u64>(hash, OCTETS);
  const filled = (<usize>octets) & 63;
  const block = hash + BUFFER;
  store<u64>(block + filled, 0x80);
  wipeWords(block + ((filled + 8) & ~7), block + 64);
  if (filled >= 32) {
    compress(hash, block, 1);
    wipeWords(block, block + 64);
  }
  store<u64>(block, bswap<u64>(octets << 3), 56);
  compress(hash, block, 1);
  copyState(out, hash);
  wipeWords(hash, hash + WHIRLPOOL_BYTES);
  wipeWork();
}
