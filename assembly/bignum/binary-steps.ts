/**
 * The binary algorithm for Jacobi symbols, up to 30 halvings at a time (as D. H. Lehmer did for Euclid's, 1938): which
 * steps to take is found on the highest and the lowest 64 bits of a and n, and then done to all of both at once.
 * Public data only: VARIABLE TIME.
 *
 * After i halvings a 2^i = f0 a' + g0 n' and n 2^i = f1 a' + g1 n', where a' and n' are those at the start, and
 * |f| + |g| <= 2^i in each row. The lowest bits are exact modulo 2^(64 - i). The highest are floors: each is too small
 * by less than 1 at the start, a difference is wrong by less than the sum of both, and a halving halves that and adds
 * less than 1, so that none is ever wrong by 31. Where two of them are more than 64 apart the greater one is known;
 * else the steps end there, and where there are none all limbs are compared, for one subtraction. Numbers of 64 bits are
 * exact, and the steps end where they are equal.
 */

const MOST_HALVINGS: u64 = 30;

/** The steps that choose() found: how many halvings, and their matrix. */
export let halvings: u64 = 0;
export let f0: i64 = 0;
export let g0: i64 = 0;
export let f1: i64 = 0;
export let g1: i64 = 0;

/** The 64 bits below the highest `zeros` < 32 of the limbs; the number itself, if it has at most two. */
function highest(number: usize, length: u32, zeros: u64): u64 {
  if (length <= 2) return load<u64>(number);
  const third = number + ((length - 3) << 2);
  return (load<u64>(third, 4) << zeros) | ((<u64>load<u32>(third)) >> (32 - zeros));
}

/** Whether a < n, both of as many limbs. */
export function isLess(a: usize, n: usize, length: u32): bool {
  for (let i = length; i > 0; i--) {
    const x = load<u32>(a + ((i - 1) << 2));
    const y = load<u32>(n + ((i - 1) << 2));
    if (x != y) return x < y;
  }
  return false;
}

/** Finds steps for a > 0 and odd n, whose highest limbs are not both 0; above them are zeros. Returns 1 if they turn the symbol's
 * sign, else 0. */
export function choose(a: usize, n: usize, length: u32): u32 {
  const top = (length - 1) << 2;
  const zeros: u64 = clz(load<u32>(a + top) | load<u32>(n + top));
  let aHigh = highest(a, length, zeros);
  let nHigh = highest(n, length, zeros);
  let aLow = load<u64>(a);
  let nLow = load<u64>(n);
  const apart: u64 = length > 2 ? 64 : 0;
  let turns: u64 = 0;
  let i: u64 = 0;
  let fa: i64 = 1;
  let ga: i64 = 0;
  let fn: i64 = 0;
  let gn: i64 = 1;
  while (true) {
    // (2/n) = -1 for n = 3, 5 mod 8.
    const twos = min(ctz(aLow), MOST_HALVINGS - i);
    turns ^= twos & ((nLow >> 1) ^ (nLow >> 2));
    aLow >>= twos;
    aHigh >>= twos;
    fn <<= twos;
    gn <<= twos;
    i += twos;
    if (i == MOST_HALVINGS || aHigh - nHigh + apart <= 2 * apart) break;
    if (aHigh < nHigh) {
      // Reciprocity, both odd: (a/n) = (n/a), negated if both are 3 mod 4.
      turns ^= (aLow & nLow) >> 1;
      const high = aHigh;
      aHigh = nHigh;
      nHigh = high;
      const low = aLow;
      aLow = nLow;
      nLow = low;
      const f = fa;
      fa = fn;
      fn = f;
      const g = ga;
      ga = gn;
      gn = g;
    }
    aLow -= nLow;
    aHigh -= nHigh;
    fa -= fn;
    ga -= gn;
  }
  halvings = i;
  if (i == 0) {
    const less = isLess(a, n, length);
    if (less) turns = (aLow & nLow) >> 1;
    fa = less ? -1 : 1;
    ga = -fa;
    fn = <i64>less;
    gn = <i64>!less;
  }
  f0 = fa;
  g0 = ga;
  f1 = fn;
  g1 = gn;
  return (<u32>turns) & 1;
}

/** Does the steps to `length` limbs of both; sums stay below 2^62 + 2^31. */
export function apply(a: usize, n: usize, length: u32): void {
  // Locals: before a function is optimized, globals are read from memory each time.
  const i = halvings;
  const fa = f0;
  const ga = g0;
  const fn = f1;
  const gn = g1;
  let x: i64 = 0;
  let y: i64 = 0;
  let xLow: u64 = 0;
  let yLow: u64 = 0;
  const end = a + (length << 2);
  for (const start = a; a < end; a += 4, n += 4) {
    const aLimb = <i64>load<u32>(a);
    const nLimb = <i64>load<u32>(n);
    x = (x >> 32) + fa * aLimb + ga * nLimb;
    y = (y >> 32) + fn * aLimb + gn * nLimb;
    if (a > start) {
      store<u32>(a - 4, <u32>((((<u64>x) << 32) | xLow) >> i));
      store<u32>(n - 4, <u32>((((<u64>y) << 32) | yLow) >> i));
    }
    xLow = (<u64>x) & 0xffffffff;
    yLow = (<u64>y) & 0xffffffff;
  }
  store<u32>(a - 4, <u32>((((<u64>(x >> 32)) << 32) | xLow) >> i));
  store<u32>(n - 4, <u32>((((<u64>(y >> 32)) << 32) | yLow) >> i));
}
