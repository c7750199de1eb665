/** Serpent and Twofish in counter mode (XEP-0116 §8): published values, then the shared vectors. */
import assert from "node:assert/strict";
import type { Cipher } from "esession/core";
import type { TestCore } from "esession/testing";
import { hex, inAll } from "./builds.js";
import { fromHex, noVectors, vectors } from "./numbers.js";
import { serpentTwin } from "./serpent-twin.js";
import { twofishTwin } from "./twofish-twin.js";

const names: readonly { name: "serpent" | "twofish"; cipher: Cipher; twin: typeof serpentTwin }[] = [
  { name: "serpent", cipher: "serpent256-ctr", twin: serpentTwin },
  { name: "twofish", cipher: "twofish256-ctr", twin: twofishTwin },
];

/** One block: counter mode encrypts the counter. */
const encryptBlock = ({ cipherCtr }: TestCore, cipher: Cipher, key: Uint8Array, block: Uint8Array) =>
  cipherCtr(cipher, key, block, new Uint8Array(16));

/**
 * The block of zeros. Serpent: NESSIE's Serpent-128-128, -192-128 and -256-128.verified.test-vectors, set 1, number 0.
 * Twofish: the full encryptions among the test vectors of the authors' paper.
 */
const published: Record<"serpent" | "twofish", readonly (readonly [key: string, encrypted: string])[]> = {
  serpent: [
    ["80".padEnd(32, "0"), "264e5481eff42a4606abda06c0bfda3d"],
    ["80".padEnd(48, "0"), "9e274ead9b737bb21efcfca548602689"],
    ["80".padEnd(64, "0"), "a223aa1288463c0e2be38ebd825616c0"],
  ],
  twofish: [
    ["".padEnd(32, "0"), "9f589f5cf6122c32b6bfec2f2ae8c35a"],
    ["0123456789abcdeffedcba98765432100011223344556677", "cfd1d2e5a9be9cdf501f13b892bd2248"],
    ["0123456789abcdeffedcba987654321000112233445566778899aabbccddeeff", "37527be0052334b89f0cfccae87cfa20"],
  ],
};

for (const { name, cipher, twin } of names) {
  inAll(`${name}: the block of zeros under keys of 128, 192 and 256 bits, as published`, (testing) => {
    for (const [key, encrypted] of published[name]) {
      assert.equal(hex(twin(fromHex(key))(new Uint8Array(16))), encrypted, `the twin, key ${key}`);
      assert.equal(
        hex(encryptBlock(testing, cipher, fromHex(key), new Uint8Array(16))),
        encrypted,
        `key ${key}`,
      );
    }
  });

  inAll(
    `${name}: every block of ecb-kat encrypts as published`,
    (testing) => {
      const all = vectors<{ key: string; pt: string; ct: string }>(`${name}/ecb-kat.json`);
      for (const { key, pt, ct } of all.filter(({ key }) => [32, 48, 64].includes(key.length)))
        for (let at = 0; at < pt.length; at += 32) {
          const block = fromHex(pt.slice(at, at + 32));
          const found = hex(encryptBlock(testing, cipher, fromHex(key), block));
          assert.equal(found, ct.slice(at, at + 32), `key ${key}`);
        }
    },
    noVectors,
  );

  for (const file of name === "serpent" ? ["botan-ctr", "ctr-generated"] : ["ctr-generated"])
    inAll(
      `${name}: counter mode as in ${file}`,
      ({ cipherCtr }) => {
        for (const { key, ctr, pt, ct } of vectors<Record<"key" | "ctr" | "pt" | "ct", string>>(
          `${name}/${file}.json`,
        ))
          assert.equal(hex(cipherCtr(cipher, fromHex(key), fromHex(ctr), fromHex(pt))), ct, `key ${key}`);
      },
      noVectors,
    );

  inAll(`${name}: what was used is wiped: no key word stays in the memory`, (testing) => {
    const { abi, cipherCtr, memory } = testing;
    // what is left of earlier keys is left by who put it there
    cipherCtr(cipher, fromHex("5a".repeat(32)), new Uint8Array(16), new Uint8Array(300));
    abi.wipe(abi.inputRegion(), 512);
    abi.wipe(abi.outputRegion(), 512);
    const before = memory().slice();
    cipherCtr(cipher, fromHex("c3".repeat(32)), new Uint8Array(16), new Uint8Array(300));
    abi.wipe(abi.inputRegion(), 512);
    abi.wipe(abi.outputRegion(), 512);
    assert.equal(Buffer.compare(before, memory()), 0, "memory depends on the key that was used last");
  });
}
