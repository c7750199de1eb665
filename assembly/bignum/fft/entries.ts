/**
 * Residues kept as table entries, their digits in i32: n of them, in the order of field.ts, 4n octets.
 * A secret index reads all entries of a table and keeps one under masks.
 */
import { Field } from "./field";

/** Entry := digits. */
export function pack(f: Field, entry: usize, digits: usize): void {
  for (const end = digits + f.bytes; digits < end; digits += 32, entry += 16) {
    const re = i32x4.trunc_sat_f64x2_s_zero(v128.load(digits));
    const im = i32x4.trunc_sat_f64x2_s_zero(v128.load(digits, 16));
    v128.store(entry, v128.shuffle<i64>(re, im, 0, 2));
  }
}

/** The digits of four accumulated i32. */
// @ts-ignore: decorator
@inline
function unpack(digits: usize, entry: v128): void {
  v128.store(digits, f64x2.convert_low_i32x4_s(entry));
  v128.store(digits, f64x2.convert_low_i32x4_s(v128.shuffle<i64>(entry, entry, 1, 1)), 16);
}

const ONES: usize = memory.data<i32>([1, 1, 1, 1], 16);

/**
 * Digits := entry number `index` of a table of `count` entries. Four columns of the table at a time; the number of
 * each entry is counted in a vector and compared there.
 */
export function readEntry(f: Field, digits: usize, table: usize, count: u32, index: u32): void {
  const entryBytes = f.bytes >> 1;
  const wanted = i32x4.splat(index);
  for (const end = table + entryBytes; table < end; table += 64, digits += 128) {
    let number = i32x4.splat(0);
    let a = number;
    let b = number;
    let c = number;
    let d = number;
    let entry = table;
    for (let left = count; left > 0; left--, entry += entryBytes) {
      const mask = i32x4.eq(number, wanted);
      a = v128.or(a, v128.and(mask, v128.load(entry)));
      b = v128.or(b, v128.and(mask, v128.load(entry, 16)));
      c = v128.or(c, v128.and(mask, v128.load(entry, 32)));
      d = v128.or(d, v128.and(mask, v128.load(entry, 48)));
      number = i32x4.add(number, v128.load(ONES));
    }
    unpack(digits, a);
    unpack(digits + 32, b);
    unpack(digits + 64, c);
    unpack(digits + 96, d);
  }
}
