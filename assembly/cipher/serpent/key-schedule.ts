/**
 * The key schedule of Serpent, in the octet order of NESSIE and RFC 4344: 132 words from a key that is padded to 256 bits
 * by a one bit and zeros. Constant time: the S-boxes are circuits. The key's length is public.
 */
import { s0, s1, s2, s3, s4, s5, s6, s7 } from "./boxes";

/** 33 round keys of four words u32. */
export const SCHEDULE_BYTES: usize = 528;
/** The fractional part of the golden ratio. */
const PHI: u32 = 0x9e3779b9;
const NO_KEY: usize = memory.data(16, 16);
/** The key's eight words, and the 132 before the S-boxes. */
const WORDS: usize = memory.data(560, 16);
const WORDS_BYTES: usize = 560;

/** Key of 16, 24 or 32 octets; writes SCHEDULE_BYTES. */
export function expandKey(out: usize, key: usize, keyLength: u32): void {
  memory.fill(WORDS, 0, 32);
  memory.copy(WORDS, key, keyLength);
  if (keyLength < 32) store<u8>(WORDS + keyLength, 1);
  for (let i: u32 = 0; i < 132; ++i) {
    const w = WORDS + ((<usize>i) << 2);
    const word = load<u32>(w) ^ load<u32>(w, 12) ^ load<u32>(w, 20) ^ load<u32>(w, 28) ^ PHI ^ i;
    store<u32>(w, rotl<u32>(word, 11), 32);
  }
  memory.copy(out, WORDS + 32, SCHEDULE_BYTES);
  memory.fill(WORDS, 0, WORDS_BYTES);
  // S3 for the first key, then S2 and so on downwards.
  for (const last = out + 512; out < last; out += 128) {
    s3<u32>(out, NO_KEY, false);
    s2<u32>(out + 16, NO_KEY, false);
    s1<u32>(out + 32, NO_KEY, false);
    s0<u32>(out + 48, NO_KEY, false);
    s7<u32>(out + 64, NO_KEY, false);
    s6<u32>(out + 80, NO_KEY, false);
    s5<u32>(out + 96, NO_KEY, false);
    s4<u32>(out + 112, NO_KEY, false);
  }
  s3<u32>(out, NO_KEY, false);
}
