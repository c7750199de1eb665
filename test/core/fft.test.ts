/**
 * Products by transforms in f64 (assembly/bignum/fft, SIMD build): that they are exact, by the bounds that
 * docs/exactness.md proves, and that all ways to a power agree with each other, with the integer kernel and BigInt.
 */
import test from "node:test";
import assert from "node:assert/strict";
import { loadTestCore, seededRandom } from "esession/testing";
import {
  combBytes,
  convolution,
  digitsOf,
  inverse,
  isNear,
  leastBit,
  modulusR,
  patterns,
  primeOf,
  radices,
  root,
  sizes,
  transforms,
  valueOf,
} from "./fft-twin.js";
import type { Complex, Size } from "./fft-twin.js";
import { powBigInt, rounds, sampler, seed, toBigInt, toOctets } from "./numbers.js";

const loaded = loadTestCore({ build: "simd", sessions: 4 });
/** A hundred times as many cases with ESESSION_LONG=1. */
const long = rounds(1) > 1 ? 100 : 1;
const named = (size: Size): string => `group ${size.group}, n = ${size.n}`;

test("exactness §3, §4: the bounds of digits and errors leave more than half of the room", () => {
  for (const size of sizes) {
    assert.ok(size.digitW <= 66578 && size.digitT <= 65669, named(size));
    assert.ok(size.boundR < 0.032 && size.boundQ < 0.19, named(size));
  }
});

test("exactness §5: no intermediate result can be a subnormal number", async (t) => {
  const { constants } = transforms(await loaded);
  for (const size of sizes) {
    // Doubles below 2^-1022 are subnormal.
    const [r, q] = [false, true].map((inQ) => leastBit(size.n, constants(size, inQ)));
    assert.ok(r! <= 1022 && q! <= 1022, `${named(size)}: 2^-${r}, 2^-${q}`);
    t.diagnostic(`n = ${size.n}: multiples of 2^-${r} in R, of 2^-${q} in Q`);
  }
});

test("exactness §2: every twiddle is within 4 units of its root, and its zeros are exact", async () => {
  const { constants } = transforms(await loaded);
  for (const size of sizes) {
    const { n } = size;
    for (const inQ of [false, true]) {
      const table = constants(size, inQ);
      // Roots as fractions of 12n: angle of pi, and power of 2. First i sqrt(c), then its square roots.
      const over = 12 * n;
      const near = (at: number, w: Complex, what: string): void =>
        assert.ok(isNear(table[at]!, table[at + 2]!, w, 4n), `${named(size)}, ${inQ ? "Q" : "R"}: ${what}`);
      const magnitude = inQ ? over / 4 : 0;
      const half = inQ ? over / 2 : 0;
      near(0, root(over / 4, magnitude, over), "s");
      near(1, root(over / 4 + over, magnitude, over), "-s");
      near(4, root(over / 4, magnitude + half, over), "sqrt(c) s");
      near(5, root(over / 4 + over, magnitude + half, over), "-sqrt(c) s");
      // The inverse of the lanes, times n/2, and its sign: 1, 1/s, and both by sqrt(c).
      const scale = (inQ ? -n : n) / 2;
      const scaled = (at: number, w: Complex, what: string): void => {
        const [re, im] = [table[at]! * scale, table[at + 2]! * scale];
        // n/2 is not a power of two for all n: one more rounding.
        assert.ok(isNear(re, im, w, 5n), `${named(size)}, ${inQ ? "Q" : "R"}: ${what}`);
      };
      scaled(10, root(0, 0, over), "1");
      scaled(11, root(2 * over - over / 4, -magnitude, over), "1/s");
      const swapped = (at: number, w: Complex, what: string): void => {
        const [im, re] = [table[at]! * scale, table[at + 2]! * scale];
        assert.ok(isNear(re, im, w, 5n), `${named(size)}, ${inQ ? "Q" : "R"}: ${what}`);
      };
      swapped(14, root(0, -half, over), "1/sqrt(c)");
      swapped(15, root(2 * over - over / 4, -magnitude - half, over), "1/(s sqrt(c))");

      let at = 20;
      let power = magnitude;
      let blocks = [[over / 4, over / 4 + over]];
      for (const radix of radices(n)) {
        power /= radix;
        const parts: number[][] = [];
        for (const angles of blocks) {
          for (const [lane, angle] of angles.entries())
            for (let j = 1; j < radix; j++) {
              const place = at + lane + 4 * (j - 1);
              near(place, root((angle / radix) * j, power * j, over), `radix ${radix}`);
              near(
                place + n,
                root(2 * over * radix - (angle / radix) * j, -power * j, over),
                `1/radix ${radix}`,
              );
            }
          // The parts of radix 4 are those of x, -x, ix, -ix.
          const turns = radix === 4 ? [0, 2, 1, 3] : [0, 1, 2].slice(0, radix);
          for (const turn of turns)
            parts.push(angles.map((angle) => (angle / radix + (2 * over * turn) / radix) % (2 * over)));
          at += 4 * (radix - 1);
        }
        blocks = parts;
      }
    }
  }
});

/** The largest distance of the numbers from what they should be. */
function worst(computed: Float64Array, expected: Float64Array): number {
  let error = 0;
  for (let k = 0; k < expected.length; k++) error = Math.max(error, Math.abs(computed[k]! - expected[k]!));
  return error;
}

const scaled = (signs: Float64Array, digit: number): Float64Array => signs.map((sign) => sign * digit);

test(`exactness §4: in ring R no pattern of digits comes near to a quarter of the bound (seed ${seed})`, async (t) => {
  const { inR } = transforms(await loaded);
  const { below } = sampler(seededRandom(seed));
  for (const size of sizes) {
    const signs = patterns(size.n);
    for (let i = 0; i < 4; i++) signs.push(Float64Array.from({ length: size.n }, () => (below(2) ? 1 : -1)));
    const vectors = signs.map((pattern) => scaled(pattern, size.digitW));
    vectors.push(Float64Array.from({ length: size.n }, () => below(2 * size.digitW + 1) - size.digitW));
    let error = 0;
    for (const [i, a] of vectors.entries())
      for (const b of vectors.slice(i)) error = Math.max(error, worst(inR(size, a, b), convolution(a, b, 1)));
    assert.ok(error < size.boundR / 4, `${named(size)}: ${error}`);
    t.diagnostic(`n = ${size.n}: at most ${error.toExponential(1)} of ${size.boundR.toExponential(1)}`);
  }
});

test(`exactness §4: at the end of a product neither (seed ${seed})`, async (t) => {
  const { inQ } = transforms(await loaded);
  const { below } = sampler(seededRandom(seed));
  for (const size of sizes) {
    const signs = patterns(size.n);
    let error = 0;
    const run = (...[a, b, c, d]: [Float64Array, Float64Array, Float64Array, Float64Array]): void => {
      const [ab, cd] = [convolution(a, b, 2), convolution(c, d, 2)];
      error = Math.max(
        error,
        worst(
          inQ(size, a, b, c, d),
          ab.map((x, k) => -x - cd[k]!),
        ),
      );
    };
    // Each pattern squared beside the same of q and p; then any four.
    for (const pattern of signs) {
      const a = scaled(pattern, size.digitW);
      run(a, a, scaled(pattern, size.digitT), scaled(pattern, 65536));
      run(a, scaled(signs[0]!, size.digitW), scaled(pattern, size.digitT), scaled(signs[0]!, 65536));
    }
    for (let i = 0; i < 100 * long; i++) {
      const [a, b, c, d] = [0, 0, 0, 0].map(() => signs[below(signs.length)]!) as [
        Float64Array,
        Float64Array,
        Float64Array,
        Float64Array,
      ];
      run(scaled(a, size.digitW), scaled(b, size.digitW), scaled(c, size.digitT), scaled(d, 65536));
    }
    assert.ok(error < size.boundQ / 4, `${named(size)}: ${error}`);
    t.diagnostic(`n = ${size.n}: at most ${error.toExponential(1)} of ${size.boundQ.toExponential(1)}`);
  }
});

test(`exactness §1: products of extreme digits and of extreme numbers are ab/R mod p (seed ${seed})`, async () => {
  const { product } = transforms(await loaded);
  const { octets, below } = sampler(seededRandom(seed));
  for (const size of sizes) {
    const { group, n } = size;
    const p = primeOf(group);
    const R = modulusR(n);
    const vectors = patterns(n).map((pattern) => scaled(pattern, size.digitW));
    for (const value of [0n, 1n, 2n, p - 2n, p - 1n, p, (p - 1n) / 2n, -1n, 1n - p])
      vectors.push(digitsOf(value, n));
    for (let i = 0; i < 4; i++) vectors.push(digitsOf(toBigInt(octets(n * 2)), n));
    const check = (a: Float64Array, b: Float64Array): void => {
      const digits = product(size, a, b);
      for (const digit of digits)
        assert.ok(Number.isInteger(digit) && Math.abs(digit) <= size.digitW, named(size));
      const [x, y, w] = [valueOf(a), valueOf(b), valueOf(digits)];
      assert.equal((w * R - x * y) % p, 0n, `${named(size)}: ${x} times ${y}`);
      // |W| <= |ab|/R + 0.51 p
      const bound = (x * y < 0n ? -x * y : x * y) / R + (p * 51n) / 100n;
      assert.ok(w <= bound && -w <= bound, `${named(size)}: |W| is too large`);
    };
    for (const a of vectors) check(a, a);
    for (let i = 0; i < 30 * long; i++)
      check(vectors[below(vectors.length)]!, vectors[below(vectors.length)]!);
  }
});

test(`exactness §1: a chain of squares stays exact and below 0.52 p (seed ${seed})`, async () => {
  const { product } = transforms(await loaded);
  const { octets } = sampler(seededRandom(seed));
  const links = 250;
  for (const size of sizes) {
    const p = primeOf(size.group);
    const inverseR = inverse(modulusR(size.n), p);
    let digits = digitsOf(toBigInt(octets(2 * size.n)) % p, size.n);
    for (let round = 0; round < long; round++) {
      let expected = valueOf(digits);
      for (let i = 0; i < links; i++) expected = (((expected * expected) % p) * inverseR) % p;
      digits = product(size, digits, digits, links);
      const value = valueOf(digits);
      assert.equal((value - expected) % p, 0n, named(size));
      assert.ok(100n * value < 52n * p && -100n * value < 52n * p, `${named(size)}: ${value}`);
    }
  }
});

/** Exponents of all lengths that have a way of their own, with runs of zeros and ones. */
function exponents(octets: (length: number) => Uint8Array): Uint8Array[] {
  const fixed = [
    "00",
    "01",
    "0b",
    "ff",
    "0100",
    "80".padEnd(64, "0"),
    "01".padStart(64, "0"),
    "f".repeat(64),
    "01".padEnd(66, "0"),
  ];
  return [
    ...fixed.map((hex) => new Uint8Array(Buffer.from(hex, "hex"))),
    octets(32),
    octets(31),
    octets(33),
    octets(64),
  ];
}

test(`powers of 2 by squarings, by tables and by windows are those of BigInt and of the integers (seed ${seed})`, async () => {
  const { octets } = sampler(seededRandom(seed));
  const without = await loadTestCore({ build: "simd", sessions: 1, tableBytes: 0 });
  const scalar = await loadTestCore({ build: "scalar", sessions: 1 });
  for (const size of sizes) {
    const { group } = size;
    const p = primeOf(group);
    // Two groups get tables: each needs a core of its own. The second key makes them, the others use them.
    const tables = await loadTestCore({ build: "simd", sessions: 1, tableBytes: combBytes(size.n) });
    for (const exponent of long > 1 || size.n <= 128 ? exponents(octets) : [octets(32), octets(33)]) {
      const expected = powBigInt(2n, toBigInt(exponent), p);
      const value = (core: typeof tables): bigint => {
        const { publicKey, secret } = core.importKeyPair(group, exponent);
        secret.wipe();
        return toBigInt(publicKey);
      };
      const what = `${named(size)}, 2^0x${Buffer.from(exponent).toString("hex")}`;
      for (const way of ["first key", "second key", "third key"])
        assert.equal(value(tables), expected, `${what}: ${way}`);
      assert.equal(value(without), expected, `${what}: without tables`);
      assert.equal(value(scalar), expected, `${what}: scalar`);
      const integers = scalar.modPow(Uint8Array.of(2), exponent, toOctets(p));
      assert.equal(toBigInt(integers!), expected, `${what}: integers`);
      const pair = tables.importKeyPair(group, exponent);
      const byWindows = tables.core.dh.agree({ ...pair, publicKey: new Uint8Array(1) }, Uint8Array.of(2));
      const hash = tables.importSecret(
        tables.sha256OfInteger(toOctets(expected, Math.max(1, Math.ceil(expected.toString(16).length / 2)))),
      );
      assert.ok(tables.core.keys.equal(byWindows, hash), `${what}: windows`);
      for (const secret of [pair.secret, byWindows, hash]) secret.wipe();
    }
  }
});

test(`shared values are those of the integers, in both builds (seed ${seed})`, async () => {
  const { octets } = sampler(seededRandom(seed));
  const simd = await loaded;
  const scalar = await loadTestCore({ build: "scalar", sessions: 1 });
  for (const size of sizes) {
    const p = primeOf(size.group);
    for (let round = 0; round < long; round++) {
      const x = octets(32);
      const root = toBigInt(octets(size.n * 2)) % p;
      for (const square of [4n, (p + 1n) / 2n, (root * root) % p]) {
        const z = scalar.modPow(toOctets(square), x, toOctets(p))!;
        for (const core of [simd, scalar]) {
          const pair = core.importKeyPair(size.group, x);
          const k = core.core.dh.agree(pair, toOctets(square));
          const hash = core.importSecret(core.sha256OfInteger(z));
          assert.ok(core.core.keys.equal(k, hash), `${named(size)}, ${core.core.build}: ${square}`);
          for (const secret of [pair.secret, k, hash]) secret.wipe();
        }
      }
    }
  }
});

test("tables are made for two groups at most, and only where there is room; memory does not grow", async () => {
  const first = combBytes(48);
  assert.ok(combBytes(384) + combBytes(512) <= 1_048_576, "the largest two have room by default");
  for (const tableBytes of [0, first - 1, first, first + combBytes(64), 1_048_576]) {
    const tested = await loadTestCore({ build: "simd", sessions: 1, tableBytes });
    const { buffer } = tested.memory();
    const room = tested.abi.inputRegion() - tableBytes - 64;
    const used = () =>
      tested
        .memory()
        .subarray(room, tested.abi.inputRegion())
        .some((octet) => octet !== 0);
    assert.equal(used(), false, "no table before there is a key");
    for (const group of [1, 2, 5] as const)
      for (let key = 0; key < 3; key++) {
        const exponent = Uint8Array.of(key, 255, 1, 0, 77);
        const { publicKey, secret } = tested.importKeyPair(group, exponent);
        assert.equal(toBigInt(publicKey), powBigInt(2n, toBigInt(exponent), primeOf(group)));
        secret.wipe();
      }
    assert.equal(tested.abi.memory.buffer, buffer);
    assert.equal(used(), tableBytes >= first, "tables stand exactly where there is room for one");
  }
});

test(`of an agreement nothing is left but its secret (seed ${seed})`, async () => {
  const { octets } = sampler(seededRandom(seed));
  const tested = await loadTestCore({ build: "simd", sessions: 1 });
  const value = toOctets(powBigInt(2n, toBigInt(octets(32)), primeOf(14)));
  const agree = (exponent: Uint8Array): Uint8Array => {
    const pair = tested.importKeyPair(14, exponent);
    const k = tested.core.dh.agree(pair, value);
    k.wipe();
    pair.secret.wipe();
    tested.memory().fill(0, tested.abi.outputRegion(), tested.abi.outputRegion() + 1024); // the public key
    return tested.memory().slice();
  };
  for (let key = 0; key < 3; key++) agree(octets(32)); // after these the tables stand
  const [before, after] = [agree(octets(32)), agree(octets(32))];
  const different = before.reduce((count, octet, i) => count + Number(octet !== after[i]), 0);
  assert.equal(different, 0, "octets that depend on the exponent");
});
