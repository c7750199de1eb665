/**
 * Base64 in the core against an independent strict reader (RFC 4648 §4, and §3.3 and §3.5 for what is refused): every
 * length, every octet at every place, every ending, random texts valid and not.
 */
import assert from "node:assert/strict";
import type { TestCore } from "esession/testing";
import { hex, inBoth } from "../builds.js";
import { seed } from "../numbers.js";
import { cases, seeded } from "./cases.js";

const longest = 10_240;
const grammar = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** What the text stands for; undefined if it is not the one text for some octets. */
function twin(text: string): Buffer | undefined {
  if (!grammar.test(text)) return undefined;
  const octets = Buffer.from(text, "base64");
  return octets.toString("base64") === text ? octets : undefined;
}

/** Text of one octet for each character. */
function decode({ abi, memory }: TestCore, text: string): Uint8Array | undefined {
  const [at, out] = [abi.inputRegion() + (text.length % 16), abi.outputRegion()];
  memory().set(Buffer.from(text, "latin1"), at);
  const length = abi.base64Decode(out, at, text.length);
  return length < 0 ? undefined : memory().subarray(out, out + length);
}

function check(testing: TestCore, text: string): void {
  const [mine, expected] = [decode(testing, text), twin(text)];
  if (expected === undefined ? mine === undefined : mine !== undefined && expected.equals(mine)) return;
  const shown = (octets?: Uint8Array) => (octets === undefined ? "refused" : hex(octets));
  assert.equal(shown(mine), shown(expected), JSON.stringify(text));
}

/** Encodes, sees that the octets behind the text are left alone, and decodes. */
function encodes(testing: TestCore, octets: Uint8Array): void {
  const { abi, memory } = testing;
  const [at, out] = [abi.inputRegion() + (octets.length % 16), abi.outputRegion()];
  const expected = Buffer.from(octets).toString("base64");
  memory().set(octets, at);
  memory().fill(0xa5, out, out + expected.length + 16);
  assert.equal(abi.base64Encode(out, at, octets.length), expected.length);
  const written = Buffer.from(memory().subarray(out, out + expected.length + 16)).toString("latin1");
  assert.equal(written, expected + "\xa5".repeat(16));
  check(testing, expected);
}

inBoth(`octets of every number from 0 to 300 become text and octets again (seed ${seed})`, (testing) => {
  const every = seeded("base64, every length");
  for (let length = 0; length <= 300; length++)
    for (const octets of [every.octets(length), new Uint8Array(length), new Uint8Array(length).fill(0xff)])
      encodes(testing, octets);
});

inBoth(`RFC 4648 §3.3: every octet at every place of texts of 4 to 68 (seed ${seed})`, (testing) => {
  const every = seeded("base64, every place");
  for (let length = 4; length <= 68; length += 4)
    for (let padding = 0; padding <= 2; padding++) {
      const good = Buffer.from(every.octets((length / 4) * 3 - padding)).toString("base64");
      for (let at = 0; at < length; at++)
        for (let octet = 0; octet < 256; octet++)
          check(testing, good.slice(0, at) + String.fromCharCode(octet) + good.slice(at + 1));
    }
});

inBoth(
  "RFC 4648 §3.5: every ending of two characters, with and without padding, behind 0 to 5 quartets",
  (testing) => {
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
    for (let quartets = 0; quartets <= 5; quartets++)
      for (const first of alphabet)
        for (const second of alphabet)
          for (const ending of [`${first}${second}==`, `A${first}${second}=`, `AA${first}${second}`])
            check(testing, "c3Vu".repeat(quartets) + ending);
  },
);

inBoth("a text whose length is no multiple of four is refused, whatever it ends with", (testing) => {
  for (let length = 1; length <= 100; length++)
    for (const end of ["A", "=", "=="])
      if (length % 4 !== 0 && end.length <= length) check(testing, "A".repeat(length - end.length) + end);
});

inBoth(
  `Base64: ${cases} random cases up to ${longest} octets, a third of them spoilt (seed ${seed})`,
  (testing) => {
    const { octets, below } = seeded("base64");
    for (let round = 0; round < cases; round++) {
      const bytes = octets(below(below(8) === 0 ? longest + 1 : 301));
      if (below(3) > 0 || bytes.length === 0) {
        encodes(testing, bytes);
        continue;
      }
      let text = Buffer.from(bytes).toString("base64");
      for (let spoilt = below(3) + 1; spoilt > 0; spoilt--) {
        const at = below(text.length);
        const character = String.fromCharCode(below(4) === 0 ? 0x3d : below(256));
        // changed, left out or put in
        text =
          text.slice(0, at + (below(8) === 0 ? 1 : 0)) +
          (below(8) === 0 ? "" : character) +
          text.slice(at + 1);
      }
      check(testing, text);
    }
  },
);
