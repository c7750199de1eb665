/**
 * Twofish encryption (§4) of a batch of blocks in place: 16 blocks in the SIMD build, 8 in the scalar one. The blocks are
 * kept as four rows, of their first, second, third and fourth words; g of two rows goes through one batch of h, where the
 * words of a block lie beside each other (function-h.ts). Sums modulo 2^32, which bitsliced would be chains of carries,
 * are made on words.
 * Takes the same time for all keys and data.
 */
import { BATCH_BYTES as H_BYTES, h, MAX_KEY_PLANES_BYTES, sliceWords } from "./function-h";
import { S_COUNT, S_WORDS } from "./key-schedule";

/** Octets of a batch. */
export const BATCH_BYTES: usize = ASC_FEATURE_SIMD ? 256 : 128;
const ROW: usize = BATCH_BYTES >> 2;
const ROUNDS: usize = 16;
const WHITENING: usize = 32;

const ROWS: usize = memory.data(256, 16);
const WORDS: usize = memory.data(128, 16);
const S_PLANES: usize = memory.data(512, 16);

/** The planes of the words S, for the batches that follow. */
export function prepare(schedule: usize): void {
  const count = load<u32>(schedule, S_COUNT);
  if (ASC_FEATURE_SIMD) sliceWords<v128>(S_PLANES, schedule + S_WORDS, count);
  else sliceWords<u64>(S_PLANES, schedule + S_WORDS, count);
}

/** Overwrites what prepare() and the batches left. */
export function wipe(): void {
  memory.fill(S_PLANES, 0, MAX_KEY_PLANES_BYTES);
  memory.fill(ROWS, 0, BATCH_BYTES);
  memory.fill(WORDS, 0, H_BYTES);
}

/** Words of the blocks at p to the rows, or back, each XORed with its whitening key; `turn` of 2 undoes the last swap. */
function whiten(p: usize, keys: usize, turn: usize, back: bool): void {
  for (let word: usize = 0; word < 4; ++word) {
    const key = load<u32>(keys + (word << 2));
    let row = ROWS + ((word + turn) & 3) * ROW;
    const end = row + ROW;
    for (let at = p + (word << 2); row < end; row += 4, at += 16)
      if (back) store<u32>(at, load<u32>(row) ^ key);
      else store<u32>(row, load<u32>(at) ^ key);
  }
}

/** BATCH_BYTES at p, under a schedule for which prepare() was called. */
export function encryptBatch(p: usize, schedule: usize): void {
  whiten(p, schedule, 0, false);
  const count = load<u32>(schedule, S_COUNT);
  let key = schedule + WHITENING;
  for (let round: usize = 0; round < ROUNDS; ++round, key += 8) {
    // The halves change places in every round.
    const first = ROWS + ((round & 1) << 1) * ROW;
    const third = ROWS + (((round & 1) << 1) ^ 2) * ROW;
    if (ASC_FEATURE_SIMD) roundOfVectors(first, third, key, count);
    else roundOfWords(first, third, key, count);
  }
  whiten(p, schedule + 16, 2, true);
}

function roundOfWords(first: usize, third: usize, key: usize, count: u32): void {
  for (let i: usize = 0; i < 8; ++i) {
    const left = load<u32>(first + (i << 2));
    const right = load<u32>(first + ROW + (i << 2));
    store<u64>(WORDS + (i << 3), (<u64>left) | ((<u64>rotl<u32>(right, 8)) << 32));
  }
  h<u64>(WORDS, S_PLANES, count);
  const k0 = load<u32>(key);
  const k1 = load<u32>(key, 4);
  for (let i: usize = 0; i < 8; ++i) {
    const t1 = load<u32>(WORDS + (i << 3), 4);
    const sum = load<u32>(WORDS + (i << 3)) + t1;
    const at = third + (i << 2);
    store<u32>(at, rotr<u32>(load<u32>(at) ^ (sum + k0), 1));
    store<u32>(at + ROW, rotl<u32>(load<u32>(at + ROW), 1) ^ (sum + t1 + k1));
  }
}

function roundOfVectors(first: usize, third: usize, key: usize, count: u32): void {
  for (let i: usize = 0; i < 4; ++i) {
    const a = v128.load(first + (i << 4));
    const b = v128.load(first + ROW + (i << 4));
    const turned = i8x16.shuffle(b, b, 3, 0, 1, 2, 7, 4, 5, 6, 11, 8, 9, 10, 15, 12, 13, 14);
    v128.store(WORDS + (i << 5), v128.shuffle<i32>(a, turned, 0, 4, 1, 5));
    v128.store(WORDS + (i << 5), v128.shuffle<i32>(a, turned, 2, 6, 3, 7), 16);
  }
  h<v128>(WORDS, S_PLANES, count);
  const k0 = v128.load32_splat(key);
  const k1 = v128.load32_splat(key, 4);
  for (let i: usize = 0; i < 4; ++i) {
    const low = v128.load(WORDS + (i << 5));
    const high = v128.load(WORDS + (i << 5), 16);
    const t1 = v128.shuffle<i32>(low, high, 1, 3, 5, 7);
    const sum = i32x4.add(v128.shuffle<i32>(low, high, 0, 2, 4, 6), t1);
    const at = third + (i << 4);
    const c = v128.xor(v128.load(at), i32x4.add(sum, k0));
    v128.store(at, v128.or(i32x4.shr_u(c, 1), i32x4.shl(c, 31)));
    const d = v128.load(at + ROW);
    const turned = v128.or(i32x4.shl(d, 1), i32x4.shr_u(d, 31));
    v128.store(at + ROW, v128.xor(turned, i32x4.add(i32x4.add(sum, t1), k1)));
  }
}
