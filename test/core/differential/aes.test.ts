/**
 * Counter mode in the core against that of node:crypto (SP 800-38A §6.5): every length, every carry, random cases.
 * Each case also sees that the octets around the text are left alone, at addresses of every alignment, and half of
 * them encrypt in place, as stanzas are.
 */
import assert from "node:assert/strict";
import { createCipheriv } from "node:crypto";
import type { TestCore } from "esession/testing";
import { hex, inBoth } from "../builds.js";
import { seed } from "../numbers.js";
import { cases, type Seeded, seeded } from "./cases.js";

const keyLengths = [16, 24, 32] as const;
const longest = 10_240;
/** What stands around a text: more than a batch of blocks. */
const fence = new Uint8Array(160).fill(0xa5);

interface Case {
  key: Uint8Array;
  counter: Uint8Array;
  text: Uint8Array;
  /** Where the text lies, 0 to 15 octets behind an aligned address. */
  offset: number;
  inPlace: boolean;
}

function check({ abi, memory }: TestCore, { key, counter, text, offset, inPlace }: Case): void {
  const [octets, input] = [memory(), abi.inputRegion()];
  const at = input + 256 + offset;
  const out = inPlace ? at : abi.outputRegion() + 256 + offset;
  octets.set(key, input);
  octets.set(counter, input + 32);
  octets.set(text, at);
  octets.set(fence, out - fence.length);
  octets.set(fence, out + text.length);
  abi.cipherStream(out, at, text.length, 0, input, key.length, input + 32);
  const expected = createCipheriv(`aes-${key.length * 8}-ctr`, key, counter).update(text);
  const written = octets.subarray(out - fence.length, out + text.length + fence.length);
  if (Buffer.concat([fence, expected, fence]).equals(written)) return;
  const what = `key ${hex(key)}, counter ${hex(counter)}, ${text.length} octets at ${offset}, in place: ${inPlace}`;
  assert.equal(hex(written), hex(fence) + hex(expected) + hex(fence), what);
}

/** Counters that carry into each of their octets after 0 to 8 blocks, the last of them into none: they wrap. */
const carrying = ({ octets }: Seeded) =>
  Array.from({ length: 16 }, (_, octet) =>
    Array.from({ length: 9 }, (_, blocks) => {
      const counter = octets(16);
      counter.fill(0xff, octet);
      counter[15] = 0xff - blocks;
      return counter;
    }),
  ).flat();

inBoth(`counter mode of every length from 0 to 300, with every carry (seed ${seed})`, (testing) => {
  const every = seeded("aes, every length");
  const counters = carrying(every);
  for (const keyLength of keyLengths) {
    const key = every.octets(keyLength);
    for (let length = 0; length <= 300; length++)
      check(testing, {
        key,
        counter: counters[length % counters.length]!,
        text: every.octets(length),
        offset: length % 16,
        inPlace: length % 32 < 16,
      });
    for (const [at, counter] of counters.entries())
      check(testing, { key, counter, text: every.octets(289), offset: at % 16, inPlace: at % 2 === 0 });
  }
});

inBoth("all zeros and all ones as key, counter and text", (testing) => {
  for (const keyLength of keyLengths)
    for (let bits = 0; bits < 8; bits++) {
      const filled = (length: number, bit: number) =>
        new Uint8Array(length).fill((bits >> bit) & 1 ? 0xff : 0);
      const [key, counter, text] = [filled(keyLength, 0), filled(16, 1), filled(300, 2)];
      check(testing, { key, counter, text, offset: 0, inPlace: false });
    }
});

inBoth(`counter mode: ${cases} random cases up to ${longest} octets (seed ${seed})`, (testing) => {
  const { octets, below } = seeded("aes");
  for (let round = 0; round < cases; round++) {
    const counter = octets(16);
    if (below(4) === 0) counter.fill(0xff, below(16));
    check(testing, {
      key: octets(keyLengths[below(3)]!),
      counter,
      text: octets(below(below(8) === 0 ? longest + 1 : 301)),
      offset: below(16),
      inPlace: below(2) === 0,
    });
  }
});
