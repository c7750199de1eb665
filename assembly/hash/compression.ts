/**
 * The compression function of SHA-256 (FIPS 180-4 §6.2.2).
 *
 *   SUMS   words of the message schedule, each with its constant added
 *
 * Scalar: all 64, made before the rounds. SIMD: a ring of sixteen; while the rounds, which are scalar, use eight, the
 * vector units make those that come sixteen later, four at a time.
 * Measured, by the octets hashed in a second: the schedule in vectors before all rounds gives 1.21 of a scalar one,
 * beside them 1.52; with Sigma, which the next round waits for, added last 1.79 (scalar schedule: 1.10). Sixteen
 * rounds in the loop instead of eight would give 1.84 for 1.2 KB more, all 64 no more than that for 7 KB. Sigma with its
 * rotations side by side: 0.97; majority by the xor kept of the round before: 0.95; both were tried alone.
 * The same steps for all messages; the number of blocks is public.
 */

// prettier-ignore
const K: usize = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
], 16);

const SUMS: usize = memory.data(256, 16);
const SUMS_BYTES: usize = ASC_FEATURE_SIMD ? 64 : 256;
/** The swizzle that makes big-endian words of octets and back. */
const BIG_ENDIAN: usize = memory.data<u8>([3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12], 16);

// @ts-ignore: decorator
@inline
function choose(e: u32, f: u32, g: u32): u32 {
  return g ^ (e & (f ^ g));
}

// @ts-ignore: decorator
@inline
function majority(a: u32, b: u32, c: u32): u32 {
  return (a & b) | (c & (a | b));
}

/** Rotations by 2, 13 and 22. */
// @ts-ignore: decorator
@inline
function Sigma0(a: u32): u32 {
  return rotr<u32>(rotr<u32>(rotr<u32>(a, 9) ^ a, 11) ^ a, 2);
}

/** Rotations by 6, 11 and 25. */
// @ts-ignore: decorator
@inline
function Sigma1(e: u32): u32 {
  return rotr<u32>(rotr<u32>(rotr<u32>(e, 14) ^ e, 5) ^ e, 6);
}

// @ts-ignore: decorator
@inline
function sigma0(x: u32): u32 {
  return rotr<u32>(x, 7) ^ rotr<u32>(x, 18) ^ (x >> 3);
}

// @ts-ignore: decorator
@inline
function sigma1(x: u32): u32 {
  return rotr<u32>(x, 17) ^ rotr<u32>(x, 19) ^ (x >> 10);
}

/** sigma0 of four words. */
// @ts-ignore: decorator
@inline
function sigma0OfFour(x: v128): v128 {
  const rotated7 = v128.xor(i32x4.shr_u(x, 7), i32x4.shl(x, 25));
  const rotated18 = v128.xor(i32x4.shr_u(x, 18), i32x4.shl(x, 14));
  return v128.xor(v128.xor(rotated7, rotated18), i32x4.shr_u(x, 3));
}

/** sigma1 of two words, each of which fills a half of the vector: a shift of the half is a rotation of its low word. */
// @ts-ignore: decorator
@inline
function sigma1OfTwo(x: v128): v128 {
  return v128.xor(v128.xor(i64x2.shr_u(x, 17), i64x2.shr_u(x, 19)), i32x4.shr_u(x, 10));
}

// @ts-ignore: decorator
@inline
function bigEndianOrder<T>(): T {
  // @ts-ignore: type
  if (isVector<T>()) return v128.load(BIG_ENDIAN);
  // @ts-ignore: type
  return 0;
}

/** Four words of the block; their sums are stored. */
// @ts-ignore: decorator
@inline
function first<T>(block: usize, order: T, quarter: usize): T {
  // @ts-ignore: type
  if (isVector<T>()) {
    const words = i8x16.swizzle(v128.load(block + 16 * quarter), order);
    v128.store(SUMS + 16 * quarter, i32x4.add(words, v128.load(K + 16 * quarter)));
    return words;
  }
  // @ts-ignore: type
  return 0;
}

/**
 * The four words sixteen after x0, where x0 to x3 are sixteen in a row; with their constants they replace those of x0
 * at w, which the rounds have used. Two of them need the other two: sigma1 is of the words two before.
 * The last two times they are words that nobody needs, made with the first constants, which costs less than to ask.
 */
// @ts-ignore: decorator
@inline
function next<T>(x0: T, x1: T, x2: T, x3: T, constants: usize, w: usize): T {
  // @ts-ignore: type
  if (isVector<T>()) {
    const sevenBefore = v128.shuffle<i32>(x2, x3, 1, 2, 3, 4);
    const sum = i32x4.add(i32x4.add(x0, sevenBefore), sigma0OfFour(v128.shuffle<i32>(x0, x1, 1, 2, 3, 4)));
    const zero = i32x4.splat(0);
    const ofTwo = sigma1OfTwo(v128.shuffle<i32>(x3, x3, 2, 2, 3, 3));
    const two = i32x4.add(sum, v128.shuffle<i32>(ofTwo, zero, 0, 2, 4, 4));
    const ofNew = sigma1OfTwo(v128.shuffle<i32>(two, two, 0, 0, 1, 1));
    const four = i32x4.add(two, v128.shuffle<i32>(ofNew, zero, 4, 4, 0, 2));
    v128.store(w, i32x4.add(four, v128.load(constants)));
    return four;
  }
  // @ts-ignore: type
  return 0;
}

/** The whole schedule (§6.2.2, step 1). A word gets its constant when no later one needs it any more. */
function schedule(block: usize): void {
  for (let t: usize = 0; t < 64; t += 4) store<u32>(SUMS + t, bswap<u32>(load<u32>(block + t)));
  let k = K;
  for (let w = SUMS; w < SUMS + 192; w += 4, k += 4) {
    const word = load<u32>(w);
    store<u32>(w, word + sigma0(load<u32>(w, 4)) + load<u32>(w, 36) + sigma1(load<u32>(w, 56)), 64);
    store<u32>(w, word + load<u32>(k));
  }
  for (let w = SUMS + 192; w < SUMS + 256; w += 4, k += 4) store<u32>(w, load<u32>(w) + load<u32>(k));
}

/** Hashes whole blocks into the state, eight words in the machine's order. */
export function compress(state: usize, block: usize, blocks: u32): void {
  if (ASC_FEATURE_SIMD) compressWith<v128>(state, block, blocks);
  else compressWith<u32>(state, block, blocks);
}

function compressWith<T>(state: usize, block: usize, blocks: u32): void {
  const order = bigEndianOrder<T>();
  for (; blocks; --blocks, block += 64) {
    if (!ASC_FEATURE_SIMD) schedule(block);
    let x0 = first<T>(block, order, 0);
    let x1 = first<T>(block, order, 1);
    let x2 = first<T>(block, order, 2);
    let x3 = first<T>(block, order, 3);
    let a = load<u32>(state);
    let b = load<u32>(state, 4);
    let c = load<u32>(state, 8);
    let d = load<u32>(state, 12);
    let e = load<u32>(state, 16);
    let f = load<u32>(state, 20);
    let g = load<u32>(state, 24);
    let h = load<u32>(state, 28);

    // Eight rounds, so that the words of the state need not move: each three lines are T1 of a round, d + T1, T1 + T2.
    for (let t: usize = 0; ; t += 32) {
      const w = ASC_FEATURE_SIMD ? SUMS + (t & 32) : SUMS + t;
      const constants = K + ((t + 64) & 255);
      h = h + load<u32>(w) + choose(e, f, g) + Sigma1(e);
      d += h;
      h = h + majority(a, b, c) + Sigma0(a);
      g = g + load<u32>(w, 4) + choose(d, e, f) + Sigma1(d);
      c += g;
      g = g + majority(h, a, b) + Sigma0(h);
      f = f + load<u32>(w, 8) + choose(c, d, e) + Sigma1(c);
      b += f;
      f = f + majority(g, h, a) + Sigma0(g);
      e = e + load<u32>(w, 12) + choose(b, c, d) + Sigma1(b);
      a += e;
      e = e + majority(f, g, h) + Sigma0(f);
      const x4 = next<T>(x0, x1, x2, x3, constants, w);
      d = d + load<u32>(w, 16) + choose(a, b, c) + Sigma1(a);
      h += d;
      d = d + majority(e, f, g) + Sigma0(e);
      c = c + load<u32>(w, 20) + choose(h, a, b) + Sigma1(h);
      g += c;
      c = c + majority(d, e, f) + Sigma0(d);
      b = b + load<u32>(w, 24) + choose(g, h, a) + Sigma1(g);
      f += b;
      b = b + majority(c, d, e) + Sigma0(c);
      a = a + load<u32>(w, 28) + choose(f, g, h) + Sigma1(f);
      e += a;
      a = a + majority(b, c, d) + Sigma0(b);
      const x5 = next<T>(x1, x2, x3, x4, constants + 16, w + 16);
      if (t == 224) break; // at the head of the loop this costs 7 %
      x0 = x2;
      x1 = x3;
      x2 = x4;
      x3 = x5;
    }

    store<u32>(state, load<u32>(state) + a);
    store<u32>(state, load<u32>(state, 4) + b, 4);
    store<u32>(state, load<u32>(state, 8) + c, 8);
    store<u32>(state, load<u32>(state, 12) + d, 12);
    store<u32>(state, load<u32>(state, 16) + e, 16);
    store<u32>(state, load<u32>(state, 20) + f, 20);
    store<u32>(state, load<u32>(state, 24) + g, 24);
    store<u32>(state, load<u32>(state, 28) + h, 28);
  }
}

/** Overwrites what the last block left in the schedule. */
export function wipeSchedule(): void {
  wipeWords(SUMS, SUMS + SUMS_BYTES);
}

/** Overwrites the octets up to `end`, eight at a time. */
export function wipeWords(at: usize, end: usize): void {
  for (; at < end; at += 8) store<u64>(at, 0);
}

/** The eight words as 32 octets. */
export function writeState(out: usize, state: usize): void {
  if (ASC_FEATURE_SIMD) {
    const order = v128.load(BIG_ENDIAN);
    v128.store(out, i8x16.swizzle(v128.load(state), order));
    v128.store(out, i8x16.swizzle(v128.load(state, 16), order), 16);
  } else {
    for (let i: usize = 0; i < 32; i += 4) store<u32>(out + i, bswap<u32>(load<u32>(state + i)));
  }
}
