/** The build for tests: that its recorder sees what it must, so that a test that finds nothing may be believed. */
import assert from "node:assert/strict";
import test from "node:test";
import type { Cipher } from "esession/core";
import { sha256 } from "@noble/hashes/sha2.js";
import { loadTestingCore, smallGroup } from "../support/testing-core.js";
import type { TestingCore } from "../support/testing-core.js";
import { hex } from "./builds.js";

const testing = await loadTestingCore();

function keysOf({ importSecret }: TestingCore, cipher: Cipher, octet: number, length = 16) {
  const key = new Uint8Array(length).fill(octet);
  const suite = { cipher, hash: "sha256" } as const;
  const mac = new Uint8Array(32).fill(octet + 1);
  return {
    key,
    keys: { cipher: importSecret(key), mac: importSecret(mac), sigma: importSecret(mac), suite },
  };
}

const counterOf = (last: number) => Uint8Array.from({ length: 16 }, (_, i) => (i === 15 ? last : 0));
const name = (key: Uint8Array) => hex(sha256(key)).slice(0, 16);

test("each block that is sealed or opened is one line: key, counter, direction", () => {
  const { core, recorder } = testing;
  recorder.clear();
  const { key, keys } = keysOf(testing, "aes128-ctr", 1);
  const [ours, theirs] = [1, 2].map(() => core.stanza.context(keys, counterOf(255), "xep"));
  const { data = "", mac } = core.stanza.seal(ours!, "x".repeat(33));
  core.stanza.seal(ours!, undefined);
  core.stanza.open(theirs!, `<data>${data}</data>`, { start: 6, end: 6 + data.length }, mac);
  const counters = [counterOf(255), ...[0, 1].map((low) => Uint8Array.of(...counterOf(low).fill(1, 14, 15)))];
  const line = (direction: string) => (counter: Uint8Array) => ({
    key: name(key),
    counter: hex(counter),
    direction,
    cipher: "aes",
  });
  assert.deepEqual(recorder.lines(), [...counters.map(line("sealing")), ...counters.map(line("opening"))]);
  assert.deepEqual(recorder.reused(), []);
});

test("a counter that seals twice under one key is found, and under two keys it is not", () => {
  const { core, recorder } = testing;
  recorder.clear();
  const first = keysOf(testing, "aes128-ctr", 1);
  const second = keysOf(testing, "aes128-ctr", 9);
  core.stanza.seal(core.stanza.context(first.keys, counterOf(0), "xep"), "one");
  core.stanza.seal(core.stanza.context(second.keys, counterOf(0), "xep"), "two");
  assert.deepEqual(recorder.reused(), []);
  core.stanza.seal(core.stanza.context(first.keys, counterOf(0), "xep"), "three");
  assert.deepEqual(
    recorder.reused().map(({ key, counter }) => [key, counter]),
    [[name(first.key), hex(counterOf(0))]],
  );
});

test("the first block of a stanza after an identity under the same counter is found", () => {
  const { core, recorder } = testing;
  recorder.clear();
  const { keys } = keysOf(testing, "aes128-ctr", 3);
  core.identity.seal(keys, counterOf(7), new Uint8Array(5), "xep");
  core.stanza.seal(core.stanza.context(keys, counterOf(9), "xep"), "right");
  assert.equal(recorder.reused().length, 0);
  core.stanza.seal(core.stanza.context(keys, counterOf(8), "xep"), "wrong");
  assert.deepEqual(
    recorder.reused().map(({ counter }) => counter),
    [hex(counterOf(8))],
  );
});

test("with the cipher none a stanza is one line, however long it is", () => {
  const { core, recorder } = testing;
  recorder.clear();
  const { keys } = keysOf(testing, "none", 5);
  const context = core.stanza.context(keys, counterOf(7), "xep");
  core.stanza.seal(context, "x".repeat(100));
  core.stanza.seal(context, "y");
  assert.deepEqual(
    recorder.lines().map(({ counter, cipher }) => [counter, cipher]),
    [7, 8].map((last) => [hex(counterOf(last)), "none"]),
  );
});

test("records of a store are not recorded, and more lines than are kept are an error", () => {
  const { core, recorder } = testing;
  recorder.clear();
  const key = core.keys.random(32);
  core.records.open(key, "name", core.records.seal(key, "name", new Uint8Array(9), [key]));
  assert.deepEqual(recorder.lines(), []);
  const context = core.stanza.context(keysOf(testing, "aes128-ctr", 6).keys, counterOf(0), "xep");
  for (let i = 0; i < 6; i++) core.stanza.seal(context, "x".repeat(180_000));
  assert.throws(() => recorder.lines(), /67500 blocks were encrypted/);
  recorder.clear();
});

/** The form of all our groups (RFC 3526), with the smallest k that makes a safe prime of 320 bits. */
const PI = 0xc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74n;
const p = 2n ** 320n - 2n ** 256n - 1n + 2n ** 64n * (PI + 29503n);

function pow(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (; exponent; exponent >>= 1n, base = (base * base) % modulus)
    if (exponent & 1n) result = (result * base) % modulus;
  return result;
}

/** Miller and Rabin with the first twelve primes as witnesses. */
function isPrime(n: bigint): boolean {
  let odd = n - 1n;
  let twos = 0;
  for (; !(odd & 1n); odd >>= 1n) twos++;
  return [2n, 3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n, 37n].every((witness) => {
    let power = pow(witness, odd, n);
    if (power === 1n) return true;
    for (let i = 0; i < twos; i++, power = (power * power) % n) if (power === n - 1n) return true;
    return false;
  });
}

test("group 9999 is a safe prime with p = 7 mod 8, and the core computes in it", () => {
  const { core, importKeyPair } = testing;
  assert.ok(isPrime(p) && isPrime((p - 1n) / 2n) && p % 8n === 7n && !isPrime(p - 2n));
  const exponent = new Uint8Array(32).fill(0xa7);
  const own = importKeyPair(smallGroup, exponent);
  const value = pow(2n, BigInt(`0x${hex(exponent)}`), p);
  assert.equal(BigInt(`0x${hex(own.publicKey)}`), value);
  const theirs = core.dh.generate(smallGroup);
  assert.equal(core.dh.check(smallGroup, theirs.publicKey, own.publicKey), undefined);
  assert.ok(core.keys.equal(core.dh.agree(own, theirs.publicKey), core.dh.agree(theirs, own.publicKey)));
  assert.equal(core.dh.check(smallGroup, Buffer.from((p - 1n).toString(16), "hex")), "out-of-range");
});
