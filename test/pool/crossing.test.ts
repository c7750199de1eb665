/** What crosses between the threads: nothing secret but one key for each core and worker, which is moved and not copied. */
import assert from "node:assert/strict";
import test from "node:test";
import { loadCore } from "esession";
import { openPool } from "esession/pool";
import { loadTestCore } from "esession/testing";
import { watchCrossing, type Message } from "../support/crossing.js";
import { found, recorder } from "../support/memory-search.js";

const few = { sessions: 2, maxStanzaBytes: 16_384 };

/** Every octet, number and text of the messages, one behind the other. */
const octetsOf = (messages: readonly Message[]): Uint8Array =>
  Buffer.concat(
    messages.map((message) =>
      Buffer.concat([
        message.key ?? new Uint8Array(0),
        message.sealed ?? new Uint8Array(0),
        Buffer.from(
          JSON.stringify(message, (_, value: unknown) => (value instanceof Uint8Array ? "" : value)),
        ),
      ]),
    ),
  );

test("no exponent and no K is in any message, and a key only in the one that hands it over", async (t) => {
  const crossing = watchCrossing(t);
  const kept = recorder();
  const { core } = await loadTestCore(few);
  const ours = kept.wrap(core);
  const pool = await openPool({ workers: 2 });
  const peer = core.dh.generate(14);
  const pairs = await Promise.all([1, 2, 3, 4].map(() => pool.generate(ours, 14)));
  await Promise.all(pairs.map((pair) => pool.agree(ours, pair, peer.publicKey)));
  assert.equal(kept.secrets.size, 2 + 4 + 4, "two keys, four exponents, four K");

  const keys = crossing.log.filter(({ message }) => message.type === "key");
  const others = crossing.log.filter(({ message }) => message.type !== "key").map(({ message }) => message);
  assert.equal(others.filter(({ type }) => type === "task").length, 8);
  assert.equal(others.filter(({ type }) => type === "done").length, 8);
  assert.deepEqual(found(octetsOf(others), kept.secrets), []);

  assert.equal(keys.length, 2, "one for each worker");
  const handed = found(octetsOf(keys.map(({ message }) => message)), kept.secrets);
  assert.deepEqual(handed.map((what) => what.replace(/ \d+/, "")), ["imported (raw)", "imported (raw)"], "the search finds what is there"); // prettier-ignore
  assert.notDeepEqual(keys[0]!.message.key, keys[1]!.message.key);
  await pool.close();
});

test("the octets of a key are gone from the sender when it is sent, and wiped from the core when the pool closes", async (t) => {
  const crossing = watchCrossing(t);
  const { core, memory } = await loadTestCore(few);
  const pool = await openPool({ workers: 1 });
  (await pool.generate(core, 1)).secret.wipe();
  const [{ message, left } = assert.fail()] = crossing.log.filter((one) => one.message.type === "key");
  assert.equal(message.key!.length, 32);
  assert.equal(left!.byteLength, 0, "the buffer is detached");
  const key = new Map([["key", message.key!]]);
  assert.ok(found(memory(), key).length > 0, "it lives in the core");
  await pool.close();
  assert.deepEqual(found(memory(), key), []);
  assert.equal(core.usage.secrets, 0);
});

const flipped = (octets: Uint8Array): Uint8Array => octets.map((octet, i) => (i === 40 ? octet ^ 1 : octet));

test("a task that was changed on its way is refused by the worker, and the next one is done", async (t) => {
  const crossing = watchCrossing(t);
  const core = await loadCore(few);
  const pool = await openPool({ workers: 1 });
  const pair = await pool.generate(core, 1);
  const before = core.usage.secrets;
  crossing.change = (message) =>
    message.type === "task" ? { ...message, sealed: flipped(message.sealed!) } : message;
  await assert.rejects(pool.generate(core, 1), { code: "record-damaged" });
  await assert.rejects(pool.agree(core, pair, Uint8Array.of(4)), { code: "record-damaged" });
  crossing.change = (message) => message;
  assert.equal(core.usage.secrets, before);
  (await pool.generate(core, 1)).secret.wipe();
  await pool.close();
});

test("an answer that was changed on its way is refused, whatever it says", async (t) => {
  const crossing = watchCrossing(t);
  const core = await loadCore(few);
  const pool = await openPool({ workers: 1 });
  const pair = await pool.generate(core, 1);
  const before = core.usage.secrets;
  crossing.change = (message, to) =>
    to === "main" && message.sealed ? { ...message, sealed: flipped(message.sealed) } : message;
  await assert.rejects(pool.generate(core, 1), { code: "record-damaged" });
  await assert.rejects(pool.agree(core, pair, Uint8Array.of(0)), { code: "record-damaged" });
  crossing.change = (message, to) =>
    to === "main" && message.sealed ? { ...message, type: "refused" } : message;
  await assert.rejects(pool.generate(core, 1), { code: "record-damaged" });
  crossing.change = (message) => message;
  // A worker whose answer cannot be opened is ended, and another has its place, and a key of its own.
  (await pool.generate(core, 1)).secret.wipe();
  assert.equal(core.usage.secrets, before);
  await pool.close();
});

test("a record of another task, of another core or for another purpose is refused in either direction", async (t) => {
  const crossing = watchCrossing(t);
  const [one, other] = [await loadCore(few), await loadCore(few)];
  const pool = await openPool({ workers: 1 });
  await pool.generate(one, 1);
  await pool.generate(other, 1);
  const [task, foreign] = crossing.log.filter(({ message }) => message.type === "task");
  const [answer] = crossing.log.filter(({ message }) => message.type === "done");
  const instead: [string, (message: Message, to: "worker" | "main") => Message][] = [
    ["an old task", (message, to) => (to === "worker" ? task!.message : message)],
    ["the task of another core", (message, to) => (to === "worker" ? { ...message, sealed: foreign!.message.sealed! } : message)],
    ["the same under another core's number", (message, to) => (to === "worker" ? { ...message, core: 2 } : message)],
    ["another purpose", (message, to) => (to === "worker" ? ({ ...message, purpose: "agree" } as Message) : message)],
    ["an old answer", (message, to) => (to === "main" ? answer!.message : message)],
    ["the task sent back", (message, to) => (to === "main" ? { type: "done", sealed: task!.message.sealed! } : message)],
  ]; // prettier-ignore
  for (const [what, change] of instead) {
    crossing.change = (message, to) => (message.type === "key" ? message : change(message, to));
    await assert.rejects(pool.generate(one, 1), { code: "record-damaged" }, what);
    crossing.change = (message) => message;
    (await pool.generate(one, 1)).secret.wipe();
  }
  await pool.close();
});
