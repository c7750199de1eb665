/**
 * Base64 (RFC 4648 §4), strict: a multiple of four characters, `=` only as the last one or two, unused bits
 * zero, no white space. By arithmetic, without tables in memory and without branches on the data; one error for all.
 * Lengths are public.
 */
import { decodeVectors, encodeVectors } from "./base64-vectors";

/** Characters for `length` octets. */
export function encodedLength(length: u32): u32 {
  return ((length + 2) / 3) << 2;
}

/** Writes the text and gives its length. Reads up to 15 octets beyond the end. */
export function encode(out: usize, input: usize, length: u32): u32 {
  if (ASC_FEATURE_SIMD) encodeVectors(out, input, length);
  else encodeWords(out, input, length);
  return encodedLength(length);
}

/** Writes the octets and gives their number, or -1. Reads and writes up to 15 octets beyond the ends. */
export function decode(out: usize, text: usize, length: u32): i32 {
  if (length & 3) return -1;
  if (!length) return 0;
  // How many of the last characters are padding tells the length only, which is public.
  const last = load<u32>(text + length - 4);
  const padding = u32(last >> 24 == 0x3d) + u32(last >> 16 == 0x3d3d);
  const valid = ASC_FEATURE_SIMD
    ? decodeVectors(out, text, length, padding)
    : decodeWords(out, text, length, padding);
  return valid ? <i32>((length >> 2) * 3 - padding) : -1;
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

function encodeWords(out: usize, input: usize, length: u32): void {
  for (; length >= 3; length -= 3, input += 3, out += 4) {
    quartet(
      out,
      ((<u32>load<u8>(input)) << 16) | ((<u32>load<u8>(input, 1)) << 8) | (<u32>load<u8>(input, 2)),
    );
  }
  if (!length) return;
  const second = length == 2 ? (<u32>load<u8>(input, 1)) << 8 : 0;
  quartet(out, ((<u32>load<u8>(input)) << 16) | second);
  if (length == 1) store<u8>(out, 0x3d, 2);
  store<u8>(out, 0x3d, 3);
}

function quartet(out: usize, bits: u32): void {
  store<u8>(out, letter(bits >> 18));
  store<u8>(out, letter((bits >> 12) & 63), 1);
  store<u8>(out, letter((bits >> 6) & 63), 2);
  store<u8>(out, letter(bits & 63), 3);
}

/** Whether the text is valid; the last `padding` characters are not looked at. */
function decodeWords(out: usize, text: usize, length: u32, padding: u32): bool {
  let bad: i32 = 0;
  for (; length > 4; length -= 4, text += 4, out += 3) {
    const bits = sextets(load<u32>(text));
    bad |= bits;
    store<u8>(out, bits >> 16);
    store<u8>(out, bits >> 8, 1);
    store<u8>(out, bits, 2);
  }
  // In the place of padding stands "A": zero bits.
  const read: u32 = 0xffffffff >> (padding << 3);
  const bits = sextets((load<u32>(text) & read) | (0x41414141 & ~read));
  store<u8>(out, bits >> 16);
  if (padding < 2) store<u8>(out, bits >> 8, 1);
  if (!padding) store<u8>(out, bits, 2);
  return (bad | bits | -(bits & ((1 << (padding << 3)) - 1))) >= 0;
}

/** 24 bits from four characters; negative if one is not of the alphabet. */
function sextets(characters: u32): i32 {
  const a = value(characters & 255);
  const b = value((characters >> 8) & 255);
  const c = value((characters >> 16) & 255);
  const d = value(characters >> 24);
  return (a << 18) | (b << 12) | (c << 6) | d | ((a | b | c | d) >> 31);
}
