/**
 * The numbers that the twiddles are made of: cos and sin of the multiples of pi/n up to pi/4, and powers of two.
 *
 * Cosines and sines are powers of e^(i pi/n), by complex products of numbers that are the sum of two f64 each (T. J.
 * Dekker, "A floating-point technique for extending the available precision", 1971): after at most 128 products an
 * error is still below 2^-90, so that each is rounded once. Powers of two are square roots of square roots: an error
 * is halved by a root and at most u is added, less than 2u in the end (u = 2^-53).
 *
 * Tables of all these numbers would take 3.6 KB more of the module, and save 0.03 ms at the first use of a group.
 *
 * Public: VARIABLE TIME in the sizes. Proved by test/core/fft.test.ts.
 */

/** A complex number for products: re, im, -im, the two parts of each. */
const COMPLEX: i32 = 48;

/** e^(i pi/512). */
// prettier-ignore
const ROOT_512: usize = ASC_FEATURE_SIMD ? memory.data<f64>([
  0.9999811752826011, 3.3568103522895585e-17, 0.006135884649154475, 9.054525748247493e-20,
]) : 0;
/** e^(i pi/384). */
// prettier-ignore
const ROOT_384: usize = ASC_FEATURE_SIMD ? memory.data<f64>([
  0.9999665339174011, 1.3165316474964465e-17, 0.00818113960393713, -6.541492150309353e-19,
]) : 0;

/** cos, sin of pi k/n for k = 0 to n/4, at most 128. */
const OCTANT: usize = memory.data(129 * 16, 16);
const STEP: usize = memory.data(COMPLEX, 16);
const POINT: usize = memory.data(COMPLEX, 16);
const NEXT: usize = memory.data(COMPLEX, 16);

/** Sum := sum + ab, each in two parts. */
function addProduct(sum: usize, a: usize, b: usize): void {
  const x = load<f64>(a);
  const y = load<f64>(b);
  // Halves of 26 bits: their products are exact.
  let t = x * 134217729;
  const xUpper = t - (t - x);
  const xLower = x - xUpper;
  t = y * 134217729;
  const yUpper = t - (t - y);
  const yLower = y - yUpper;
  const product = x * y;
  let rest = xUpper * yUpper - product + xUpper * yLower + xLower * yUpper + xLower * yLower;
  rest += x * load<f64>(b, 8) + load<f64>(a, 8) * y + load<f64>(sum, 8);
  const before = load<f64>(sum);
  const after = before + product;
  t = after - before;
  rest += before - (after - t) + (product - t);
  store<f64>(sum, after + rest);
  store<f64>(sum, rest - (after + rest - after), 8);
}

/** z := zw. */
function turn(z: usize, w: usize): void {
  memory.fill(NEXT, 0, COMPLEX);
  addProduct(NEXT, z, w);
  addProduct(NEXT, z + 16, w + 32);
  addProduct(NEXT + 16, z, w + 16);
  addProduct(NEXT + 16, z + 16, w);
  store<f64>(NEXT, -load<f64>(NEXT, 16), 32);
  store<f64>(NEXT, -load<f64>(NEXT, 24), 40);
  memory.copy(z, NEXT, COMPLEX);
}

/** Makes the cosines of multiples of pi/n ready; n divides 384 or 512. */
export function fillOctant(n: u32): void {
  const thirds = n % 3 == 0;
  memory.fill(STEP, 0, COMPLEX);
  store<f64>(STEP, 1);
  memory.copy(POINT, thirds ? ROOT_384 : ROOT_512, 32);
  store<f64>(POINT, -load<f64>(POINT, 16), 32);
  store<f64>(POINT, -load<f64>(POINT, 24), 40);
  for (let i = (thirds ? 384 : 512) / n; i > 0; i--) turn(STEP, POINT);
  memory.fill(POINT, 0, COMPLEX);
  store<f64>(POINT, 1);
  for (let at = OCTANT; at <= OCTANT + (n << 2); at += 16) {
    store<f64>(at, load<f64>(POINT));
    store<f64>(at, load<f64>(POINT, 16), 8);
    turn(POINT, STEP);
  }
}

/** cos(pi k/n), for the n of fillOctant(). */
export function cosine(n: u32, k: u32): f64 {
  k %= 2 * n;
  if (k > n) k = 2 * n - k;
  if (k > n >> 1) return -cosine(n, n - k);
  return k > n >> 2 ? load<f64>(OCTANT + (((n >> 1) - k) << 4), 8) : load<f64>(OCTANT + (k << 4));
}

/** 2^(t/n) for t = 0, 2^k, 3 2^k and the negatives. */
export function powerOfTwo(n: u32, t: i32): f64 {
  if (t == 0) return 1;
  const size: u32 = abs(t);
  // As 2^(odd/2^roots) with odd = 1, 3, or 1/3.
  let roots = ctz(n) - ctz(size);
  const cubed = (size & (size - 1)) != 0;
  let x: f64 = t < 0 ? 0.5 : 2;
  if (n % 3 == 0) {
    if (!cubed) x = t < 0 ? 0.7937005259840998 : 1.2599210498948732;
  } else if (cubed) x *= x * x;
  for (; roots > 0; roots--) x = sqrt(x);
  return x;
}
