/** What Serpent does to words of 32 bits: in u32 one, in v128 those of four blocks. */

/** The word at an address, for each block. */
// @ts-ignore: decorator
@inline
export function spreadWord<T>(address: usize, offset: usize): T {
  // @ts-ignore: type
  if (isVector<T>()) return v128.load32_splat(address + offset);
  // @ts-ignore: type
  return load<u32>(address + offset);
}

// @ts-ignore: decorator
@inline
export function shifted<T>(a: T, bits: i32): T {
  // @ts-ignore: type
  if (isVector<T>()) return i32x4.shl(a, bits);
  // @ts-ignore: type
  return a << bits;
}

/** To the left. */
// @ts-ignore: decorator
@inline
export function rotated<T>(a: T, bits: i32): T {
  // @ts-ignore: type
  if (isVector<T>()) return v128.or(i32x4.shl(a, bits), i32x4.shr_u(a, 32 - bits));
  // @ts-ignore: type
  return rotl<u32>(a, bits);
}
