/**
 * The hash of a secret integer in its shortest big-endian form: K = HASH(MPI(z)) (XEP-0116 §6.1, §4.6.2).
 * How many leading zero octets are left out is a secret, so every possible place of the end is tried under a
 * mask: the work depends on the length before stripping only. Zero is one zero octet.
 */
import { eq, mask, select } from "../memory/constant-time";
import * as sha256 from "./compression";
import { hashBytes, isWhirlpool } from "./hashes";
import { initialState } from "./sha256";
import * as whirlpool from "./whirlpool/compression";

/** The longest integer: 8192 bits. */
export const MAX_INTEGER_BYTES: u32 = 1024;

/** The stripped integer and its padding; zeros behind it are shifted in. */
const TEXT: usize = memory.data(2176, 16);
const STATE: usize = memory.data(64, 16);
const RESULT: usize = memory.data(64, 16);

/** Writes as many octets as the hash has. length <= MAX_INTEGER_BYTES and at least 1. */
export function hashInteger(out: usize, value: usize, length: u32, hash: u32): void {
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

  // The block that is the last carries the length in bits (at most 8192: the low word), in a field of 8 octets, or 32.
  const octets = hashBytes(hash);
  const ending: u32 = isWhirlpool(hash) ? 96 : 72;
  const blocks = (length + ending) >> 6;
  const last = (kept + ending) >> 6;
  memory.fill(STATE, 0, 64);
  if (!isWhirlpool(hash)) initialState(STATE);
  memory.fill(RESULT, 0, octets);
  for (let block: u32 = 1; block <= blocks; ++block) {
    const at = TEXT + ((<usize>(block - 1)) << 6);
    const isLast = mask(eq(block, last));
    store<u32>(at, load<u32>(at, 60) | (bswap<u32>(kept << 3) & isLast), 60);
    if (isWhirlpool(hash)) whirlpool.compress(STATE, at, 1);
    else sha256.compress(STATE, at, 1);
    for (let i: usize = 0; i < octets; i += 4) {
      store<u32>(RESULT + i, select(isLast, load<u32>(STATE + i), load<u32>(RESULT + i)));
    }
  }
  if (isWhirlpool(hash)) {
    memory.copy(out, RESULT, 64);
    whirlpool.wipeWork();
  } else {
    sha256.writeState(out, RESULT);
    sha256.wipeSchedule();
  }
  memory.fill(TEXT, 0, 2176);
  memory.fill(STATE, 0, 64);
  memory.fill(RESULT, 0, 64);
}
