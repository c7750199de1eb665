/** XEP-0116 §7.4: what the engine tells of public keys, when it refuses a session for them, and what accepting does. */
import assert from "node:assert/strict";
import test from "node:test";
import type { TestContext } from "node:test";
import type { Alert, Policy } from "esession";
import type { Signer } from "esession/identity";
import { aliceJid, bobJid, establish, join, pairOf, type Pair, type Party } from "../support/pair.js";
import { comesBack, keyA, keyB, keyC, shown, takesKeys } from "./identities.js";

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

/** The initiator's first word is on its way when a session stands; what is closed is closed on both sides. */
async function meet({ world, alice, bob: party }: Pair) {
  const [session] = await establish(world, alice, party);
  return {
    session,
    leave: async () => {
      await session.close();
      await world.quiet();
    },
  };
}

const keyed = (t: TestContext, key: Signer, policy: Partial<Policy> = {}, bobs: Partial<Policy> = {}) =>
  pairOf(t, { alice: { policy: { ...takesKeys, ...policy } }, bob: { identity: key, policy: bobs } });

/** Shows the fingerprint alone where that is asked for. */
const showsHash: Partial<Policy> = { respPubkey: ["hash", "key", "none"] };

test("the first key is told and remembered; the same key again is no news, also after a restart", async (t) => {
  const pair = await keyed(t, keyA, {}, showsHash);
  const { session, leave } = await meet(pair);
  const alert = only(pair.alice, "key-new");
  assert.equal(alert.session, session);
  assert.equal(alert.key?.fingerprint, shown(keyA));
  assert.equal(alert.accept, undefined);
  assert.equal(session.level, "unverified");
  assert.deepEqual(session.peerKey?.jids, [bob]);
  assert.equal(session.peerKey.verified, false);
  await leave();

  const alice = await comesBack(t, pair.world, pair.alice, { policy: takesKeys });
  const { session: second } = await meet({ ...pair, alice });
  assert.deepEqual(kinds(alice), []);
  assert.equal(second.peerKey?.fingerprint, shown(keyA));
  assert.equal(second.info.respPubkey, "hash", "the known key is found by its fingerprint");
  assert.equal((await alice.engine.trust.of(bob)).keyRequired, true);
});

/** Asks for whole keys, as one does where they change. */
const wholeKeys: Partial<Policy> = { initPubkey: ["key", "none"], respPubkey: ["key", "none"] };

test("another key where nothing was verified: the session, unverified, and the alert until it is accepted", async (t) => {
  const pair = await keyed(t, keyA, wholeKeys);
  await (await meet(pair)).leave();
  const changed = { ...pair, bob: await comesBack(t, pair.world, pair.bob, { key: keyB }) };
  for (let time = 1; time <= 2; time++) {
    pair.alice.alerts.length = 0;
    const { session, leave } = await meet(changed);
    assert.deepEqual(kinds(pair.alice), ["key-changed"]);
    assert.equal(session.level, "unverified");
    await leave();
  }
  await only(pair.alice, "key-changed").accept!();
  pair.alice.alerts.length = 0;
  const { session } = await meet(changed);
  assert.deepEqual(kinds(pair.alice), []);
  assert.equal(session.peerKey?.fingerprint, shown(keyB));
});

test("XEP-0116 §4.6.1: the fingerprint of a key that is not known is an alarm, and starting again asks for the key", async (t) => {
  const pair = await keyed(t, keyA, {}, showsHash);
  await (await meet(pair)).leave();
  const { world, alice } = pair;
  const party = await comesBack(t, world, pair.bob, { key: keyB, policy: showsHash });
  alice.alerts.length = 0;
  await assert.rejects(alice.engine.start(bobJid), { code: "key-unknown" });
  const alert = only(alice, "key-changed");
  assert.deepEqual([alert.session, alert.accept], [undefined, undefined]);
  alice.alerts.length = 0;
  const session = await alert.restart!();
  assert.deepEqual(kinds(alice), ["key-changed"]);
  assert.equal(session.peerKey?.fingerprint, shown(keyB));
  await session.close();
  await world.quiet();
  alice.alerts.length = 0;
  await establish(world, party, alice);
  assert.deepEqual(kinds(alice), ["key-changed"], "it is known now, and not accepted");
});

test("a fingerprint that is not known, of who has never shown a key, fails and is no alarm", async (t) => {
  const { alice } = await keyed(t, keyA, { respPubkey: ["hash"] }, showsHash);
  await assert.rejects(alice.engine.start(bobJid), { code: "key-unknown" });
  assert.deepEqual(kinds(alice), []);
});

/** Alice has compared the fingerprint of Bob's key; the session is closed. */
async function verified(t: TestContext, policy: Partial<Policy> = {}): Promise<Pair> {
  const pair = await keyed(t, keyA, { ...wholeKeys, ...policy });
  const { session, leave } = await meet(pair);
  await pair.alice.engine.trust.verify(shown(keyA));
  assert.equal(session.level, "verified", "a key that is verified counts at once");
  await leave();
  for (const { alerts } of [pair.alice, pair.bob]) alerts.length = 0;
  return pair;
}

test("a session that is signed with a verified key is verified, with no retained secret in common", async (t) => {
  const { world, alice } = await verified(t);
  await alice.engine.trust.setPetname(shown(keyA), "Robert");
  const phone = await join(t, world, "bob@example.com/phone", "phone", { identity: keyA });
  const [session] = await establish(world, alice, phone);
  assert.equal(session.continued, false);
  assert.equal(session.level, "verified");
  assert.equal(session.peerKey?.petname, "Robert");
  assert.deepEqual(kinds(alice), []);
  assert.equal(session.reminder, undefined);
  await session.close();
  await world.quiet();

  const [asked] = (await establish(world, phone, alice)).slice(1);
  assert.equal(asked?.level, "verified", "also as the responder");
});

test("another key than the verified one: no session, nothing is stored of it, and the user is told", async (t) => {
  const pair = await verified(t);
  const { world, alice } = pair;
  const before = await alice.record(bob);
  const party = await comesBack(t, world, pair.bob, { key: keyB });
  const contexts = alice.core.core.usage.contexts;
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
  const sealed = world.log.filter(({ from, text }) => from === aliceJid && /<c[ >]/.test(text));
  assert.deepEqual(sealed, [], "nothing was sent under its keys");
  const last = world.log.filter(({ from }) => from === aliceJid).at(-1)!;
  assert.match(last.text, /type="error".*feature-not-implemented/s);
  assert.equal(alice.core.core.usage.contexts, contexts);

  await only(alice, "key-changed").accept!();
  alice.alerts.length = 0;
  const accepted = await meet({ world, alice, bob: party });
  assert.deepEqual(kinds(alice), []);
  assert.equal(accepted.session.peerKey?.fingerprint, shown(keyB));
  assert.equal(accepted.session.level, "unverified", "accepted is not compared");
  await accepted.leave();

  const old = await comesBack(t, world, party, { key: keyA });
  const { session } = await meet({ world, alice, bob: old });
  assert.equal(session.level, "verified", "the old key is still his");
});

test("by the policy the session stands all the same, unverified, whatever was verified, until the user accepts", async (t) => {
  const pair = await verified(t, { onKeyAlarm: "alert" });
  const { world, alice } = pair;
  let party = await comesBack(t, world, pair.bob, { key: keyB });
  const [session, other] = await establish(world, alice, party);
  assert.deepEqual(kinds(alice), ["key-changed"]);
  assert.equal(session.continued, true);
  assert.equal(session.level, "unverified");
  await Promise.all([session.confirmSas(), other.confirmSas()]);
  assert.equal(session.level, "verified", "the users compared in this very session");
  assert.equal(session.peerKey?.verifiedBy, "sas");
  await session.close();
  await world.quiet();
  party = await comesBack(t, world, party, { key: keyC });
  alice.alerts.length = 0;
  const { session: third } = await meet({ world, alice, bob: party });
  assert.equal(third.level, "unverified", "the chain is verified, but not with this key");
  await only(alice, "key-changed").accept!();
  assert.equal(third.level, "verified", "and is again when the user accepts the key");
});

test("a responder that refuses a key answers with an error in place of message 4, and keeps its chain", async (t) => {
  const { world, alice, ...pair } = await verified(t);
  const party = await comesBack(t, world, pair.bob, { key: keyB });
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
  const { world, alice, ...pair } = await verified(t);
  const party = await comesBack(t, world, pair.bob);
  await assert.rejects(alice.engine.start(bobJid), { code: "negotiation-refused" });
  await only(alice, "key-missing").accept!();
  alice.alerts.length = 0;
  const { session, leave } = await meet({ world, alice, bob: party });
  assert.deepEqual(kinds(alice), ["key-missing"]);
  assert.equal(only(alice, "key-missing").accept, undefined);
  assert.equal(session.peerKey, undefined);
  assert.equal(session.level, "unverified");
  await leave();
  await alice.engine.trust.requireKey(bob, true);
  await assert.rejects(alice.engine.start(bobJid), { code: "negotiation-refused" });
  await assert.rejects(party.engine.start(aliceJid), { code: "negotiation-refused" });
});

test("a key that the user requires of who has never shown one is missing: no session before it is stored", async (t) => {
  const { world, alice, bob: party } = await pairOf(t);
  await alice.engine.trust.requireKey(bob, true);
  await assert.rejects(alice.engine.start(bobJid), { code: "key-refused" });
  const alert = only(alice, "key-missing");
  assert.match(alert.message, /must show a public key and shows none/);
  assert.deepEqual((await alice.record(bob)).retained, []);
  await alert.accept!();
  await establish(world, alice, party);
});

test("XEP-0116 §7.4: a key under another JID is told at once, with both JIDs, and is not verified there", async (t) => {
  const { world, alice } = await verified(t);
  await alice.engine.trust.setPetname(shown(keyA), "Robert");
  const party = await join(t, world, robJid, "rob", { identity: keyA });
  const { session, leave } = await meet({ world, alice, bob: party });
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
  await leave();
  alice.alerts.length = 0;
  const { session: second } = await meet({ world, alice, bob: party });
  assert.deepEqual(kinds(alice), []);
  assert.equal(second.level, "verified");
});

test("what is not accepted is told again in the next session, also after a restart", async (t) => {
  const { world, ...pair } = await verified(t);
  const party = await join(t, world, robJid, "rob", { identity: keyA });
  await (await meet({ world, alice: pair.alice, bob: party })).leave();
  const alice = await comesBack(t, world, pair.alice, { policy: wholeKeys });
  const { session } = await meet({ world, alice, bob: party });
  assert.deepEqual(kinds(alice), ["key-elsewhere"]);
  assert.equal(session.level, "unverified");
});
