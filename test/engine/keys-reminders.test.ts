/** XEP-0116 §4.7.2: the users are reminded at the start of each session until they have compared, or do not want it. */
import assert from "node:assert/strict";
import test from "node:test";
import { memoryStore, type Reminder } from "esession";
import { establish, join, leave, pairOf, type Party } from "../support/pair.js";
import { keyA, keyB, shown, takesKeys } from "./identities.js";

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
  assert.match(told[1]!.message, /compare the SAS, which is put off/);
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

test("XEP-0116 §4.2: after three messages there is no SAS: the fingerprint of the key is what is to be compared", async (t) => {
  const policy = { threeMessages: "accept" } as const;
  const pair = await pairOf(t, {
    alice: { identity: keyB },
    bob: { identity: keyA, policy },
  });
  const told = reminders(pair.alice);
  for (let time = 0; time < 4; time++) {
    const session = await pair.alice.engine.start(pair.bob.jid, { messages: 3 });
    await pair.world.quiet();
    assert.equal(session.sas, undefined);
    await session.close();
    await pair.world.quiet();
  }
  assert.equal(told.length, 4);
  assert.match(told[0]!.message, /compare the fingerprint of its key/);
  assert.ok(
    !pair.alice.alerts.some(({ kind }) => kind === "sas-guessing"),
    "nobody guesses what is not there",
  );
  await pair.alice.engine.trust.verify(shown(keyA));
  const session = await pair.alice.engine.start(pair.bob.jid, { messages: 3 });
  assert.equal(session.level, "verified");
  assert.equal(told.length, 4);
});

test("security.md S1: sessions signed with a key that was compared are no guesses at a SAS", async (t) => {
  const pair = await pairOf(t, { alice: { policy: takesKeys }, bob: { identity: keyA } });
  const meet = async () => {
    const [session] = await establish(pair.world, pair.alice, pair.bob);
    await session.close();
    await pair.world.quiet();
  };
  await meet();
  await pair.alice.engine.trust.verify(shown(keyA));
  for (let time = 0; time < 4; time++) await meet();
  assert.ok(!pair.alice.alerts.some(({ kind }) => kind === "sas-guessing"));
  await pair.alice.engine.trust.unverify(shown(keyA));
  for (let time = 0; time < 2; time++) await meet();
  assert.ok(pair.alice.alerts.some(({ kind }) => kind === "sas-guessing"));
});
