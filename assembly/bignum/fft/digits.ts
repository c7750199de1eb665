/**
 * Between limbs of 17 bits (octets.ts), from 0 to 131071 in u32, and balanced digits in f64 in the order of field.ts.
 * Time and addresses depend on n only.
 */
import { Field, primeLimbs } from "./field";

/** Address of digit k. */
export function digitAt(f: Field, digits: usize, k: u32): usize {
  const m = f.digits >> 2;
  const quarter = k / m; // k is public
  return digits + ((k - quarter * m) << 5) + (quarter << 3);
}

/** A number below 2^(17n - 1): the last carry is zero. */
export function digitsFromLimbs(f: Field, digits: usize, limbs: usize): void {
  let carry: i32 = 0;
  for (let k: u32 = 0; k < f.digits; k++) {
    const t = load<i32>(limbs + (k << 2)) + carry;
    carry = (t + 65536) >> 17;
    store<f64>(digitAt(f, digits, k), <f64>(t - (carry << 17)));
  }
}

/** A digit from the bits of 1.5 2^52 plus it: a conversion would have to look at what it converts. */
// @ts-ignore: decorator
@inline
function integer(digit: f64): i32 {
  return <i32>reinterpret<i64>(digit + 6755399441055744);
}

/** Limbs := a number above -p and below p, plus p where it is negative. */
export function limbsFromDigits(f: Field, limbs: usize, digits: usize): void {
  const p = primeLimbs(f);
  const bytes = (<usize>f.digits) << 2;
  let carry: i32 = 0;
  let k: u32 = 0;
  for (let i: usize = 0; i < bytes; i += 4, k++) {
    const t = integer(load<f64>(digitAt(f, digits, k))) + load<i32>(p + i) + carry;
    store<i32>(limbs + i, t & 0x1ffff);
    carry = t >> 17;
  }
  // What is there is the number plus p: is it p or more?
  let borrow: i32 = 0;
  for (let i: usize = 0; i < bytes; i += 4) borrow = (load<i32>(limbs + i) - load<i32>(p + i) + borrow) >> 17;
  const subtracts = ~borrow; // borrow is 0 or -1
  borrow = 0;
  for (let i: usize = 0; i < bytes; i += 4) {
    const t = load<i32>(limbs + i) - (load<i32>(p + i) & subtracts) + borrow;
    store<i32>(limbs + i, t & 0x1ffff);
    borrow = t >> 17;
  }
}
