/**
 * Base64 (RFC 4648 §4) by vectors, for base64.ts: 12 octets or 16 characters at a time, the last ones too, with what
 * lies behind them masked away. Wojciech Muła and Daniel Lemire, "Faster Base64 Encoding and Decoding Using AVX2
 * Instructions" (ACM TWEB 12, 2018), with shifts where they have products.
 * Reads and writes up to 15 octets beyond the ends that it is given, where base64.ts says so. No address depends on the
 * data: tables are in registers. The last group is behind the loop, not in it: V8 makes a table where all its uses are,
 * and in the loop each turn makes it anew, 2.8 times as slow encoding and 1.2 decoding. Lengths are public.
 */

/** The texts of the last 1 to 11 octets, of which only whole quartets are handed on. */
const LAST: usize = memory.data(16, 16);

// @ts-ignore: decorator
@inline
function places(): v128 {
  return i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}

/** All ones in the first `count` places. */
// @ts-ignore: decorator
@inline
function before(count: u32): v128 {
  return i8x16.lt_s(places(), i8x16.splat(<i8>count));
}

/** Writes the text, all of it and no octet more. Reads up to 15 octets beyond the end. */
export function encodeVectors(out: usize, input: usize, length: u32): void {
  if (!ASC_FEATURE_SIMD) return;
  for (; length >= 12; length -= 12, input += 12, out += 16) v128.store(out, encode12(v128.load(input)));
  if (!length) return;
  const text = encode12(v128.and(v128.load(input), before(length)));
  const characters = before((length * 4 + 2) / 3);
  v128.store(LAST, v128.bitselect(text, i8x16.splat(0x3d), characters));
  for (let at: usize = 0; at < ((length + 2) / 3) << 2; at += 4) store<u32>(out + at, load<u32>(LAST + at));
}

/**
 * Writes the octets and up to 15 zeros. Whether the text is valid: `length` characters, a multiple of four and not none, of
 * which `padding` at the end, 0 to 2, are not looked at. Reads up to 12 octets beyond the text's end.
 */
export function decodeVectors(out: usize, text: usize, length: u32, padding: u32): bool {
  if (!ASC_FEATURE_SIMD) return false;
  let bad = i8x16.splat(0);
  for (; length > 16; length -= 16, text += 16, out += 12) {
    const characters = v128.load(text);
    bad = v128.or(bad, invalid16(characters));
    v128.store(out, decode16(characters));
  }
  // Behind the last character there are as many "A" as make sixteen: zero bits.
  const characters = v128.bitselect(v128.load(text), i8x16.splat(0x41), before(length - padding));
  const octets = decode16(characters);
  v128.store(out, octets);
  const unused = v128.andnot(octets, before((length >> 2) * 3 - padding));
  return !v128.any_true(v128.or(v128.or(bad, invalid16(characters)), unused));
}

/** Each lane gets three octets as b, a, c, b: the four sextets are then two shifts apart. */
// @ts-ignore: decorator
@inline
function encode12(octets: v128): v128 {
  const x = i8x16.swizzle(octets, i8x16(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10));
  const values = v128.or(
    v128.or(
      v128.and(i32x4.shr_u(x, 10), i32x4.splat(0x0000003f)),
      v128.and(i32x4.shl(x, 4), i32x4.splat(0x00003f00)),
    ),
    v128.or(
      v128.and(i32x4.shr_u(x, 6), i32x4.splat(0x003f0000)),
      v128.and(i32x4.shl(x, 8), i32x4.splat(0x3f000000)),
    ),
  );
  // 0 for A-Z, 1 for a-z, 2 to 13 for each digit, + and /: the place of what is to be added.
  const beyond = i8x16.sub_sat_u(values, i8x16.splat(51));
  const range = i8x16.sub(beyond, i8x16.gt_s(values, i8x16.splat(25)));
  const offsets = i8x16(65, 71, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, -19, -16, 0, 0);
  return i8x16.add(values, i8x16.swizzle(offsets, range));
}

// @ts-ignore: decorator
@inline
function upperHalves(characters: v128): v128 {
  return v128.and(i32x4.shr_u(characters, 4), i8x16.splat(0x0f));
}

/** Not zero where the character is not of the alphabet: each bit is a class that its two halves rule out together. */
// @ts-ignore: decorator
@inline
function invalid16(characters: v128): v128 {
  const byUpper = i8x16(16, 16, 1, 2, 4, 8, 4, 8, 16, 16, 16, 16, 16, 16, 16, 16);
  const byLower = i8x16(21, 17, 17, 17, 17, 17, 17, 17, 17, 17, 19, 26, 27, 27, 27, 26);
  const lowerHalves = v128.and(characters, i8x16.splat(0x0f));
  return v128.and(i8x16.swizzle(byUpper, upperHalves(characters)), i8x16.swizzle(byLower, lowerHalves));
}

// @ts-ignore: decorator
@inline
function decode16(characters: v128): v128 {
  // What makes a value of a character, by the upper half; + and / share theirs, so that / takes the place before.
  const offsets = i8x16(0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0);
  const slash = i8x16.eq(characters, i8x16.splat(0x2f));
  const x = i8x16.add(characters, i8x16.swizzle(offsets, i8x16.add(upperHalves(characters), slash)));
  // In each lane the octets a, b, c, d from below: a << 18 | b << 12 | c << 6 | d.
  const bits = v128.or(
    v128.or(i32x4.shl(v128.and(x, i32x4.splat(0x3f)), 18), i32x4.shl(v128.and(x, i32x4.splat(0x3f00)), 4)),
    v128.or(i32x4.shr_u(v128.and(x, i32x4.splat(0x3f0000)), 10), i32x4.shr_u(x, 24)),
  );
  return i8x16.swizzle(bits, i8x16(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1));
}
