/** Which negotiation a stanza is for, and which JID a session is with (XEP-0155 §4.1, §4.2). */
import test from "node:test";
import assert from "node:assert/strict";
import { errorStanza, parseStanza, single, type Element } from "esession/wire";
import { formOf, messageNumber, setValues, valueOf } from "../support/forms.js";
import {
  aliceJid,
  bobJid,
  createWorld,
  establish,
  join,
  pairOf,
  seedOf,
  type PartyOptions,
} from "../support/pair.js";

async function threesome(t: Parameters<typeof seedOf>[0], options: PartyOptions = {}) {
  const world = createWorld();
  const seed = seedOf(t);
  const alice = await join(t, world, aliceJid, seed, options);
  const laptop = await join(t, world, bobJid, seed);
  const phone = await join(t, world, "bob@example.com/phone", seed);
  return { world, alice, laptop, phone };
}

test("XEP-0155 §4.2: a request to a bare JID makes a session with the resource that answered", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  const session = await alice.engine.start("bob@example.com");
  await world.quiet();
  assert.equal(session.peer, bob.jid);
  assert.equal(world.messages(1)[0]!.attrs.to, "bob@example.com");
  assert.ok([3, 4].every((number) => world.messages(number as 3 | 4).length === 1));
  assert.ok(!alice.alerts.some(({ kind }) => kind === "other-resource"));
});

test("XEP-0155 §4.4: a request serves one response: the later resource gets accept 0, and one session stands", async (t) => {
  const { world, alice, laptop, phone } = await threesome(t);
  const session = await alice.engine.start("bob@example.com");
  await world.quiet();
  const [winner, loser] = session.peer === laptop.jid ? [laptop, phone] : [phone, laptop];
  assert.equal(world.messages(2).length, 2);
  assert.equal(world.messages(3).length, 1);
  const cancelled = world.log.filter(({ to }) => to === loser.jid);
  assert.equal(cancelled.length, 1);
  assert.match(
    cancelled[0]!.text,
    /type="result"><field var="FORM_TYPE"><value>urn:xmpp:ssn<\/value><\/field><field var="accept"><value>0</,
  );
  assert.deepEqual([winner.sessions.length, loser.sessions.length], [1, 0]);
});

test("XEP-0155 §4.2: another resource than the one asked may answer, and that is told", async (t) => {
  const { world, alice, laptop, phone } = await threesome(t);
  world.hooks.push((stanza) => {
    if (messageNumber(stanza) === 1) stanza.attrs["to"] = phone.jid;
  });
  const session = await alice.engine.start(laptop.jid);
  assert.equal(session.peer, phone.jid);
  assert.equal(alice.alerts.find(({ kind }) => kind === "other-resource")?.jid, "bob@example.com");
});

test("XEP-0155 §4.2: an answer of another bare JID than the one asked is ignored", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  world.hooks.push((stanza) => {
    if (messageNumber(stanza) === 2) stanza.attrs["from"] = "mallory@example.com/laptop";
  });
  const starting = assert.rejects(alice.engine.start(bob.jid), { code: "negotiation-timeout" });
  await world.clock.pass(60_000);
  await starting;
  assert.equal(world.messages(3).length, 0);
});

for (const number of [2, 3, 4] as const)
  test(`XEP-0155 §4.2: message ${number} of an unknown thread is ignored, without a word`, async (t) => {
    const { world, alice, bob } = await pairOf(t);
    world.hooks.push((stanza) => {
      if (messageNumber(stanza) === number) stanza.getChild("thread")!.children = ["unknown"];
    });
    const starting = assert.rejects(alice.engine.start(bob.jid), { code: "negotiation-timeout" });
    await world.clock.pass(50_000);
    assert.equal(world.log.filter(({ text }) => text.includes("<error")).length, 0);
    assert.equal(world.log.length, number);
    await world.clock.pass(10_000);
    await starting;
  });

test("XEP-0155 §4.2: messages 3 and 4 from another resource than the one of message 1 or 2 are ignored", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  for (const number of [3, 4] as const) {
    world.hooks.push((stanza) => {
      if (messageNumber(stanza) === number)
        stanza.attrs["from"] = `${stanza.attrs.from!.split("/")[0]}/other`;
    });
    const starting = assert.rejects(alice.engine.start(bob.jid), { code: "negotiation-timeout" });
    await world.clock.pass(120_000);
    await starting;
    world.hooks.pop();
  }
  assert.deepEqual(alice.sessions, []);
});

test("a copy of each message changes nothing: the session stands once", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  world.hooks.push((stanza) => {
    if (messageNumber(stanza) !== undefined) world.deliver(stanza.toString());
  });
  const [ours, theirs] = await establish(world, alice, bob);
  assert.equal(ours.sas, theirs.sas);
  assert.deepEqual([alice.sessions.length, bob.sessions.length], [1, 1]);
  assert.deepEqual([ours.state, theirs.state], ["established", "established"]);
  assert.deepEqual(
    ([2, 3, 4] as const).map((number) => world.messages(number).length),
    [1, 1, 1],
  );
});

test("XEP-0116 §4.4: an error stanza ends the negotiation, with the condition and the fields told", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  const before = alice.core.core.usage.secrets;
  world.hooks.push((stanza) => {
    if (messageNumber(stanza) === 1) setValues(stanza, "ver", "9.9");
  });
  await assert.rejects(
    alice.engine.start(bob.jid),
    (error: Error & { code?: string; fields?: readonly string[] }) => {
      assert.equal(error.code, "negotiation-refused");
      assert.match(error.message, /not-acceptable for ver/);
      assert.deepEqual(error.fields, ["ver"]);
      return true;
    },
  );
  assert.equal(alice.core.core.usage.secrets, before);
});

for (const state of ["2", "4"] as const)
  test(`XEP-0116 §4.4: an injected error while message ${state} is awaited ends that negotiation and nothing else`, async (t) => {
    const { world, alice, bob } = await pairOf(t);
    const held: Element[] = [];
    world.hooks.push((stanza) =>
      messageNumber(stanza) === Number(state) ? (held.push(stanza), false) : undefined,
    );
    const starting = assert.rejects(alice.engine.start(bob.jid), {
      code: state === "2" ? "peer-unsupported" : "negotiation-refused",
    });
    await world.quiet();
    const error = errorStanza(
      { to: alice.jid, from: bob.jid, thread: held[0]!.getChildText("thread")!, kind: "message" },
      "feature-not-implemented",
    );
    world.deliver(error);
    await starting;
    const messages = world.log.length;
    world.deliver(held[0]!);
    await world.quiet();
    // an error is never answered; a response that comes too late is cancelled, so that its sender does not wait
    const late = world.log.slice(messages).map(({ text }) => formOf(parseStanza(text)));
    assert.deepEqual(
      late.map((form) => [form.type, single(form, "accept")]),
      state === "2" ? [["result", "0"]] : [],
    );
    assert.deepEqual(alice.sessions, []);
  });

test("XEP-0116 §4.4: an injected error while message 3 is awaited ends that negotiation on the responder's side", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  const before = bob.core.core.usage.secrets;
  const held: Element[] = [];
  world.hooks.push((stanza) => (messageNumber(stanza) === 3 ? (held.push(stanza), false) : undefined));
  const starting = assert.rejects(alice.engine.start(bob.jid), { code: "negotiation-timeout" });
  await world.quiet();
  const thread = held[0]!.getChildText("thread")!;
  world.deliver(errorStanza({ to: bob.jid, from: alice.jid, thread, kind: "message" }, "not-acceptable"));
  await world.quiet();
  assert.equal(bob.core.core.usage.secrets, before);
  world.deliver(held[0]!);
  await world.quiet();
  assert.equal(world.messages(4).length, 0);
  await world.clock.pass(60_000);
  await starting;
});

test("XEP-0116 §4.4: an error of a thread that is not ours is the application's, and ends nothing", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  const [ours] = await establish(world, alice, bob);
  const messages = world.log.length;
  for (const thread of ["unknown", ours.thread])
    world.deliver(errorStanza({ to: alice.jid, from: bob.jid, thread, kind: "message" }, "not-acceptable"));
  await world.quiet();
  assert.equal(world.log.length, messages);
  assert.equal(ours.state, "established");
  assert.equal(alice.received.length, 2);
});

test("XEP-0116 §4.4: a form within an error stanza is not taken for a message of the negotiation", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  world.hooks.push((stanza) => {
    if (messageNumber(stanza) === 2) stanza.attrs["type"] = "error";
  });
  await assert.rejects(alice.engine.start(bob.jid), { code: "negotiation-refused" });
  await world.quiet();
  assert.equal(world.messages(3).length, 0);
});

test("XEP-0116 §4.4: after a failure either side may start a new negotiation, with new values", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  world.hooks.push((stanza) => {
    if (messageNumber(stanza) === 3) setValues(stanza, "mac", valueOf(stanza, "identity"));
  });
  await assert.rejects(alice.engine.start(bob.jid), { code: "negotiation-refused" });
  world.hooks.pop();
  const [ours, theirs] = await establish(world, bob, alice);
  assert.equal(ours.sas, theirs.sas);
});

test("a message of a negotiation is the engine's; what else has a thread is handed on as it is", async (t) => {
  const { alice } = await pairOf(t);
  const chat = `<message xmlns="jabber:client" from="${bobJid}" to="${alice.jid}"><thread>x</thread><body>hi</body></message>`;
  assert.equal(alice.engine.receive(chat), chat);
  const form = parseStanza(
    `<message xmlns="jabber:client" from="${bobJid}" to="${alice.jid}"><thread>x</thread>` +
      `<feature xmlns="http://jabber.org/protocol/feature-neg"><x xmlns="jabber:x:data" type="submit">` +
      `<field var="FORM_TYPE"><value>urn:xmpp:ssn</value></field></x></feature></message>`,
  );
  assert.equal(alice.engine.receive(form.toString()), undefined);
});
