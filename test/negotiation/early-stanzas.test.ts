/** What arrives before the session stands: the responder's first stanzas, leftovers of a lost session, and too much. */
import test from "node:test";
import assert from "node:assert/strict";
import { memoryStore } from "esession";
import type { BlobStore } from "esession";
import { element, parseStanza, type Element } from "esession/wire";
import { messageNumber } from "../support/forms.js";
import { establish, join, leave, pairOf, type Pair, type PartyOptions } from "../support/pair.js";

const chat = (text: string) => `<message type="chat" id="${text}"><body>${text}</body></message>`;
const isSealed = (stanza: Element) => stanza.getChild("c") !== undefined;

/** A store whose writes wait from `hold` to `release`. */
function slowStore() {
  const inner = memoryStore();
  let waiting: Promise<void> | undefined;
  let release: (() => void) | undefined;
  const store: BlobStore = {
    ...inner,
    async write(changes) {
      await waiting;
      await inner.write(changes);
    },
  };
  return {
    store,
    hold: () => void (waiting = new Promise((resolve) => (release = resolve))),
    release: () => {
      waiting = undefined;
      release?.();
    },
  };
}

/** Message 4 has come to Alice, whose store writes what follows from it until `release`. */
async function writing(t: Parameters<typeof pairOf>[0], alice: PartyOptions = {}) {
  const { store, hold, release } = slowStore();
  const pair: Pair = await pairOf(t, { alice: { ...alice, store } });
  const { world, bob } = pair;
  world.hooks.push((stanza) => {
    if (messageNumber(stanza) === 4) hold();
  });
  const starting = pair.alice.engine.start(bob.jid);
  starting.catch(() => undefined);
  await world.quiet();
  return { ...pair, starting, release, fromBob: bob.sessions[0]! };
}

test("XEP-0116 §4.8: what the responder sends right after message 4 waits while the initiator's store writes, and comes in order", async (t) => {
  const { world, alice, bob, starting, release, fromBob } = await writing(t);
  fromBob.send(chat("one"));
  fromBob.send(`<iq type="get" id="two"><query xmlns="urn:example:query"/></iq>`);
  fromBob.send(chat("three"));
  await world.quiet();
  assert.deepEqual([alice.sessions, alice.delivered, alice.received, alice.alerts], [[], [], [], []]);
  release();
  const session = await starting;
  await world.quiet();
  fromBob.send(chat("four"));
  await world.quiet();
  assert.deepEqual(
    alice.delivered.map(({ stanza }) => parseStanza(stanza as string).attrs.id),
    ["one", "two", "three"],
  );
  assert.ok(alice.delivered.every((one) => one.session === session));
  assert.deepEqual(
    alice.received.map((text) => parseStanza(text).attrs.id),
    ["four"],
  );
  session.send(chat("back"));
  await world.quiet();
  assert.match(bob.received[0]!, /back/);
  assert.deepEqual([session.state, fromBob.state], ["established", "established"]);
});

test("more stanzas than the policy lets wait before the session stands end the negotiation, and that is told", async (t) => {
  const { world, alice, starting, release, fromBob } = await writing(t, { policy: { queueLimit: 3 } });
  for (const text of ["1", "2", "3"]) fromBob.send(chat(text));
  await world.quiet();
  assert.deepEqual(alice.alerts, []);
  fromBob.send(chat("4"));
  await world.quiet();
  release();
  await assert.rejects(starting, { code: "queue-full" });
  assert.deepEqual(
    alice.alerts.map(({ kind }) => kind),
    ["queue-full"],
  );
  await world.quiet();
  assert.deepEqual([alice.sessions, alice.delivered], [[], []]);
});

test("a sealed element that could not be written down while it waits ends the negotiation that it came for, not the client", async (t) => {
  const { world, alice, bob, starting, release, fromBob } = await writing(t);
  const c = element("c", { xmlns: "http://www.xmpp.org/extensions/xep-0200.html#ns" });
  let deepest = c;
  for (let depth = 0; depth < 130; depth++) {
    const inner = element("a");
    deepest.append(inner);
    deepest = inner;
  }
  const thread = element("thread", {}, fromBob.thread);
  const given = element("message", { from: bob.jid, to: alice.jid }, thread, c);
  assert.equal(alice.engine.receive(given), undefined);
  release();
  await assert.rejects(starting, { code: "xml-limit" });
  await world.quiet();
  assert.deepEqual([alice.engine.sessions, alice.alerts], [[], []]);
});

for (const role of ["initiator", "responder"] as const)
  test(`a sealed presence of a lost session that comes while the next one is made (${role}) does it no harm`, async (t) => {
    const { world, alice, bob } = await pairOf(t);
    const [session] = await establish(world, alice, bob);
    const held: Element[] = [];
    world.hooks.push((stanza) => (isSealed(stanza) ? (held.push(stanza), false) : undefined));
    session.send("<presence><show>away</show></presence>");
    await world.quiet();
    world.hooks.pop();
    leave(world, bob);
    const again = await join(t, world, bob.jid, "again");

    // just before the message that makes the session, when nothing but the peer's sealed stanzas is missing
    world.hooks.push((stanza) => {
      const due = messageNumber(stanza) === (role === "initiator" ? 4 : 3);
      if (due) for (const one of held.splice(0)) world.deliver(one);
    });
    if (role === "initiator") await again.engine.start(alice.jid);
    else await alice.engine.start("bob@example.com");
    await world.quiet();
    assert.deepEqual(held, []);
    const next = again.engine.session(alice.jid)!;
    assert.deepEqual([next.role, next.state], [role, "established"]);
    next.send(chat("read"));
    await world.quiet();
    assert.match(alice.received.at(-1)!, /read/);
    assert.deepEqual([again.received, again.delivered], [[], []]);
  });
