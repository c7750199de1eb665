/**
 * Sums of products by columns: column c of a product is the sum of all a[i] b[c-i]. Four neighbouring columns are
 * summed at a time, as u64 in memory between the steps and in locals inside the loop. The bounds that keep them
 * below 2^64 are in montgomery.ts. Time and addresses depend on the counts only.
 */

/**
 * Adds to four columns c..c+3 the products a[i] b[c-i] of `count` blocks of four limbs of a, upwards from a,
 * with the seven limbs of b that meet them, downwards from b. The padding of b stands for limbs outside of it.
 */
// @ts-ignore: decorator
@inline
export function addProducts(columns: usize, a: usize, b: usize, count: u32): void {
  let t0 = load<u64>(columns);
  let t1 = load<u64>(columns, 8);
  let t2 = load<u64>(columns, 16);
  let t3 = load<u64>(columns, 24);
  b -= 12; // the lowest of the seven: a load cannot have a negative offset
  for (const end = a + ((<usize>count) << 4); a < end; a += 16, b -= 16) {
    const a0 = <u64>load<u32>(a);
    const a1 = <u64>load<u32>(a, 4);
    const a2 = <u64>load<u32>(a, 8);
    const a3 = <u64>load<u32>(a, 12);
    const b0 = <u64>load<u32>(b, 0);
    t0 += a3 * b0;
    const b1 = <u64>load<u32>(b, 4);
    t0 += a2 * b1;
    t1 += a3 * b1;
    const b2 = <u64>load<u32>(b, 8);
    t0 += a1 * b2;
    t1 += a2 * b2;
    t2 += a3 * b2;
    const b3 = <u64>load<u32>(b, 12);
    t0 += a0 * b3;
    t1 += a1 * b3;
    t2 += a2 * b3;
    t3 += a3 * b3;
    const b4 = <u64>load<u32>(b, 16);
    t1 += a0 * b4;
    t2 += a1 * b4;
    t3 += a2 * b4;
    const b5 = <u64>load<u32>(b, 20);
    t2 += a0 * b5;
    t3 += a1 * b5;
    const b6 = <u64>load<u32>(b, 24);
    t3 += a0 * b6;
  }
  store<u64>(columns, t0);
  store<u64>(columns, t1, 8);
  store<u64>(columns, t2, 16);
  store<u64>(columns, t3, 24);
}

/** Adds the products a[i] b[j], i + j < 4, of one block each: the lower half of the block product. */
// @ts-ignore: decorator
@inline
export function addLowerHalf(columns: usize, a: usize, b: usize): void {
  const a0 = <u64>load<u32>(a);
  const a1 = <u64>load<u32>(a, 4);
  const a2 = <u64>load<u32>(a, 8);
  const b0 = <u64>load<u32>(b);
  const b1 = <u64>load<u32>(b, 4);
  const b2 = <u64>load<u32>(b, 8);
  store<u64>(columns, load<u64>(columns) + a0 * b0);
  store<u64>(columns, load<u64>(columns, 8) + a0 * b1 + a1 * b0, 8);
  store<u64>(columns, load<u64>(columns, 16) + a0 * b2 + a1 * b1 + a2 * b0, 16);
  store<u64>(
    columns,
    load<u64>(columns, 24) + a0 * <u64>load<u32>(b, 12) + a1 * b2 + a2 * b1 + <u64>load<u32>(a, 12) * b0,
    24,
  );
}

// @ts-ignore: decorator
@inline
export function clearColumns(columns: usize): void {
  store<u64>(columns, 0);
  store<u64>(columns, 0, 8);
  store<u64>(columns, 0, 16);
  store<u64>(columns, 0, 24);
}

/** Writes four columns and the carry from below as four limbs; returns the carry to the next column. */
// @ts-ignore: decorator
@inline
export function writeLimbs(limbs: usize, columns: usize, carry: u64, w: u64): u64 {
  const mask: u64 = ((<u64>1) << w) - 1;
  const t0 = load<u64>(columns) + carry;
  const t1 = load<u64>(columns, 8) + (t0 >> w);
  const t2 = load<u64>(columns, 16) + (t1 >> w);
  const t3 = load<u64>(columns, 24) + (t2 >> w);
  store<u32>(limbs, <u32>(t0 & mask));
  store<u32>(limbs, <u32>(t1 & mask), 4);
  store<u32>(limbs, <u32>(t2 & mask), 8);
  store<u32>(limbs, <u32>(t3 & mask), 12);
  return t3 >> w;
}

/** Four limbs of the product, each doubled under the mask (0, or all ones). */
// @ts-ignore: decorator
@inline
export function loadColumns(columns: usize, limbs: usize, doubled: u64): void {
  const t0 = <u64>load<u32>(limbs);
  const t1 = <u64>load<u32>(limbs, 4);
  const t2 = <u64>load<u32>(limbs, 8);
  const t3 = <u64>load<u32>(limbs, 12);
  store<u64>(columns, t0 + (t0 & doubled));
  store<u64>(columns, t1 + (t1 & doubled), 8);
  store<u64>(columns, t2 + (t2 & doubled), 16);
  store<u64>(columns, t3 + (t3 & doubled), 24);
}
