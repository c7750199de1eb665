/**
 * Counter mode (SP 800-38A §6.5) with a counter of 128 bits, big-endian, that wraps (XEP-0200 §6): one step
 * for each block or partial block. Encryption and decryption are the same.
 * Length and counter are public; the time depends on the length only.
 */
import { putBlock, takeBlock } from "./blocks";
import { BATCH } from "./planes";
import { encryptBatch } from "./rounds";

const KEYSTREAM: usize = memory.data(128, 16);
const BATCH_BYTES: u32 = BATCH * 16;

export function blocksFor(length: u32): u32 {
  return (length + 15) >> 4;
}

/** counter += blocks, modulo 2^128. */
export function advance(counter: usize, blocks: u64): void {
  const lo = bswap<u64>(load<u64>(counter, 8));
  const next = lo + blocks;
  const hi = bswap<u64>(load<u64>(counter)) + u64(next < lo);
  store<u64>(counter, bswap<u64>(hi));
  store<u64>(counter, bswap<u64>(next), 8);
}

/** XORs the keystream that begins at block counter + skip onto the input; out may be the input. */
export function counterMode(
  out: usize,
  input: usize,
  length: u32,
  keys: usize,
  rounds: u32,
  counter: usize,
  skip: u64,
): void {
  let lo = bswap<u64>(load<u64>(counter, 8));
  let hi = bswap<u64>(load<u64>(counter));
  const start = lo + skip;
  hi += u64(start < lo);
  lo = start;
  while (length) {
    for (let j: u32 = 0; j < BATCH; ++j) {
      putBlock(KEYSTREAM, j, hi, lo);
      ++lo;
      hi += u64(lo == 0);
    }
    if (ASC_FEATURE_SIMD) encryptBatch<v128>(KEYSTREAM, keys, rounds);
    else encryptBatch<u64>(KEYSTREAM, keys, rounds);
    const taken = min(length, BATCH_BYTES);
    xorKeystream(out, input, taken);
    out += taken;
    input += taken;
    length -= taken;
  }
  memory.fill(KEYSTREAM, 0, 128);
}

const BLOCK: usize = memory.data(16, 16);

function xorKeystream(out: usize, input: usize, length: u32): void {
  const whole = length >> 4;
  for (let j: u32 = 0; j < whole; ++j) {
    const at = (<usize>j) << 4;
    takeBlock(KEYSTREAM, j, BLOCK);
    store<u64>(out + at, load<u64>(input + at) ^ load<u64>(BLOCK));
    store<u64>(out + at, load<u64>(input + at, 8) ^ load<u64>(BLOCK, 8), 8);
  }
  if (length & 15) {
    takeBlock(KEYSTREAM, whole, BLOCK);
    for (let i = whole << 4; i < length; ++i) {
      store<u8>(out + i, load<u8>(input + i) ^ load<u8>(BLOCK + (i & 15)));
    }
  }
  memory.fill(BLOCK, 0, 16);
}
