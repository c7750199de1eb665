/**
 * Bit planes for the bitsliced AES: what one plane is in each build, and the few operations on it.
 * SIMD: 8 blocks, a plane is a v128, byte 4 row + column, bit j in the byte = block j.
 * Scalar: 4 blocks, a plane is a u64, bit 16 row + 8 (column >> 1) + 4 (column & 1) + j.
 * In both a row is a quarter of the plane, so that MixColumns is a rotation by quarters. T is v128 or u64, which
 * the compiler knows and TypeScript's checker does not.
 */

/** Blocks that are encrypted together. */
export const BATCH: u32 = ASC_FEATURE_SIMD ? 8 : 4;
export const PLANE_BYTES: usize = ASC_FEATURE_SIMD ? 16 : 8;
/** Eight planes for each of at most 15 round keys. */
export const ROUND_KEYS_BYTES: usize = 15 * 8 * PLANE_BYTES;

/** Row r, column c takes row r, column c + r: byte 4r + c from 4r + ((c + r) & 3). */
const SHIFT_ROWS: usize = memory.data<u8>([0, 1, 2, 3, 5, 6, 7, 4, 10, 11, 8, 9, 15, 12, 13, 14], 16);

// @ts-ignore: decorator
@inline
export function xor<T>(a: T, b: T): T {
  // @ts-ignore: type
  if (isVector<T>()) return v128.xor(a, b);
  // @ts-ignore: type
  return a ^ b;
}

// @ts-ignore: decorator
@inline
export function and<T>(a: T, b: T): T {
  // @ts-ignore: type
  if (isVector<T>()) return v128.and(a, b);
  // @ts-ignore: type
  return a & b;
}

// @ts-ignore: decorator
@inline
export function left<T>(a: T, bits: i32): T {
  // @ts-ignore: type
  if (isVector<T>()) return i64x2.shl(a, bits);
  // @ts-ignore: type
  return a << bits;
}

// @ts-ignore: decorator
@inline
export function right<T>(a: T, bits: i32): T {
  // @ts-ignore: type
  if (isVector<T>()) return i64x2.shr_u(a, bits);
  // @ts-ignore: type
  return a >> bits;
}

/** The same eight octets all over the plane. */
// @ts-ignore: decorator
@inline
export function spread<T>(octets: u64): T {
  // @ts-ignore: type
  if (isVector<T>()) return i64x2.splat(octets);
  // @ts-ignore: type
  return octets;
}

/** What stands in the mask where a is shifted right, against what stands there in b: the two change places. */
// @ts-ignore: decorator
@inline
export function delta<T>(a: T, b: T, bits: i32, places: T): T {
  return and<T>(xor<T>(right<T>(a, bits), b), places);
}

/** Each row takes the next one. */
// @ts-ignore: decorator
@inline
export function nextRow<T>(a: T): T {
  // @ts-ignore: type
  if (isVector<T>()) return v128.shuffle<i32>(a, a, 1, 2, 3, 0);
  // @ts-ignore: type
  return rotr<u64>(a, 16);
}

/** Each row takes the one after the next. */
// @ts-ignore: decorator
@inline
export function rowAfterNext<T>(a: T): T {
  // @ts-ignore: type
  if (isVector<T>()) return v128.shuffle<i32>(a, a, 2, 3, 0, 1);
  // @ts-ignore: type
  return rotr<u64>(a, 32);
}

/**
 * The swizzle for ShiftRows, to be loaded once. As a constant V8 keeps it in a register up to Node 22 (3 % of AES-CTR),
 * but makes it anew at each use from Node 24 on (-10 %); so it does for a constant shuffle everywhere.
 */
// @ts-ignore: decorator
@inline
export function shiftRowsOrder<T>(): T {
  // @ts-ignore: type
  if (isVector<T>()) return v128.load(SHIFT_ROWS);
  // @ts-ignore: type
  return 0;
}

/** ShiftRows (FIPS 197 §5.1.2): row r moves r columns. */
// @ts-ignore: decorator
@inline
export function shiftRows<T>(a: T, order: T): T {
  // @ts-ignore: type
  if (isVector<T>()) return i8x16.swizzle(a, order);
  // @ts-ignore: type
  return shiftRowsOfWord(a);
}

// @ts-ignore: decorator
@inline
function shiftRowsOfWord(a: u64): u64 {
  return (
    (a & 0x000000000000ffff) |
    ((a & 0x00000000fff00000) >> 4) |
    ((a & 0x00000000000f0000) << 12) |
    ((a & 0x0000ff0000000000) >> 8) |
    ((a & 0x000000ff00000000) << 8) |
    ((a & 0xf000000000000000) >> 12) |
    ((a & 0x0fff000000000000) << 4)
  );
}
