/** Guessing at a short string needs many sessions, and many sessions are reported (XEP-0217 §7.3, docs/sas28x5-bound.md). */
import test from "node:test";
import assert from "node:assert/strict";
import { flipBit, messageNumber } from "../support/forms.js";
import { establish, join, pairOf, seedOf, type Pair, type Party } from "../support/pair.js";

const guesses = ({ alerts }: Party) => alerts.filter(({ kind }) => kind === "sas-guessing").length;

/** One session, closed, without a common secret to continue: the responder's store is another one each time. */
async function meet({ world, alice, bob }: Pair, confirm = false): Promise<void> {
  const sessions = await establish(world, alice, bob);
  if (confirm) for (const session of sessions) await session.confirmSas();
  await sessions[0].close();
}

test("the third session within an hour that nobody has compared is reported", async (t) => {
  const pair = await pairOf(t);
  for (const expected of [0, 0, 1, 2]) {
    await meet(pair);
    assert.deepEqual([guesses(pair.alice), guesses(pair.bob)], [expected, expected]);
  }
  assert.equal(pair.alice.alerts.find(({ kind }) => kind === "sas-guessing")!.jid, "bob@example.com");
});

test("sessions that the users have compared are no guesses, nor are those that continue a verified one", async (t) => {
  const pair = await pairOf(t);
  await meet(pair);
  await meet(pair);
  await meet(pair, true);
  const told = guesses(pair.alice);
  for (let time = 0; time < 5; time++) await meet(pair);
  assert.equal(guesses(pair.alice), told);
});

test("comparing takes the session back out of the count", async (t) => {
  const pair = await pairOf(t);
  const { world, alice } = pair;
  for (let time = 0; time < 6; time++) {
    const resource = await join(t, world, `carol@example.net/${time}`, seedOf(t));
    const [ours] = await establish(world, alice, resource);
    await ours.confirmSas();
    await ours.close();
  }
  assert.equal(guesses(alice), 0);
});

test("after an hour the count begins again", async (t) => {
  const pair = await pairOf(t);
  for (let time = 0; time < 6; time++) {
    await meet(pair);
    await pair.world.clock.pass(1_800_000);
  }
  assert.equal(guesses(pair.alice), 0);
});

test("negotiations of ours that were refused after message 3 are counted, those refused before are not", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  for (const [number, name, expected] of [
    [2, "nonce", [0, 0, 0, 0]],
    [4, "mac", [0, 0, 1]],
  ] as const) {
    world.hooks.push((stanza) => {
      if (messageNumber(stanza) === number) flipBit(stanza, name);
    });
    for (const told of expected) {
      await assert.rejects(alice.engine.start(bob.jid));
      await world.clock.pass(120_000);
      assert.equal(guesses(alice), told);
    }
    world.hooks.pop();
  }
});

test("each bare JID has a count of its own", async (t) => {
  const { world, alice } = await pairOf(t);
  for (const name of ["c", "d", "e"]) {
    const other = await join(t, world, `${name}@example.net/x`, seedOf(t));
    await (await establish(world, alice, other))[0].close();
    await (await establish(world, alice, other))[0].close();
  }
  assert.equal(guesses(alice), 0);
});
