/**
 * Residues kept as table entries, their digits in 18 bits: for n digits, in the order of field.ts, n/8 vectors of the
 * upper 16 bits, then a vector for each 64 digits begun, with the two bits below them: those of the four digits from 4v
 * on in the bits 2v and 2v + 1 of its lanes. 288 octets for 2048 bits, where i32 would take 512.
 *
 * A secret index reads all entries of a table and keeps one under masks. That is a sixth of a product with one of 64
 * entries, and takes 0.6 of the time that it takes with i32, with the unpacking. (Kept as spectra, entries would save two
 * transforms of nine, and be seven times as long to read.)
 */
import { Field } from "./field";

/** Octets of an entry, and of the longest. */
export function entryBytes(f: Field): usize {
  const n = f.digits;
  return (<usize>((n >> 3) + ((n + 63) >> 6))) << 4;
}

export const MAX_ENTRY: u32 = 1152;

const LOW_2: usize = memory.data<i32>([3, 3, 3, 3], 16);

/** Four digits in i32. */
// @ts-ignore: decorator
@inline
function integers(digits: usize): v128 {
  const re = i32x4.trunc_sat_f64x2_s_zero(v128.load(digits));
  const im = i32x4.trunc_sat_f64x2_s_zero(v128.load(digits, 16));
  return v128.shuffle<i64>(re, im, 0, 2);
}

/** Entry := digits. */
export function pack(f: Field, entry: usize, digits: usize): void {
  let lowest = entry + ((<usize>f.digits) << 1);
  let low = i32x4.splat(0);
  let shift = 0;
  for (const end = digits + f.bytes; digits < end; digits += 64, entry += 16) {
    const a = integers(digits);
    const b = integers(digits + 32);
    v128.store(entry, i16x8.narrow_i32x4_s(i32x4.shr_s(a, 2), i32x4.shr_s(b, 2)));
    low = v128.or(low, i32x4.shl(v128.and(a, v128.load(LOW_2)), shift));
    low = v128.or(low, i32x4.shl(v128.and(b, v128.load(LOW_2)), shift + 2));
    v128.store(lowest, low);
    shift += 4;
    if (shift == 32) {
      shift = 0;
      low = i32x4.splat(0);
      lowest += 16;
    }
  }
}

/** Four digits in f64 from their upper bits and from what begins with their lower ones. */
// @ts-ignore: decorator
@inline
function unpack(digits: usize, high: v128, low: v128): void {
  const four = v128.or(i32x4.shl(high, 2), v128.and(low, v128.load(LOW_2)));
  v128.store(digits, f64x2.convert_low_i32x4_s(four));
  v128.store(digits, f64x2.convert_low_i32x4_s(v128.shuffle<i64>(four, four, 1, 1)), 16);
}

const ONES: usize = memory.data<i32>([1, 1, 1, 1], 16);

/**
 * Digits := entry number `index` of a table of `count` entries. Six columns of the table at a time; the number of
 * each entry is counted in a vector and compared there. The entry comes to `work`.
 */
export function readEntry(f: Field, digits: usize, table: usize, count: u32, index: u32, work: usize): void {
  const bytes = entryBytes(f);
  const wanted = i32x4.splat(index);
  for (let at = bytes; at > 0;) {
    at = max(at, 96) - 96; // of the lowest columns some may come twice
    let number = i32x4.splat(0);
    let a = number;
    let b = number;
    let c = number;
    let d = number;
    let e = number;
    let g = number;
    let entry = table + at;
    for (let left = count; left > 0; left--, entry += bytes) {
      const mask = i32x4.eq(number, wanted);
      a = v128.or(a, v128.and(mask, v128.load(entry)));
      b = v128.or(b, v128.and(mask, v128.load(entry, 16)));
      c = v128.or(c, v128.and(mask, v128.load(entry, 32)));
      d = v128.or(d, v128.and(mask, v128.load(entry, 48)));
      e = v128.or(e, v128.and(mask, v128.load(entry, 64)));
      g = v128.or(g, v128.and(mask, v128.load(entry, 80)));
      number = i32x4.add(number, v128.load(ONES));
    }
    const to = work + at;
    v128.store(to, a);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
    v128.store(to, e, 64);
    v128.store(to, g, 80);
  }
  const end = digits + f.bytes;
  let high = work;
  for (let lowest = work + ((<usize>f.digits) << 1); digits < end; lowest += 16) {
    let low = v128.load(lowest);
    for (const stop = min(end, digits + 512); digits < stop; digits += 64, high += 16) {
      const upper = v128.load(high);
      unpack(digits, i32x4.extend_low_i16x8_s(upper), low);
      low = i32x4.shr_u(low, 2);
      unpack(digits + 32, i32x4.extend_high_i16x8_s(upper), low);
      low = i32x4.shr_u(low, 2);
    }
  }
}
