/** Whatever becomes of a worker or of the pool: every call is settled, with an error that says why, and nothing is left. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import test from "node:test";
import type { TestContext } from "node:test";
import { pathToFileURL } from "node:url";
import { join } from "node:path";
import { loadCore, type Core } from "esession";
import { openPool, type Pool, type PoolOptions } from "esession/pool";
import { root } from "../support/built.js";
import { watchCrossing } from "../support/crossing.js";

const few = { sessions: 2, maxStanzaBytes: 16_384 };

/** A pool of one worker, with a core that it knows already. */
async function scene(t: TestContext, options: PoolOptions = {}) {
  const crossing = watchCrossing(t);
  const pool = await openPool({ workers: 1, ...options });
  t.after(() => pool.close());
  const core = await loadCore(few);
  await usable(pool, core);
  return { crossing, pool, core };
}

async function usable(pool: Pool, core: Core): Promise<void> {
  const pair = await pool.generate(core, 1);
  pair.secret.wipe();
}

const unavailable = { name: "EsessionError", code: "pool-unavailable" };

test("of a worker that is ended the task fails, and the next one is done by another worker", async (t) => {
  const { crossing, pool, core } = await scene(t);
  const [worker] = crossing.workers();
  const under = pool.generate(core, 18);
  const waits = pool.generate(core, 1);
  await worker!.terminate();
  await assert.rejects(under, unavailable);
  (await waits).secret.wipe();
  assert.equal(crossing.workers().length, 2);
  assert.equal(core.usage.secrets, 1, "the key of the worker that lives");
  assert.deepEqual(pool.usage, { workers: 1, busy: 0, waiting: 0 });
});

test("a worker that dies while it has no task is replaced when one comes", async (t) => {
  const { crossing, pool, core } = await scene(t);
  await crossing.workers()[0]!.terminate();
  assert.equal(core.usage.secrets, 0, "its key is wiped at once");
  await usable(pool, core);
});

test("a worker that is silent for too long is given up, and replaced", async (t) => {
  const { crossing, pool, core } = await scene(t, { timeoutMs: 2000 });
  crossing.change = (message, to) => (to === "main" ? undefined : message);
  await assert.rejects(pool.generate(core, 1), {
    ...unavailable,
    message: "a worker was silent for 2000 ms",
  });
  crossing.change = (message) => message;
  await usable(pool, core);
});

test("closing rejects what is under way and what waits, ends the workers and wipes the keys", async (t) => {
  const { crossing, pool, core } = await scene(t);
  const calls = [pool.generate(core, 18), pool.generate(core, 1), pool.generate(core, 1)];
  const settled = Promise.allSettled(calls);
  await pool.close();
  for (const one of await settled) {
    assert.equal(one.status, "rejected");
    assert.deepEqual({ name: (one.reason as Error).name, code: (one.reason as { code: string }).code }, unavailable); // prettier-ignore
  }
  assert.equal(core.usage.secrets, 0);
  assert.ok(
    crossing.workers().every(({ threadId }) => threadId === -1),
    "no thread runs",
  );
  await assert.rejects(pool.generate(core, 1), unavailable);
  await pool.close();
});

test("closing while a dead worker is replaced ends the new one too", async (t) => {
  const { crossing, pool, core } = await scene(t);
  await crossing.workers()[0]!.terminate();
  const call = assert.rejects(pool.generate(core, 1), unavailable);
  await pool.close();
  await call;
  assert.equal(core.usage.secrets, 0);
  assert.ok(
    crossing.workers().every(({ threadId }) => threadId === -1),
    "no thread runs",
  );
});

test("with a full queue the next task is refused, and those before it are done in their order", async (t) => {
  const { pool, core } = await scene(t, { queueLimit: 3 });
  const done: number[] = [];
  const calls = [0, 1, 2, 3].map(async (n) => {
    const pair = await pool.generate(core, 14);
    done.push(n);
    pair.secret.wipe();
  });
  assert.deepEqual(pool.usage, { workers: 1, busy: 1, waiting: 3 });
  await assert.rejects(pool.generate(core, 14), { name: "EsessionError", code: "queue-full" });
  await Promise.all(calls);
  assert.deepEqual(done, [0, 1, 2, 3]);
  await usable(pool, core);
});

test("a task whose pair was wiped while it waited is not done", async (t) => {
  const { crossing, pool, core } = await scene(t);
  const pair = await pool.generate(core, 1);
  const first = usable(pool, core);
  const waits = assert.rejects(pool.agree(core, pair, Uint8Array.of(4)), { code: "secret-wiped" });
  pair.secret.wipe();
  await Promise.all([first, waits]);
  assert.ok(!crossing.log.some(({ message }) => "purpose" in message && message.purpose === "agree"));
});

test("a full core refuses what the worker made, and keeps nothing of it", async (t) => {
  const { pool, core } = await scene(t);
  const held = Array.from({ length: core.usage.freeSecrets - 32 }, () => core.keys.random(32));
  const before = core.usage.secrets;
  await assert.rejects(pool.generate(core, 1), { code: "core-full" });
  assert.equal(core.usage.secrets, before);
  for (const secret of held) secret.wipe();
  await usable(pool, core);
});

test("without a script there is no pool, and no worker is left", async (t) => {
  const crossing = watchCrossing(t);
  for (const url of [pathToFileURL(join(root, "no-such-file.js")), "relative path"])
    await assert.rejects(openPool({ workers: 2, url }), unavailable);
  assert.ok(crossing.workers().every(({ threadId }) => threadId === -1));
});

test("a script of one's own, and a module of one's own for the workers' cores", async () => {
  const core = await loadCore(few);
  const wasm = await WebAssembly.compile(await import("node:fs").then(({ readFileSync }) => readFileSync(join(root, "dist/wasm/esession-scalar.wasm")))); // prettier-ignore
  const pool = await openPool({ workers: 1, wasm, url: pathToFileURL(join(root, "dist/pool/worker.js")) });
  await usable(pool, core);
  await pool.close();
  await assert.rejects(openPool({ workers: 1, wasm: Uint8Array.of(0) }), { code: "core-unavailable" });
  await assert.rejects(openPool({ workers: 1, wasm: new URL("file:///none.wasm") }), {
    code: "core-unavailable",
  });
});

test("options out of bounds are refused", async () => {
  for (const options of [
    { workers: 0 },
    { workers: 65 },
    { workers: 1.5 },
    { queueLimit: 0 },
    { timeoutMs: -1 },
  ])
    await assert.rejects(openPool(options), { code: "option-invalid" }, JSON.stringify(options));
  await assert.rejects(openPool({ workers: 1, build: "fast" as "simd" }), { code: "option-invalid" });
  await assert.rejects(openPool({ workers: 1, tableBytes: -1 }), { code: "option-invalid" });
});

test("a process ends although its pool is open, but not before what is under way is done", () => {
  const code = `
    import { loadCore } from "esession";
    import { openPool } from "esession/pool";
    const pool = await openPool({ workers: 2 });
    const core = await loadCore();
    const { publicKey } = await pool.generate(core, 14);
    console.log(publicKey.length > 250);`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--input-type=module", "--eval", code], {
    cwd: root,
    encoding: "utf8",
    timeout: 60_000,
  });
  assert.deepEqual({ stdout, stderr, status }, { stdout: "true\n", stderr: "", status: 0 });
});

test("a core that is gone is forgotten by the worker too", async (t) => {
  const { setFlagsFromString } = await import("node:v8");
  const { runInNewContext } = await import("node:vm");
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const { crossing, pool } = await scene(t);
  const forgotten = () => crossing.log.filter(({ message }) => message.type === "forget").length;
  for (let round = 0; round < 3; round++) await usable(pool, await loadCore(few));
  for (let round = 0; round < 200 && forgotten() < 3; round++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.ok(forgotten() >= 3, `${forgotten()} of 4 cores`);
});
