/**
 * XEP-0200 §8, §9, random schedules: two sessions whose stanzas are delayed, lost and repeated, which exchange keys
 * whenever they like, are closed, crash, and wait for minutes. Whatever happens: what is handed on is what was sent, in
 * order, once; what was not, is told by the ends; nothing is encrypted twice under a key and counter; nothing is left in
 * the core. Without a loss and a wait too long, everything arrives.
 *
 * ESESSION_CASES says how many, ESESSION_SEED which: the seed that is printed with a failure, and 1 case, repeat it.
 */
import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import test from "node:test";
import { Worker } from "node:worker_threads";
import type { Order, Outcome } from "./schedules.js";

const CASES = Number(process.env["ESESSION_CASES"] ?? 400);
const SEED = Number(process.env["ESESSION_SEED"] ?? crypto.getRandomValues(new Uint32Array(1))[0]);
const THREADS = CASES < 10 ? 1 : Math.min(4, availableParallelism());

const play = (order: Order): Promise<Outcome> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./schedules.js", import.meta.url), { workerData: order });
    worker.once("message", resolve);
    worker.once("error", reject);
  });

test(`XEP-0200 §9: ${CASES} random schedules: what arrives is right, what does not is told`, async (t) => {
  t.diagnostic(`ESESSION_SEED=${SEED}`);
  const start = performance.now();
  const share = Math.ceil(CASES / THREADS);
  const outcomes = await Promise.all(
    Array.from({ length: THREADS }, (_, i) => play({ seed: SEED + i * share, cases: share })),
  );
  for (const { failure } of outcomes) assert.equal(failure, undefined);
  const happened: Record<string, number> = {};
  for (const one of outcomes)
    for (const [step, times] of Object.entries(one.happened)) happened[step] = (happened[step] ?? 0) + times;
  t.diagnostic(`${Math.round((share * THREADS * 1000) / (performance.now() - start))} schedules per second`);
  t.diagnostic(Object.entries(happened).map(([step, times]) => `${times} ${step}`).join(", ")); // prettier-ignore
  if (CASES >= 400)
    for (const step of ["re-key sent", "re-key accepted", "duplicate", "session ended: mac-mismatch"])
      assert.ok(happened[step], `${step} was seen`);
});
