/**
 * SHA-256 (FIPS 180-4) and HMAC (RFC 2104) in the core against those of node:crypto: every length, every place where a
 * message may be cut, random cases in random parts. The parts lie at addresses of every alignment.
 */
import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import type { TestCore } from "esession/testing";
import { hex, inBoth } from "../builds.js";
import { seed } from "../numbers.js";
import { cases, seeded } from "./cases.js";

const longest = 10_240;

const hashOf = (message: Uint8Array): Buffer => createHash("sha256").update(message).digest();
const macOf = (key: Uint8Array, message: Uint8Array): Buffer =>
  createHmac("sha256", key).update(message).digest();

/** Hashes the message in parts that end at the cuts; with a key the MAC of it. */
function ours({ abi, memory }: TestCore, message: Uint8Array, cuts: number[], key?: Uint8Array): Uint8Array {
  const octets = memory();
  const [input, output] = [abi.inputRegion(), abi.outputRegion()];
  const at = input + 1024 + (message.length % 16);
  octets.set(message, at);
  if (key === undefined) abi.hashStart(0);
  else {
    octets.set(key, input);
    abi.hmacStart(input, key.length, 0);
  }
  let from = 0;
  for (const cut of [...cuts, message.length]) {
    abi.hashUpdate(at + from, cut - from);
    from = cut;
  }
  if (key === undefined) abi.hashFinish(output);
  else abi.hmacFinish(output, 32);
  return octets.subarray(output, output + 32);
}

function check(testing: TestCore, message: Uint8Array, cuts: number[], key?: Uint8Array): void {
  const mine = ours(testing, message, cuts, key);
  const expected = key === undefined ? hashOf(message) : macOf(key, message);
  if (expected.equals(mine)) return;
  const keyed = key === undefined ? "" : `, key ${hex(key)}`;
  assert.equal(hex(mine), hex(expected), `${message.length} octets cut at ${cuts.join()}${keyed}`);
}

inBoth(`SHA-256 and HMAC of every length from 0 to 300 (seed ${seed})`, (testing) => {
  const every = seeded("sha256, every length");
  const key = every.octets(32);
  for (let length = 0; length <= 300; length++) {
    const message = every.octets(length);
    check(testing, message, []);
    check(testing, message, [], key);
    check(testing, message, [], every.octets(length));
  }
});

inBoth(`SHA-256 of 200 octets in two parts and in three, cut at every place (seed ${seed})`, (testing) => {
  const message = seeded("sha256, every cut").octets(200);
  for (let first = 0; first <= message.length; first++) {
    check(testing, message, [first]);
    for (let second = first; second <= message.length; second += 7) check(testing, message, [first, second]);
  }
});

inBoth("SHA-256 of zeros and of ones, and HMAC under them, of every length from 0 to 300", (testing) => {
  for (const octet of [0, 0xff])
    for (let length = 0; length <= 300; length++) {
      const message = new Uint8Array(length).fill(octet);
      check(testing, message, []);
      check(testing, message, [], message);
    }
});

for (const keyed of [false, true])
  inBoth(
    `${keyed ? "HMAC" : "SHA-256"}: ${cases} random cases up to ${longest} octets in parts (seed ${seed})`,
    (testing) => {
      const { octets, below } = seeded(keyed ? "hmac" : "sha256");
      for (let round = 0; round < cases; round++) {
        const message = octets(below(below(8) === 0 ? longest + 1 : 301));
        const cuts = Array.from({ length: below(5) }, () => below(message.length + 1)).sort((a, b) => a - b);
        check(testing, message, cuts, keyed ? octets(below(below(4) === 0 ? 201 : 65)) : undefined);
      }
    },
  );
