/** `engine.trust`: what is known of keys and contacts, and what the user decides; all of it outlives the process. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join as path } from "node:path";
import test from "node:test";
import { writeKeyValue } from "esession/identity";
import { fileStore } from "esession/store/file";
import { bobJid, establish, join, leave, pairOf } from "../support/pair.js";
import { keyA, keyB, shown, takesKeys } from "./identities.js";

const bob = "bob@example.com";
const alicesPolicy = { alice: { policy: takesKeys }, bob: { identity: keyA } };

test("a key is shown by its fingerprint in groups, with all that is known of it", async (t) => {
  const { world, alice, bob: party } = await pairOf(t, alicesPolicy);
  const { trust } = alice.engine;
  assert.deepEqual(await trust.list(), []);
  assert.equal(await trust.get(shown(keyA)), undefined);
  const [session] = await establish(world, alice, party);
  const now = world.clock.now();
  const expected = {
    fingerprint: shown(keyA),
    petname: undefined,
    verified: false,
    verifiedBy: undefined,
    verifiedAt: undefined,
    jids: [bob],
    uses: [{ jid: bob, accepted: true, firstSeenAt: now, lastSeenAt: now }],
    algorithm: keyA.algorithm,
    keyValue: writeKeyValue(keyA.publicKey),
  };
  assert.deepEqual(await trust.list(), [expected]);
  assert.deepEqual(await trust.get(shown(keyA)), expected);
  assert.deepEqual(session.peerKey, expected);
  assert.deepEqual(await trust.of(bobJid), {
    jid: bob,
    keys: [expected],
    keyRequired: true,
    unconfirmedSince: now,
    remindersWaived: false,
    lastVerifiedAt: undefined,
  });
});

test("fingerprints are taken as people write them; what is none, or not known, is refused", async (t) => {
  const { world, alice, bob: party } = await pairOf(t, alicesPolicy);
  await establish(world, alice, party);
  const { trust } = alice.engine;
  const plain = shown(keyA).replaceAll(" ", "");
  for (const spelling of [
    plain,
    plain.toUpperCase(),
    plain.replaceAll(/..(?!$)/g, "$&:"),
    ` \n${shown(keyA)}\t`,
  ]) {
    assert.equal((await trust.verify(spelling)).verifiedBy, "fingerprint");
    assert.equal((await trust.unverify(spelling)).verified, false);
  }
  for (const calls of [
    (text: string) => trust.verify(text),
    (text: string) => trust.unverify(text),
    (text: string) => trust.setPetname(text, "Bob"),
    (text: string) => trust.forget(text),
    (text: string) => trust.accept(text, bob),
  ]) {
    await assert.rejects(calls(plain.slice(1)), { code: "key-malformed" });
    await assert.rejects(calls(shown(keyB)), { code: "key-unknown" });
  }
  await assert.rejects(trust.accept(shown(keyA), "eve@example.com"), { code: "key-unknown" });
  await assert.rejects(trust.of("@"), { code: "jid-malformed" });
});

test("a session that stands shows at once what the user decides: petname, verified, not any more, forgotten", async (t) => {
  const { world, alice, bob: party } = await pairOf(t, alicesPolicy);
  const [session] = await establish(world, alice, party);
  const { trust } = alice.engine;
  await trust.setPetname(shown(keyA), "  Bo\u0301b ");
  assert.equal(session.peerKey?.petname, "B\u00f3b");
  await assert.rejects(trust.setPetname(shown(keyA), "Bob\u202eyrollaM"), { code: "option-invalid" });
  assert.equal(session.peerKey.petname, "B\u00f3b");
  await trust.setPetname(shown(keyA), undefined);
  assert.equal(session.peerKey.petname, undefined);
  assert.equal(session.level, "unverified");
  await trust.verify(shown(keyA));
  assert.equal(session.level, "verified");
  assert.equal(session.reminder, undefined);
  await trust.unverify(shown(keyA));
  assert.equal(session.level, "unverified");
  await trust.verify(shown(keyA));
  await trust.forget(shown(keyA));
  assert.equal(session.level, "unverified");
  assert.deepEqual(session.peerKey.jids, []);
  assert.deepEqual(await trust.list(), []);
  assert.equal((await trust.of(bob)).keyRequired, false);
  await session.close();
  alice.alerts.length = 0;
  await establish(world, alice, party);
  assert.ok(alice.alerts.some(({ kind }) => kind === "key-new"));
});

test("XEP-0116 §4.2: confirmSas() verifies the chain, and the key of the session with it", async (t) => {
  const { world, alice, bob: party } = await pairOf(t, alicesPolicy);
  const [session] = await establish(world, alice, party);
  await session.confirmSas();
  assert.equal(session.level, "verified");
  assert.equal(session.peerKey?.verifiedBy, "sas");
  await alice.engine.trust.unverify(shown(keyA));
  assert.equal(session.level, "verified", "the chain stays verified");
  assert.equal(session.peerKey.verified, false);
});

test("what the user decided is there after a restart, in the file store", async (t) => {
  const folder = await mkdtemp(path(tmpdir(), "esession-"));
  t.after(() => rm(folder, { recursive: true }));
  const {
    world,
    alice,
    bob: party,
  } = await pairOf(t, {
    alice: { store: await fileStore(folder), policy: takesKeys },
    bob: { identity: keyA },
  });
  await establish(world, alice, party);
  await alice.engine.trust.setPetname(shown(keyA), "Robert");
  await alice.engine.trust.verify(shown(keyA));
  await alice.engine.trust.requireKey("carol@example.net", true);
  await alice.engine.trust.remind("carol@example.net", false);
  await alice.engine.close();
  leave(world, alice);
  const again = await join(t, world, alice.jid, "again", {
    store: await fileStore(folder),
    policy: takesKeys,
  });
  const [key] = await again.engine.trust.list();
  assert.deepEqual([key?.petname, key?.verifiedBy, key?.jids], ["Robert", "fingerprint", [bob]]);
  const { unconfirmedSince, lastVerifiedAt } = await again.engine.trust.of(bob);
  assert.deepEqual([unconfirmedSince, lastVerifiedAt], [undefined, world.clock.now()]);
  const carol = await again.engine.trust.of("carol@example.net");
  assert.deepEqual([carol.keyRequired, carol.remindersWaived], [true, true]);
  const [session] = await establish(world, again, party);
  assert.equal(session.level, "verified");
  await again.engine.close();
});

test("security.md N8: a record of a key that is damaged is a typed error, and gives no session without it", async (t) => {
  const { world, alice, bob: party } = await pairOf(t, alicesPolicy);
  await (await establish(world, alice, party))[0].close();
  const [id] = await alice.blobs.list("key/");
  const record = (await alice.blobs.get(id!))!;
  record.sealed[record.sealed.length - 1]! ^= 1;
  await alice.blobs.write([{ id: id!, sealed: record.sealed, expect: record.version }]);
  await assert.rejects(alice.engine.start(bobJid), { code: "record-damaged" });
  assert.deepEqual(alice.engine.sessions, []);
  assert.deepEqual(await alice.engine.trust.list(), []);
  await assert.rejects(alice.engine.trust.get(shown(keyA)), { code: "record-damaged" });
});
