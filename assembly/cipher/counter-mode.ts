/**
 * Counter mode (SP 800-38A §6.5) with a counter of 128 bits, big-endian, that wraps (XEP-0200 §6): one step
 * for each block or partial block. Encryption and decryption are the same.
 * A batch is always encrypted whole, but only the blocks that are needed are taken from it, straight onto the input.
 * Length and counter are public; the time depends on the length only.
 * Not done: a round of AES beside every sixteen rounds of SHA-256, in one loop. With the work of a long stanza that took
 * 0.83 of the time of both after each other, so at most 15 % of a stanza of 64 KiB and nothing of a short one; for
 * 4 KB of module, as both bodies would stand in it twice, and a pipeline of three batches and eight blocks that sealing
 * and opening share. Counters as planes without the first transposition: 2 % at most, by the instructions.
 */
import { putCounters, reverse, takeBlock, xorBlock } from "./blocks";
import { BATCH, PLANE_BYTES } from "./planes";
import { encryptBatch } from "./rounds";

const KEYSTREAM_BYTES: usize = 144;
/** A batch, and the block of which only a part is taken. */
const KEYSTREAM: usize = memory.data(144, 16);
const PART: usize = KEYSTREAM + 128;
/** A counter as a number: low u64, high u64. */
const NUMBER: usize = memory.data(16, 16);

export function blocksFor(length: u32): u32 {
  return (length + 15) >> 4;
}

/** Begins with counter + blocks, modulo 2^128, as NUMBER. */
export function startAt(counter: usize, blocks: u64): void {
  reverse(NUMBER, counter);
  const lo = load<u64>(NUMBER) + blocks;
  store<u64>(NUMBER, lo);
  store<u64>(NUMBER, load<u64>(NUMBER, 8) + u64(lo < blocks), 8);
}

/** Writes NUMBER as 16 octets and goes on to the next one. */
export function nextNumber(out: usize): void {
  reverse(out, NUMBER);
  const lo = load<u64>(NUMBER) + 1;
  store<u64>(NUMBER, lo);
  store<u64>(NUMBER, load<u64>(NUMBER, 8) + u64(!lo), 8);
}

/** counter += blocks, modulo 2^128. */
export function advance(counter: usize, blocks: u64): void {
  startAt(counter, blocks);
  reverse(counter, NUMBER);
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
  startAt(counter, skip);
  while (length) {
    putCounters(KEYSTREAM, NUMBER);
    if (ASC_FEATURE_SIMD) encryptBatch<v128>(KEYSTREAM, keys, rounds);
    else encryptBatch<u64>(KEYSTREAM, keys, rounds);
    const whole = min(length >> 4, BATCH);
    const end = KEYSTREAM + <usize>whole * PLANE_BYTES;
    for (let word = KEYSTREAM; word < end; word += PLANE_BYTES, out += 16, input += 16) {
      xorBlock(out, input, word);
    }
    length -= whole << 4;
    if (whole < BATCH && length) {
      takeBlock(KEYSTREAM, whole, PART);
      xorPart(out, input, PART, length);
      break;
    }
  }
  for (let i: usize = 0; i < KEYSTREAM_BYTES; i += 8) store<u64>(KEYSTREAM + i, 0);
}

/** The last octets, fewer than a block has: nothing behind them is read or written. */
export function xorPart(out: usize, input: usize, part: usize, length: u32): void {
  let at: usize = 0;
  if (length & 8) {
    store<u64>(out, load<u64>(input) ^ load<u64>(part));
    at = 8;
  }
  if (length & 4) {
    store<u32>(out + at, load<u32>(input + at) ^ load<u32>(part + at));
    at += 4;
  }
  if (length & 2) {
    store<u16>(out + at, load<u16>(input + at) ^ load<u16>(part + at));
    at += 2;
  }
  if (length & 1) store<u8>(out + at, load<u8>(input + at) ^ load<u8>(part + at));
}
