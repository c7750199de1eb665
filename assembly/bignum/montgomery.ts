/**
 * Lazy Montgomery multiplication (P. L. Montgomery 1985) modulo an odd N of up to 8192 bits, R = 2^(wk) >= 8N.
 *
 * Residues are only kept below 2N: a, b < 2N give (ab + qN)/R < 4N^2/R + N < 2N as q < R, so nothing is ever
 * subtracted between two multiplications, and even twice the product (8N^2/R + N <= 2N) stays in the range.
 *
 * The product is written out as 2k limbs before it is reduced. A column of it has at most k terms below 2^2w, and
 * with the carry from its neighbour stays below k 2^2w + 2^(64-w); so does a column of qN with a limb of the
 * product, or twice that. Below 2^64 for w = 28 and k <= 252, and for w = 27 and the 304 limbs of 8192 bits.
 * (Adding up ab and qN in one column would halve these k, and leave no room for the cheaper squaring.)
 *
 * N, w and k are public. Time and addresses depend on k only: limbs meet nothing but +, -, *, &, | and shifts by
 * public amounts. What bounds the speed is one 64-bit multiplication a cycle: 2k^2 of them, 1.5k^2 for a square.
 */
import { addLowerHalf, addProducts, clearColumns, loadColumns, writeLimbs } from "./columns";
import { Modulus, N, columnsOf, limbBytes, productOf, residue } from "./workspace";

/** Product := ab, for a, b < R. */
function multiplyOut(m: Modulus, a: usize, b: usize): void {
  const blocks = m.limbCount >> 2;
  const columns = columnsOf(m);
  const product = productOf(m);
  let carry: u64 = 0;
  for (let c: u32 = 0; c < blocks << 1; c++) {
    // Block i of a meets block c - i of b, 0 <= c - i <= blocks: the last is padding, for the columns above it.
    const first = c > blocks ? c - blocks : 0;
    const last = c < blocks ? c + 1 : blocks;
    clearColumns(columns);
    addProducts(columns, a + (first << 4), b + ((c - first) << 4), last - first);
    carry = writeLimbs(product + (c << 4), columns, carry, m.limbBits);
  }
}

/** Product := a^2: each product of two different blocks once, doubled, then the block that meets itself. */
function squareOut(m: Modulus, a: usize): void {
  const blocks = m.limbCount >> 2;
  const columns = columnsOf(m);
  const product = productOf(m);
  let carry: u64 = 0;
  for (let c: u32 = 0; c < blocks << 1; c++) {
    const first = c > blocks ? c - blocks : 0;
    const half = c >> 1;
    const middle = a + (half << 4);
    clearColumns(columns);
    addProducts(columns, a + (first << 4), a + ((c - first) << 4), half - first);
    const a1 = <u64>load<u32>(middle, 4);
    const a2 = <u64>load<u32>(middle, 8);
    const a3 = <u64>load<u32>(middle, 12);
    if (c & 1) {
      // Half blocks left: the lower one of this block and the next, and the upper one of this block's square.
      addLowerHalf(columns, middle, middle + 16);
      store<u64>(columns, (load<u64>(columns) << 1) + ((a1 * a3) << 1) + a2 * a2);
      store<u64>(columns, (load<u64>(columns, 8) + a2 * a3) << 1, 8);
      store<u64>(columns, (load<u64>(columns, 16) << 1) + a3 * a3, 16);
      store<u64>(columns, load<u64>(columns, 24) << 1, 24);
    } else {
      const a0 = <u64>load<u32>(middle);
      store<u64>(columns, (load<u64>(columns) << 1) + a0 * a0);
      store<u64>(columns, (load<u64>(columns, 8) + a0 * a1) << 1, 8);
      store<u64>(columns, ((load<u64>(columns, 16) + a0 * a2) << 1) + a1 * a1, 16);
      store<u64>(columns, (load<u64>(columns, 24) + a0 * a3 + a1 * a2) << 1, 24);
    }
    carry = writeLimbs(product + (c << 4), columns, carry, m.limbBits);
  }
}

/**
 * r := product / R mod N, or twice that where `doubled` is all ones. The lower half of the product is
 * overwritten by q: limb by limb the multiple of N that makes the sum divisible by another 2^w.
 */
function reduce(m: Modulus, r: usize, doubled: u64): void {
  const blocks = m.limbCount >> 2;
  const columns = columnsOf(m);
  const product = productOf(m);
  const n = residue(m, N);
  const w: u64 = m.limbBits;
  const mask: u64 = ((<u64>1) << w) - 1;
  const negativeInverse = m.negativeInverse;
  const n0 = <u64>load<u32>(n);
  const n1 = <u64>load<u32>(n, 4);
  const n2 = <u64>load<u32>(n, 8);
  const n3 = <u64>load<u32>(n, 12);
  let carry: u64 = 0;
  for (let c: u32 = 0; c < blocks; c++) {
    const limbs = product + (c << 4);
    loadColumns(columns, limbs, doubled);
    addProducts(columns, product, n + (c << 4), c);
    const t0 = load<u64>(columns) + carry;
    const q0 = (t0 * negativeInverse) & mask;
    const t1 = load<u64>(columns, 8) + ((t0 + q0 * n0) >> w) + q0 * n1;
    const q1 = (t1 * negativeInverse) & mask;
    const t2 = load<u64>(columns, 16) + ((t1 + q1 * n0) >> w) + q0 * n2 + q1 * n1;
    const q2 = (t2 * negativeInverse) & mask;
    const t3 = load<u64>(columns, 24) + ((t2 + q2 * n0) >> w) + q0 * n3 + q1 * n2 + q2 * n1;
    const q3 = (t3 * negativeInverse) & mask;
    carry = (t3 + q3 * n0) >> w;
    store<u32>(limbs, <u32>q0);
    store<u32>(limbs, <u32>q1, 4);
    store<u32>(limbs, <u32>q2, 8);
    store<u32>(limbs, <u32>q3, 12);
  }
  for (let c: u32 = 0; c < blocks; c++) {
    loadColumns(columns, product + ((c + blocks) << 4), doubled);
    addProducts(columns, product + (c << 4), n + (blocks << 4), blocks - c);
    carry = writeLimbs(r + (c << 4), columns, carry, w);
  }
}

/** r := ab/R mod N, below 2N if ab < 4N^2 or ab <= RN. r may be a or b. */
export function multiply(m: Modulus, r: usize, a: usize, b: usize): void {
  multiplyOut(m, a, b);
  reduce(m, r, 0);
}

/** r := a^2/R mod N, or twice that where `doubled` is all ones. r may be a. */
export function square(m: Modulus, r: usize, a: usize, doubled: u64): void {
  squareOut(m, a);
  reduce(m, r, doubled);
}

/** r := r/R mod N, below N: out of Montgomery form. (r + qN)/R <= N as q < R; N itself only stands for 0. */
export function leave(m: Modulus, r: usize): void {
  const bytes = limbBytes(m);
  memory.copy(productOf(m), r, bytes);
  memory.fill(productOf(m) + bytes, 0, bytes);
  reduce(m, r, 0);
  subtractModulus(m, r);
}

/** r := r - N if r >= N, for r < 2N, by mask. */
export function subtractModulus(m: Modulus, r: usize): void {
  const n = residue(m, N);
  const w: u64 = m.limbBits;
  const limbMask: u64 = ((<u64>1) << w) - 1;
  const end = limbBytes(m);
  let borrow: i64 = 0;
  for (let i: usize = 0; i < end; i += 4) {
    borrow = (<i64>load<u32>(r + i) - <i64>load<u32>(n + i) + borrow) >> w;
  }
  const subtracts: u64 = ~(<u64>borrow) & limbMask; // borrow is 0 or -1: -1 keeps r
  borrow = 0;
  for (let i: usize = 0; i < end; i += 4) {
    const t = <i64>load<u32>(r + i) - <i64>(load<u32>(n + i) & (<u32>subtracts)) + borrow;
    store<u32>(r + i, <u32>((<u64>t) & limbMask));
    borrow = t >> w;
  }
}
