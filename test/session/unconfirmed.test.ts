/** The responder's session before the initiator has proved that it holds the final keys (XEP-0116 §4.7.3; D15, D15a). */
import assert from "node:assert/strict";
import test from "node:test";
import type { TestContext } from "node:test";
import { element, parseStanza } from "esession/wire";
import type { Element } from "esession/wire";
import { establish, pairOf, type Pair, type PartyOptions } from "../support/pair.js";

const body = (text: string) => `<message><body>${text}</body></message>`;
const textOf = (text: string) => parseStanza(text).getChildText("body");
const isSealed = (stanza: Element) => stanza.getChild("c") !== undefined;

/**
 * A second session of the two, whose retained secret makes message 3 prove too little: Bob's is unconfirmed, because
 * Alice's first stanza is held back.
 */
async function unconfirmed(t: TestContext, bob: PartyOptions = {}, alice: PartyOptions = {}) {
  const pair: Pair = await pairOf(t, { bob, alice });
  const { world } = pair;
  const [first] = await establish(world, pair.alice, pair.bob);
  first.close().catch(() => undefined);
  await world.clock.pass(30_000);
  const held: Element[] = [];
  world.hooks.push((stanza) => (isSealed(stanza) && stanza.attrs.to === pair.bob.jid ? (held.push(stanza), false) : undefined)); // prettier-ignore
  const [session, other] = await establish(world, pair.alice, pair.bob);
  assert.deepEqual([session.state, other.state], ["established", "unconfirmed"]);
  const { length } = world.log;
  const fromBob = () => world.log.slice(length).filter(({ from }) => from === pair.bob.jid);
  const release = async () => {
    world.hooks.length = 0;
    for (const stanza of held.splice(0)) world.deliver(stanza);
    await world.quiet();
  };
  pair.alice.alerts.length = pair.bob.alerts.length = 0;
  return { ...pair, session, other, fromBob, release };
}

test("with neither SRS nor OSS message 3 proves everything: the responder's session is established at once", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  world.hooks.push((stanza) => (isSealed(stanza) ? false : undefined));
  const [, other] = await establish(world, alice, bob);
  assert.equal(other.state, "established");
});

test("while the session is unconfirmed seal() throws, and send() lets the stanza wait, in order", async (t) => {
  const { other, alice, fromBob, release } = await unconfirmed(t);
  assert.throws(() => other.seal(body("x")), { code: "session-unconfirmed" });
  for (const text of ["1", "2", "3"]) other.send(body(text));
  assert.deepEqual(fromBob(), []);
  await release();
  assert.equal(other.state, "established");
  other.send(body("4"));
  await release();
  assert.deepEqual(alice.received.map(textOf), ["1", "2", "3", "4"]);
});

test("the initiator's first stanza has only <mac/> in its <c/>, and no client sees it", async (t) => {
  const { world, bob, release } = await unconfirmed(t);
  const first = world.log
    .map(({ text }) => parseStanza(text))
    .filter(isSealed)
    .at(-1)!;
  assert.deepEqual(
    first
      .getChild("c")!
      .getChildElements()
      .map(({ name }) => name),
    ["mac"],
  );
  await release();
  assert.deepEqual(bob.received, []);
});

test("what waits is bounded by the policy's queueLimit: the next one is refused with queue-full", async (t) => {
  const { other, alice, release } = await unconfirmed(t, { policy: { queueLimit: 3 } });
  for (const text of ["1", "2", "3"]) other.send(body(text));
  assert.throws(() => other.send(body("4")), { code: "queue-full" });
  await release();
  assert.deepEqual(alice.received.map(textOf), ["1", "2", "3"]);
});

test("what waited when the session ends is told as unsent, and nothing of it was sent", async (t) => {
  const { other, bob, world, alice } = await unconfirmed(t);
  for (const text of ["1", "2"]) other.send(body(text));
  bob.engine.receive(`<presence type="unavailable" from="${alice.jid}" to="${bob.jid}"/>`);
  const end = await other.ended;
  assert.deepEqual(end.unsent, [body("1"), body("2")]);
  assert.equal(end.unconfirmed.count, 0);
  await world.quiet();
});

test("when send() throws while what waited goes out, each stanza is told as unsent once", async (t) => {
  let broken = false;
  const { other, release } = await unconfirmed(t, {
    sending: () => {
      if (broken) throw new Error("the socket is gone");
    },
  });
  const waiting = ["1", "2", "3"].map(body);
  for (const stanza of waiting) other.send(stanza);
  broken = true;
  await release();
  const end = await other.ended;
  assert.equal(end.reason, "send-failed");
  assert.deepEqual(end.unsent, waiting);
});

for (const [what, stanza] of [
  ["a clear message", (thread: string) => `<message><thread>${thread}</thread><body>x</body></message>`],
  [
    "a clear error",
    (thread: string) =>
      `<message type="error"><thread>${thread}</thread><error type="cancel"><service-unavailable xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></message>`,
  ],
  [
    "a clear error with <c/> in its <error/>",
    (thread: string) =>
      `<message type="error"><thread>${thread}</thread><error type="cancel"><c xmlns="http://www.xmpp.org/extensions/xep-0200.html#ns"><mac>AAAA</mac></c></error></message>`,
  ],
] as const)
  // prettier-ignore
  test(`${what} in the initiator's name confirms nothing and costs no retained secret`, async (t) => {
    const { alice, bob, other, world, fromBob } = await unconfirmed(t);
    other.send(body("waiting"));
    const before = await bob.record("alice@example.org");
    const copy = parseStanza(stanza(other.thread));
    Object.assign(copy.attrs, { from: alice.jid, to: bob.jid });
    world.deliver(copy);
    await world.quiet();
    assert.ok(other.state === "unconfirmed" || other.state === "ended");
    assert.deepEqual(fromBob(), []);
    const ids = (record: typeof before) => record.retained.map(({ id }) => id);
    assert.deepEqual(ids(await bob.record("alice@example.org")), ids(before));
  });

test("a stanza under wrong keys confirms nothing: the session ends, and both retained secrets stay", async (t) => {
  const { alice, bob, other, world } = await unconfirmed(t);
  const before = (await bob.record("alice@example.org")).retained.length;
  assert.equal(before, 2, "the successor is staged beside the old one");
  const c = element("c", { xmlns: "http://www.xmpp.org/extensions/xep-0200.html#ns" }, element("mac", {}, `${"A".repeat(43)}=`)); // prettier-ignore
  world.deliver(element("message", { from: alice.jid, to: bob.jid }, element("thread", {}, other.thread), c));
  assert.equal((await other.ended).reason, "mac-mismatch");
  assert.equal((await bob.record("alice@example.org")).retained.length, before);
});

test("a session that is never confirmed ends after the time of a half-open negotiation, and both secrets stay", async (t) => {
  const { other, bob, world } = await unconfirmed(t);
  other.send(body("waiting"));
  await world.clock.pass(120_000);
  const end = await other.ended;
  assert.deepEqual([end.reason, end.complete, end.unsent], ["never-confirmed", false, [body("waiting")]]);
  assert.equal((await bob.record("alice@example.org")).retained.length, 2);
});

for (const releaseUnconfirmed of [true, false])
  test(`towards a deployed initiator what waits goes out after 10 s ${releaseUnconfirmed ? "where the policy allows it, and that is told" : "only where the policy allows it"}`, async (t) => {
    const policy = { dialect: "deployed" } as const;
    const { other, fromBob, bob, world } = await unconfirmed(
      t,
      { policy: { ...policy, releaseUnconfirmed } },
      { policy },
    );
    other.send(body("waiting"));
    await world.clock.pass(9_999);
    assert.deepEqual(fromBob(), []);
    await world.clock.pass(1);
    const kinds = bob.alerts.map(({ kind }) => kind);
    assert.deepEqual(kinds, releaseUnconfirmed ? ["released-unconfirmed"] : []);
    assert.equal(fromBob().length, releaseUnconfirmed ? 1 : 0);
    assert.equal(other.state, "unconfirmed");
  });
