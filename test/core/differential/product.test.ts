/**
 * Products of residues, of random ones and of all pairs of the extreme patterns of digits, against BigInt: in the SIMD
 * build the products by transforms (docs/exactness.md) by themselves, in the scalar build those of the integers, within
 * squares and cubes.
 */
import test from "node:test";
import assert from "node:assert/strict";
import { loadTestCore } from "esession/testing";
import { digitsOf, modulusR, patterns, primeOf, sizes, transforms } from "../fft-twin.js";
import type { Size } from "../fft-twin.js";
import { toBigInt, toOctets } from "../numbers.js";
import { cases, seeded } from "./cases.js";

const named = ({ group, n }: Size): string => `group ${group}, n = ${n}`;

/** Half of the cases are for group 14, which is used most; each other group has a fourteenth. */
const shareOf = ({ group }: Size): number => Math.ceil(cases / (group === 14 ? 2 : 14));

/** The value of digits, three of which fit a double; they are many here. */
function valueOf(digits: Float64Array): bigint {
  let value = 0n;
  for (let k = 3 * Math.floor((digits.length - 1) / 3); k >= 0; k -= 3) {
    const three = digits[k]! + (digits[k + 1] ?? 0) * 2 ** 17 + (digits[k + 2] ?? 0) * 2 ** 34;
    value = (value << 51n) + BigInt(three);
  }
  return value;
}

const simd = loadTestCore({ build: "simd", sessions: 1 });

/** Checks that the digits are those of ab/R mod p, and that |W| <= |ab|/R + 0.51 p. */
function checker(size: Size, product: ReturnType<typeof transforms>["product"]) {
  const [p, R] = [primeOf(size.group), modulusR(size.n)];
  return (a: Float64Array, b: Float64Array, what: string): void => {
    const digits = product(size, a, b);
    const x = valueOf(a);
    const y = a === b ? x : valueOf(b);
    const [w, xy] = [valueOf(digits), x * y];
    assert.equal((w * R - xy) % p, 0n, `${named(size)}, ${what}: ${x} times ${y}`);
    assert.ok(
      digits.every((digit) => Math.abs(digit) <= size.digitW),
      `${named(size)}, ${what}: a digit is too large`,
    );
    const bound = (xy < 0n ? -xy : xy) / R + (p * 51n) / 100n;
    assert.ok(w <= bound && -w <= bound, `${named(size)}, ${what}: |W| is too large`);
  };
}

for (const size of sizes) {
  const { octets, below, seed } = seeded(`products, group ${size.group}`);
  const count = shareOf(size);

  test(`exactness §1: ${count} random products by transforms are BigInt's (${named(size)}, seed ${seed})`, async () => {
    const check = checker(size, transforms(await simd).product);
    const [n, D] = [size.n, size.digitW];
    const draw = [
      // Any digits of 17 bits; any up to the bound; only the largest; a residue; one that is nearly all zero.
      () => new Float64Array(new Uint32Array(octets(4 * n).buffer)).map((x) => (x & 0x1ffff) - 65536),
      () => new Float64Array(n).map(() => below(2 * D + 1) - D),
      () => Float64Array.from(octets(n), (octet) => (octet & 1 ? D : -D)),
      () => digitsOf(toBigInt(octets(2 * n)), n),
      () => new Float64Array(n).fill(below(2 * D + 1) - D, below(n), n),
    ];
    const drawn = (): Float64Array => draw[Math.max(0, below(12) - 7)]!();
    for (let i = 0; i < count; i++) {
      const a = drawn();
      check(a, i % 4 === 0 ? a : drawn(), `case ${i}, seed ${seed}`);
    }
  });

  test(`exactness §1: products of all pairs of extreme patterns are BigInt's (${named(size)})`, async () => {
    const check = checker(size, transforms(await simd).product);
    const p = primeOf(size.group);
    const vectors: Float64Array[] = patterns(size.n).map((signs) => signs.map((sign) => sign * size.digitW));
    for (const value of [0n, 1n, 2n, p - 2n, p - 1n, p, (p - 1n) / 2n, -1n, 1n - p])
      vectors.push(digitsOf(value, size.n));
    for (const [i, a] of vectors.entries())
      for (const [j, b] of vectors.slice(i).entries()) check(a, b, `patterns ${i} and ${i + j}`);
  });

  // Each takes the preparation of a modulus and forty products: a tenth as many cases, and fewer still of long ones.
  const integers = Math.ceil(count / (size.n > 192 ? 100 : 10));
  const scalarSeed = seeded(`integer products, group ${size.group}`);

  test(`${integers} random squares and cubes by integers are BigInt's (${named(size)}, scalar, seed ${seed})`, async () => {
    const { modPow } = await loadTestCore({ build: "scalar", sessions: 1 });
    const p = primeOf(size.group);
    const modulus = toOctets(p);
    const check = (x: bigint, what: string): void => {
      for (const exponent of [2, 3]) {
        const power = modPow(toOctets(x), Uint8Array.of(exponent), modulus)!;
        assert.equal(toBigInt(power), x ** BigInt(exponent) % p, `${named(size)}, ${what}: ${x}^${exponent}`);
      }
    };
    for (const x of [0n, 1n, 2n, p - 2n, p - 1n, p, p + 1n, (p - 1n) / 2n, (1n << BigInt(16 * size.n)) - 1n])
      check(x, "extreme");
    for (let i = 0; i < integers; i++)
      check(toBigInt(scalarSeed.octets(1 + scalarSeed.below(2 * size.n))), `case ${i}, seed ${seed}`);
  });
}
