/** Who is answered, and what everybody else learns: nothing (XEP-0155 §4.2, §4.3, §10.1). */
import test from "node:test";
import assert from "node:assert/strict";
import { serializeStanza } from "esession/wire";
import { counted, noCount } from "../support/counted.js";
import { fieldOf, messageNumber, setValues } from "../support/forms.js";
import { createWorld, establish, join, pairOf, seedOf } from "../support/pair.js";
import { keyPair, scriptedRequest } from "../support/scripted-peer.js";

const known = { policy: { answer: "known" } } as const;

test("XEP-0155 §10.1: a stranger's request raises an event, and until it is answered nothing is sent or computed", async (t) => {
  const count = noCount();
  const { world, alice, bob } = await pairOf(t, { bob: { ...known, wrap: counted(count) } });
  const starting = alice.engine.start(bob.jid);
  await world.quiet();
  const [request] = bob.requests;
  assert.equal(request?.from, alice.jid);
  assert.deepEqual(request.fields["modp"], ["1"]);
  assert.deepEqual(request.fields["stanzas"], ["message", "iq", "presence"]);
  assert.equal(world.log.length, 1, "something was sent");
  assert.deepEqual(count, noCount());

  request.accept();
  const session = await starting;
  assert.equal(session.sas, bob.sessions[0]!.sas);
});

test("XEP-0155 §10.1: an application that is silent reveals nothing; the initiator gives up by itself", async (t) => {
  const { world, alice, bob } = await pairOf(t, { bob: known });
  const starting = assert.rejects(alice.engine.start(bob.jid), { code: "negotiation-timeout" });
  await world.clock.pass(120_000);
  await starting;
  assert.ok(world.log.every(({ from }) => from === alice.jid));
  assert.throws(() => bob.requests[0]!.accept(), { code: "negotiation-timeout" });
  await world.quiet();
  assert.ok(
    world.log.every(({ from }) => from === alice.jid),
    "a request that expired was answered",
  );
});

test("XEP-0155 §4.3: a rejection has accept 0 and the reason, and ends the initiator's attempt", async (t) => {
  const { world, alice, bob } = await pairOf(t, { bob: known });
  const starting = assert.rejects(alice.engine.start(bob.jid), /How about tonight/);
  await world.quiet();
  bob.requests[0]!.reject("Sorry, can't chat now! How about tonight?");
  await starting;
  const thread = bob.requests[0]!.thread;
  assert.equal(
    world.log[1]!.text.replace(/ from="[^"]*"/, ""),
    `<message xmlns="jabber:client" to="${alice.jid}"><thread>${thread}</thread>` +
      `<feature xmlns="http://jabber.org/protocol/feature-neg"><x xmlns="jabber:x:data" type="submit">` +
      `<field var="FORM_TYPE"><value>urn:xmpp:ssn</value></field><field var="accept"><value>0</value></field>` +
      `<field var="reason"><value>Sorry, can't chat now! How about tonight?</value></field></x></feature></message>`,
  );
  assert.equal(world.log.length, 2);
});

test("XEP-0155 §4.3: a rejection without a reason has no reason field", async (t) => {
  const { world, alice, bob } = await pairOf(t, { bob: known });
  const starting = assert.rejects(alice.engine.start(bob.jid), { code: "negotiation-refused" });
  await world.quiet();
  bob.requests[0]!.reject();
  await starting;
  assert.ok(!world.log[1]!.text.includes("reason"));
});

test("XEP-0155 §4.3: a request is answered once, whatever the application calls afterwards", async (t) => {
  const { world, alice, bob } = await pairOf(t, { bob: known });
  const starting = alice.engine.start(bob.jid);
  await world.quiet();
  const [request] = bob.requests;
  request!.accept();
  request!.accept();
  request!.reject();
  await starting;
  assert.equal(bob.sessions.length, 1);
  assert.equal(world.messages(2).length, 1);
});

test("XEP-0155 §10.1: whoever the application has written to is answered by itself", async (t) => {
  const { world, alice, bob } = await pairOf(t, { bob: known });
  await bob.engine.wroteTo(alice.jid);
  await establish(world, alice, bob);
  assert.deepEqual(bob.requests, []);
});

test("XEP-0155 §10.1: whoever shares a retained secret is answered by itself, until it has expired", async (t) => {
  const { world, alice, bob } = await pairOf(t, {
    bob: { policy: { answer: "known", retainedMs: 1_000_000 } },
  });
  const starting = alice.engine.start(bob.jid);
  await world.quiet();
  bob.requests[0]!.accept();
  await (await starting).close();
  const [again] = await establish(world, alice, bob);
  assert.equal(bob.requests.length, 1, "the second request was answered without asking");
  await again.close();

  await world.clock.pass(1_000_001);
  const third = assert.rejects(alice.engine.start(bob.jid), { code: "negotiation-timeout" });
  await world.quiet();
  assert.equal(bob.requests.length, 2);
  await world.clock.pass(60_000);
  await third;
});

test("XEP-0155 §10.1: with the policy nobody, known ones are asked for as well", async (t) => {
  const { world, alice, bob } = await pairOf(t, { bob: { policy: { answer: "nobody" } } });
  await bob.engine.wroteTo(alice.jid);
  const starting = alice.engine.start(bob.jid);
  await world.quiet();
  assert.equal(bob.requests.length, 1);
  bob.requests[0]!.accept();
  await starting;
});

test("XEP-0155 §10.1: a stranger's request that cannot be accepted is not even answered with an error", async (t) => {
  const { world, alice, bob } = await pairOf(t, { bob: known });
  for (const change of ["ver", "modp", "FORM_TYPE"] as const) {
    world.hooks.push((stanza) => {
      if (messageNumber(stanza) === 1) setValues(stanza, change, "9");
    });
    const starting = assert.rejects(alice.engine.start(bob.jid), { code: "negotiation-timeout" });
    await world.clock.pass(60_000);
    await starting;
    world.hooks.pop();
  }
  assert.deepEqual(bob.requests, []);
  assert.ok(world.log.every(({ from }) => from === alice.jid));
});

test("XEP-0155 §10.1: a stranger's request that is no readable form gets no answer either", async (t) => {
  const { world, alice, bob } = await pairOf(t, { bob: known });
  world.hooks.push((stanza) => {
    const field = fieldOf(stanza, "modp");
    if (field) field.attrs["unknown"] = "attribute";
  });
  const starting = assert.rejects(alice.engine.start(bob.jid), { code: "negotiation-timeout" });
  await world.clock.pass(60_000);
  await starting;
  assert.equal(world.log.length, 1);
});

test("XEP-0155 §10.1: strangers take at most a quarter of the places, and later ones are left unanswered", async (t) => {
  const world = createWorld();
  const bob = await join(t, world, "bob@example.com/laptop", seedOf(t), { ...known, sessions: 8 });
  const friend = await join(t, world, "alice@example.org/pda", seedOf(t));
  await bob.engine.wroteTo(friend.jid);
  for (let number = 1; number <= 20; number++)
    world.deliver(scriptedRequest({ to: bob.jid, from: `stranger${number}@example.net/x`, pair: keyPair() }));
  await world.quiet();
  assert.equal(bob.requests.length, 2);
  assert.deepEqual(world.log, []);
  await establish(world, friend, bob);

  // when they have expired there is room again
  await world.clock.pass(120_000);
  world.deliver(scriptedRequest({ to: bob.jid, from: "late@example.net/x", pair: keyPair() }));
  await world.quiet();
  assert.equal(bob.requests.length, 3);
});

test("XEP-0155 §10.1: a bare JID is no place for a negotiation: a request from one is not answered", async (t) => {
  const { world, bob } = await pairOf(t);
  const request = scriptedRequest({ to: bob.jid, from: "alice@example.org", pair: keyPair() });
  assert.equal(bob.engine.receive(serializeStanza(request)), undefined);
  await world.quiet();
  assert.deepEqual(world.log, []);
});
