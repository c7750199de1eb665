/** What a pool gives is what the core gives: pairs, K, and refusals, in groups and builds alike. */
import assert from "node:assert/strict";
import test from "node:test";
import { EsessionError, loadCore } from "esession";
import type { Exponentiations, Group } from "esession";
import { openPool } from "esession/pool";
import { loadTestCore } from "esession/testing";

const few = { sessions: 2, maxStanzaBytes: 16_384 };

for (const build of ["simd", "scalar"] as const)
  test(`a pool's pair and its K are those of a core: both ends of an agreement have the same K (${build})`, async () => {
    const pool = await openPool({ workers: 2, build });
    const [ours, theirs] = [await loadCore({ ...few, build }), await loadTestCore(few)];
    for (const group of [1, 5, 14, 18] satisfies Group[]) {
      const [a, b] = [await pool.generate(ours, group), theirs.core.dh.generate(group)];
      assert.equal(a.group, group);
      assert.equal(a.secret.byteLength, 32);
      const k = await pool.agree(ours, a, b.publicKey);
      const again = ours.dh.agree(a, b.publicKey);
      assert.equal(ours.keys.equal(k, again), true, "the core makes the same K of the pair");
      const peers = theirs.core.dh.agree(b, a.publicKey);
      const seen = theirs.core.keys.publishMac(peers);
      assert.deepEqual(ours.keys.publishMac(k), seen, "the peer has it too");
      for (const secret of [a.secret, again, b.secret]) secret.wipe();
    }
    const shared = ours.usage.secrets;
    assert.ok(shared <= 2, "one key for each worker, and nothing else");
    await pool.close();
    assert.equal(ours.usage.secrets, 0);
  });

test("no two pairs are the same, whichever worker makes them", async () => {
  const pool = await openPool({ workers: 2 });
  const core = await loadCore(few);
  const pairs = await Promise.all(Array.from({ length: 20 }, () => pool.generate(core, 1)));
  assert.equal(new Set(pairs.map(({ publicKey }) => Buffer.from(publicKey).toString("hex"))).size, 20);
  assert.deepEqual(pool.usage, { workers: 2, busy: 0, waiting: 0 });
  await pool.close();
});

test("several cores share a pool, and a pair belongs to the core that it was made for", async () => {
  const pool = await openPool({ workers: 1 });
  const [one, other] = [await loadCore(few), await loadCore(few)];
  const [a, b] = await Promise.all([pool.generate(one, 14), pool.generate(other, 14)]);
  const [k, same] = await Promise.all([pool.agree(one, a, b.publicKey), pool.agree(other, b, a.publicKey)]);
  assert.deepEqual(one.keys.publishMac(k), other.keys.publishMac(same));
  await assert.rejects(pool.agree(other, a, b.publicKey), { code: "core-argument" });
  await pool.close();
});

test("a group that the core does not know a pool does not know", async () => {
  const pool = await openPool({ workers: 1 });
  const core = await loadCore(few);
  for (const group of [0, 3, 270, -242, 14.5, NaN])
    await assert.rejects(pool.generate(core, group as 14), { code: "core-argument" }, String(group));
  await pool.close();
});

test("a value that the core refuses a pool refuses with the same error (XEP-0116 §6.2)", async () => {
  const pool = await openPool({ workers: 1 });
  const core = await loadCore(few);
  const pair = await pool.generate(core, 14);
  const refused: Record<string, Uint8Array> = {
    empty: new Uint8Array(0),
    zero: Uint8Array.of(0),
    one: Uint8Array.of(1),
    "our own": pair.publicKey,
    "longer than the modulus": new Uint8Array(257).fill(1),
    "no residue": Uint8Array.of(11),
    "far too long": new Uint8Array(100_000).fill(1),
  };
  for (const [what, value] of Object.entries(refused)) {
    const ours = await pool.agree(core, pair, value).catch((error: unknown) => error);
    assert.ok(EsessionError.is(ours, "dh-public-value"), `${what}: ${String(ours)}`);
    const theirs = thrownBy(() => core.dh.agree(pair, value));
    if (what !== "far too long") assert.equal(ours.message, theirs.message, what);
  }
  assert.ok(!pair.secret.wiped, "the pair is alive");
  await assert.rejects(pool.generate(core, 3 as Group), { code: "core-argument" });
  pair.secret.wipe();
  await assert.rejects(pool.agree(core, pair, Uint8Array.of(4)), { code: "secret-wiped" });
  await pool.close();
});

function thrownBy(call: () => unknown): Error {
  try {
    call();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}

test("a pool is what the engine's option takes", async () => {
  const pool = await openPool({ workers: 1 });
  const option: Exponentiations = pool;
  assert.equal(typeof option.generate, "function");
  await pool.close();
});
