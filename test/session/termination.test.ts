/** XEP-0116 §5, XEP-0155 §7 and §9.4: how a session ends, and what each side knows when it has. */
import assert from "node:assert/strict";
import test from "node:test";
import type { TestContext } from "node:test";
import { parseForm, parseStanza, readPayload, single } from "esession/wire";
import type { Element } from "esession/wire";
import { arriving, shadows } from "../support/shadow.js";
import { establish, pairOf, type PartyOptions } from "../support/pair.js";
import { countTimers } from "../support/timers.js";

async function standing(t: TestContext, options: { alice?: PartyOptions; bob?: PartyOptions } = {}) {
  const hand = shadows();
  const { world, alice, bob } = await pairOf(t, {
    ...options,
    alice: { wrap: (core) => hand.wrap(core), ...options.alice },
  });
  const [session, other] = await establish(world, alice, bob);
  const { length } = world.log;
  const sent = () => world.log.slice(length).map(({ from, text }) => ({ from, stanza: parseStanza(text) }));
  return { world, alice, bob, session, other, hand, sent };
}

const isSealed = ({ stanza }: { stanza: Element }) => stanza.getChild("c") !== undefined;
const body = (text: string, id: string) => `<message id="${id}"><body>${text}</body></message>`;
const nothing = { count: 0, ids: [] };
const form = (type: string) =>
  `<feature xmlns="http://jabber.org/protocol/feature-neg"><x xmlns="jabber:x:data" type="${type}"><field var="FORM_TYPE"><value>urn:xmpp:ssn</value></field><field var="terminate"><value>1</value></field></x></feature>`;

test("XEP-0116 §5: the termination is an encrypted stanza, acknowledged by one; both sides know that nothing is missing", async (t) => {
  const { world, alice, bob, session, other, hand, sent } = await standing(t);
  hand.open(parseStanza(world.log.at(-1)!.text).getChild("c")!);
  session.send(body("one", "m1"));
  other.send(body("two", "m2"));
  await world.quiet();
  const { length } = sent();
  const end = await session.close();
  const expected = { complete: true, unconfirmed: nothing, unsent: [] };
  assert.deepEqual(end, { reason: "closed-by-us", ...expected });
  assert.deepEqual(await other.ended, {
    reason: "closed-by-peer",
    ...expected,
    // that a termination came says nothing of what was on its way in the other direction
    unconfirmed: { count: 1, ids: ["m2"] },
  });
  const [termination, acknowledgement, ...more] = sent().slice(length);
  assert.deepEqual([termination!.from, acknowledgement!.from], [alice.jid, bob.jid]);
  assert.ok(isSealed(termination!) && isSealed(acknowledgement!));
  assert.deepEqual(more, []);
  for (const { stanza } of [termination!, acknowledgement!])
    assert.deepEqual(
      stanza.getChildElements().map(({ name }) => name),
      ["thread", "c"],
    );
  hand.open(sent()[0]!.stanza.getChild("c")!);
  const content = hand.open(termination!.stanza.getChild("c")!)!;
  const payload = readPayload(parseStanza(`<message>${content}</message>`))!;
  assert.equal(payload.x.attrs.type, "submit");
  assert.equal(single(parseForm(payload.x), "terminate"), "1");
  for (const { core } of [alice, bob])
    assert.equal(core.core.usage.contexts % 4, core === alice.core ? 0 : 0);
  assert.equal(bob.core.core.usage.contexts, 0, "XEP-0116 §5: all keys are destroyed");
  assert.deepEqual([...alice.engine.sessions, ...bob.engine.sessions], []);
});

test("XEP-0116 §5: after a termination, sent or received, nothing more is sent in the session", async (t) => {
  const { world, session, other, sent } = await standing(t);
  const closing = session.close();
  assert.equal(session.state, "ending");
  assert.throws(() => session.send(body("late", "l")), { code: "session-ended" });
  assert.throws(() => session.seal(body("late", "l")), { code: "session-ended" });
  await closing;
  assert.throws(() => other.send(body("late", "l")), { code: "session-ended" });
  const late = `<message from="${other.peer}"><thread>${other.thread}</thread></message>`;
  assert.throws(() => other.open(late), { code: "session-ended" });
  assert.equal(await session.close(), await closing, "closing again tells the same end");
  await other.close();
  await world.quiet();
  assert.equal(sent().length, 2);
});

test("XEP-0116 §5: what the peer sent before it had the termination is still read", async (t) => {
  const { world, alice, session, other } = await standing(t);
  other.send(body("on its way", "m"));
  const end = await session.close();
  await world.quiet();
  assert.equal(end.complete, true);
  assert.equal(parseStanza(alice.received[0]!).getChildText("body"), "on its way");
});

test("XEP-0116 §5: crossing terminations acknowledge each other", async (t) => {
  const { session, other, sent, world } = await standing(t);
  const ends = await Promise.all([session.close(), other.close()]);
  await world.quiet();
  for (const end of ends)
    assert.deepEqual(end, { reason: "closed-by-us", complete: true, unconfirmed: nothing, unsent: [] });
  assert.equal(sent().length, 2, "no acknowledgement beside them");
});

test("without an acknowledgement the session ends after 30 s, and says which stanzas were never confirmed", async (t) => {
  const { world, alice, session } = await standing(t);
  world.hooks.push(() => false);
  for (let i = 0; i < 300; i++) session.send(body("x", `m${i}`));
  session.send("<message><body>no id</body></message>");
  const closing = session.close();
  await world.clock.pass(29_999);
  assert.equal(session.state, "ending");
  await world.clock.pass(1);
  assert.deepEqual(await closing, {
    reason: "acknowledgement-missing",
    complete: false,
    unconfirmed: { count: 301, ids: Array.from({ length: 256 }, (_, i) => `m${i + 44}`) },
    unsent: [],
  });
  const [alert] = alice.alerts;
  assert.equal(alert!.kind, "session-ended");
  assert.match(alert!.message, /may be missing.*301 stanzas/);
});

test("an acknowledgement that was never asked for ends the session, but does not make it complete", async (t) => {
  const { world, alice, bob, other, hand, sent } = await standing(t);
  hand.seal();
  world.deliver(arriving(alice.jid, bob.jid, other.thread, hand.seal(form("result"))));
  await world.quiet();
  assert.equal((await other.ended).complete, false);
  assert.deepEqual(sent(), []);
});

for (const sees of [true, false])
  test(`XEP-0155 §9.4: a peer that becomes unavailable ends the session${sees ? "" : ", and is told so where it does not see our presence"}`, async (t) => {
    const { world, alice, bob, session, sent, hand } = await standing(t, {
      alice: { seesOurPresence: () => sees },
    });
    session.send(body("one", "m1"));
    await world.quiet();
    const { length } = sent();
    assert.ok(alice.engine.receive(`<presence type="unavailable" from="${bob.jid}" to="${alice.jid}"/>`));
    assert.deepEqual(await session.ended, {
      reason: "peer-unavailable",
      complete: false,
      unconfirmed: { count: 1, ids: ["m1"] },
      unsent: [],
    });
    await world.quiet();
    const told = sent().slice(length);
    assert.equal(told.filter(isSealed).filter(({ from }) => from === alice.jid).length, sees ? 0 : 1);
    assert.ok(hand.real.sending.wiped && hand.real.receiving.wiped);
  });

test("XEP-0155 §9.4: only the very resource counts, and only 'unavailable'", async (t) => {
  const { alice, bob, session } = await standing(t);
  for (const presence of [
    `<presence type="unavailable" from="bob@example.com/phone"/>`,
    `<presence type="unavailable" from="bob@example.com"/>`,
    `<presence type="error" from="${bob.jid}"/>`,
    `<presence from="${bob.jid}"/>`,
  ])
    assert.equal(alice.engine.receive(presence), presence);
  assert.equal(session.state, "established");
});

test("deployed: the clear termination follows the sealed one, ends the peer's session unauthenticated, and never the other way round", async (t) => {
  const policy = { dialect: "deployed" } as const;
  const { world, alice, session, other, sent } = await standing(t, { alice: { policy }, bob: { policy } });
  assert.equal(other.info.dialect, "deployed");
  world.hooks.push((stanza) => (stanza.getChild("c") ? false : undefined)); // as clients that ignore a sealed form
  const closing = session.close();
  const end = await other.ended;
  assert.deepEqual([end.reason, end.complete], ["closed-by-peer-unauthenticated", false]);
  const [first, second] = sent();
  assert.ok(isSealed(first!) && !isSealed(second!));
  await world.clock.pass(30_000);
  assert.equal((await closing).complete, false);
  assert.ok((await alice.record("bob@example.com")).retained.length > 0, "the retained secrets stay");
});

for (const [how, fail] of [
  [
    "throws",
    () => {
      throw new Error("the socket is gone");
    },
  ],
  ["rejects", () => Promise.reject(new Error("the socket is gone"))],
] as const)
  test(`a send() that ${how} ends the session, and says which stanza was not sent`, async (t) => {
    let broken = false;
    const { alice, session } = await standing(t, { alice: { sending: () => (broken ? fail() : undefined) } });
    broken = true;
    session.send(body("lost", "m1"));
    const end = await session.ended;
    assert.deepEqual([end.reason, end.complete, end.unsent], ["send-failed", false, [body("lost", "m1")]]);
    assert.deepEqual(
      alice.alerts.map(({ kind }) => kind),
      ["send-failed", "session-ended"],
    );
    assert.equal(alice.engine.session(session.peer), undefined);
  });

test("closing when send() throws ends at once and leaves no timer", async (t) => {
  let broken = false;
  const { world, session } = await standing(t, {
    alice: {
      sending: () => {
        if (broken) throw new Error("the socket is gone");
      },
    },
  });
  broken = true;
  const timers = countTimers(world.clock);
  assert.equal((await session.close()).reason, "send-failed");
  assert.equal(timers(), 0);
});
