/**
 * The plain twin of the products by transforms (assembly/bignum/fft): digits and vectors, exact convolutions, the
 * worst patterns for a transform, the twiddles by integer arithmetic, and the bounds of docs/exactness.md, computed.
 */
import { getDiffieHellman } from "node:crypto";
import type { Group } from "esession/core";
import type { TestCore } from "esession/testing";
import { toBigInt } from "./numbers.js";

export interface Size {
  group: Group;
  n: number;
  /** The largest digit of a carried product, and of T and q within it. */
  digitW: number;
  digitT: number;
  /** How far a number can be from its integer in ring R, and at the end of a product. */
  boundR: number;
  boundQ: number;
}

/** The stages between the lane stage and the end: radix 3 first, then at most one radix 2, then radix 4. */
export function radices(n: number): number[] {
  const stages: number[] = [];
  for (let left = n / 4; left > 1; left /= stages.at(-1)!)
    stages.push(left % 3 === 0 ? 3 : Math.log2(left) % 2 === 1 ? 2 : 4);
  return stages;
}

/** docs/exactness.md §3: the fixed point of the digits' bounds. */
function digitBounds(n: number): { digitW: number; digitT: number } {
  const digit = (C: number, c: number): number => {
    const k1 = C / 2 ** 17 + 2;
    const k2 = k1 / 2 ** 17 + 1;
    return 2 ** 16 + c * k2;
  };
  let [W, T, q] = [2 ** 16, 2 ** 16, 2 ** 16];
  for (let round = 0; round < 50; round++) {
    T = digit(n * W ** 2, 1);
    q = digit(n * T * 65538, 1); // N' is carried twice
    W = digit((2 * n - 1) * (W ** 2 + q * 2 ** 16), 2);
  }
  return { digitW: Math.floor(W), digitT: Math.floor(Math.max(T, q)) };
}

/** §4: e, with twiddles that are within 4 units. */
function relativeError(n: number): number {
  const u = 2 ** -53;
  const stages = [2, ...radices(n)]; // the lane stage is one of radix 2
  const path = (three: number): number =>
    stages
      .map((radix) => Math.log1p((radix === 4 ? 2 : radix === 3 ? three : 1) * u))
      .reduce((sum, stage) => sum + stage + Math.log1p((1 + Math.SQRT2) * u) + Math.log1p(4 * u), 0);
  return Math.expm1(2 * path(6.21) + Math.log1p(3 * u) + Math.log1p(u) + path(4.97));
}

function size(group: Group, n: number): Size {
  const { digitW, digitT } = digitBounds(n);
  const e = relativeError(n);
  const boundR = n * digitW ** 2 * e;
  const boundQ = 3 * n * (digitW ** 2 + digitT * 2 ** 16) * e;
  return { group, n, digitW, digitT, boundR, boundQ };
}

export const sizes: readonly Size[] = [
  size(1, 48),
  size(2, 64),
  size(5, 96),
  size(14, 128),
  size(15, 192),
  size(16, 256),
  size(17, 384),
  size(18, 512),
];

/**
 * §5: every result between the digits and the rounding is a multiple of 2^-e: this e, from a ring's constants. They
 * are in the order of assembly/bignum/fft/field.ts.
 */
export function leastBit(n: number, constants: Float64Array): number {
  const bits = (at: number, count: number): number => {
    const nonzero = [...constants.subarray(at, at + count)].filter((x) => x !== 0);
    return Math.max(...nonzero.map((x) => 52 - Math.floor(Math.log2(Math.abs(x)))));
  };
  let forward = bits(0, 10);
  let inverse = bits(10, 8);
  let at = 20;
  let blocks = 1;
  for (const radix of radices(n)) {
    const count = 4 * (radix - 1) * blocks;
    forward += bits(at, count) + (radix === 3 ? 53 : 0);
    inverse += bits(at + n, count) + (radix === 3 ? 53 : 0);
    at += count;
    blocks *= radix;
  }
  return 2 * forward + inverse;
}

/** What a group's tables take (assembly/bignum/fft/entries.ts, comb.ts). */
export const combBytes = (n: number): number => 448 * 16 * (n / 8 + Math.ceil(n / 64));

export const primeOf = (group: Group): bigint => toBigInt(getDiffieHellman(`modp${group}`).getPrime());

/** R = B^n + 1. */
export const modulusR = (n: number): bigint => (1n << BigInt(17 * n)) + 1n;

/** 1/a modulo a prime p. */
export function inverse(a: bigint, p: bigint): bigint {
  let [x, y, u, v] = [((a % p) + p) % p, p, 1n, 0n];
  while (x !== 0n) [x, y, u, v] = [y % x, x, v - (y / x) * u, u]; // u a = x, v a = y modulo p
  return v;
}

export function valueOf(digits: ArrayLike<number>): bigint {
  let value = 0n;
  for (let k = digits.length - 1; k >= 0; k--) value = (value << 17n) + BigInt(digits[k]!);
  return value;
}

/** Balanced digits of a number of at most 17n - 1 bits. */
export function digitsOf(value: bigint, n: number): Float64Array {
  const digits = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    const digit = BigInt.asIntN(17, value);
    digits[k] = Number(digit);
    value = (value - digit) >> 17n;
  }
  return digits;
}

/** The product modulo x^n + c, exactly: sums below 2^44. */
export function convolution(a: ArrayLike<number>, b: ArrayLike<number>, c: number): Float64Array {
  const n = a.length;
  const product = new Float64Array(2 * n);
  for (let i = 0; i < n; i++) {
    const ai = a[i]!;
    for (let j = 0; j < n; j++) product[i + j] = product[i + j]! + ai * b[j]!;
  }
  return product.subarray(0, n).map((low, k) => low - c * product[n + k]!);
}

/** What is worst for a transform: constant and slow signs, waves and chirps. Signs; the caller has the digit. */
export function patterns(n: number): Float64Array[] {
  const sign = (of: (k: number) => number): Float64Array =>
    Float64Array.from({ length: n }, (_, k) => (of(k) < 0 ? -1 : 1));
  const quarter = (k: number): number => Math.floor((4 * k) / n);
  const all = [
    sign(() => 1),
    sign(() => -1),
    sign((k) => (k % 2 ? -1 : 1)),
    sign((k) => (k % 4 < 2 ? 1 : -1)),
    sign((k) => (k < n / 2 ? 1 : -1)),
    sign((k) => (quarter(k) % 2 ? -1 : 1)),
    sign((k) => (quarter(k) < 3 ? 1 : -1)),
    sign((k) => Math.cos((Math.PI * k * k) / n)),
  ];
  for (const f of [0.5, 1, 1.5, 2.5, n / 8, n / 4 + 0.5, n / 3, n / 2 - 0.5])
    for (const phase of [0, 0.25])
      all.push(sign((k) => Math.cos(2 * Math.PI * ((f * k) / n + phase)) + 1e-9));
  return all;
}

type Digits = ArrayLike<number>;

export interface Transforms {
  /** The numbers before rounding of ab in ring R. */
  inR: (size: Size, a: Digits, b: Digits) => Float64Array;
  /** And of -(ab + cd) in ring Q. */
  inQ: (size: Size, a: Digits, b: Digits, c: Digits, d: Digits) => Float64Array;
  /** The digits of ab/R mod p, or of a squared `count` times. */
  product: (size: Size, a: Digits, b: Digits, count?: number) => Float64Array;
  /** The constants of a ring as doubles. */
  constants: (size: Size, inQ: boolean) => Float64Array;
}

/** A core's transforms on digits in their natural order; vectors have digit m quarter + j at 4j + quarter. */
export function transforms({ abi, memory }: TestCore): Transforms {
  const place = (k: number, n: number): number => 4 * (k % (n / 4)) + Math.floor((4 * k) / n);
  const view = (at: number, n: number): Float64Array => new Float64Array(memory().buffer, at, n);
  const put = (at: number, digits: ArrayLike<number>): number => {
    const vector = view(at, digits.length);
    for (let k = 0; k < digits.length; k++) vector[place(k, digits.length)] = digits[k]!;
    return at;
  };
  const get = (at: number, n: number): Float64Array => {
    const vector = view(at, n);
    return Float64Array.from({ length: n }, (_, k) => vector[place(k, n)]!);
  };
  const address = (i: number): number => ((abi.inputRegion() + 63) & ~63) + 4096 * i;
  const out = address(4);
  return {
    inR: ({ group, n }, a, b) => {
      const at = put(address(0), a);
      abi.fftConvolve(group, 0, out, at, a === b ? at : put(address(1), b), 0, 0);
      return get(out, n);
    },
    inQ: ({ group, n }, a, b, c, d) => {
      const at = put(address(0), a);
      const factor = a === b ? at : put(address(1), b);
      abi.fftConvolve(group, 1, out, at, factor, put(address(2), c), put(address(3), d));
      return get(out, n);
    },
    product: ({ group, n }, a, b, count = 1) => {
      const at = put(address(0), a);
      abi.fftChain(group, out, at, a === b ? at : put(address(1), b), count);
      return get(out, n);
    },
    constants: ({ group, n }, inQ) => view(abi.fftRing(group, Number(inQ)), 20 + 2 * n),
  };
}

const BITS = 200n;
const ONE = 1n << BITS;
const times = (a: bigint, b: bigint): bigint => (a * b) >> BITS;

function series(x: bigint, coefficient: (k: number) => bigint): bigint {
  let sum = 0n;
  for (let term = ONE, k = 0; term !== 0n && term !== -1n; term = times(term, x) / BigInt(++k))
    sum += coefficient(k) * term;
  return sum;
}

/** sum x^(2k+1)/(2k+1) of x = 1/q, with alternating signs or not: the arcus tangent, and the area tangent. */
function tangentSeries(q: bigint, alternating: boolean): bigint {
  let sum = 0n;
  for (let term = ONE / q, k = 1n; term !== 0n; term /= q * q, k += 2n)
    sum += (alternating && k % 4n === 3n ? -term : term) / k;
  return sum;
}

const PI = 4n * (4n * tangentSeries(5n, true) - tangentSeries(239n, true));
const LN2 = 2n * tangentSeries(3n, false);

export interface Complex {
  re: bigint;
  im: bigint;
}

/** 2^(magnitude) e^(i pi angle), both fractions of `over`, to 190 bits behind the point. */
export function root(angle: number, magnitude: number, over: number): Complex {
  const x = (PI * BigInt(angle)) / BigInt(over);
  const size = series((LN2 * BigInt(magnitude)) / BigInt(over), () => 1n);
  return {
    re: times(
      size,
      series(x, (k) => [1n, 0n, -1n, 0n][k % 4]!),
    ),
    im: times(
      size,
      series(x, (k) => [0n, 1n, 0n, -1n][k % 4]!),
    ),
  };
}

/** A double as a number of the same kind, exactly: none here has a bit below 2^-80. */
export const exact = (x: number): bigint => BigInt(x * 2 ** 80) << (BITS - 80n);

/** Whether |computed - w| <= units 2^-53 |w|, and computed parts of 0 are 0. */
export function isNear(re: number, im: number, w: Complex, units: bigint): boolean {
  const tiny = 1n << 20n; // what is left of an exact 0
  const zeros =
    (w.re > -tiny && w.re < tiny ? re === 0 : re !== 0) &&
    (w.im > -tiny && w.im < tiny ? im === 0 : im !== 0);
  const square = (x: bigint, y: bigint): bigint => x * x + y * y;
  const distance = square(exact(re) - w.re, exact(im) - w.im);
  return zeros && distance << 106n <= units * units * square(w.re, w.im);
}
