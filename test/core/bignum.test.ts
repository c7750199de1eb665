/**
 * Powers modulo any odd number, which the scalar build has, and Jacobi symbols, in both: against BigInt, on chosen and
 * random numbers, and against published vectors.
 */
import test from "node:test";
import assert from "node:assert/strict";
import { loadTestCore, seededRandom, type TestCore } from "esession/testing";
import {
  fromHex,
  noVectors,
  powBigInt,
  rounds,
  sampler,
  seed,
  toBigInt,
  toOctets,
  vectors,
} from "./numbers.js";

/** Limbs of 27 and 28 bits, all ones in turns, and sizes at which the number of limbs or their width changes. */
function extremeModuli(): bigint[] {
  const sizes = [
    2, 8, 27, 28, 29, 109, 112, 113, 221, 224, 256, 509, 768, 1024, 7048, 7053, 7056, 7064, 8192,
  ];
  const moduli = [3n, 5n, 255n];
  for (const bits of sizes) {
    const top = 1n << BigInt(bits - 1);
    moduli.push(2n * top - 1n, top + 1n, 2n * top - top / 2n - 1n);
  }
  for (const w of [27n, 28n]) {
    let alternating = 1n;
    for (let limb = 0n; limb < 40n; limb += 2n) alternating |= ((1n << w) - 1n) << (limb * w);
    moduli.push(alternating, (1n << (40n * w)) - 1n, (1n << (40n * w)) - (1n << (20n * w)) + 1n);
  }
  return moduli.filter((modulus) => modulus > 1n && modulus % 2n === 1n);
}

function jacobiBigInt(a: bigint, n: bigint): number {
  let sign = 1;
  for (a %= n; a !== 0n; a %= n) {
    for (; a % 2n === 0n; a /= 2n) if (n % 8n === 3n || n % 8n === 5n) sign = -sign;
    if (a % 4n === 3n && n % 4n === 3n) sign = -sign;
    [a, n] = [n, a];
  }
  return n === 1n ? sign : 0;
}

/** base^exponent mod modulus by the core, which must not refuse and must fill the modulus' length. */
function power(core: TestCore, base: Uint8Array, exponent: Uint8Array, modulus: Uint8Array): bigint {
  const result = core.modPow(base, exponent, modulus);
  assert.equal(result?.length, modulus.length, "the core refused, or gave another length");
  return toBigInt(result);
}

const loaded = loadTestCore({ build: "scalar" });

test(`modPow agrees with BigInt on extreme moduli, bases and exponents`, async () => {
  const core = await loaded;
  for (const modulus of extremeModuli()) {
    const octets = toOctets(modulus);
    const largest = (1n << BigInt(8 * octets.length)) - 1n;
    const bases = [0n, 1n, 2n, modulus - 2n, modulus - 1n, modulus, (modulus - 1n) / 2n, largest];
    const exponents = octets.length > 256 ? ["", "0f"] : ["", "00", "01", "02", "0f", "f00f", "ffff"];
    for (const base of bases)
      for (const exponent of exponents) {
        assert.equal(
          power(core, toOctets(base), fromHex(exponent), octets),
          powBigInt(base, BigInt(`0x0${exponent}`), modulus),
          `${base}^0x${exponent} mod ${modulus}`,
        );
      }
  }
});

test(`modPow agrees with BigInt on random numbers (seed ${seed})`, async () => {
  const core = await loaded;
  const { octets, below, oneOf } = sampler(seededRandom(seed));
  for (let round = 0; round < rounds(300); round++) {
    const length = 1 + below(oneOf([4, 64, 160, 300, 1024]));
    const modulus = octets(length);
    // Leading zero octets, runs of ones and of zeros.
    oneOf([() => modulus, () => modulus.fill(0, 0, length >> 1), () => modulus.fill(255, length >> 2)])();
    modulus[length - 1] = modulus[length - 1]! | 3;
    const base = octets(below(length + 1));
    const exponent = octets(below(length > 300 ? 3 : 40));
    assert.equal(
      power(core, base, exponent, modulus),
      powBigInt(toBigInt(base), toBigInt(exponent), toBigInt(modulus)),
      `seed ${seed}, round ${round}`,
    );
  }
});

test(`modPow refuses even moduli, 1, 0, nothing, and more than 8192 bits`, async () => {
  const core = await loaded;
  const one = Uint8Array.of(1);
  for (const modulus of [[], [0], [1], [0, 0, 1], [2], [1, 0]])
    assert.equal(core.modPow(one, one, Uint8Array.from(modulus)), undefined, `modulus ${modulus.join(" ")}`);
  assert.equal(core.modPow(one, one, new Uint8Array(1025).fill(255)), undefined);
  assert.equal(
    core.modPow(Uint8Array.of(1, 1), one, Uint8Array.of(3)),
    undefined,
    "a base longer than the modulus",
  );
});

test(`modPow gives the published powers`, { skip: noVectors }, async () => {
  const core = await loaded;
  interface Vector {
    base: string;
    exponent: string;
    modulus: string;
    output: string;
  }
  let used = 0;
  for (const vector of vectors<Vector>("bignum/powmod.json")) {
    const modulus = BigInt(vector.modulus);
    if (modulus % 2n === 0n) continue;
    const base = toOctets(BigInt(vector.base) % modulus);
    const result = power(core, base, toOctets(BigInt(vector.exponent)), toOctets(modulus));
    assert.equal(result, BigInt(vector.output), JSON.stringify(vector));
    used++;
  }
  assert.ok(used >= 20, `only ${used} vectors were used`);
});

test(`modPow gives the shared secrets of NIST's finite-field vectors`, { skip: noVectors }, async () => {
  const core = await loaded;
  interface Vector {
    p: string;
    x: string;
    peer: string;
    z: string;
  }
  for (const file of ["modp/cavp-ffc-botan.json", "modp/acvp-ffc-generic.json"])
    for (const { p, x, peer, z } of vectors<Vector>(file))
      assert.equal(power(core, fromHex(peer), fromHex(x), fromHex(p)), toBigInt(fromHex(z)), peer);
});

test("the SIMD build, whose groups have no use for it, has no modPow", async () => {
  const { modPow } = await loadTestCore({ build: "simd" });
  assert.equal(modPow(Uint8Array.of(2), Uint8Array.of(5), Uint8Array.of(7)), undefined);
});

for (const build of ["simd", "scalar"] as const) {
  const loaded = loadTestCore({ build });

  test(`the Jacobi symbol agrees with BigInt (${build}, seed ${seed})`, async () => {
    const core = await loaded;
    const { octets, below, oneOf } = sampler(seededRandom(seed));
    for (const n of extremeModuli())
      for (const a of [0n, 1n, 2n, n - 1n, n, (n - 1n) / 2n, (n + 1n) / 2n, 3n << 64n])
        assert.equal(core.jacobi(toOctets(a), toOctets(n)), jacobiBigInt(a, n), `(${a}/${n})`);
    for (let round = 0; round < rounds(500); round++) {
      const n = octets(1 + below(oneOf([2, 40, 256])));
      n[n.length - 1] = n[n.length - 1]! | 1;
      const a = octets(below(oneOf([3, 40, 256])));
      // Common factors, and long runs of zero bits.
      const factor = BigInt(oneOf([1, 1, 3, 105]));
      const [x, y] = [toBigInt(a) * factor * (1n << BigInt(below(80))), toBigInt(n) * factor];
      // And numbers whose highest limbs are those of n.
      const close = y ^ toBigInt(octets(below(n.length)));
      for (const z of [x, close])
        assert.equal(
          core.jacobi(toOctets(z), toOctets(y)),
          jacobiBigInt(z, y),
          `seed ${seed}, round ${round}`,
        );
    }
  });

  test(`the Jacobi symbol gives the published values (${build})`, { skip: noVectors }, async () => {
    const core = await loaded;
    for (const { a, n, j } of vectors<{ a: string; n: string; j: number }>("bignum/jacobi.json"))
      assert.equal(core.jacobi(toOctets(BigInt(a)), toOctets(BigInt(n))), j, `(${a}/${n})`);
  });
}
