/** Attackers on the way who drop, replay and copy, and who cannot erase the users' verified chain of secrets. */
import test from "node:test";
import assert from "node:assert/strict";
import type { Session } from "esession";
import { bareOf, parseStanza } from "esession/wire";
import { messageNumber, octetsOf, valuesOf } from "../support/forms.js";
import { establish, pairOf, type Pair } from "../support/pair.js";
import {
  cipherOf,
  keyPair,
  random,
  scriptedFinal,
  scriptedIdentity,
  scriptedRequest,
  scriptedResponse,
} from "../support/scripted-peer.js";

/** Alice and Bob have compared once, and closed. */
async function verifiedPair(t: Parameters<typeof pairOf>[0]): Promise<Pair> {
  const pair = await pairOf(t);
  const sessions = await establish(pair.world, pair.alice, pair.bob);
  for (const session of sessions) await session.confirmSas();
  await sessions[0].close();
  return pair;
}

/** The honest pair after whatever was done to it. */
async function stillVerified({ world, alice, bob }: Pair): Promise<void> {
  for (const session of [...alice.engine.sessions, ...bob.engine.sessions]) void session.close();
  await world.clock.pass(150_000);
  const [ours, theirs] = await establish(world, alice, bob);
  assert.deepEqual([ours.continued, theirs.continued], [true, true]);
  assert.deepEqual([ours.level, theirs.level], ["verified", "verified"]);
  assert.deepEqual([ours.state, theirs.state], ["established", "established"]);
  assert.ok(![...alice.alerts, ...bob.alerts].some(({ kind }) => kind === "continuity-lost"));
}

/** Nobody who is no party can read or write in that session. */
function worthless(session: Session): void {
  assert.equal(session.state, "unconfirmed");
  assert.throws(() => session.seal("<message><body>secret</body></message>"), {
    code: "session-unconfirmed",
  });
}

for (const number of [1, 2, 3, 4] as const)
  test(`dropping message ${number} again and again erases nothing`, async (t) => {
    const pair = await verifiedPair(t);
    const { world, alice, bob } = pair;
    world.hooks.push((stanza) => (messageNumber(stanza) === number ? false : undefined));
    for (let time = 1; time <= 10; time++) {
      const starting = assert.rejects(alice.engine.start(bob.jid), { code: "negotiation-timeout" });
      await world.clock.pass(120_000);
      await starting;
    }
    world.hooks.pop();
    await stillVerified(pair);
  });

test("changing message 4 again and again erases nothing, and is reported as guessing", async (t) => {
  const pair = await verifiedPair(t);
  const { world, alice, bob } = pair;
  world.hooks.push((stanza) => {
    if (messageNumber(stanza) === 4) stanza.getChild("init")!.getChild("x")!.children.splice(1, 1);
  });
  for (let time = 1; time <= 3; time++) {
    await assert.rejects(alice.engine.start(bob.jid));
    await world.clock.pass(1000);
  }
  world.hooks.pop();
  assert.ok(alice.alerts.some(({ kind }) => kind === "sas-guessing"));
  await stillVerified(pair);
});

test("XEP-0116 §7.2: a recorded message 3 replayed into a later negotiation is refused, and erases nothing", async (t) => {
  const pair = await verifiedPair(t);
  const { world, alice, bob } = pair;
  const recorded = world.messages(3)[0]!;
  for (let time = 1; time <= 5; time++) {
    world.hooks.push((stanza) => {
      if (messageNumber(stanza) !== 3) return;
      const replayed = parseStanza(recorded.toString());
      replayed.getChild("thread")!.children = [stanza.getChildText("thread")!];
      world.deliver(replayed);
      return false;
    });
    await assert.rejects(alice.engine.start(bob.jid), { code: "negotiation-refused" });
    world.hooks.pop();
  }
  assert.deepEqual(
    (await bob.record(bareOf(alice.jid))).retained.map(({ verified }) => verified),
    ["full"],
  );
  await stillVerified(pair);
});

test("XEP-0116 §7.2: a whole recorded negotiation replayed to the responder comes to nothing", async (t) => {
  const pair = await verifiedPair(t);
  const { world, bob } = pair;
  const [first, third] = [world.messages(1)[0]!, world.messages(3)[0]!];
  world.deliver(first);
  await world.quiet();
  world.deliver(third);
  await world.quiet();
  assert.equal(bob.sessions.length, 1, "only the honest one");
  await stillVerified(pair);
});

/**
 * A man in the middle asks Bob under Alice's own N_A and hands him the list of hashes that Alice made for it, so that
 * Bob finds the shared secret and names it by its srshash, which then goes to Alice.
 */
async function copyHashes({ world, alice, bob }: Pair): Promise<void> {
  const last = (from: string) => parseStanza(world.log.findLast((sent) => sent.from === from)!.text);
  // nothing passes but what he hands on
  world.hooks.push(() => false);
  const starting = assert.rejects(alice.engine.start(bob.jid), { code: "identity-mismatch" });
  await world.quiet();
  const request = last(alice.jid);

  // to Bob, as Alice
  const toBob = keyPair();
  const sas = ["sas28x5-bound"];
  const forgedRequest = scriptedRequest({
    from: alice.jid,
    to: bob.jid,
    pair: toBob,
    nonce: octetsOf(request, "my_nonce"),
    sas,
  });
  bob.engine.receive(forgedRequest.toString());
  await world.quiet();
  const response = last(bob.jid);

  // to Alice, as Bob
  const [toAlice, r] = [keyPair(), random(32)];
  const forgedResponse = scriptedResponse(request, { from: bob.jid, pair: toAlice, sas: "sas28x5-bound", r });
  alice.engine.receive(forgedResponse.toString());
  await world.quiet();
  const identity = last(alice.jid);
  const hashes = valuesOf(identity, "rshashes").map((value) => new Uint8Array(Buffer.from(value, "base64")));
  const withBob = { request: forgedRequest, response, cipher: cipherOf(response) };
  bob.engine.receive(scriptedIdentity(withBob, toBob, hashes).toString());
  await world.quiet();
  const final = last(bob.jid);
  assert.equal(messageNumber(final), 4);

  // the true srshash, but under keys without the secret, which he does not know
  const withAlice = { request, response: forgedResponse, cipher: cipherOf(forgedResponse) };
  const srshash = octetsOf(final, "srshash");
  alice.engine.receive(scriptedFinal(withAlice, identity, toAlice, { srshash, r }).toString());
  await starting;
  world.hooks.pop();
}

test("XEP-0116 §4.7.3: who copies rshashes under the victim's nonce gets no session that anything can be read in", async (t) => {
  const pair = await verifiedPair(t);
  const { alice, bob } = pair;
  await copyHashes(pair);
  assert.deepEqual(alice.engine.sessions, []);
  assert.equal(bob.engine.sessions.length, 1);
  worthless(bob.engine.sessions[0]!);
});

test("XEP-0116 §4.7.4: however often he copies them, the honest pair is still verified", async (t) => {
  const pair = await verifiedPair(t);
  const { world, alice, bob } = pair;
  for (let time = 1; time <= 12; time++) {
    await copyHashes(pair);
    for (const session of bob.engine.sessions) {
      worthless(session);
      void session.close();
    }
    await world.clock.pass(150_000);
    const [ours, theirs] = [await alice.record(bareOf(bob.jid)), await bob.record(bareOf(alice.jid))];
    assert.deepEqual(
      ours.retained.map(({ verified }) => verified),
      ["full"],
    );
    assert.equal(theirs.retained.filter(({ verified, staged }) => verified === "full" && !staged).length, 1);
  }
  await stillVerified(pair);
});
