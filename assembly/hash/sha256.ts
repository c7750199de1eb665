/**
 * SHA-256 (FIPS 180-4 §5, §6.2), as a stream. A running hash lies in HASH_BYTES octets:
 *
 *    0  state, eight words in the machine's order
 *   32  the octets of a block that is not full yet, 64
 *   96  octets so far u64
 *
 * Whole blocks are compressed where they lie. Short copies are a few stores: a memory.copy or memory.fill costs 6 to
 * 8 ns whatever its length, and there were nine of them around the three blocks of a short MAC.
 * Lengths are public.
 */
import { compress, wipeSchedule, wipeWords, writeState } from "./compression";

export const HASH_BYTES: usize = 104;
const BUFFER: usize = 32;
const OCTETS: usize = 96;

// prettier-ignore
const INITIAL: usize = memory.data<u32>([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
], 16);

/** The initial hash value (§5.3.3). */
export function initialState(state: usize): void {
  copyState(state, INITIAL);
}

function copyState(to: usize, from: usize): void {
  if (ASC_FEATURE_SIMD) {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
  } else {
    for (let i: usize = 0; i < 32; i += 8) store<u64>(to + i, load<u64>(from + i));
  }
}

export function start(hash: usize): void {
  resume(hash, INITIAL, 0);
}

/** Goes on from a state in which `octets`, a multiple of 64, were hashed. */
export function resume(hash: usize, state: usize, octets: u64): void {
  copyState(hash, state);
  store<u64>(hash, octets, OCTETS);
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

/** Fewer octets than a block has. */
export function copyPart(to: usize, from: usize, length: u32): void {
  for (; length >= 8; length -= 8, to += 8, from += 8) store<u64>(to, load<u64>(from));
  if (length & 4) {
    store<u32>(to, load<u32>(from));
    to += 4;
    from += 4;
  }
  if (length & 2) {
    store<u16>(to, load<u16>(from));
    to += 2;
    from += 2;
  }
  if (length & 1) store<u8>(to, load<u8>(from));
}

/**
 * Pads (§5.1.1), writes the 32 octets of the hash and overwrites everything that the hash left behind. The bit and
 * the zeros after it are stored by eight octets: at most seven lie behind the block, where the length was.
 */
export function finish(hash: usize, out: usize): void {
  const octets = load<u64>(hash, OCTETS);
  const filled = (<usize>octets) & 63;
  const block = hash + BUFFER;
  store<u64>(block + filled, 0x80);
  wipeWords(block + ((filled + 8) & ~7), block + 64);
  if (filled >= 56) {
    compress(hash, block, 1);
    wipeWords(block, block + 64);
  }
  store<u64>(block, bswap<u64>(octets << 3), 56);
  compress(hash, block, 1);
  writeState(out, hash);
  wipeWords(hash, hash + HASH_BYTES);
  wipeSchedule();
}
