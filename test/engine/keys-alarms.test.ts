/** XEP-0116 §7.4: what the engine tells of public keys, when it refuses a session for them, and what accepting does. */
import assert from "node:assert/strict";
import test from "node:test";
import type { Alert } from "esession";
import { aliceJid, bobJid, establish, join, pairOf, type Party } from "../support/pair.js";
import { keyOf, shown, shownKeys } from "./shown-keys.js";

const bob = "bob@example.com";
const robJid = "rob@example.net/phone";
const rob = "rob@example.net";

const alarms = (party: Party) => party.alerts.filter(({ kind }) => /^key-|^known-/.test(kind));
const kinds = (party: Party) => alarms(party).map(({ kind }) => kind);
const only = (party: Party, kind: Alert["kind"]): Alert => {
  const found = party.alerts.filter((alert) => alert.kind === kind);
  assert.equal(found.length, 1, `one ${kind}`);
  return found[0]!;
};

test("the first key is told and remembered; the same key again is no news, also after a restart", async (t) => {
  const shows = shownKeys(t);
  shows.set(bobJid, keyOf("a"));
  const { world, alice, bob: party } = await pairOf(t);
  const [session] = await establish(world, alice, party);
  const alert = only(alice, "key-new");
  assert.equal(alert.session, session);
  assert.equal(alert.key?.fingerprint, shown("a"));
  assert.equal(alert.accept, undefined);
  assert.equal(session.level, "unverified");
  assert.deepEqual(session.peerKey?.jids, [bob]);
  assert.equal(session.peerKey.verified, false);
  await session.close();

  alice.alerts.length = 0;
  const again = await join(t, world, "alice@example.org/desk", "again", { store: alice.blobs });
  const [second] = await establish(world, again, party);
  assert.deepEqual(kinds(again), []);
  assert.equal(second.peerKey?.fingerprint, shown("a"));
  assert.equal((await again.engine.trust.of(bob)).keyRequired, true);
});

test("another key where nothing was verified: the session, unverified, and the alert until it is accepted", async (t) => {
  const shows = shownKeys(t);
  shows.set(bobJid, keyOf("a"));
  const { world, alice, bob: party } = await pairOf(t);
  await (await establish(world, alice, party))[0].close();
  shows.set(bobJid, keyOf("b"));
  for (let time = 1; time <= 2; time++) {
    alice.alerts.length = 0;
    const [session] = await establish(world, alice, party);
    assert.deepEqual(kinds(alice), ["key-changed"]);
    assert.equal(session.level, "unverified");
    await session.close();
  }
  await only(alice, "key-changed").accept!();
  alice.alerts.length = 0;
  const [session] = await establish(world, alice, party);
  assert.deepEqual(kinds(alice), []);
  assert.equal(session.peerKey?.fingerprint, shown("b"));
});

/** Alice has compared the fingerprint of Bob's key; the session is closed. */
async function verified(t: Parameters<typeof pairOf>[0], options: Parameters<typeof pairOf>[1] = {}) {
  const shows = shownKeys(t);
  shows.set(bobJid, keyOf("a"));
  const pair = await pairOf(t, options);
  const [session] = await establish(pair.world, pair.alice, pair.bob);
  await pair.alice.engine.trust.verify(shown("a"));
  assert.equal(session.level, "verified", "a key that is verified counts at once");
  await session.close();
  await pair.world.quiet();
  for (const { alerts } of [pair.alice, pair.bob]) alerts.length = 0;
  return { ...pair, shows };
}

test("a session that is signed with a verified key is verified, with no retained secret in common", async (t) => {
  const { world, alice, bob: party, shows } = await verified(t);
  await alice.engine.trust.setPetname(shown("a"), "Robert");
  // a new device of Bob's: it shares no secret
  const other = await join(t, world, "bob@example.com/phone", "phone");
  shows.set(other.jid, keyOf("a"));
  const [session] = await establish(world, alice, other);
  assert.equal(session.continued, false);
  assert.equal(session.level, "verified");
  assert.equal(session.peerKey?.petname, "Robert");
  assert.deepEqual(kinds(alice), []);
  assert.equal(session.reminder, undefined);
  assert.equal(party.engine.sessions.length, 0);
});

test("another key than the verified one: no session, nothing is stored of it, and the user is told", async (t) => {
  const { world, alice, bob: party, shows } = await verified(t);
  const before = await alice.record(bob);
  shows.set(bobJid, keyOf("b"));
  world.log.length = 0;
  await assert.rejects(alice.engine.start(bobJid), { code: "key-refused" });
  await world.quiet();
  assert.deepEqual(alice.engine.sessions, []);
  assert.deepEqual(kinds(alice), ["key-changed"]);
  assert.equal(only(alice, "key-changed").session, undefined);
  const after = await alice.record(bob);
  assert.deepEqual(
    after.retained.map(({ id }) => id),
    before.retained.map(({ id }) => id),
    "the chain of secrets is as it was",
  );
  assert.equal(
    world.log.filter(({ from, text }) => from === aliceJid && /<c[ >]/.test(text)).length,
    0,
    "nothing was sent under its keys",
  );
  assert.match(world.log.at(-1)!.text, /type="error".*feature-not-implemented/s);
  assert.equal(alice.core.core.usage.contexts, 0);

  const again = only(alice, "key-changed");
  await again.accept!();
  alice.alerts.length = 0;
  const [session] = await establish(world, alice, party);
  assert.deepEqual(kinds(alice), []);
  assert.equal(session.peerKey?.fingerprint, shown("b"));
  assert.equal(session.peerKey.verified, false);
  assert.equal(session.level, "unverified", "accepted is not compared");
  await session.close();

  shows.set(bobJid, keyOf("a"));
  const [old] = await establish(world, alice, party);
  assert.equal(old.level, "verified", "the old key is still his");
});

test("by the policy the session stands all the same, unverified, whatever was verified, until the user accepts", async (t) => {
  const {
    world,
    alice,
    bob: party,
    shows,
  } = await verified(t, {
    alice: { policy: { onKeyAlarm: "alert" } },
  });
  shows.set(bobJid, keyOf("b"));
  const [session, other] = await establish(world, alice, party);
  assert.deepEqual(kinds(alice), ["key-changed"]);
  assert.equal(session.continued, true);
  await Promise.all([session.confirmSas(), other.confirmSas()]);
  assert.equal(session.level, "verified", "the users compared in this very session");
  assert.equal(session.peerKey?.verifiedBy, "sas");
  await session.close();
  shows.set(bobJid, keyOf("c"));
  alice.alerts.length = 0;
  const [third] = await establish(world, alice, party);
  assert.equal(third.level, "unverified", "the chain is verified, but not with this key");
  await only(alice, "key-changed").accept!();
  assert.equal(third.level, "verified", "and is again when the user accepts the key");
});

test("a responder that refuses a key answers with an error in place of message 4, and keeps its chain", async (t) => {
  const { world, alice, shows, bob: party } = await verified(t);
  shows.set(bobJid, keyOf("b"));
  world.log.length = 0;
  const before = await alice.record(bob);
  await assert.rejects(party.engine.start(aliceJid), { code: "negotiation-refused" });
  await world.quiet();
  assert.deepEqual(world.messages(4), []);
  assert.deepEqual(kinds(alice), ["key-changed"]);
  assert.equal(only(alice, "negotiation-failed").error?.code, "key-refused");
  assert.deepEqual(
    (await alice.record(bob)).retained.map(({ id }) => id),
    before.retained.map(({ id }) => id),
  );
});

test("D17a: no key from who has shown one is refused, until the user accepts; then it is told and no more", async (t) => {
  const { world, alice, bob: party, shows } = await verified(t);
  shows.clear();
  await assert.rejects(alice.engine.start(bobJid), { code: "key-refused" });
  const alert = only(alice, "key-missing");
  assert.match(alert.message, /must show a public key and shows none/);
  await alert.accept!();
  alice.alerts.length = 0;
  const [session] = await establish(world, alice, party);
  assert.deepEqual(kinds(alice), ["key-missing"]);
  assert.equal(only(alice, "key-missing").accept, undefined);
  assert.equal(session.peerKey, undefined);
  assert.equal(session.level, "unverified");
  await session.close();
  await alice.engine.trust.requireKey(bob, true);
  await assert.rejects(alice.engine.start(bobJid), { code: "key-refused" });
});

test("XEP-0116 §7.4: a key under another JID is told at once, with both JIDs, and is not verified there", async (t) => {
  const { world, alice, shows } = await verified(t);
  await alice.engine.trust.setPetname(shown("a"), "Robert");
  const party = await join(t, world, robJid, "rob");
  shows.set(robJid, keyOf("a"));
  const [session] = await establish(world, alice, party);
  const alert = only(alice, "key-elsewhere");
  assert.equal(alert.jid, rob);
  assert.deepEqual(alert.otherJids, [bob]);
  assert.match(alert.message, /rob@example\.net.*Robert.*bob@example\.com/);
  assert.equal(session.level, "unverified");
  assert.deepEqual(
    session.peerKey?.uses.map(({ jid, accepted }) => [jid, accepted]),
    [
      [bob, true],
      [rob, false],
    ],
  );
  await alert.accept!();
  assert.equal(session.level, "verified", "the user says that both are Robert");
  await session.close();
  alice.alerts.length = 0;
  const [second] = await establish(world, alice, party);
  assert.deepEqual(kinds(alice), []);
  assert.equal(second.level, "verified");
});

test("what is not accepted is told again in the next session, also after a restart", async (t) => {
  const { world, alice, shows } = await verified(t);
  const party = await join(t, world, robJid, "rob");
  shows.set(robJid, keyOf("a"));
  await (await establish(world, alice, party))[0].close();
  const again = await join(t, world, "alice@example.org/desk", "again", { store: alice.blobs });
  const [session] = await establish(world, again, party);
  assert.deepEqual(kinds(again), ["key-elsewhere"]);
  assert.equal(session.level, "unverified");
});
