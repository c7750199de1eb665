/** Two sessions of one pair: when one takes the other's place, and when it must not. */
import assert from "node:assert/strict";
import test from "node:test";
import { memoryStore } from "esession";
import { parseStanza } from "esession/wire";
import { messageNumber } from "../support/forms.js";
import { establish, join, leave, pairOf } from "../support/pair.js";
import { acquainted, isSealed, unconfirmed } from "./second.js";

const body = (text: string) => `<message id="${text}"><body>${text}</body></message>`;
const ask = (id: string) => `<iq type="get" id="${id}"><query xmlns="urn:example:query"/></iq>`;
const answer = (id: string) => `<iq type="result" id="${id}"><query xmlns="urn:example:query"/></iq>`;
const ids = (stanzas: readonly string[]) => stanzas.map((text) => parseStanza(text).attrs.id);

test("XEP-0116 §4.7.3: a session that is unconfirmed is unverified, whatever secret its peer has named", async (t) => {
  const { session, other, release } = await unconfirmed(t);
  assert.deepEqual([session.state, session.level], ["established", "verified"]);
  assert.deepEqual([other.state, other.continued, other.level], ["unconfirmed", true, "unverified"]);
  await release();
  assert.deepEqual([other.state, other.level], ["established", "verified"]);
});

test("a session that is never confirmed takes nothing from the one that stands", async (t) => {
  const { world, alice, bob } = await acquainted(t);
  const [session, other] = await establish(world, alice, bob);
  world.hooks.push((stanza) => (messageNumber(stanza) === 4 ? false : undefined));
  const starting = assert.rejects(alice.engine.start("bob@example.com", { timeoutMs: 150_000 }));
  await world.quiet();
  const second = bob.engine.sessions.find((one) => one !== other)!;
  assert.deepEqual([second.state, second.level], ["unconfirmed", "unverified"]);
  assert.deepEqual([other.state, other.level], ["established", "verified"]);
  session.send(body("first"));
  session.send(ask("q"));
  await world.clock.pass(120_000);
  assert.equal((await second.ended).reason, "never-confirmed");
  await world.clock.pass(30_000);
  await starting;
  session.send(body("second"));
  other.send(body("third"));
  other.send(answer("q"));
  await world.quiet();
  assert.deepEqual(ids(bob.received), ["first", "q", "second"]);
  assert.deepEqual(ids(alice.received), ["third", "q"]);
});

test("a peer that crashed and comes back on its store gets a session of all kinds again, and the old one is superseded", async (t) => {
  const store = { ...memoryStore(), close: () => Promise.resolve() };
  const { world, alice, bob } = await acquainted(t, { bob: { store } });
  const [lost] = await establish(world, alice, bob);
  lost.send(body("unread"));
  leave(world, bob);
  const again = await join(t, world, bob.jid, "again", { store });
  alice.alerts.length = 0;

  // between message 4 and its confirmation there are two: nothing is taken from the one that stands
  const seen: string[] = [];
  world.hooks.push((stanza) => {
    if (isSealed(stanza))
      seen.push(alice.engine.sessions.map(({ state, level }) => `${state} ${level}`).join());
  });
  const [next, other] = await establish(world, again, alice);
  assert.equal(seen[0], "established verified,unconfirmed unverified");
  for (const session of [next, other]) {
    assert.deepEqual(session.info.stanzas, ["message", "iq", "presence"]);
    assert.deepEqual([session.level, session.continued], ["verified", true]);
  }
  const end = await lost.ended;
  assert.deepEqual([end.reason, end.unconfirmed], ["superseded", { count: 1, ids: ["unread"] }]);
  assert.deepEqual(alice.engine.sessions, [other]);
  assert.deepEqual(
    alice.alerts.map(({ kind }) => kind),
    ["session-ended"],
  );

  next.send(ask("q"));
  await world.quiet();
  other.send(answer("q"));
  await world.quiet();
  assert.deepEqual([ids(alice.received), ids(again.received)], [["q"], ["q"]]);
});

test("XEP-0200 §8: while a peer that lost its session and its store begins again, each sealed iq goes to the session that it is of", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  const [old, theirs] = await establish(world, alice, bob);
  old.send(ask("before"));
  theirs.send(body("heard"));
  await world.quiet();
  const stale = theirs.seal(ask("stale")).replace("<iq", `<iq from="${bob.jid}"`);
  leave(world, bob);
  const again = await join(t, world, bob.jid, "again");
  const [next, other] = await establish(world, again, alice);
  // it proves no secret, so it ends nothing
  assert.deepEqual([old.state, other.state, other.continued], ["established", "established", false]);
  assert.equal(alice.engine.session(bob.jid), other, "the newest");
  for (const { info } of [old, next, other]) assert.ok(info.stanzas.includes("iq"));

  for (const stanza of [ask("1"), `<presence id="2"><show>away</show></presence>`, ask("3")])
    next.send(stanza);
  await world.quiet();
  assert.deepEqual(ids(alice.received), ["heard", "1", "2", "3"]);
  other.send(answer("1"));
  other.send(ask("4"));
  await world.quiet();
  assert.deepEqual(ids(again.received), ["1", "4"]);
  // and what is still on its way from the old one
  const opened = alice.engine.open(stale);
  assert.ok(opened.kind === "stanza" && opened.session === old);
  next.send(ask("5"));
  await world.quiet();
  assert.equal(parseStanza(alice.received.at(-1)!).attrs.id, "5");
  assert.deepEqual([old.state, other.state, next.state], ["established", "established", "established"]);
});
