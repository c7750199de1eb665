/** Engines with an identity (XEP-0116 §4.5.4, §4.6.3, §7.3): signatures beside SAS and retained secrets, and signers that fail. */
import test, { type TestContext } from "node:test";
import assert from "node:assert/strict";
import type { Session } from "esession";
import { loadTestCore } from "esession/testing";
import type { Signer } from "esession/identity";
import { messageNumber, valuesOf } from "../support/forms.js";
import {
  createWorld,
  join,
  pairOf,
  seedOf,
  type Pair,
  type Party,
  type PartyOptions,
} from "../support/pair.js";
import { settled } from "../support/settled.js";
import { aliceKey, bobKey, dsaKey, known, malloryKey, watched } from "../support/signers.js";

const both = (t: TestContext, alice: PartyOptions = {}, bob: PartyOptions = {}): Promise<Pair> =>
  pairOf(t, { alice: { identity: aliceKey, ...alice }, bob: { identity: bobKey, ...bob } });

async function session({ world, alice, bob }: Pair, options = {}): Promise<[Session, Session]> {
  const ours = await alice.engine.start(bob.jid, options);
  await settled(world, () => bob.engine.session(alice.jid)?.state === "established");
  return [ours, bob.engine.session(alice.jid)!];
}

async function end({ world }: Pair, [one]: readonly Session[]): Promise<void> {
  await one!.close();
  await settled(world);
}

const keysOf = ({ info }: Session) => [info.initPubkey, info.respPubkey];

test("XEP-0116 §4.3, §7.3: two that do not know each other show their keys, and the next time only their fingerprints", async (t) => {
  const pair = await both(t);
  const first = await session(pair);
  assert.deepEqual(first.map(keysOf), [["key", "key"], ["key", "key"]]); // prettier-ignore
  await end(pair, first);
  const second = await session(pair);
  assert.deepEqual(second.map(keysOf), [["hash", "hash"], ["hash", "hash"]]); // prettier-ignore
  assert.ok(second[0].continued, "the retained secret goes with the keys");
  assert.equal((await pair.alice.record("bob@example.com")).keys[0], known(bobKey).fingerprint);
});

test("XEP-0116 §4.7.2-3: SAS, retained secret, other secret and keys, all in one session", async (t) => {
  const pair = await both(t);
  for (const [one, other] of [
    [pair.alice, pair.bob],
    [pair.bob, pair.alice],
  ] as const)
    // prettier-ignore
    await one.engine.setOtherSecret(other.jid, "what both of us know, and nobody else");
  const first = await session(pair);
  assert.equal(first[0].sas, first[1].sas);
  await first[0].confirmSas();
  await first[1].confirmSas();
  await end(pair, first);
  const second = await session(pair);
  for (const one of second) {
    assert.deepEqual([one.level, one.continued, one.info.otherSecret], ["verified", true, true]);
    assert.equal(one.info.initPubkey, "hash");
  }
});

test("XEP-0116 §4.6.2: a start may ask for the key where the fingerprint is of one that is not known", async (t) => {
  const pair = await both(t, { policy: { respPubkey: ["hash"], onKeyAlarm: "alert" } });
  await assert.rejects(pair.alice.engine.start(pair.bob.jid), { code: "key-unknown" });
  const [ours] = await session(pair, { respPubkey: ["key"] });
  assert.equal(ours.info.respPubkey, "key");
});

test("XEP-0116 §7.3: a contact that has lost its key is refused until the user accepts that", async (t) => {
  const pair = await both(t, {}, { policy: { answer: "everybody" } });
  await end(pair, await session(pair));
  const { world, alice, bob } = pair;
  world.parties.splice(world.parties.indexOf(bob), 1);
  await bob.engine.close();
  const again = await join(t, world, bob.jid, seedOf(t));
  await assert.rejects(alice.engine.start(bob.jid), { code: "negotiation-refused" });
  const alert = alice.alerts.find(({ kind }) => kind === "key-missing");
  await alert!.accept!();
  const ours = await alice.engine.start(again.jid);
  assert.equal(ours.info.respPubkey, "none");
});

/** A signer whose owner says no. */
const refusing: Signer = { ...aliceKey, sign: () => Promise.reject(new Error("the token was taken out")) };

test("a signer that fails ends the negotiation, with its own error as the cause, and the peer is told", async (t) => {
  const { world, alice, bob } = await both(t, { identity: refusing });
  const before = [alice, bob].map(usage);
  await assert.rejects(alice.engine.start(bob.jid), { code: "signing-failed" });
  await settled(world, () => world.log.length > 2);
  assert.match(world.log[2]!.text, /type="result".*<field var="accept"><value>0</);
  assert.deepEqual([alice, bob].map(usage), before);
});

test("so does the responder's, after the initiator has proved itself", async (t) => {
  const signer: Signer = { ...bobKey, sign: (data) => refusing.sign(data) };
  const { world, alice, bob } = await both(t, {}, { identity: signer });
  const before = [alice, bob].map(usage);
  await assert.rejects(alice.engine.start(bob.jid), { code: "negotiation-refused" });
  await settled(world, () => bob.alerts.length > 0);
  assert.deepEqual(bob.alerts.map(({ kind, error }) => [kind, error?.code]), [["negotiation-failed", "signing-failed"]]); // prettier-ignore
  assert.deepEqual([alice, bob].map(usage), before);
});

const usage = ({ core }: Party) => ({ ...core.core.usage });

test("a signer that signs with another key than the one it shows is found out before anything leaves", async (t) => {
  const { world, alice, bob } = await both(t, { identity: { ...aliceKey, sign: malloryKey.sign.bind(malloryKey) } }); // prettier-ignore
  await assert.rejects(alice.engine.start(bob.jid), { code: "signing-failed" });
  assert.equal(world.messages(3).length, 0);
});

test("a user who does not answer the signer's question: start ends in its time, and a late signature harms nothing", async (t) => {
  let give: (signature: Uint8Array) => void = () => undefined;
  const slow = watched(aliceKey, () => new Promise<Uint8Array>((resolve) => (give = resolve)));
  const { world, alice, bob } = await both(t, { identity: slow });
  const before = [alice, bob].map(usage);
  const starting = assert.rejects(alice.engine.start(bob.jid), { code: "negotiation-timeout" });
  await settled(world, () => slow.signed.length > 0);
  await world.clock.pass(60_000);
  await starting;
  give(await aliceKey.sign(slow.signed[0]!));
  await settled(world);
  await world.clock.pass(120_000);
  assert.deepEqual([alice, bob].map(usage), before);
  assert.equal(world.messages(3).length, 0);
});

test("XEP-0116 §8: a DSA key needs a core that has DSA, and says so when the engine is made", async (t) => {
  const { core } = await loadTestCore({ algorithms: "all" });
  await assert.rejects(
    join(t, createWorld(), "alice@example.org/pda", seedOf(t), { identity: dsaKey(core) }),
    {
      code: "option-invalid",
      message: /algorithms: 'all'/,
    },
  );
});

test("XEP-0116 §4.3: a deployed client is shown no key and asked for none", async (t) => {
  const { world, alice, bob } = await both(t, { policy: { dialect: "deployed" } });
  await alice.engine.start(bob.jid);
  const [request] = world.log.map(({ text }) => text);
  assert.doesNotMatch(request!, /sign_algs/);
  assert.deepEqual(valuesOf(world.messages(1)[0]!, "init_pubkey"), ["none"]);
  assert.equal(messageNumber(world.messages(1)[0]!), 1);
});
