/**
 * SHA-256 of a secret integer in its shortest big-endian form: K = HASH(MPI(z)) (XEP-0116 §6.1, §4.6.2).
 * How many leading zero octets are left out is a secret, so every possible place of the end is tried under a
 * mask: the work depends on the length before stripping only. Zero is one zero octet.
 */
import { eq, mask, select } from "../memory/constant-time";
import { compress, wipeSchedule, writeState } from "./compression";
import { initialState } from "./sha256";

/** The longest integer: 8192 bits. */
export const MAX_INTEGER_BYTES: u32 = 1024;

/** The stripped integer and its padding; zeros behind it are shifted in. */
const TEXT: usize = memory.data(2176, 16);
const STATE: usize = memory.data(32, 16);
const RESULT: usize = memory.data(32, 16);

/** length <= MAX_INTEGER_BYTES and at least 1. */
export function hashInteger(out: usize, value: usize, length: u32): void {
  memory.copy(TEXT, value, length);
  memory.fill(TEXT + length, 0, 2176 - length);

  // The last octet is never left out.
  let seen: u32 = 0;
  let zeros: u32 = 0;
  for (let i: u32 = 0; i < length - 1; ++i) {
    seen |= load<u8>(TEXT + i);
    zeros += eq(seen, 0);
  }

  // Shift left by `zeros`, one bit of it at a time. i + step < 2 * 1024: inside TEXT.
  for (let step: u32 = 1, bit: u32 = 0; step < length; step <<= 1, ++bit) {
    const moved = mask((zeros >> bit) & 1);
    for (let i: u32 = 0; i < length; ++i) {
      store<u8>(TEXT + i, select(moved, load<u8>(TEXT + i + step), load<u8>(TEXT + i)));
    }
  }

  const kept = length - zeros;
  for (let i: u32 = 1; i <= length; ++i) {
    store<u8>(TEXT + i, load<u8>(TEXT + i) | (0x80 & mask(eq(i, kept))));
  }

  // The block that is the last carries the length in bits (at most 8192: the low word).
  const blocks = (length + 72) >> 6;
  const last = (kept + 72) >> 6;
  initialState(STATE);
  memory.fill(RESULT, 0, 32);
  for (let block: u32 = 1; block <= blocks; ++block) {
    const at = TEXT + ((<usize>(block - 1)) << 6);
    const isLast = mask(eq(block, last));
    store<u32>(at, load<u32>(at, 60) | (bswap<u32>(kept << 3) & isLast), 60);
    compress(STATE, at, 1);
    for (let i: usize = 0; i < 32; i += 4) {
      store<u32>(RESULT + i, select(isLast, load<u32>(STATE + i), load<u32>(RESULT + i)));
    }
  }
  writeState(out, RESULT);
  memory.fill(TEXT, 0, 2176);
  memory.fill(STATE, 0, 32);
  memory.fill(RESULT, 0, 32);
  wipeSchedule();
}
