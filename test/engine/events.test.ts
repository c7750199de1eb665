/** Events: a listener cannot harm the engine, and what must not be missed waits for one. */
import assert from "node:assert/strict";
import test from "node:test";
import { createEngine } from "esession";
import type { Alert, EngineEvents } from "esession";
import { establish, pairOf } from "../support/pair.js";

/** What was thrown outside of every call while `run` did its work. */
async function thrownOutside(run: () => Promise<void>): Promise<unknown[]> {
  const thrown: unknown[] = [];
  const others = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  process.on("uncaughtException", (error) => thrown.push(error));
  try {
    await run();
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.removeAllListeners("uncaughtException");
    for (const listener of others) process.on("uncaughtException", listener);
  }
  return thrown;
}

for (const event of ["session", "alert", "trace", "stanza"] as (keyof EngineEvents)[])
  test(`a listener of '${event}' that throws breaks nothing; what it threw is thrown again outside`, async (t) => {
    const { world, alice, bob } = await pairOf(t);
    const error = new Error(`of a listener of ${event}`);
    for (const { engine } of [alice, bob])
      engine.on(event, () => {
        throw error;
      });
    const later: unknown[] = [];
    bob.engine.on(event, (value) => later.push(value));
    const thrown = await thrownOutside(async () => {
      const [session, other] = await establish(world, alice, bob);
      session.send("<message><body>1</body></message>");
      await world.quiet();
      bob.engine.receive(
        `<message from="${alice.jid}"><thread>${other.thread}</thread><body>clear</body></message>`,
      );
      assert.equal((await session.close()).complete, true);
    });
    assert.equal(bob.received.length, 1);
    assert.ok(thrown.every((one) => one === error));
    if (event !== "stanza") assert.ok(thrown.length > 0 && later.length > 0, "others are told all the same");
  });

test("alerts and requests wait for the first listener, at most 64 of each", async (t) => {
  const { alice, world } = await pairOf(t);
  const late = await createEngine({
    jid: "late@example.net/x",
    send: () => undefined,
    core: alice.core.core,
    clock: world.clock,
  });
  for (let i = 0; i < 70; i++)
    late.receive(
      `<message from="a@example.org/${i}"><thread>t</thread><c xmlns="http://www.xmpp.org/extensions/xep-0200.html#ns"><mac>AAAA</mac></c></message>`,
    );
  const alerts: Alert[] = [];
  late.on("alert", (alert) => alerts.push(alert));
  assert.equal(alerts.length, 64);
  assert.match(alerts[0]!.message, /^a@example\.org\/0 /);
  const second: Alert[] = [];
  late.on("alert", (alert) => second.push(alert));
  assert.deepEqual(second, [], "what waited is told once");
  await late.close();
});

test("a listener that was taken off is called no more, and one may be taken off while it is called", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  let calls = 0;
  const off = alice.engine.on("trace", () => {
    calls++;
    off();
    off();
  });
  await establish(world, alice, bob);
  assert.equal(calls, 1);
});

test("a listener of 'session' may use the session at once, and close it", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  bob.engine.on("session", (session) => {
    session.send("<message><body>from the listener</body></message>");
    void session.close();
  });
  const session = await alice.engine.start(bob.jid);
  assert.equal((await session.ended).complete, true);
  await world.quiet();
  assert.equal(alice.received.length + alice.delivered.length, 1, "the stanza came before the end");
});

test("a listener of 'alert' may start again when a session was lost", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  const [, other] = await establish(world, alice, bob);
  bob.engine.on("alert", ({ kind, restart }) => {
    if (kind === "session-ended") void restart!();
  });
  bob.engine.receive(`<presence type="unavailable" from="${alice.jid}"/>`);
  await world.quiet();
  await world.quiet();
  assert.equal(other.state, "ended");
  assert.equal(bob.engine.session(alice.jid)?.state, "established");
});
