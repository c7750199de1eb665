/** The random source: checked on every draw, never replaced by a weaker one, written straight into place. */
import assert from "node:assert/strict";
import test from "node:test";
import { loadCore } from "esession/core";
import type { RandomSource } from "esession/core";
import { loadTestCore, seededRandom } from "esession/testing";
import { builds, hex } from "./builds.js";

const failure = { code: "random-failure" };

const broken: Record<string, RandomSource> = {
  "gives zeros": () => undefined,
  "gives one octet throughout": (target) => target.fill(0xa5),
  "leaves the end unwritten": (target) => seededRandom(1)(target.subarray(0, target.length - 8)),
  throws: () => {
    throw new TypeError("no entropy");
  },
};

for (const build of builds) {
  for (const [what, random] of Object.entries(broken))
    test(`a source that ${what} is an error at the first draw (${build})`, async () => {
      const { core } = await loadTestCore({ build, sessions: 1, random });
      for (const draw of [() => core.randomBytes(16), () => core.keys.random(32), () => core.dh.generate(14)])
        assert.throws(draw, failure);
      assert.equal(core.usage.secrets, 0, "no half-made secret is left");
    });

  test(`a source that repeats itself is an error at the second draw, in secrets and nonces alike (${build})`, async () => {
    const repeating: RandomSource = (target) => seededRandom("same")(target);
    for (const again of ["randomBytes", "secret"]) {
      const { core } = await loadTestCore({ build, sessions: 1, random: repeating });
      core.keys.random(32);
      assert.throws(() => (again === "secret" ? core.dh.generate(14) : core.randomBytes(16)), failure);
    }
    const { core } = await loadTestCore({
      build,
      sessions: 1,
      random: (target) => {
        for (let at = 0; at < target.length; at += 32) repeating(target.subarray(at, at + 32));
      },
    });
    assert.throws(() => core.randomBytes(64), failure);
  });

  test(`a source that repeats itself within a draw, or after up to four, is an error (${build})`, async () => {
    const { core: inner } = await loadTestCore({
      build,
      sessions: 1,
      random: (target) => {
        for (let at = 0; at < target.length; at += 16) seededRandom("same")(target.subarray(at, at + 16));
      },
    });
    assert.throws(() => inner.keys.random(32), failure);
    assert.throws(() => inner.randomBytes(40), failure);

    for (const period of [1, 2, 3, 4]) {
      let draws = 0;
      const { core } = await loadTestCore({
        build,
        sessions: 1,
        random: (target) => seededRandom(draws++ % period)(target),
      });
      for (let draw = 0; draw < period; draw++) core.keys.random(32).wipe();
      for (const length of [16, 32, 64]) assert.throws(() => core.randomBytes(length), failure, `${period}`);
      assert.equal(core.usage.secrets, 0);
    }
  });

  test(`the octets are the source's, asked for exactly and in order (${build})`, async () => {
    const asked: number[] = [];
    const source = seededRandom(7);
    const { core } = await loadTestCore({
      build,
      sessions: 1,
      random: (target) => {
        asked.push(target.length);
        source(target);
      },
    });
    const expected = new Uint8Array(24);
    seededRandom(7)(expected);
    assert.equal(hex(core.randomBytes(16)) + hex(core.randomBytes(8)), hex(expected));
    core.keys.random(32);
    core.dh.generate(14);
    assert.deepEqual(asked, [16, 8, 32, 32]);
    assert.equal(core.randomBytes(0).length, 0);
  });

  test(`exponents have exactly 256 bits, or exactly as many as were asked for (${build})`, async () => {
    const written: Uint8Array[] = [];
    const source = seededRandom(8);
    const random: RandomSource = (target) => {
      source(target);
      written.push(target);
    };
    const { core } = await loadTestCore({ build, sessions: 1, random });
    for (const bits of [256, 257, 263, 320, 768]) {
      core.dh.generate(1, bits);
      // The source wrote into the slot itself: what it holds now is the exponent.
      const exponent = written.at(-1)!;
      assert.equal(BigInt(`0x${hex(exponent)}`).toString(2).length, bits);
    }
    for (const bits of [0, 255, 769, 256.5, NaN])
      assert.throws(() => core.dh.generate(1, bits), { code: "core-argument" });
  });

  test(`more than 65,536 octets come from the platform's source too (${build})`, async () => {
    const octets = (await loadCore({ build, sessions: 1 })).randomBytes(200_000);
    const seen = new Set<string>();
    for (let at = 0; at < octets.length; at += 16) seen.add(hex(octets.subarray(at, at + 16)));
    assert.equal(seen.size, 12_500);
  });
}

test("a platform without crypto.getRandomValues is an error, not a weaker source", async () => {
  const core = await loadCore({ sessions: 1 });
  const { crypto } = globalThis;
  Object.defineProperty(globalThis, "crypto", { value: undefined, configurable: true, writable: true });
  try {
    assert.throws(() => core.randomBytes(16), failure);
  } finally {
    Object.defineProperty(globalThis, "crypto", { value: crypto, configurable: true, writable: true });
  }
});
