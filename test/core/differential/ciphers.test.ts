/**
 * Serpent and Twofish in the core against twins with tables, in counter mode: every length, every carry, random cases at
 * addresses of every alignment, half of them in place. Each also sees that the octets around the text are left alone.
 */
import assert from "node:assert/strict";
import type { TestCore } from "esession/testing";
import { hex, inAll } from "../builds.js";
import { counterTwin } from "../counter-twin.js";
import { seed } from "../numbers.js";
import { serpentTwin } from "../serpent-twin.js";
import { twofishTwin } from "../twofish-twin.js";
import { cases, seeded } from "./cases.js";

/** Their numbers (assembly/cipher/ciphers.ts), and what encrypts a block in the plainest way. */
const ciphers = [
  { name: "Serpent", number: 1, twin: serpentTwin },
  { name: "Twofish", number: 2, twin: twofishTwin },
] as const;

const keyLengths = [16, 24, 32] as const;
const longest = 2_048;
/** A twin encrypts a block in some ten microseconds, and expands a key in a thousand. */
const tried = Math.ceil(cases / 20);
const fence = new Uint8Array(272).fill(0xa5);

interface Case {
  counter: Uint8Array;
  text: Uint8Array;
  /** Where the text lies, 0 to 15 octets behind an aligned address. */
  offset: number;
  inPlace: boolean;
}

function checker({ abi, memory }: TestCore, { number, twin }: (typeof ciphers)[number], key: Uint8Array) {
  const encrypt = twin(key);
  return ({ counter, text, offset, inPlace }: Case): void => {
    const [octets, input] = [memory(), abi.inputRegion()];
    const at = input + 512 + offset;
    const out = inPlace ? at : abi.outputRegion() + 512 + offset;
    octets.set(key, input);
    octets.set(counter, input + 32);
    octets.set(text, at);
    octets.set(fence, out - fence.length);
    octets.set(fence, out + text.length);
    abi.cipherStream(out, at, text.length, number, input, key.length, input + 32);
    const expected = counterTwin(encrypt, counter, text);
    const written = octets.subarray(out - fence.length, out + text.length + fence.length);
    if (Buffer.concat([fence, expected, fence]).equals(written)) return;
    const what = `key ${hex(key)}, counter ${hex(counter)}, ${text.length} octets at ${offset}, in place: ${inPlace}`;
    assert.equal(hex(written), hex(fence) + hex(expected) + hex(fence), what);
  };
}

for (const cipher of ciphers) {
  inAll(`${cipher.name}: every length from 0 to 300, with every carry (seed ${seed})`, (testing) => {
    const { octets } = seeded(`${cipher.name}, every length`);
    for (const keyLength of keyLengths) {
      const check = checker(testing, cipher, octets(keyLength));
      for (let length = 0; length <= 300; length++) {
        // a carry into octet length % 16 after 0 to 18 blocks
        const counter = octets(16).fill(0xff, length % 16);
        counter[15] = 0xff - (length % 19);
        const inPlace = length % 32 < 16;
        check({ counter, text: octets(length), offset: length % 16, inPlace });
      }
    }
  });

  inAll(`${cipher.name}: ${tried} random keys, up to ${longest} octets (seed ${seed})`, (testing) => {
    const { octets, below } = seeded(cipher.name);
    for (let round = 0; round < tried; round++) {
      const counter = octets(16);
      if (below(4) === 0) counter.fill(0xff, below(16));
      checker(
        testing,
        cipher,
        octets(keyLengths[below(3)]!),
      )({
        counter,
        text: octets(below(below(8) === 0 ? longest + 1 : 301)),
        offset: below(16),
        inPlace: below(2) === 0,
      });
    }
  });
}
