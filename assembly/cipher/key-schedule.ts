/**
 * The AES key schedule (FIPS 197 §5.2) in constant time: SubWord goes through the same circuit as the data.
 * A block whose four columns are the word is not changed by ShiftRows, so one last round (no MixColumns)
 * under zero keys is SubWord, but for the constant 0x63 that encryptBatch leaves out.
 * The key's length is public.
 */
import { putBlock, takeBlock } from "./blocks";
import { PLANE_BYTES } from "./planes";
import { encryptBatch } from "./rounds";

const MAX_WORDS: usize = 60;
const WORDS: usize = memory.data(240, 16);
const BATCH_AREA: usize = memory.data(128, 16);
const ZERO_KEYS: usize = memory.data(256, 16);
const WORD_OUT: usize = memory.data(16, 16);

/** 0x63 in every octet: what the S-box circuit leaves out. ShiftRows and MixColumns do not change it. */
const AFFINE_CONSTANT: u32 = 0x63636363;

function subWord(word: u32): u32 {
  const twice = ((<u64>word) << 32) | (<u64>word);
  putBlock(BATCH_AREA, 0, twice, twice);
  if (ASC_FEATURE_SIMD) encryptBatch<v128>(BATCH_AREA, ZERO_KEYS, 1);
  else encryptBatch<u64>(BATCH_AREA, ZERO_KEYS, 1);
  takeBlock(BATCH_AREA, 0, WORD_OUT);
  return bswap<u32>(load<u32>(WORD_OUT)) ^ AFFINE_CONSTANT;
}

/** The planes of one round key, the same for all blocks of the batch. */
function slice(out: usize, hi: u64, lo: u64): void {
  putBlock(BATCH_AREA, 0, hi, lo);
  if (ASC_FEATURE_SIMD) {
    const key = v128.load(BATCH_AREA);
    for (let k = 0; k < 8; ++k) {
      v128.store(out + ((<usize>k) << 4), i8x16.shr_s(i8x16.shl(key, 7 - k), 7));
    }
  } else {
    const even = load<u64>(BATCH_AREA);
    const odd = load<u64>(BATCH_AREA, 32);
    for (let k: u64 = 0; k < 8; ++k) {
      const low = ((even >> k) & 0x0101010101010101) * 0x0f;
      const high = ((odd >> k) & 0x0101010101010101) * 0xf0;
      store<u64>(out + ((<usize>k) << 3), low | high);
    }
  }
}

/** Number of rounds for a key of 16, 24 or 32 octets (FIPS 197 §5, figure 4). */
export function roundsFor(keyLength: u32): u32 {
  return (keyLength >> 2) + 6;
}

/**
 * Expands a key of 16, 24 or 32 octets into bit planes at `out` (ROUND_KEYS_BYTES). A key of another length, which
 * MAX_WORDS and `out` would not hold, is refused: false, and nothing is written.
 */
export function expandKey(out: usize, key: usize, keyLength: u32): bool {
  if (keyLength != 16 && keyLength != 24 && keyLength != 32) return false;
  const nk = keyLength >> 2;
  const rounds = roundsFor(keyLength);
  const words = (rounds + 1) << 2;
  for (let i: u32 = 0; i < nk; ++i) {
    store<u32>(WORDS + ((<usize>i) << 2), bswap<u32>(load<u32>(key + ((<usize>i) << 2))));
  }
  let roundConstant: u32 = 1;
  for (let i = nk; i < words; ++i) {
    let t = load<u32>(WORDS + ((<usize>(i - 1)) << 2));
    if (i % nk == 0) {
      t = subWord(rotl<u32>(t, 8)) ^ (roundConstant << 24);
      roundConstant = (roundConstant << 1) ^ (roundConstant >= 0x80 ? 0x11b : 0);
    } else if (nk > 6 && i % nk == 4) {
      t = subWord(t);
    }
    store<u32>(WORDS + ((<usize>i) << 2), load<u32>(WORDS + ((<usize>(i - nk)) << 2)) ^ t);
  }
  for (let round: u32 = 0; round <= rounds; ++round) {
    const word = WORDS + ((<usize>round) << 4);
    const constant: u32 = round ? AFFINE_CONSTANT : 0;
    const hi = ((<u64>(load<u32>(word) ^ constant)) << 32) | (<u64>(load<u32>(word, 4) ^ constant));
    const lo = ((<u64>(load<u32>(word, 8) ^ constant)) << 32) | (<u64>(load<u32>(word, 12) ^ constant));
    slice(out + <usize>round * 8 * PLANE_BYTES, hi, lo);
  }
  memory.fill(WORDS, 0, MAX_WORDS << 2);
  memory.fill(BATCH_AREA, 0, 128);
  memory.fill(WORD_OUT, 0, 16);
  return true;
}
