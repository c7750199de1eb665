/** XEP-0155 §5: a session goes on with another resource, asked for and accepted inside the session only (threat N3). */
import assert from "node:assert/strict";
import test from "node:test";
import type { TestContext } from "node:test";
import { createEngine } from "esession";
import { loadTestCore } from "esession/testing";
import { parseForm, parseStanza, readError, readPayload, single } from "esession/wire";
import { aliceJid, bobJid, establish, join, pairOf, type Pair, type Party } from "../support/pair.js";
import { arriving, shadows } from "../support/shadow.js";
import { countTimers } from "../support/timers.js";

const pda = "alice@example.org/PDA";
const feature = "http://jabber.org/protocol/feature-neg";
const form = (type: string, resource: string) =>
  `<feature xmlns="${feature}"><x xmlns="jabber:x:data" type="${type}"><field var="FORM_TYPE"><value>urn:xmpp:ssn</value></field><field var="continue"><value>${resource}</value></field></x></feature>`;
const body = (text: string) => `<message><body>${text}</body></message>`;
const bodies = ({ received }: Party) => received.map((text) => parseStanza(text).getChildText("body"));
const kinds = ({ alerts }: Party) => alerts.map(({ kind }) => kind);

/** What Alice sends comes from where her client is. */
async function standing(t: TestContext) {
  const hand = shadows();
  const pair: Pair = await pairOf(t, { alice: { wrap: (core) => hand.wrap(core) } });
  const { world, alice, bob } = pair;
  const [session, other] = await establish(world, alice, bob);
  hand.open(parseStanza(world.log.at(-1)!.text).getChild("c")!); // the confirmation
  hand.seal();
  /** Alice's client is at the other resource too, and changes over. */
  const arrive = (jid = pda) => {
    alice.engine.moved(jid);
    world.hooks.push((stanza) => {
      if (stanza.attrs["from"] === aliceJid) stanza.attrs["from"] = jid;
    });
  };
  world.parties.push({ ...alice, jid: pda });
  return { ...pair, session, other, hand, arrive };
}

test("XEP-0155 §5: asked by a sealed 'submit', accepted by a sealed 'result'; then all goes to and from the new resource", async (t) => {
  const { world, alice, bob, session, other, hand, arrive } = await standing(t);
  const { length } = world.log;
  await session.continueOn("PDA");
  const [asked, accepted, ...more] = world.log.slice(length);
  assert.deepEqual(more, []);
  const content = hand.open(parseStanza(asked!.text).getChild("c")!)!;
  assert.equal(content, form("submit", "PDA"));
  assert.deepEqual([asked!.to, accepted!.to], [bobJid, aliceJid], "the acceptance still goes to the old one");
  assert.ok(parseStanza(accepted!.text).getChild("c"));
  assert.equal(other.peer, pda);
  assert.equal(bob.engine.session(pda), other);
  assert.equal(bob.engine.session(aliceJid), undefined);
  assert.deepEqual(kinds(bob), ["peer-moved"]);

  arrive();
  assert.equal(alice.engine.jid, pda);
  session.send(body("1"));
  other.send(body("2"));
  other.send(`<iq type="get" id="q"><query xmlns="urn:x"/></iq>`);
  await world.quiet();
  const [one, two, three] = world.log.slice(-3);
  assert.deepEqual([one!.to, two!.to, three!.to], [bobJid, pda, pda]);
  assert.deepEqual([bodies(bob), bodies(alice)], [["1"], ["2", null]]);
  assert.deepEqual([session.state, other.state], ["established", "established"]);
  assert.deepEqual([session.level, other.thread], ["unverified", session.thread]);
});

test("XEP-0155 §5: the answer as it goes over the wire", async (t) => {
  const { world, bob, other, hand } = await standing(t);
  const moved = other.continueOn("tablet");
  await moved;
  const acceptance = parseStanza(world.log.at(-1)!.text);
  assert.equal(acceptance.attrs["to"], bob.jid);
  const content = hand.open(acceptance.getChild("c")!)!;
  const payload = readPayload(parseStanza(`<message>${content}</message>`))!;
  assert.equal(payload.x.attrs["type"], "result");
  assert.equal(single(parseForm(payload.x), "continue"), "tablet");
});

test("XEP-0155 §5: from the request to the arrival nothing is sent from either resource; what is sent waits, in order", async (t) => {
  const { world, bob, session, arrive } = await standing(t);
  const moving = session.continueOn("PDA");
  session.send(body("1"));
  assert.throws(() => session.seal(body("x")), { code: "session-moving" });
  assert.throws(() => session.sealMany([body("x")]), { code: "session-moving" });
  await assert.rejects(session.continueOn("PDA"), { code: "session-moving" });
  await assert.rejects(session.renegotiate([{ var: "x", values: ["1"] }]), { code: "session-moving" });
  await moving;
  session.send(body("2"));
  await world.quiet();
  assert.deepEqual(bodies(bob), []);
  arrive();
  session.send(body("3"));
  await world.quiet();
  assert.deepEqual(bodies(bob), ["1", "2", "3"]);
});

test("XEP-0155 §5: what was agreed holds on: iq and presence are found by the new resource, and its end ends the session", async (t) => {
  const { world, bob, session, other, arrive } = await standing(t);
  await session.continueOn("PDA");
  arrive();
  session.send("<presence><status>x</status></presence>");
  await world.quiet();
  assert.equal(parseStanza(bob.received[0]!).attrs["from"], pda);
  assert.deepEqual(other.info, { ...session.info });
  bob.engine.receive(`<presence type="unavailable" from="${aliceJid}"/>`);
  assert.equal(other.state, "established", "the old resource has gone, as was to be expected");
  bob.engine.receive(`<presence type="unavailable" from="${pda}"/>`);
  assert.equal((await other.ended).reason, "peer-unavailable");
});

test("a session that was moved exchanges keys from there, and both go on", async (t) => {
  const { world, alice, bob, session, other, arrive } = await standing(t);
  await session.continueOn("PDA");
  arrive();
  await session.rekey();
  await other.rekey();
  session.send(body("1"));
  other.send(body("2"));
  await world.quiet();
  assert.deepEqual([bodies(bob), bodies(alice)], [["1"], ["2"]]);
});

test("a session that was moved is terminated and acknowledged from there", async (t) => {
  const { session, other, arrive } = await standing(t);
  await session.continueOn("PDA");
  arrive();
  const ends = await Promise.all([other.close(), session.ended]);
  assert.deepEqual(ends.map(({ reason, complete }) => [reason, complete]), [["closed-by-us", true], ["closed-by-peer", true]]); // prettier-ignore
});

test("what the peer had to send before it was at the new resource is still read from the old one", async (t) => {
  const { session, other } = await standing(t);
  await session.continueOn("PDA");
  const end = await other.close(); // Alice acknowledges from where she still is
  assert.deepEqual([end.reason, end.complete], ["closed-by-us", true]);
});

test("N3: in clear nobody moves a session, neither by a request nor by an acceptance", async (t) => {
  const { world, alice, bob, session, other } = await standing(t);
  const clear = (from: string, to: string, inside: string) =>
    world.deliver(`<message from="${from}" to="${to}"><thread>${session.thread}</thread>${inside}</message>`);
  clear(aliceJid, bobJid, form("submit", "attacker"));
  assert.deepEqual([other.peer, kinds(bob)], [aliceJid, ["clear-in-session"]]);
  world.hooks.push((stanza) => stanza.attrs["from"] !== aliceJid);
  const moving = assert.rejects(session.continueOn("PDA"), { code: "negotiation-timeout" });
  clear(bobJid, aliceJid, form("result", "PDA"));
  assert.deepEqual(kinds(alice), ["clear-in-session"]);
  await world.clock.pass(30_000);
  await moving;
});

test("N3: a sealed stanza that a server sends on under another resource moves nothing", async (t) => {
  const { world, bob, session, other } = await standing(t);
  const sealed = parseStanza(session.seal(body("x")));
  sealed.attrs["from"] = "alice@example.org/attacker";
  sealed.attrs["to"] = bobJid;
  world.deliver(sealed);
  assert.deepEqual([bob.received, kinds(bob), other.peer], [[], ["no-session"], aliceJid]);
});

test("XEP-0155 §5: a resource where a session for iq and presence stands is refused, and all goes on as it was", async (t) => {
  const { world, alice, bob, session, other } = await standing(t);
  world.parties.pop();
  const second = await join(t, world, pda, "second");
  await establish(world, second, bob);
  const moving = assert.rejects(session.continueOn("PDA"), { code: "negotiation-refused" });
  session.send(body("waits"));
  await moving;
  await world.quiet();
  assert.deepEqual(bodies(bob), ["waits"]);
  assert.equal(other.peer, aliceJid);
  assert.equal(bob.engine.sessions.length, 2);
  assert.equal(readError(world.log.map(({ text }) => parseStanza(text)).find((one) => one.attrs["type"] === "error")!)!.condition, "not-acceptable"); // prettier-ignore
  assert.deepEqual(alice.received, []);
});

for (const resource of ["", "\u0001", "x".repeat(1024)])
  test(`what is no resource is refused (${resource.length} characters)`, async (t) => {
    const { world, alice, bob, session, other, hand } = await standing(t);
    await assert.rejects(session.continueOn(resource), { code: /jid-malformed/ });
    if (resource !== "x".repeat(1024)) return;
    world.deliver(arriving(alice.jid, bob.jid, other.thread, hand.seal(form("submit", resource))));
    await world.quiet();
    assert.equal(other.peer, aliceJid);
    assert.deepEqual(readError(parseStanza(alice.received[0]!))!.fields, ["continue"]);
  });

test("going on where one is already changes nothing", async (t) => {
  const { world, bob, session, other } = await standing(t);
  await session.continueOn("pda");
  assert.deepEqual([other.peer, kinds(bob)], [aliceJid, []]);
  assert.ok(world);
});

test("without an answer nobody knows where the session is: it ends after 30 s, and says what was not sent", async (t) => {
  const { world, session } = await standing(t);
  world.hooks.push(() => false);
  const moving = assert.rejects(session.continueOn("PDA"), { code: "negotiation-timeout" });
  session.send(body("waits"));
  await world.clock.pass(30_000);
  await moving;
  await world.clock.pass(30_000);
  const end = await session.ended;
  assert.deepEqual(
    [end.reason, end.complete, end.unsent],
    ["acknowledgement-missing", false, [body("waits")]],
  );
});

test("both may ask at once: each is accepted, and both go on", async (t) => {
  const { world, alice, bob, session, other, arrive } = await standing(t);
  const laptop = "bob@example.com/other";
  world.parties.push({ ...bob, jid: laptop });
  await Promise.all([session.continueOn("PDA"), other.continueOn("other")]);
  assert.deepEqual([session.peer, other.peer], [laptop, pda]);
  arrive();
  bob.engine.moved(laptop);
  world.hooks.push((stanza) => {
    if (stanza.attrs["from"] === bobJid) stanza.attrs["from"] = laptop;
  });
  session.send(body("1"));
  other.send(body("2"));
  await world.quiet();
  assert.deepEqual([bodies(bob), bodies(alice)], [["1"], ["2"]]);
});

test("moved() ends the sessions that were not asked, or asked for another resource, and what is being negotiated", async (t) => {
  for (const asked of [undefined, "tablet"]) {
    const { world, alice, session } = await standing(t);
    if (asked) await session.continueOn(asked);
    world.hooks.push(() => false);
    const starting = assert.rejects(alice.engine.start("carol@example.net"), { code: "negotiation-aborted" });
    await world.quiet();
    alice.engine.moved(pda);
    await starting;
    const end = await session.ended;
    assert.deepEqual([end.reason, end.complete], ["resource-changed", false]);
    assert.deepEqual(alice.engine.sessions, []);
  }
});

test("moved() takes another resource of the same account only", async (t) => {
  const { alice, session } = await standing(t);
  assert.throws(() => alice.engine.moved("alice@example.net/PDA"), { code: "option-invalid" });
  assert.throws(() => alice.engine.moved("alice@example.org"), { code: "jid-malformed" });
  alice.engine.moved(alice.jid);
  assert.equal(session.state, "established");
});

test("the mark of a session moves with it: after a crash it is told lost under its new names, and only once", async (t) => {
  const { world, alice, bob, session, other, arrive } = await standing(t);
  await session.continueOn("PDA");
  arrive();
  await world.quiet();
  const marks = async ({ blobs, keys }: Party, jid: string) => {
    const lost: (string | undefined)[] = [];
    const { core } = await loadTestCore({ sessions: 4, maxStanzaBytes: 65_536 });
    const engine = await createEngine({ jid, send: () => undefined, core, store: blobs, keys });
    engine.on("alert", ({ kind, message }) => kind === "session-lost" && lost.push(message));
    return lost.map((message) => /session with (\S+?),?\s/.exec(message!)![1]);
  };
  assert.deepEqual(await marks(alice, aliceJid), []);
  assert.deepEqual(await marks(alice, pda), [bobJid]);
  assert.deepEqual(await marks(bob, bobJid), [pda]);
  assert.ok(other);
});

test("a session that ends leaves no mark, wherever it was", async (t) => {
  const { world, bob, session, other, arrive } = await standing(t);
  await session.continueOn("PDA");
  arrive();
  await other.close();
  await world.quiet();
  const { core } = await loadTestCore({ sessions: 4, maxStanzaBytes: 65_536 });
  const lost: string[] = [];
  const engine = await createEngine({
    jid: bobJid,
    send: () => undefined,
    core,
    store: bob.blobs,
    keys: bob.keys,
  });
  engine.on("alert", ({ kind }) => lost.push(kind));
  assert.deepEqual(lost, []);
});

test("a request that cannot be sent ends the session, and no timer of it is left", async (t) => {
  let broken = false;
  const sending = () => {
    if (broken) throw new Error("no connection");
  };
  const { world, alice, bob } = await pairOf(t, { alice: { sending } });
  const timers = countTimers(world.clock);
  const [session, other] = await establish(world, alice, bob);
  void other.close();
  await world.quiet();
  const [next] = await establish(world, alice, bob);
  const others = timers();
  broken = true;
  await assert.rejects(next.continueOn("PDA"), { code: "session-ended" });
  assert.deepEqual([session.state, next.state], ["ended", "ended"]);
  assert.equal(timers(), others - 1, "only that of its own keys was there, and it is gone");
});
