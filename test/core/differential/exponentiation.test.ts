/**
 * Whole exponentiations in every MODP group, in both builds: powers of 2 by tables and without, and powers of any value
 * (of which the core gives the hash, XEP-0116 §4.6), against node:crypto on random numbers and BigInt on extreme ones.
 * So the products by transforms are also compared with those of integers.
 */
import test from "node:test";
import assert from "node:assert/strict";
import { createDiffieHellman, createHash } from "node:crypto";
import { loadTestCore } from "esession/testing";
import type { TestCore } from "esession/testing";
import { combBytes, primeOf, sizes } from "../fft-twin.js";
import type { Size } from "../fft-twin.js";
import { powBigInt, toBigInt, toOctets } from "../numbers.js";
import { cases, seeded } from "./cases.js";

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString("hex");
const powerHash = (power: bigint): string => createHash("sha256").update(toOctets(power)).digest("hex");

/** The ways to a power in one group: what must be the same octets. */
interface Way {
  name: string;
  fixed: (exponent: Uint8Array) => bigint;
  hashed: (value: bigint, exponent: Uint8Array) => string;
}

/** Below the checks of received values, so that any number can be a base. */
function way({ abi, memory, core }: TestCore, { group, n }: Size, name: string): Way {
  const [input, output] = [abi.inputRegion(), abi.outputRegion()];
  const put = (at: number, octets: Uint8Array): number => {
    memory().set(octets, at);
    return at;
  };
  return {
    name: `${core.build}, ${name}`,
    fixed(exponent) {
      abi.dhPublic(output, group, put(input, exponent), exponent.length);
      return toBigInt(memory().slice(output, output + 2 * n));
    },
    hashed(value, exponent) {
      const base = toOctets(value);
      const at = put(input, exponent);
      abi.dhAgree(output, group, put(input + 2048, base), base.length, at, exponent.length, 0);
      return hex(memory().slice(output, output + 32));
    },
  };
}

/** The last way is the scalar build's. */
async function waysOf(size: Size): Promise<[tables: Way, without: Way, scalar: Way]> {
  const tables = await loadTestCore({ build: "simd", sessions: 1, tableBytes: combBytes(size.n) });
  const without = await loadTestCore({ build: "simd", sessions: 1, tableBytes: 0 });
  const scalar = await loadTestCore({ build: "scalar", sessions: 1 });
  const byTables = way(tables, size, "tables");
  for (let key = 0; key < 2; key++) byTables.fixed(Uint8Array.of(1)); // the second key makes them
  return [byTables, way(without, size, "no tables"), way(scalar, size, "integers")];
}

const named = ({ group }: Size): string => `group ${group}`;

for (const size of sizes) {
  const p = primeOf(size.group);
  const random = seeded(`powers, group ${size.group}`);
  const { seed, octets } = random;
  const count = Math.ceil(cases / (size.n > 128 ? 1000 : 100));

  test(`RFC 3526: ${count} random powers are node:crypto's (${named(size)}, both builds, seed ${seed})`, async () => {
    const ways = await waysOf(size);
    const dh = createDiffieHellman(Buffer.from(toOctets(p)), 2);
    for (let i = 0; i < count; i++) {
      const exponent = octets(32);
      exponent[0] = exponent[0]! | 1; // node:crypto takes no 0
      const root = toBigInt(octets(2 * size.n)) % p;
      const value = (root * root) % p; // and no other values
      dh.setPrivateKey(exponent);
      dh.generateKeys();
      const power = toBigInt(dh.getPublicKey());
      const shared = powerHash(toBigInt(dh.computeSecret(toOctets(value))));
      const what = `case ${i}, seed ${seed}, exponent ${hex(exponent)}`;
      for (const { name, fixed, hashed } of ways) {
        assert.equal(fixed(exponent), power, `${name}: 2^x, ${what}`);
        if (name.endsWith("no tables")) continue; // the same code for any value
        assert.equal(hashed(value, exponent), shared, `${name}: v^x, v = ${value}, ${what}`);
      }
    }
  });

  // In the large groups, and everywhere by integers, every 32nd bit only: these take most of the time.
  const step = size.n > 128 ? 32 : 1;
  const single = size.n > 128 ? "every 32nd bit" : "single bits (scalar: every 32nd)";

  test(`extreme exponents: ${single}, all ones, runs, up to 320 bits (${named(size)}, both builds)`, async () => {
    const ways = await waysOf(size);
    const check = (exponent: Uint8Array, power: bigint, square: bigint, among: Way[]): void => {
      for (const { name, fixed, hashed } of among) {
        const what = `${name}, exponent ${hex(exponent)}`;
        assert.equal(fixed(exponent), power, `2^x: ${what}`);
        assert.equal(hashed(4n, exponent), powerHash(square), `4^x: ${what}`);
      }
    };
    for (let bit = 0, power = 2n; bit < 256; bit++) {
      const square = (power * power) % p;
      const among = bit % 32 === 31 ? ways : bit % step === 0 ? ways.slice(0, 2) : [];
      check(toOctets(1n << BigInt(bit), 32), power, square, among);
      power = square;
    }
    const ones = (octetCount: number): string => "ff".repeat(octetCount);
    const zeros = (octetCount: number): string => "00".repeat(octetCount);
    const exponents = [
      "00",
      "01",
      "02",
      "ff",
      "0100",
      zeros(32),
      ones(32),
      `80${zeros(31)}`,
      `80${zeros(30)}01`,
      `${ones(8)}${zeros(16)}${ones(8)}`,
      `${zeros(8)}${ones(16)}${zeros(8)}`,
      "aa".repeat(32),
      "f0".repeat(32),
      ones(31),
      ones(33),
      `01${zeros(32)}`,
      ones(40),
      `80${zeros(39)}`,
    ];
    for (const text of size.n > 256 ? exponents.filter((_, i) => i % 3 === 0) : exponents) {
      const exponent = new Uint8Array(Buffer.from(text, "hex"));
      const power = powBigInt(2n, toBigInt(exponent), p);
      check(exponent, power, (power * power) % p, ways);
    }
  });

  test(`extreme bases: around 0 and p, halves, powers of 2 (${named(size)}, both builds)`, async () => {
    const ways = (await waysOf(size)).filter(({ name }) => !name.endsWith("no tables"));
    const bits = 16n * BigInt(size.n);
    // 0^x is 0, which the hash takes as one octet (XEP-0116 §6.1); no received value is.
    const bases = [1n, 2n, 3n, p - 1n, p - 2n, p - 3n, p - 65536n, p - 65537n, (p - 1n) / 2n, (p + 1n) / 2n];
    bases.push(p - (1n << (bits / 2n)), p - (1n << (bits - 2n)));
    for (const k of [16n, 17n, 34n, bits / 4n, bits / 2n, bits - 17n, bits - 1n]) bases.push(1n << k);
    const exponent = octets(size.n > 256 ? 3 : 32);
    for (const base of bases) {
      const expected = powerHash(powBigInt(base, toBigInt(exponent), p));
      for (const { name, hashed } of ways)
        assert.equal(hashed(base, exponent), expected, `${name}: ${base}^x, exponent ${hex(exponent)}`);
    }
  });
}
