/** How many negotiations are open and for how long; giving up (XEP-0155 §4.3, §4.4). */
import test from "node:test";
import assert from "node:assert/strict";
import { messageNumber } from "../support/forms.js";
import { createWorld, establish, join, pairOf, seedOf, type World } from "../support/pair.js";
import { keyPair, scriptedRequest } from "../support/scripted-peer.js";

const nobody = "nobody@example.net/nowhere";

test("at most two negotiations with one bare JID are open at a time, whoever began them", async (t) => {
  const { world, alice } = await pairOf(t);
  const starts = Promise.allSettled([
    alice.engine.start("nobody@example.net/a"),
    alice.engine.start("nobody@example.net/b"),
  ]);
  await assert.rejects(alice.engine.start("nobody@example.net/c"), { code: "peer-limit" });
  await world.clock.pass(60_000);
  await starts;

  for (const resource of ["a", "b", "c"])
    world.deliver(scriptedRequest({ to: alice.jid, from: `bob@example.com/${resource}`, pair: keyPair() }));
  await world.quiet();
  assert.equal(world.messages(2).length, 2, "the third was answered");
  await world.clock.pass(120_000);
  world.deliver(scriptedRequest({ to: alice.jid, from: "bob@example.com/d", pair: keyPair() }));
  await world.quiet();
  assert.equal(world.messages(2).length, 3);
});

test("start gives up after 60 seconds of silence, which is a legitimate answer (XEP-0155 §4.3)", async (t) => {
  const { world, alice } = await pairOf(t);
  let settled = false;
  const starting = assert
    .rejects(alice.engine.start(nobody), { code: "negotiation-timeout" })
    .finally(() => (settled = true));
  await world.clock.pass(59_999);
  assert.equal(settled, false);
  await world.clock.pass(1);
  await starting;
  assert.equal(world.log.length, 1, "somebody who never answered is told nothing");
});

test("start gives up after the time that the call names", async (t) => {
  const { world, alice } = await pairOf(t);
  const starting = assert.rejects(alice.engine.start(nobody, { timeoutMs: 10 }), {
    code: "negotiation-timeout",
  });
  await world.clock.pass(10);
  await starting;
});

test("a half-open negotiation is forgotten after 120 seconds, and what it held is wiped", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  const before = bob.core.core.usage.secrets;
  world.hooks.push((stanza) => (messageNumber(stanza) === 2 ? false : undefined));
  const starting = assert.rejects(alice.engine.start(bob.jid), { code: "negotiation-timeout" });
  await world.clock.pass(119_999);
  await starting;
  assert.ok(bob.core.core.usage.secrets > before, "the responder still waits for message 3");
  await world.clock.pass(1);
  assert.equal(bob.core.core.usage.secrets, before);
  assert.equal(alice.core.core.usage.secrets, before);
});

test("a signal that is aborted already starts nothing", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  await assert.rejects(alice.engine.start(bob.jid, { signal: AbortSignal.abort() }), {
    code: "negotiation-aborted",
  });
  await world.quiet();
  assert.deepEqual(world.log, []);
  // and no limit counts it
  await establish(world, alice, bob);
});

test("XEP-0155 §4.4: aborted after the contact has answered, the negotiation is cancelled with accept 0", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  const before = bob.core.core.usage.secrets;
  const stop = new AbortController();
  world.hooks.push((stanza) => (messageNumber(stanza) === 4 ? false : undefined));
  const starting = assert.rejects(alice.engine.start(bob.jid, { signal: stop.signal }), {
    code: "negotiation-aborted",
  });
  await world.quiet();
  stop.abort();
  await starting;
  await world.quiet();
  assertCancelled(world, alice.jid);
  assert.equal(alice.core.core.usage.secrets, before);
});

test("aborted before anybody has answered, nothing is said", async (t) => {
  const { world, alice } = await pairOf(t);
  const stop = new AbortController();
  const starting = assert.rejects(alice.engine.start(nobody, { signal: stop.signal }), {
    code: "negotiation-aborted",
  });
  await world.quiet();
  stop.abort();
  await starting;
  assert.equal(world.log.length, 1);
});

test("XEP-0155 §4.4: closing the engine cancels what is open, and later calls say why they fail", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  world.hooks.push((stanza) => (messageNumber(stanza) === 4 ? false : undefined));
  const starting = assert.rejects(alice.engine.start(bob.jid), { code: "engine-closed" });
  await world.quiet();
  await alice.engine.close();
  await starting;
  assertCancelled(world, alice.jid);
  await assert.rejects(alice.engine.start(bob.jid), { code: "engine-closed" });
});

function assertCancelled(world: World, by: string): void {
  const last = world.log.filter(({ from }) => from === by).at(-1)!;
  assert.match(last.text, /type="result"/);
  assert.match(last.text, /<field var="accept"><value>0<\/value><\/field><\/x>/);
}

test("all places of the core taken by sessions: start rejects with core-full, a request stays unanswered", async (t) => {
  const world = createWorld();
  const seed = seedOf(t);
  const alice = await join(t, world, "alice@example.org/pda", seed, { sessions: 2 });
  for (const name of ["b", "c"]) {
    const other = await join(t, world, `${name}@example.com/x`, seed);
    await establish(world, alice, other);
  }
  await assert.rejects(alice.engine.start(nobody), { code: "core-full" });
  const messages = world.log.length;
  world.deliver(scriptedRequest({ to: alice.jid, from: "d@example.com/x", pair: keyPair() }));
  await world.quiet();
  assert.equal(world.log.length, messages);
});

test("open negotiations count against the places of the core as sessions do", async (t) => {
  const { world, alice } = await pairOf(t, { alice: { sessions: 2 } });
  const starts = Promise.allSettled([
    alice.engine.start("a@example.net/x"),
    alice.engine.start("b@example.net/x"),
  ]);
  await assert.rejects(alice.engine.start("c@example.net/x"), { code: "core-full" });
  await world.clock.pass(60_000);
  await starts;
  const third = assert.rejects(alice.engine.start("c@example.net/x"), { code: "negotiation-timeout" });
  await world.clock.pass(60_000);
  await third;
});

test("a second session with the same full JID is not begun beside the first", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  await establish(world, alice, bob);
  await assert.rejects(alice.engine.start(bob.jid), { code: "session-exists" });
});

test("XEP-0155 §4.1: a start to oneself, or to no JID at all, is refused before anything is sent", async (t) => {
  const { world, alice } = await pairOf(t);
  await assert.rejects(alice.engine.start(alice.jid), { code: "option-invalid" });
  await assert.rejects(alice.engine.start("@nowhere"), { code: "jid-malformed" });
  assert.deepEqual(world.log, []);
});

test("a client that cannot send ends the negotiation concerned, with the cause", async (t) => {
  const cause = new Error("the stream is gone");
  const { alice, bob } = await pairOf(t, { alice: { send: () => Promise.reject(cause) } });
  await assert.rejects(alice.engine.start(bob.jid), (error: Error & { code?: string }) => {
    assert.equal(error.code, "send-failed");
    assert.equal(error.cause, cause);
    return true;
  });
});
