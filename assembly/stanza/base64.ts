/**
 * Base64 (RFC 4648 §4), strict: a multiple of four characters, `=` only as the last one or two, unused bits
 * zero, no white space. By arithmetic, without tables and without branches on the data; one error for all.
 * Lengths are public.
 */

/** Characters for `length` octets. */
export function encodedLength(length: u32): u32 {
  return ((length + 2) / 3) << 2;
}

/** The character of a value 0..63: A-Z, a-z, 0-9, +, /. */
function letter(value: i32): u32 {
  return (
    value +
    65 +
    (((25 - value) >> 8) & 6) -
    (((51 - value) >> 8) & 75) -
    (((61 - value) >> 8) & 15) +
    (((62 - value) >> 8) & 3)
  );
}

/** The value of a character, -1 if it has none. Each line adds value + 1 if the character is in its range. */
function value(character: i32): i32 {
  return (
    -1 +
    ((((0x40 - character) & (character - 0x5b)) >> 8) & (character - 64)) +
    ((((0x60 - character) & (character - 0x7b)) >> 8) & (character - 70)) +
    ((((0x2f - character) & (character - 0x3a)) >> 8) & (character + 5)) +
    ((((0x2a - character) & (character - 0x2c)) >> 8) & 63) +
    ((((0x2e - character) & (character - 0x30)) >> 8) & 64)
  );
}

/** Writes the text and gives its length. Reads up to four octets beyond the end. */
export function encode(out: usize, input: usize, length: u32): u32 {
  const text = out;
  let left = length;
  if (ASC_FEATURE_SIMD) {
    for (; left >= 12; left -= 12, input += 12, out += 16) v128.store(out, encode12(v128.load(input)));
  }
  for (; left >= 3; left -= 3, input += 3, out += 4) {
    const bits =
      ((<u32>load<u8>(input)) << 16) | ((<u32>load<u8>(input, 1)) << 8) | (<u32>load<u8>(input, 2));
    quartet(out, bits);
  }
  if (left) {
    const second = left == 2 ? (<u32>load<u8>(input, 1)) << 8 : 0;
    quartet(out, ((<u32>load<u8>(input)) << 16) | second);
    if (left == 1) store<u8>(out, 0x3d, 2);
    store<u8>(out, 0x3d, 3);
    out += 4;
  }
  return <u32>(out - text);
}

function quartet(out: usize, bits: u32): void {
  store<u8>(out, letter(bits >> 18));
  store<u8>(out, letter((bits >> 12) & 63), 1);
  store<u8>(out, letter((bits >> 6) & 63), 2);
  store<u8>(out, letter(bits & 63), 3);
}

/** Writes the octets and gives their number, or -1. Writes up to four octets beyond the end. */
export function decode(out: usize, text: usize, length: u32): i32 {
  if (length & 3) return -1;
  if (!length) return 0;
  const octets = out;
  let bad: i32 = 0;
  let left = length;
  if (ASC_FEATURE_SIMD) {
    let error = i8x16.splat(0);
    for (; left > 16; left -= 16, text += 16, out += 12) {
      const characters = v128.load(text);
      error = v128.or(error, invalid16(characters));
      v128.store(out, decode16(characters));
    }
    bad = -(<i32>v128.any_true(error));
  }
  for (; left > 4; left -= 4, text += 4, out += 3) {
    const bits = sextets(text);
    bad |= bits;
    store<u8>(out, bits >> 16);
    store<u8>(out, bits >> 8, 1);
    store<u8>(out, bits, 2);
  }

  // The last four. How many of them are padding tells the length only, which is public.
  const padding = u32(load<u8>(text, 3) == 0x3d) + u32(load<u16>(text, 2) == 0x3d3d);
  const a = value(load<u8>(text));
  const b = value(load<u8>(text, 1));
  const c = padding > 1 ? 0 : value(load<u8>(text, 2));
  const d = padding ? 0 : value(load<u8>(text, 3));
  bad |= a | b | c | d;
  const bits = (a << 18) | (b << 12) | (c << 6) | d;
  store<u8>(out, bits >> 16);
  if (padding < 2) store<u8>(out, bits >> 8, 1);
  if (!padding) store<u8>(out, bits, 2);
  bad |= -(bits & (padding == 2 ? 0xffff : padding ? 0xff : 0));
  return bad < 0 ? -1 : <i32>(out - octets) + 3 - <i32>padding;
}

/** 24 bits from four characters; negative if one is not of the alphabet. */
function sextets(text: usize): i32 {
  const a = value(load<u8>(text));
  const b = value(load<u8>(text, 1));
  const c = value(load<u8>(text, 2));
  const d = value(load<u8>(text, 3));
  return (a << 18) | (b << 12) | (c << 6) | d | ((a | b | c | d) >> 31);
}

/** Three octets to each 32-bit lane, as b, a, c, b: the four sextets are then two shifts apart. */
const SPREAD: usize = memory.data<u8>([1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10], 16);
/** What to add to a value: by range A-Z, a-z, then each digit, +, /. */
const OFFSETS: usize = memory.data<i8>([65, 71, -4, -4, -4, -4, -4, -4, -4, -4, -4, -4, -19, -16, 0, 0], 16);
/** Back from lanes of 24 bits to octets. */
const JOIN: usize = memory.data<u8>([2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, 128, 128, 128, 128], 16);

// @ts-ignore: decorator
@inline
function encode12(octets: v128): v128 {
  const x = i8x16.swizzle(octets, v128.load(SPREAD));
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
  // 0 for A-Z, 1 for a-z, 2 to 13 for the rest.
  const beyond = i8x16.sub_sat_u(values, i8x16.splat(51));
  const range = i8x16.sub(beyond, i8x16.gt_s(values, i8x16.splat(25)));
  return i8x16.add(values, i8x16.swizzle(v128.load(OFFSETS), range));
}

/** All ones where the character lies between the two, which it may not be itself. Octets from 0x80 are negative. */
// @ts-ignore: decorator
@inline
function between(characters: v128, below: i8, above: i8): v128 {
  return v128.and(i8x16.gt_s(characters, i8x16.splat(below)), i8x16.lt_s(characters, i8x16.splat(above)));
}

// @ts-ignore: decorator
@inline
function invalid16(characters: v128): v128 {
  const letters = v128.or(between(characters, 0x40, 0x5b), between(characters, 0x60, 0x7b));
  const digits = between(characters, 0x2e, 0x3a);
  return v128.not(v128.or(v128.or(letters, digits), i8x16.eq(characters, i8x16.splat(0x2b))));
}

// @ts-ignore: decorator
@inline
function decode16(characters: v128): v128 {
  const upper = v128.and(between(characters, 0x40, 0x5b), i8x16.splat(-65));
  const lower = v128.and(between(characters, 0x60, 0x7b), i8x16.splat(-71));
  const digit = v128.and(between(characters, 0x2f, 0x3a), i8x16.splat(4));
  const plus = v128.and(i8x16.eq(characters, i8x16.splat(0x2b)), i8x16.splat(19));
  const slash = v128.and(i8x16.eq(characters, i8x16.splat(0x2f)), i8x16.splat(16));
  const offset = v128.or(v128.or(v128.or(upper, lower), v128.or(digit, plus)), slash);
  const x = i8x16.add(characters, offset);
  // In each lane the octets a, b, c, d from below: a << 18 | b << 12 | c << 6 | d.
  const bits = v128.or(
    v128.or(i32x4.shl(v128.and(x, i32x4.splat(0x3f)), 18), i32x4.shl(v128.and(x, i32x4.splat(0x3f00)), 4)),
    v128.or(i32x4.shr_u(v128.and(x, i32x4.splat(0x3f0000)), 10), i32x4.shr_u(x, 24)),
  );
  return i8x16.swizzle(bits, v128.load(JOIN));
}
