/**
 * Base64 (RFC 4648 §4) by vectors, for base64.ts: 12 octets or 16 characters at a time, the last ones too, with what
 * lies behind them masked away. Wojciech Muła and Daniel Lemire, "Faster Base64 Encoding and Decoding Using AVX2
 * Instructions" (ACM TWEB 12, 2018), with shifts where they have products.
 * Reads and writes up to 15 octets beyond the ends that it is given, where base64.ts says so. No address depends on the
 * data: tables are in registers. They are loaded before the loops because V8 makes constants where they are used, anew
 * in each turn: two to three times as slow.
 * Lengths are public.
 */

/** The last octets or characters with what fills them up, and the text that they become: nothing secret. */
const LAST: usize = memory.data(32, 16);
const LAST_TEXT: usize = LAST + 16;

/** Each lane gets three octets as b, a, c, b: the four sextets are then two shifts apart. */
const SPREAD: usize = memory.data<u8>([1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10], 16);
/** What makes a character of a value, by range: A-Z, a-z, each digit, +, /. */
const LETTERS: usize = memory.data<i8>([65, 71, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, -19, -16, 0, 0], 16);
/** By the upper and the lower half of a character: each bit is a class that its two halves rule out together. */
const BY_UPPER: usize = memory.data<u8>([16, 16, 1, 2, 4, 8, 4, 8, 16, 16, 16, 16, 16, 16, 16, 16], 16);
const BY_LOWER: usize = memory.data<u8>([21, 17, 17, 17, 17, 17, 17, 17, 17, 17, 19, 26, 27, 27, 27, 26], 16);
/** What makes a value of a character, by its upper half; + and / share theirs, so that / takes the place before. */
const VALUES: usize = memory.data<i8>([0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0], 16);
/** Back from lanes of 24 bits to octets. */
const JOIN: usize = memory.data<u8>([2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, 128, 128, 128, 128], 16);
/** Sextets in a lane, from below. */
const SEXTETS: usize = memory.data<u32>(
  [
    0x3f, 0x3f, 0x3f, 0x3f, 0x3f00, 0x3f00, 0x3f00, 0x3f00, 0x3f0000, 0x3f0000, 0x3f0000, 0x3f0000,
    0x3f000000, 0x3f000000, 0x3f000000, 0x3f000000,
  ],
  16,
);
/** In each place 25 and 51, the values of Z and z, then 0x0f and "/". */
const OCTETS: usize = memory.data<u64>(
  [
    0x1919191919191919, 0x1919191919191919, 0x3333333333333333, 0x3333333333333333, 0x0f0f0f0f0f0f0f0f,
    0x0f0f0f0f0f0f0f0f, 0x2f2f2f2f2f2f2f2f, 0x2f2f2f2f2f2f2f2f,
  ],
  16,
);

/** All ones in the first `count` places. */
function before(count: u32): v128 {
  return i8x16.lt_s(i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), i8x16.splat(<i8>count));
}

/** Writes the text, all of it and no octet more. Reads up to 15 octets beyond the end. */
export function encodeVectors(out: usize, input: usize, length: u32): void {
  if (!ASC_FEATURE_SIMD) return;
  const groups = length / 12;
  encodeGroups(out, input, groups);
  const left = length - 12 * groups;
  if (!left) return;
  v128.store(LAST, v128.and(v128.load(input + 12 * groups), before(left)));
  encodeGroups(LAST_TEXT, LAST, 1);
  const padded = v128.bitselect(v128.load(LAST_TEXT), i8x16.splat(0x3d), before((left * 4 + 2) / 3));
  v128.store(LAST_TEXT, padded);
  out += 16 * groups;
  for (let at: usize = 0; at < ((left + 2) / 3) << 2; at += 4)
    store<u32>(out + at, load<u32>(LAST_TEXT + at));
}

/**
 * Writes the octets and up to 15 zeros. Whether the text is valid: `length` characters, a multiple of four and not
 * none, of which `padding` at the end, 0 to 2, are not looked at. Reads up to 12 octets beyond the text's end.
 */
export function decodeVectors(out: usize, text: usize, length: u32, padding: u32): bool {
  if (!ASC_FEATURE_SIMD) return false;
  const groups = (length - 1) >> 4;
  let bad = decodeGroups(out, text, groups);
  const left = length - 16 * groups;
  // Behind the last character there are as many "A" as make sixteen: zero bits.
  const characters = v128.load(text + 16 * groups);
  v128.store(LAST, v128.bitselect(characters, i8x16.splat(0x41), before(left - padding)));
  out += 12 * groups;
  bad |= decodeGroups(out, LAST, 1);
  return !(bad | u32(v128.any_true(v128.andnot(v128.load(out), before((left >> 2) * 3 - padding)))));
}

/** Twelve octets each. */
function encodeGroups(out: usize, input: usize, groups: u32): void {
  const spread = v128.load(SPREAD);
  const letters = v128.load(LETTERS);
  const first = v128.load(SEXTETS);
  const second = v128.load(SEXTETS, 16);
  const third = v128.load(SEXTETS, 32);
  const fourth = v128.load(SEXTETS, 48);
  const lastUpper = v128.load(OCTETS);
  const lastLower = v128.load(OCTETS, 16);
  for (; groups; --groups, input += 12, out += 16) {
    const x = i8x16.swizzle(v128.load(input), spread);
    const values = v128.or(
      v128.or(v128.and(i32x4.shr_u(x, 10), first), v128.and(i32x4.shl(x, 4), second)),
      v128.or(v128.and(i32x4.shr_u(x, 6), third), v128.and(i32x4.shl(x, 8), fourth)),
    );
    // 0 for A-Z, 1 for a-z, 2 to 13 for each digit, + and /.
    const range = i8x16.sub(i8x16.sub_sat_u(values, lastLower), i8x16.gt_s(values, lastUpper));
    v128.store(out, i8x16.add(values, i8x16.swizzle(letters, range)));
  }
}

/** Sixteen characters each, in 16 octets of which four are zeros. Not 0 if one is not of the alphabet. */
function decodeGroups(out: usize, text: usize, groups: u32): u32 {
  const byUpper = v128.load(BY_UPPER);
  const byLower = v128.load(BY_LOWER);
  const offsets = v128.load(VALUES);
  const join = v128.load(JOIN);
  const first = v128.load(SEXTETS);
  const second = v128.load(SEXTETS, 16);
  const third = v128.load(SEXTETS, 32);
  const half = v128.load(OCTETS, 32);
  const slash = v128.load(OCTETS, 48);
  let bad = v128.xor(slash, slash);
  for (; groups; --groups, text += 16, out += 12) {
    const characters = v128.load(text);
    const upper = v128.and(i32x4.shr_u(characters, 4), half);
    const lower = v128.and(characters, half);
    bad = v128.or(bad, v128.and(i8x16.swizzle(byUpper, upper), i8x16.swizzle(byLower, lower)));
    const range = i8x16.add(upper, i8x16.eq(characters, slash));
    const x = i8x16.add(characters, i8x16.swizzle(offsets, range));
    // In each lane the octets a, b, c, d from below: a << 18 | b << 12 | c << 6 | d.
    const bits = v128.or(
      v128.or(i32x4.shl(v128.and(x, first), 18), i32x4.shl(v128.and(x, second), 4)),
      v128.or(i32x4.shr_u(v128.and(x, third), 10), i32x4.shr_u(x, 24)),
    );
    v128.store(out, i8x16.swizzle(bits, join));
  }
  return u32(v128.any_true(bad));
}
