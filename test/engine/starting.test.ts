/** Where no session can be started, and what becomes of sessions when their process ends. */
import assert from "node:assert/strict";
import test from "node:test";
import { memoryStore } from "esession";
import type { BlobStore } from "esession";
import { parseStanza } from "esession/wire";
import { establish, join, leave, pairOf, type Pair } from "../support/pair.js";

/** A place that outlives the engine on it, as a folder does. */
const lasting = (store = memoryStore()): BlobStore => ({ ...store, close: () => Promise.resolve() });

test("start() with a peer whose session stands is refused with session-exists, and possible after its end", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  const [session] = await establish(world, alice, bob);
  await assert.rejects(alice.engine.start(bob.jid), { code: "session-exists" });
  await session.close();
  assert.equal((await alice.engine.start(bob.jid)).state, "established");
});

test("start() is rejected with send-failed when the first stanza of the session cannot be sent", async (t) => {
  const sending = (text: string) => {
    if (parseStanza(text).getChild("c")) throw new Error("the socket is gone");
  };
  const { alice, bob } = await pairOf(t, { alice: { sending } });
  await assert.rejects(alice.engine.start(bob.jid), { code: "send-failed" });
  assert.deepEqual([alice.sessions, alice.engine.sessions], [[], []]);
});

test("start() with oneself, or with what is no JID, is refused", async (t) => {
  const { alice } = await pairOf(t);
  await assert.rejects(alice.engine.start(alice.jid), { code: "option-invalid", message: /own/ });
  for (const jid of ["", "@", "a@b@c/d/", "example .org"])
    await assert.rejects(alice.engine.start(jid), { code: "jid-malformed" }, jid);
});

test("a full core refuses with core-full, ends no session that stands, and has room again after one ended", async (t) => {
  const { world, alice, bob } = await pairOf(t, { alice: { sessions: 1 } });
  const [session] = await establish(world, alice, bob);
  const carol = await join(t, world, "carol@example.net/desk", "carol");
  await assert.rejects(alice.engine.start(carol.jid), { code: "core-full" });
  await assert.rejects(pass(world, carol.engine.start(alice.jid)), { code: "negotiation-timeout" });
  assert.equal(session.state, "established");
  await session.close();
  assert.equal((await alice.engine.start(carol.jid)).state, "established");
});

/** The promise, while the time runs. */
async function pass<T>({ clock }: Pair["world"], promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  await clock.pass(60_000);
  return promise;
}

test("a closed engine starts nothing, answers nothing and lets every stanza pass", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  await establish(world, alice, bob);
  await alice.engine.close();
  for (const call of [
    () => alice.engine.start(bob.jid),
    () => alice.engine.wroteTo("bob@example.com"),
    () => alice.engine.setOtherSecret("bob@example.com", "a long secret that both users know"),
  ])
    await assert.rejects(call, { code: "engine-closed" });
  const stanza = `<message from="${bob.jid}"><thread>t</thread><c xmlns="http://www.xmpp.org/extensions/xep-0200.html#ns"><mac>AAAA</mac></c></message>`;
  assert.equal(alice.engine.receive(stanza), stanza);
  assert.deepEqual(alice.engine.sessions, []);
});

test("close() terminates every session, and may be called twice, at once or later", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  const [session, other] = await establish(world, alice, bob);
  await Promise.all([alice.engine.close(), alice.engine.close()]);
  await alice.engine.close();
  assert.equal((await session.ended).complete, true);
  assert.equal((await other.ended).complete, true);
});

test("XEP-0116 §5: close() waits 30 s for a peer that does not answer, not longer", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  const [session] = await establish(world, alice, bob);
  world.hooks.push(() => false);
  const closing = alice.engine.close();
  await world.clock.pass(30_000);
  await closing;
  assert.equal((await session.ended).reason, "acknowledgement-missing");
});

test("close() during a negotiation rejects start() with engine-closed", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  world.hooks.push(() => false);
  const started = alice.engine.start(bob.jid);
  started.catch(() => undefined);
  await world.quiet();
  await alice.engine.close();
  await assert.rejects(started, { code: "engine-closed" });
});

test("a session that its process took with it is told by the next engine on the same store, once", async (t) => {
  const store = lasting();
  const { world, alice, bob } = await pairOf(t, { bob: { store } });
  const [session] = await establish(world, alice, bob);
  leave(world, bob);
  const again = await join(t, world, bob.jid, "again", { store });
  assert.deepEqual(
    again.alerts.map(({ kind, jid }) => [kind, jid]),
    [["session-lost", "alice@example.org"]],
  );
  assert.match(again.alerts[0]!.message, /alice@example\.org\/pda.*2030-01-01T.*may be missing/);
  session.send("<message id='1'><body>to the lost session</body></message>");
  await world.quiet();
  assert.deepEqual(again.received, []);
  assert.equal(again.alerts.at(-1)!.kind, "no-session");

  const next = await again.alerts[0]!.restart!();
  assert.ok(next.continued, "the retained secrets outlived the process");
  await world.quiet();
  assert.equal(
    session.state,
    "ended",
    "the peer's old session ends when the chain of secrets is proved again",
  );
  assert.equal((await session.ended).reason, "superseded");
  assert.deepEqual((await session.ended).unconfirmed.ids, ["1"]);

  leave(world, again);
  const third = await join(t, world, bob.jid, "third", { store });
  assert.deepEqual(
    third.alerts.map(({ kind }) => kind),
    ["session-lost"],
    "of the second session, not of the first",
  );
});

test("a session that ended in order leaves no mark", async (t) => {
  for (const end of ["close", "unavailable", "engine"]) {
    const store = lasting();
    const { world, alice, bob } = await pairOf(t, { bob: { store } });
    const [, other] = await establish(world, alice, bob);
    if (end === "close") await other.close();
    if (end === "unavailable") bob.engine.receive(`<presence type="unavailable" from="${alice.jid}"/>`);
    await bob.engine.close();
    leave(world, bob);
    assert.deepEqual((await join(t, world, bob.jid, "again", { store })).alerts, [], end);
  }
});
