/**
 * Diffie-Hellman in the MODP groups (RFC 2409 §6, RFC 3526; XEP-0116 §4): the primes, public values, shared
 * secrets, and which received values are refused. Against BigInt, node:crypto's primes and recorded values.
 */
import test from "node:test";
import assert from "node:assert/strict";
import { createHash, getDiffieHellman } from "node:crypto";
import type { Group } from "esession/core";
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

const groups: readonly Group[] = [1, 2, 5, 14, 15, 16, 17, 18];
/** Group 1 is "modp1" in OpenSSL's table, 2 "modp2", and so on. */
const prime = (group: Group): bigint => toBigInt(getDiffieHellman(`modp${group}`).getPrime());
const hex = (octets: Uint8Array): string => Buffer.from(octets).toString("hex");
/** XEP-0116 §6.1: the shortest form. */
const mpi = (value: bigint): Uint8Array => toOctets(value);
const sha256 = (octets: Uint8Array): Uint8Array =>
  new Uint8Array(createHash("sha256").update(octets).digest());

/** The public value of an exponent, whose secret is wiped again. */
function publicValue(tested: TestCore, group: Group, exponent: Uint8Array): Uint8Array {
  const { publicKey, secret } = tested.importKeyPair(group, exponent);
  secret.wipe();
  return publicKey;
}

for (const build of ["simd", "scalar"] as const) {
  const loaded = loadTestCore({ build });

  test(`RFC 2409 §6, RFC 3526: public values are powers of 2 modulo the group's prime (${build}, seed ${seed})`, async () => {
    const tested = await loaded;
    const { octets, oneOf } = sampler(seededRandom(seed));
    for (const group of groups) {
      const p = prime(group);
      // 2^n - p is what is left of 2^n: it shows all of the prime.
      const bits = p.toString(2).length;
      assert.equal(toBigInt(publicValue(tested, group, toOctets(BigInt(bits)))), (1n << BigInt(bits)) - p);
      for (let round = 0; round < rounds(2); round++) {
        const exponent = octets(oneOf([1, 31, 32, 33]));
        exponent[0] = exponent[0]! | 1;
        const e = powBigInt(2n, toBigInt(exponent), p);
        assert.equal(hex(publicValue(tested, group, exponent)), hex(mpi(e)), `group ${group}, seed ${seed}`);
      }
    }
  });

  test(`both sides agree on K = SHA-256(MPI(g^xy mod p)) in every group (${build}, seed ${seed})`, async () => {
    const tested = await loaded;
    const { core } = tested;
    const { octets } = sampler(seededRandom(seed));
    for (const group of groups) {
      const [x, y] = [octets(32), octets(32)];
      const [ours, theirs] = [tested.importKeyPair(group, x), tested.importKeyPair(group, y)];
      const z = powBigInt(toBigInt(theirs.publicKey), toBigInt(x), prime(group));
      const expected = tested.importSecret(sha256(mpi(z)));
      const [k, l] = [core.dh.agree(ours, theirs.publicKey), core.dh.agree(theirs, ours.publicKey)];
      assert.ok(core.keys.equal(k, expected) && core.keys.equal(l, expected), `group ${group}, seed ${seed}`);
      for (const secret of [k, l, expected, ours.secret, theirs.secret]) secret.wipe();
    }
  });

  test(`XEP-0116 §4.5: a public value outside of 1 < v < p - 1 is refused, and one that is no square (${build})`, async () => {
    const { core } = await loaded;
    for (const group of groups) {
      const p = prime(group);
      const check = (value: bigint): string | undefined => core.dh.check(group, toOctets(value));
      assert.equal(core.dh.check(group, new Uint8Array(0)), "empty");
      assert.equal(core.dh.check(group, Uint8Array.of(0)), "out-of-range");
      for (const value of [1n, p - 1n, p, p + 1n]) assert.equal(check(value), "out-of-range");
      // p = 7 mod 8: 2 is a square, -1 is none, so exactly one of v and p - v is.
      for (const value of [2n, 4n, (p + 1n) / 2n]) assert.equal(check(value), undefined);
      for (const value of [p - 2n, p - 4n, (p - 1n) / 2n]) assert.equal(check(value), "not-a-residue");
      assert.equal(check(p << 8n), "too-long");
    }
  });

  test(
    `recorded key pairs and shared secrets, small and with leading zeros (${build})`,
    { skip: noVectors },
    async () => {
      const tested = await loaded;
      const { core } = tested;
      interface Vector {
        group: Group;
        x: string;
        y: string;
        e: string;
        d: string;
        k256: string;
        note: string;
      }
      for (const { group, x, y, e, d, k256, note } of vectors<Vector>("modp/dh.json")) {
        const [ours, theirs] = [
          tested.importKeyPair(group, fromHex(x)),
          tested.importKeyPair(group, fromHex(y)),
        ];
        assert.equal(hex(ours.publicKey), hex(mpi(BigInt(`0x${e}`))), note);
        assert.equal(hex(theirs.publicKey), hex(mpi(BigInt(`0x${d}`))), note);
        const expected = tested.importSecret(fromHex(k256));
        const k = core.dh.agree(ours, fromHex(d));
        assert.ok(core.keys.equal(k, expected), `group ${group}: ${note}`);
        for (const secret of [k, expected, ours.secret, theirs.secret]) secret.wipe();
      }
    },
  );

  test(`NIST's key pairs of MODP-2048 (${build})`, { skip: noVectors }, async () => {
    const tested = await loaded;
    interface Vector {
      group: Group;
      x: string;
      y: string;
      result: string;
    }
    for (const { group, x, y, result } of vectors<Vector>("modp/acvp-safeprimes-2048.json")) {
      const value = publicValue(tested, group, fromHex(x));
      assert.equal(toBigInt(value) === toBigInt(fromHex(y)), result === "valid");
    }
  });

  test(`hostile public values (${build})`, { skip: noVectors }, async () => {
    const { core } = await loaded;
    interface Vector {
      group: Group;
      value: string;
      result: "valid" | "invalid" | "nonresidue";
      note: string;
    }
    for (const { group, value, result, note } of vectors<Vector>("modp/public-values.json")) {
      const fault = core.dh.check(group, fromHex(value));
      const seen = fault === undefined ? "valid" : fault === "not-a-residue" ? "nonresidue" : "invalid";
      assert.equal(seen, result, `group ${group}: ${note}`);
    }
  });
}
