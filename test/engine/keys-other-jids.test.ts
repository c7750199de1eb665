/** XEP-0116 §4.7.3: the responder may look for a shared retained secret among those of other JIDs; off by default. */
import assert from "node:assert/strict";
import test from "node:test";
import type { TestContext } from "node:test";
import type { Policy } from "esession";
import { loadTestCore } from "esession/testing";
import { establish, join, leave, pairOf, type Party, type PartyOptions } from "../support/pair.js";

const alice = "alice@example.org";
const otherJid = "alyssa@example.org/pda";
const other = "alyssa@example.org";
const bobBare = "bob@example.com";

const known = (party: Party) => party.alerts.filter(({ kind }) => kind === "known-elsewhere");

/** Alice and Bob have met, and compared if asked for; she comes again from another JID, with the same secrets. */
async function comesAs(
  t: TestContext,
  policy: Partial<Policy>,
  compared: boolean,
  hers: () => Promise<PartyOptions> = () => Promise.resolve({}),
) {
  const {
    world,
    alice: first,
    bob,
  } = await pairOf(t, {
    alice: await hers(),
    bob: { ...(await hers()), policy },
  });
  const [session, theirs] = await establish(world, first, bob);
  if (compared) await Promise.all([session.confirmSas(), theirs.confirmSas()]);
  await session.close();
  await world.quiet();
  leave(world, first);
  const again = await join(t, world, otherJid, "again", { ...(await hers()), store: first.blobs });
  bob.alerts.length = 0;
  world.log.length = 0;
  return { world, again, bob };
}

test("by default nobody is recognised by another JID's secrets", async (t) => {
  const { world, again, bob } = await comesAs(t, {}, true);
  const [, session] = await establish(world, again, bob);
  assert.equal(session.continued, false);
  assert.deepEqual(known(bob), []);
});

test("with searchOtherJids the chain goes on under the new JID, is told with both, and is unverified until accepted", async (t) => {
  const { world, again, bob } = await comesAs(t, { searchOtherJids: true }, true);
  const secrets = bob.core.core.usage.secrets;
  const [mine, session] = await establish(world, again, bob);
  assert.equal(session.continued, true);
  assert.equal(mine.continued, true);
  assert.equal(session.state, "established");
  assert.equal(session.level, "unverified", "Bob has compared with Alice, not with this address");
  const [alert, second] = known(bob);
  assert.equal(second, undefined);
  assert.deepEqual([alert?.jid, alert?.otherJids, alert?.session], [other, [alice], session]);
  assert.match(alert!.message, /alyssa@example\.org.*alice@example\.org/);

  await world.quiet();
  assert.deepEqual(
    (await bob.record(alice)).retained,
    [],
    "the old secret is destroyed: she has left it behind",
  );
  const [moved] = (await bob.record(other)).retained;
  assert.deepEqual([moved?.verified, moved?.staged], ["none", false]);

  await alert!.accept!();
  assert.equal(session.level, "verified");
  await session.close();
  await world.quiet();
  bob.alerts.length = 0;
  const [, next] = await establish(world, again, bob);
  assert.equal(next.level, "verified");
  assert.deepEqual(known(bob), []);
  await next.close();
  await world.quiet();
  // reading a record for a test opens the store, and leaves its key
  assert.equal(bob.core.core.usage.secrets, secrets + 2, "no handle is left behind");
});

test("it is found by the hash that was agreed on", async (t) => {
  const hers = async (): Promise<PartyOptions> => {
    const { core } = await loadTestCore({ sessions: 8, maxStanzaBytes: 65_536, algorithms: "all" });
    return { wrap: () => core, policy: { hashes: ["whirlpool"] } };
  };
  const { world, again, bob } = await comesAs(
    t,
    { hashes: ["whirlpool"], searchOtherJids: true },
    false,
    hers,
  );
  const [, session] = await establish(world, again, bob);
  assert.equal(session.info.hash, "whirlpool");
  assert.equal(session.continued, true);
});

test("a chain that was never compared moves too, and there is nothing to accept", async (t) => {
  const { world, again, bob } = await comesAs(t, { searchOtherJids: true }, false);
  const [, session] = await establish(world, again, bob);
  assert.equal(session.continued, true);
  const [alert] = known(bob);
  assert.equal(alert?.accept, undefined);
  assert.equal(session.level, "unverified");
});

test("who copies the list of another is told of by nobody, and takes nothing away", async (t) => {
  const { world, again, bob } = await comesAs(t, { searchOtherJids: true }, true);
  // message 4 is lost, and with it everything that would prove that she has the secret
  world.hooks.push((stanza) =>
    world.messages(4).length > 0 && stanza.attrs.to === otherJid ? false : undefined,
  );
  void again.engine.start(bob.jid).catch(() => undefined);
  await world.quiet();
  assert.equal(world.messages(4).length, 1);
  assert.deepEqual(known(bob), []);
  const [kept] = (await bob.record(alice)).retained;
  assert.equal(kept?.verified, "full");
  const session = bob.engine.session(otherJid);
  assert.deepEqual([session?.state, session?.level], ["unconfirmed", "unverified"]);
});

test("the JID's own secrets come first, and a record that is damaged is another contact's", async (t) => {
  const { world, again, bob } = await comesAs(t, { searchOtherJids: true }, true);
  const [, session] = await establish(world, again, bob);
  await session.close();
  await world.quiet();
  bob.alerts.length = 0;
  const damaged = await bob.blobs.list("peer/");
  await bob.engine.wroteTo("carol@example.net");
  const [carols] = (await bob.blobs.list("peer/")).filter((id) => !damaged.includes(id));
  const record = (await bob.blobs.get(carols!))!;
  record.sealed[record.sealed.length - 1]! ^= 1;
  await bob.blobs.write([{ id: carols!, sealed: record.sealed, expect: record.version }]);
  const [, next] = await establish(world, again, bob);
  assert.equal(next.continued, true);
  assert.deepEqual(known(bob), []);
  assert.equal((await again.record(bobBare)).retained.length, 1);
});
