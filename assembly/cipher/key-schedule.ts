/**
 * The AES key schedule (FIPS 197 §5.2) in constant time: SubWord goes through the same circuit as the data.
 * A block whose four columns are the word is not changed by ShiftRows, so one last round (no MixColumns)
 * under zero keys is SubWord, but for the constant 0x63 that encryptBatch leaves out.
 * The key's length is public.
 */
import { putBlock, takeBlock } from "./blocks";
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

/** Number of rounds for a key of 16, 24 or 32 octets (FIPS 197 §5, figure 4). */
export function roundsFor(keyLength: u32): u32 {
  return (keyLength >> 2) + 6;
}

/** Round keys as two u64 each, for at most 15 of them. */
export const SCHEDULE_BYTES: usize = 240;

/**
 * Expands a key of 16, 24 or 32 octets into its round keys at `out` (SCHEDULE_BYTES), each as the numbers of its octets
 * 0-7 and 8-15, and with the constant of the S-box. A key of another length, which MAX_WORDS and `out` would not
 * hold, is refused: false, and nothing is written.
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
  for (let i: u32 = 0; i < words; i += 2) {
    const word = WORDS + ((<usize>i) << 2);
    const constant: u32 = i < 4 ? 0 : AFFINE_CONSTANT;
    const hi = load<u32>(word) ^ constant;
    store<u64>(out + ((<usize>i) << 2), ((<u64>hi) << 32) | (<u64>(load<u32>(word, 4) ^ constant)));
  }
  memory.fill(WORDS, 0, MAX_WORDS << 2);
  memory.fill(BATCH_AREA, 0, 128);
  memory.fill(WORD_OUT, 0, 16);
  return true;
}
