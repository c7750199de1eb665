/** XEP-0200 §8, between two engines: what ends a session, how the peer is told, and what the user is told. */
import assert from "node:assert/strict";
import test from "node:test";
import type { TestContext } from "node:test";
import { element, parseStanza, readError, readThread } from "esession/wire";
import type { Element, Extra } from "esession/wire";
import { arriving, shadows } from "../support/shadow.js";
import { establish, pairOf } from "../support/pair.js";

/** Two sessions that stand, and the hand that seals in Alice's name whatever the test wants. */
async function standing(t: TestContext) {
  const hand = shadows();
  const { world, alice, bob } = await pairOf(t, {
    alice: { wrap: (core) => hand.wrap(core) },
    bob: { policy: { rekeyFreq: 4_294_967_295 } },
  });
  const [session, other] = await establish(world, alice, bob);
  hand.seal(); // Alice's first, empty stanza has used that counter
  const forge = (text?: string, extra?: Extra) =>
    arriving(alice.jid, bob.jid, session.thread, hand.seal(text, extra));
  return { world, alice, bob, session, other, hand, forge };
}

const cases: Record<
  string,
  { text?: string; extra?: Extra; change?: (stanza: Element) => void; reason: string }
> = {
  "a MAC that does not match": {
    text: "<body>x</body>",
    change: (stanza) => (stanza.getChild("c")!.getChild("mac")!.children = [`${"A".repeat(43)}=`]),
    reason: "mac-mismatch",
  },
  "content that is not well-formed": { text: "<body>", reason: "content-malformed" },
  "content that has sealed content in it": {
    text: `<c xmlns="http://www.xmpp.org/extensions/xep-0200.html#ns"><mac>AAAA</mac></c>`,
    reason: "content-malformed",
  },
  "a <c/> that is not of the schema": {
    text: "<body>x</body>",
    change: (stanza) => stanza.getChild("c")!.append(element("extra")),
    reason: "content-malformed",
  },
  "a <key/> that was not agreed on (§9)": { text: "", extra: { key: "AAAB" }, reason: "protocol-violation" },
  "a <new/> that was not agreed on (§9)": { text: "", extra: { new: 1 }, reason: "protocol-violation" },
};

for (const [what, { text, extra, change, reason }] of Object.entries(cases))
  test(`XEP-0200 §8: ${what} ends the session, is answered not-acceptable, and the user is told`, async (t) => {
    const { world, bob, session, other, forge, alice } = await standing(t);
    const before = world.log.length;
    const stanza = forge(text, extra);
    change?.(stanza);
    world.deliver(stanza);
    await world.quiet();
    assert.equal(other.state, "ended");
    assert.deepEqual(bob.received, []);
    const answers = world.log.slice(before).filter(({ from }) => from === bob.jid);
    const [termination, answer, ...more] = answers;
    assert.deepEqual(more, []);
    assert.ok(parseStanza(termination!.text).getChild("c"), "which the peer can believe");
    assert.equal((await session.ended).reason, "closed-by-peer");
    const error = parseStanza(answer!.text);
    assert.equal(readError(error)!.condition, "not-acceptable");
    assert.equal(readThread(error), other.thread);
    assert.equal(error.attrs.to, alice.jid);
    const [alert, ...others] = bob.alerts;
    assert.deepEqual(others, []);
    assert.equal(alert!.kind, "session-ended");
    assert.equal(alert!.end!.reason, reason);
    assert.equal(alert!.end!.complete, false);
    assert.equal(typeof alert!.restart, "function");
    assert.equal(bob.core.core.usage.contexts, 0, "the keys are wiped");
    assert.throws(() => other.send("<message><body>x</body></message>"), { code: "session-ended" });
  });

test("XEP-0200 §8: the user can start again at once", async (t) => {
  const { world, bob, forge } = await standing(t);
  world.deliver(forge("<body>"));
  const session = await bob.alerts[0]!.restart!();
  assert.equal(session.state, "established");
  assert.ok(session.continued, "the retained secrets are kept");
});

test("a clear error, such as the peer's answer, ends no session that stands (D21)", async (t) => {
  const { world, session, other, alice, bob } = await standing(t);
  for (const thread of [session.thread, "other"])
    world.deliver(
      parseStanza(
        `<message type="error" from="${bob.jid}" to="${alice.jid}"><thread>${thread}</thread><error type="modify"><not-acceptable xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></message>`,
      ),
    );
  session.send("<message><body>still here</body></message>");
  await world.quiet();
  assert.equal(other.state, "established");
  assert.equal(parseStanza(bob.received[0]!).getChildText("body"), "still here");
});

test("a stanza of ours that a server returns with an error ends nothing: the error is handed on, unprotected", async (t) => {
  const { world, alice, bob, session } = await standing(t);
  const sealed = parseStanza(session.seal("<message id='1'><body>undeliverable</body></message>"));
  Object.assign(sealed.attrs, { type: "error", from: bob.jid, to: alice.jid });
  sealed.append(parseStanza(`<error type="cancel"><remote-server-not-found xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error>`)); // prettier-ignore
  const received = alice.engine.open(sealed);
  assert.ok(received.kind === "stanza" && received.session === undefined);
  await world.quiet();
  assert.deepEqual([session.state, alice.alerts], ["established", []]);
});

test("XEP-0200 §5: <c/> inside of a clear <error/> proves nothing: it is not handed on as the session's", async (t) => {
  const { world, alice, bob, other } = await standing(t);
  const received = bob.engine.open(
    `<message type="error" from="${alice.jid}" to="${bob.jid}"><thread>${other.thread}</thread><error type="modify"><not-acceptable xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/><c xmlns="http://www.xmpp.org/extensions/xep-0200.html#ns"><mac>${"A".repeat(43)}=</mac></c></error></message>`,
  );
  await world.quiet();
  assert.ok(received.kind === "consumed" || received.session === undefined);
});

test("XEP-0200 §5: two authentic <c/> in one stanza end the session", async (t) => {
  const { world, bob, forge, other } = await standing(t);
  const stanza = forge("<body>one</body>");
  stanza.append(forge("<subject>two</subject>").getChild("c")!);
  world.deliver(stanza);
  await world.quiet();
  assert.deepEqual(bob.received, []);
  assert.equal(other.state, "ended");
});

test("clear children beside <c/> are left out, and told by name (D21)", async (t) => {
  const { world, bob, other, forge } = await standing(t);
  const stanza = forge("<body>real</body>");
  stanza.append(element("body", {}, "attacker"), element("x", { xmlns: "jabber:x:oob" }));
  world.deliver(stanza);
  await world.quiet();
  assert.doesNotMatch(bob.received[0]!, /attacker|oob/);
  assert.match(bob.received[0]!, /real/);
  assert.equal(bob.alerts[0]!.kind, "clear-residue");
  assert.match(bob.alerts[0]!.message, /body, x/);
  assert.equal(other.state, "established");
});
