/** XEP-0116 §4.7.2: the users are reminded at the start of each session until they have compared, or do not want it. */
import assert from "node:assert/strict";
import test from "node:test";
import { memoryStore, type Reminder } from "esession";
import { establish, join, leave, pairOf, type Party } from "../support/pair.js";

const bob = "bob@example.com";

/** What it was reminded of from here on. */
function reminders(party: Party): Reminder[] {
  const list: Reminder[] = [];
  party.engine.on("reminder", (reminder) => list.push(reminder));
  return list;
}

test("each session with who was never compared reminds, also when a retained secret is shared", async (t) => {
  const { world, alice, bob: party } = await pairOf(t);
  const [told, toldBob] = [reminders(alice), reminders(party)];
  const [first] = await establish(world, alice, party);
  const began = world.clock.now();
  assert.equal(told.length, 1);
  assert.equal(toldBob.length, 1);
  assert.deepEqual([told[0]!.jid, told[0]!.session, told[0]!.since], [bob, first, began]);
  assert.equal(first.reminder?.since, began);
  await first.close();
  await world.clock.pass(86_400_000);
  const [second] = await establish(world, alice, party);
  assert.equal(second.continued, true);
  assert.equal(told.length, 2);
  assert.equal(told[1]!.since, began, "since the first one");
  assert.match(told[1]!.message, /as in the sessions before/);
});

test("a comparison ends the reminding, for what stands and what follows; a damaged chain begins it anew", async (t) => {
  const { world, alice, bob: party } = await pairOf(t);
  const told = reminders(alice);
  const [first] = await establish(world, alice, party);
  await first.confirmSas();
  assert.equal(first.reminder, undefined);
  assert.equal((await alice.engine.trust.of(bob)).unconfirmedSince, undefined);
  await first.close();
  const [second] = await establish(world, alice, party);
  assert.equal(second.level, "verified");
  assert.equal(told.length, 1);
  await second.close();
  // Bob comes from a new device, which shares nothing
  const other = await join(t, world, "bob@example.com/phone", "phone");
  const [third] = await establish(world, alice, other);
  assert.equal(third.level, "unverified");
  assert.equal(told.length, 2);
  assert.equal(told[1]!.since, world.clock.now());
});

test("the reminding and the waiver outlive the process, and the waiver can be taken back", async (t) => {
  const store = { ...memoryStore(), close: () => Promise.resolve() };
  const { world, alice, bob: party } = await pairOf(t, { alice: { store } });
  const told = reminders(alice);
  const [session] = await establish(world, alice, party);
  const began = world.clock.now();
  await told[0]!.waive();
  assert.equal(session.reminder, undefined);
  await alice.engine.close();
  leave(world, alice);
  await world.clock.pass(1000);

  const again = await join(t, world, alice.jid, "again", { store });
  const later = reminders(again);
  const [second] = await establish(world, again, party);
  assert.deepEqual(later, []);
  assert.equal(second.level, "unverified", "a waiver verifies nothing");
  const known = await again.engine.trust.of(bob);
  assert.deepEqual([known.remindersWaived, known.unconfirmedSince], [true, began]);
  await again.engine.trust.remind(bob, true);
  assert.equal(second.reminder?.since, began);
  await second.close();
  await establish(world, again, party);
  assert.equal(later.length, 1);
});

test("where there is only the weak SAS, comparing that is what ends the reminding", async (t) => {
  const policy = { dialect: "deployed" } as const;
  const { world, alice, bob: party } = await pairOf(t, { alice: { policy }, bob: { policy } });
  const told = reminders(alice);
  const [session] = await establish(world, alice, party);
  assert.equal(session.sas, undefined);
  await session.confirmWeakSas();
  assert.equal(session.level, "verified-weak");
  assert.equal(session.reminder, undefined);
  await session.close();
  await establish(world, alice, party);
  assert.equal(told.length, 1);
});
