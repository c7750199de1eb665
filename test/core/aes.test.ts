/** AES (FIPS 197) and counter mode (SP 800-38A §6.5) in the core: published vectors, and against node:crypto. */
import assert from "node:assert/strict";
import { createCipheriv } from "node:crypto";
import { seededRandom } from "esession/testing";
import type { TestCore } from "esession/testing";
import { hex, inBoth } from "./builds.js";
import { fromHex, noVectors, rounds, sampler, seed, vectors } from "./numbers.js";

/** One block: counter mode encrypts the counter. */
const encryptBlock = ({ aesCtr }: TestCore, key: Uint8Array, block: Uint8Array): Uint8Array =>
  aesCtr(key, block, new Uint8Array(16));

function twin(key: Uint8Array, counter: Uint8Array, text: Uint8Array): string {
  const cipher = createCipheriv(`aes-${key.length * 8}-ctr`, key, counter);
  return cipher.update(text, undefined, "hex") + cipher.final("hex");
}

for (const file of ["acvp-kat-mmt", "botan-aesavs"])
  inBoth(
    `FIPS 197: every block of aes-ecb/${file} encrypts as published`,
    (testing) => {
      for (const { key, pt, ct } of vectors<{ key: string; pt: string; ct: string }>(`aes-ecb/${file}.json`))
        for (let at = 0; at < pt.length; at += 32)
          assert.equal(
            hex(encryptBlock(testing, fromHex(key), fromHex(pt.slice(at, at + 32)))),
            ct.slice(at, at + 32),
            `key ${key}`,
          );
    },
    noVectors,
  );

inBoth(
  "AESAVS §6.4.1: Monte Carlo chains of 1000 blocks under one key end as published",
  (testing) => {
    type Chain = { keyLen: number; rounds: [string, string, string][] };
    for (const { rounds: outer } of vectors<Chain>("aes-ecb/acvp-mct.json"))
      for (const [key, pt, ct] of outer.slice(0, rounds(2))) {
        let block = fromHex(pt);
        for (let i = 0; i < 1000; i++) block = encryptBlock(testing, fromHex(key), block);
        assert.equal(hex(block), ct);
      }
  },
  noVectors,
);

for (const file of ["sp800-38a-f5", "acvp-ctr", "generated-wrap"])
  inBoth(
    `SP 800-38A §6.5: aes-ctr/${file}, with counters that carry and wrap`,
    ({ aesCtr }) => {
      type Vector = { key: string; ctr: string; pt: string; ct: string };
      for (const { key, ctr, pt, ct } of vectors<Vector>(`aes-ctr/${file}.json`))
        assert.equal(hex(aesCtr(fromHex(key), fromHex(ctr), fromHex(pt))), ct, `key ${key}, counter ${ctr}`);
    },
    noVectors,
  );

inBoth(`counter mode is node:crypto's for every length from 0 to 300 (seed ${seed})`, ({ aesCtr }) => {
  const { octets, oneOf } = sampler(seededRandom(seed));
  for (let length = 0; length <= 300; length++) {
    const [key, counter, text] = [octets(oneOf([16, 24, 32])), octets(16), octets(length)];
    assert.equal(hex(aesCtr(key, counter, text)), twin(key, counter, text), `length ${length}`);
  }
});

inBoth(
  `counter mode is node:crypto's for long texts and counters about to carry (seed ${seed})`,
  ({ aesCtr }) => {
    const { octets, below, oneOf } = sampler(seededRandom(seed));
    for (let round = 0; round < rounds(20); round++) {
      const [key, counter] = [octets(oneOf([16, 24, 32])), octets(16)];
      counter.fill(0xff, oneOf([0, 4, 8, 12]), 15);
      const text = octets(below(60_000));
      assert.equal(hex(aesCtr(key, counter, text)), twin(key, counter, text), `round ${round}`);
    }
  },
);
