/**
 * Whirlpool (ISO/IEC 10118-3:2004) and HMAC with it in the core against the twin: every length, every place where a message may be cut,
 * random cases in random parts. The parts lie at addresses of every alignment.
 */
import assert from "node:assert/strict";
import type { TestCore } from "esession/testing";
import { hex, inAll } from "../builds.js";
import { seed } from "../numbers.js";
import { hmacWhirlpool, whirlpool } from "../whirlpool-twin.js";
import { cases, seeded } from "./cases.js";

const WHIRLPOOL = 1;
/** The twin is slow. */
const longest = 1024;

/** Hashes the message in parts that end at the cuts; with a key the MAC of it. */
function ours({ abi, memory }: TestCore, message: Uint8Array, cuts: number[], key?: Uint8Array): Uint8Array {
  const octets = memory();
  const [input, output] = [abi.inputRegion(), abi.outputRegion()];
  const at = input + 1024 + (message.length % 16);
  octets.set(message, at);
  if (key === undefined) abi.hashStart(WHIRLPOOL);
  else {
    octets.set(key, input);
    abi.hmacStart(input, key.length, WHIRLPOOL);
  }
  let from = 0;
  for (const cut of [...cuts, message.length]) {
    abi.hashUpdate(at + from, cut - from);
    from = cut;
  }
  if (key === undefined) abi.hashFinish(output);
  else abi.hmacFinish(output, 64);
  return octets.subarray(output, output + 64);
}

inAll(`Whirlpool of every length from 0 to 200 (seed ${seed})`, (testing) => {
  const every = seeded("whirlpool, every length");
  for (let length = 0; length <= 200; length++) {
    const message = every.octets(length);
    assert.equal(hex(ours(testing, message, [])), hex(whirlpool(message)), `${length} octets`);
  }
});

inAll(`Whirlpool of 150 octets in two parts and in three, cut at every place (seed ${seed})`, (testing) => {
  const message = seeded("whirlpool, every cut").octets(150);
  const expected = hex(whirlpool(message));
  for (let first = 0; first <= message.length; first++)
    for (let second = first; second <= message.length; second += 7)
      assert.equal(hex(ours(testing, message, [first, second])), expected, `cut at ${first} and ${second}`);
});

/** The twin takes a millisecond for the longest. */
const tried = Math.ceil(cases / 20);

for (const keyed of [false, true])
  inAll(
    `${keyed ? "HMAC" : "Whirlpool"}: ${tried} random cases up to ${longest} octets in parts (seed ${seed})`,
    (testing) => {
      const { octets, below } = seeded(keyed ? "hmac-whirlpool" : "whirlpool");
      for (let round = 0; round < tried; round++) {
        const message = octets(below(below(8) === 0 ? longest + 1 : 129));
        const cuts = Array.from({ length: below(4) }, () => below(message.length + 1)).sort((a, b) => a - b);
        const key = keyed ? octets(below(below(4) === 0 ? 201 : 65)) : undefined;
        const expected = key === undefined ? whirlpool(message) : hmacWhirlpool(key, message);
        const keyText = key === undefined ? "" : `, key ${hex(key)}`;
        assert.equal(
          hex(ours(testing, message, cuts, key)),
          hex(expected),
          `${hex(message)} cut at ${cuts.join()}${keyText}`,
        );
      }
    },
  );
