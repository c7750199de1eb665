/** SHA-256 (FIPS 180-4) and HMAC (RFC 2104) in the core, and the constant-time hash of an integer's shortest form. */
import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { seededRandom } from "esession/testing";
import { hex, inBoth } from "./builds.js";
import { fromHex, noVectors, rounds, sampler, seed, vectors } from "./numbers.js";

const twin = (message: Uint8Array): string => createHash("sha256").update(message).digest("hex");

for (const file of ["cavp-short", "cavp-long", "acvp-aft"])
  inBoth(
    `FIPS 180-4: sha256/${file}`,
    ({ sha256 }) => {
      for (const { msg, md } of vectors<{ msg: string; md: string }>(`sha256/${file}.json`))
        assert.equal(hex(sha256(fromHex(msg))), md);
    },
    noVectors,
  );

inBoth(
  "SHAVS §6.4: the Monte Carlo chain, each message as long as the seed, ends as published",
  ({ sha256 }) => {
    const [{ seed: start, digests }] = vectors<{ seed: string; digests: string[] }>(
      "sha256/acvp-mct.json",
    ) as [{ seed: string; digests: string[] }];
    let message = fromHex(start);
    const { length } = message;
    for (const digest of digests.slice(0, rounds(10))) {
      let [a, b, c] = [message, message, message];
      for (let i = 0; i < 1000; i++) {
        const whole = Buffer.concat([a, b, c, new Uint8Array(length)]).subarray(0, length);
        [a, b, c] = [b, c, sha256(whole)];
      }
      assert.equal(hex(c), digest);
      message = c;
    }
  },
  noVectors,
);

inBoth(
  `SHA-256 is node:crypto's for every length from 0 to 300 and for parts (seed ${seed})`,
  ({ core, sha256 }) => {
    const { octets, below } = sampler(seededRandom(seed));
    for (let length = 0; length <= 300; length++) {
      const message = octets(length);
      assert.equal(hex(sha256(message)), twin(message), `length ${length}`);
      const cuts = [0, below(length + 1), below(length + 1), length].sort((a, b) => a - b);
      const parts = [0, 1, 2].map((i) => message.subarray(cuts[i], cuts[i + 1]));
      assert.equal(hex(core.sha256(...parts)), twin(message), `cut at ${cuts.join()}`);
    }
    const long = octets(300_000);
    assert.equal(hex(core.sha256(long)), twin(long), "longer than a region of the memory");
  },
);

for (const file of ["rfc4231", "acvp", "wycheproof"])
  inBoth(
    `RFC 2104: hmac-sha256/${file}`,
    ({ hmac }) => {
      type Vector = { key: string; msg: string; tag: string; result?: string };
      for (const { key, msg, tag, result = "valid" } of vectors<Vector>(`hmac-sha256/${file}.json`)) {
        const mac = hex(hmac(fromHex(key), fromHex(msg))).slice(0, tag.length);
        assert.equal(mac === tag, result === "valid", `key ${key}`);
      }
    },
    noVectors,
  );

inBoth(`HMAC is node:crypto's, with keys of 0 to 200 octets (seed ${seed})`, ({ hmac }) => {
  const { octets, below } = sampler(seededRandom(seed));
  for (let length = 0; length <= 200; length++) {
    const [key, message] = [octets(length), octets(below(200))];
    assert.equal(hex(hmac(key, message)), createHmac("sha256", key).update(message).digest("hex"));
  }
});

inBoth(
  `XEP-0116 §6.1: an integer is hashed without its leading zero octets (seed ${seed})`,
  ({ sha256OfInteger }) => {
    const { octets } = sampler(seededRandom(seed));
    // The lengths of the groups, and those at which the padding (9 octets) needs one block more.
    for (const length of [1, 2, 54, 55, 56, 63, 64, 65, 96, 119, 120, 128, 192, 256, 384, 512, 768, 1024])
      for (const zeros of [0, 1, 2, 8, 9, 60, 64, 73, length - 1, length]) {
        if (zeros > length) continue;
        const value = octets(length);
        value.fill(0, 0, zeros);
        if (zeros < length) value[zeros] = value[zeros]! | 1;
        const kept = value.subarray(Math.min(zeros, length - 1));
        assert.equal(hex(sha256OfInteger(value)), twin(kept), `${length} octets, ${zeros} of them zero`);
      }
  },
);
