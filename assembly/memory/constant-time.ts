/**
 * The words for choices that depend on a secret: masks instead of branches. Source: the usual two's
 * complement identities; each takes the same instructions whatever the values are.
 * Lengths are public, values are not.
 */

/** All ones if bit is 1, zero if it is 0. */
// @ts-ignore: decorator
@inline
export function mask(bit: u32): u32 {
  return 0 - bit;
}

/** 1 if a = b, else 0. (d | -d) has its top bit set exactly if d is not zero. */
// @ts-ignore: decorator
@inline
export function eq(a: u32, b: u32): u32 {
  const d = a ^ b;
  return ((d | (0 - d)) >> 31) ^ 1;
}

/** yes where the mask is all ones, no where it is zero. */
// @ts-ignore: decorator
@inline
export function select(m: u32, yes: u32, no: u32): u32 {
  return no ^ (m & (yes ^ no));
}

/** 1 if the octet strings are the same, else 0. No early exit. */
export function equalBytes(a: usize, b: usize, length: u32): u32 {
  let difference: u64 = 0;
  let i: u32 = 0;
  for (; i + 8 <= length; i += 8) difference |= load<u64>(a + i) ^ load<u64>(b + i);
  for (; i < length; ++i) difference |= <u64>(load<u8>(a + i) ^ load<u8>(b + i));
  return eq((<u32>difference) | (<u32>(difference >> 32)), 0);
}
