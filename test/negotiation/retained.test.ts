/** Retained secrets along a row of sessions (XEP-0116 §4.7.3, §4.7.4, §4.8.1): recognised, succeeded, never lost. */
import test from "node:test";
import assert from "node:assert/strict";
import { EsessionError, memoryStore, type BlobStore, type Session } from "esession";
import { bareOf, type Element } from "esession/wire";
import { messageNumber } from "../support/forms.js";
import { establish, join, leave, pairOf, seedOf, type Pair, type Party } from "../support/pair.js";

/** Both sides of a session, verified. */
async function verified({ world, alice, bob }: Pair): Promise<[Session, Session]> {
  const sessions = await establish(world, alice, bob);
  for (const session of sessions) await session.confirmSas();
  return sessions;
}

const retainedOf = async (party: Party, peer: Party) => (await party.record(bareOf(peer.jid))).retained;

/** The initiator's first stanza, which confirms. */
const isSealed = (stanza: Element) => stanza.getChild("c") !== undefined;

test("XEP-0116 §4.7.3: the secret of one session is found in the next, in both orders of roles", async (t) => {
  const pair = await pairOf(t);
  const { world, alice, bob } = pair;
  const [first] = await verified(pair);
  assert.equal(first.continued, false);
  await first.close();
  for (const [initiator, responder] of [
    [alice, bob],
    [bob, alice],
    [bob, alice],
    [alice, bob],
  ] as const) {
    const [ours, theirs] = await establish(world, initiator, responder);
    assert.deepEqual([ours.continued, theirs.continued], [true, true]);
    // XEP-0217 §7.3: the chain was validated once
    assert.deepEqual([ours.level, theirs.level], ["verified", "verified"]);
    assert.deepEqual([ours.state, theirs.state], ["established", "established"]);
    await ours.close();
  }
});

test("XEP-0116 §4.8.1: when both have proved the successor, the old secret is gone on both sides", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  const ids = async () =>
    [await retainedOf(alice, bob), await retainedOf(bob, alice)].map((list) => list.map(({ id }) => id));
  await (await establish(world, alice, bob))[0].close();
  const before = await ids();
  await (await establish(world, alice, bob))[0].close();
  const after = await ids();
  for (const side of [0, 1] as const) {
    assert.deepEqual([before[side]!.length, after[side]!.length], [1, 1]);
    assert.notEqual(before[side]![0], after[side]![0]);
  }
});

test("XEP-0217 §7.3: a session that was not verified is continued as not verified, until somebody compares", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  await (await establish(world, alice, bob))[0].close();
  const [ours, theirs] = await establish(world, alice, bob);
  assert.deepEqual([ours.level, theirs.level], ["unverified", "unverified"]);
  await ours.confirmSas();
  assert.deepEqual([ours.level, theirs.level], ["verified", "unverified"], "each user verifies for himself");
  await ours.close();
  const [again] = await establish(world, bob, alice);
  assert.equal(again.level, "unverified");
  assert.equal(alice.engine.session(bob.jid)!.level, "verified");
});

test("XEP-0116 §4.7.3: a secret that has expired is not used", async (t) => {
  const policy = { retainedMs: 1000 };
  const { world, alice, bob } = await pairOf(t, { alice: { policy }, bob: { policy } });
  await (await establish(world, alice, bob))[0].close();
  await world.clock.pass(999);
  const [still] = await establish(world, alice, bob);
  assert.equal(still.continued, true);
  await still.close();
  await world.clock.pass(1001);
  assert.equal((await establish(world, alice, bob))[0].continued, false);
});

test("XEP-0116 §4.7.4: the responder keeps old and new until the first valid stanza under the final keys", async (t) => {
  const pair = await pairOf(t);
  const { world, alice, bob } = pair;
  await (await verified(pair))[0].close();
  const held: Element[] = [];
  world.hooks.push((stanza) => (isSealed(stanza) ? (held.push(stanza), false) : undefined));
  const [, theirs] = await establish(world, alice, bob);
  assert.deepEqual(
    (await retainedOf(bob, alice)).map(({ staged }) => staged),
    [false, true],
  );
  assert.deepEqual(
    (await retainedOf(alice, bob)).map(({ staged }) => staged),
    [false],
  );
  world.hooks.pop();
  world.deliver(held[0]!);
  await world.quiet();
  assert.equal(theirs.state, "established");
  assert.deepEqual(
    (await retainedOf(bob, alice)).map(({ staged, verified }) => [staged, verified]),
    [[false, "full"]],
  );
});

test("XEP-0116 §4.8: where the confirmation is lost, the next session is continued all the same", async (t) => {
  const pair = await pairOf(t);
  const { world, alice, bob } = pair;
  await (await verified(pair))[0].close();
  for (const [initiator, responder] of [
    [alice, bob],
    [alice, bob],
    [bob, alice],
  ] as const) {
    world.hooks.push((stanza) => (isSealed(stanza) ? false : undefined));
    const [ours, theirs] = await establish(world, initiator, responder);
    assert.deepEqual([ours.level, ours.continued, theirs.continued], ["verified", true, true]);
    assert.equal(theirs.state, "unconfirmed");
    // the stream breaks: neither hears of the other's end
    for (const session of [ours, theirs]) void session.close();
    await world.clock.pass(30_000);
    world.hooks.pop();
  }
  const [ours, theirs] = await establish(world, alice, bob);
  assert.deepEqual([ours.level, theirs.level, theirs.state], ["verified", "verified", "established"]);
  const settled = (await retainedOf(bob, alice)).filter(({ staged }) => !staged);
  assert.equal(settled.length, 1, "what the peer has confirmed is settled");
});

test("XEP-0116 §4.8: however often message 4 is lost, the next session is continued and verified", async (t) => {
  const pair = await pairOf(t);
  const { world, alice, bob } = pair;
  await (await verified(pair))[0].close();
  for (let lost = 1; lost <= 12; lost++) {
    world.hooks.push((stanza) => (messageNumber(stanza) === 4 ? false : undefined));
    const starting = assert.rejects(alice.engine.start(bob.jid), { code: "negotiation-timeout" });
    await world.clock.pass(120_000);
    await starting;
    world.hooks.pop();
    for (const session of bob.engine.sessions) void session.close();
    await world.clock.pass(30_000);
    const list = await retainedOf(bob, alice);
    assert.ok(list.length <= 9, `${list.length} secrets after ${lost} losses`);
    assert.equal(list.filter(({ staged, verified }) => !staged && verified === "full").length, 1);
  }
  const [ours, theirs] = await establish(world, alice, bob);
  assert.deepEqual([ours.level, theirs.level], ["verified", "verified"]);
  await ours.close();
  assert.equal((await retainedOf(bob, alice)).length, 1);
});

test("continuity-lost: verified secrets are stored but none is shared, and the user is told to compare again", async (t) => {
  const pair = await pairOf(t);
  const { world, alice, bob } = pair;
  await (await verified(pair))[0].close();
  leave(world, bob);
  const another = await join(t, world, bob.jid, seedOf(t));
  const [ours] = await establish(world, alice, another);
  assert.deepEqual([ours.continued, ours.level], [false, "unverified"]);
  assert.equal(alice.alerts.filter(({ kind }) => kind === "continuity-lost").length, 1);
  assert.equal(another.alerts.filter(({ kind }) => kind === "continuity-lost").length, 0);
  await ours.close();

  // and to the responder as well
  await (await establish(world, another, alice))[0].close();
  leave(world, another);
  const third = await join(t, world, bob.jid, `${seedOf(t)} again`);
  await establish(world, third, alice);
  assert.equal(alice.alerts.filter(({ kind }) => kind === "continuity-lost").length, 2);
});

test("continuity is not lost where nothing was ever verified", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  await (await establish(world, alice, bob))[0].close();
  leave(world, bob);
  const another = await join(t, world, bob.jid, seedOf(t));
  await establish(world, alice, another);
  assert.ok(!alice.alerts.some(({ kind }) => kind === "continuity-lost"));
});

test("XEP-0116 §4.7.3: the secrets survive the process, in the store", async (t) => {
  const pair = await pairOf(t);
  const { world, alice, bob } = pair;
  await (await verified(pair))[0].close();
  leave(world, bob);
  const again = await join(t, world, bob.jid, seedOf(t), { store: bob.blobs, keys: bob.keys });
  const [ours, theirs] = await establish(world, alice, again);
  assert.deepEqual([ours.level, theirs.level], ["verified", "verified"]);
});

/** A place that stops writing when it is told. */
function failing(): { blobs: BlobStore; stop(): void } {
  const blobs = memoryStore();
  let stopped = false;
  const write: BlobStore["write"] = (changes) =>
    stopped
      ? Promise.reject(new EsessionError("store-unavailable", "the disk is full"))
      : blobs.write(changes);
  return { blobs: { ...blobs, write }, stop: () => void (stopped = true) };
}

test("XEP-0116 §4.7.4: message 4 does not leave before the new secret is stored", async (t) => {
  const place = failing();
  const { world, alice, bob } = await pairOf(t, { bob: { store: place.blobs } });
  world.hooks.push((stanza) => {
    if (messageNumber(stanza) === 3) place.stop();
  });
  await assert.rejects(alice.engine.start(bob.jid), { code: "negotiation-refused" });
  assert.equal(world.messages(4).length, 0);
  assert.deepEqual(bob.sessions, []);
  assert.equal(
    bob.alerts.find(({ kind }) => kind === "negotiation-failed")?.error?.code,
    "store-unavailable",
  );
});

test("XEP-0116 §4.8.1: the initiator has no session before the new secret is stored", async (t) => {
  const place = failing();
  const { world, alice, bob } = await pairOf(t, { alice: { store: place.blobs } });
  world.hooks.push((stanza) => {
    if (messageNumber(stanza) === 4) place.stop();
  });
  await assert.rejects(alice.engine.start(bob.jid), { code: "store-unavailable" });
  assert.deepEqual(alice.sessions, []);
});
