/** Message 4 with encrypted content beside it, which a peer may send (XEP-0116 §4.7.4): ours sends the two apart. */
import test from "node:test";
import assert from "node:assert/strict";
import { parseStanza, type Element } from "esession/wire";
import { messageNumber } from "../support/forms.js";
import { pairOf, type Pair } from "../support/pair.js";

const chat = `<message type="chat" id="first"><body>with message 4</body></message>`;

/** Holds message 4 and Bob's first sealed stanza; both in one stanza, which a test may change, is what `joined` gives. */
async function held(
  t: Parameters<typeof pairOf>[0],
): Promise<Pair & { joined: Element; starting: Promise<unknown> }> {
  const pair = await pairOf(t);
  const { world, alice, bob } = pair;
  const kept: Element[] = [];
  world.hooks.push((stanza) => {
    if (stanza.attrs.from !== bob.jid) return undefined;
    if (messageNumber(stanza) !== 4 && stanza.getChild("c") === undefined) return undefined;
    kept.push(stanza);
    return false;
  });
  const starting = alice.engine.start(bob.jid);
  starting.catch(() => undefined);
  await world.quiet();
  bob.sessions[0]!.send(chat);
  await world.quiet();
  world.hooks.pop();
  const [proof, sealed] = kept.map((one) => parseStanza(one.toString()));
  assert.ok(proof && sealed && kept.length === 2);
  const c = sealed.getChild("c")!;
  c.attrs.xmlns ??= "http://www.xmpp.org/extensions/xep-0200.html#ns";
  proof.append(c);
  return { ...pair, joined: proof, starting };
}

test("XEP-0116 §4.7.4: content beside message 4 is opened when the responder has been verified", async (t) => {
  const { world, alice, bob, joined, starting } = await held(t);
  world.deliver(joined);
  const session = await starting;
  await world.quiet();
  assert.equal(alice.delivered.length, 1);
  assert.equal(alice.delivered[0]!.session, session);
  assert.match(alice.delivered[0]!.stanza as string, /with message 4/);
  assert.doesNotMatch(alice.delivered[0]!.stanza as string, /identity|urn:xmpp:ssn/);
  bob.sessions[0]!.send("<message><body>later</body></message>");
  await world.quiet();
  assert.match(alice.received.at(-1)!, /later/);
  assert.deepEqual([alice.alerts, bob.alerts], [[], []]);
});

test("XEP-0116 §4.8.2: content beside a message 4 that does not verify is ignored", async (t) => {
  const { world, alice, joined, starting } = await held(t);
  const mac = joined
    .getChild("init")!
    .getChild("x")!
    .getChildElements()
    .find((field) => field.attrs.var === "mac")!
    .getChild("value")!;
  const text = mac.getText();
  mac.children = [(text.startsWith("A") ? "B" : "A") + text.slice(1)];
  world.deliver(joined);
  await assert.rejects(starting, { code: "identity-mismatch" });
  await world.quiet();
  assert.deepEqual([alice.delivered, alice.received, alice.sessions], [[], [], []]);
  assert.deepEqual(
    alice.alerts.map(({ kind }) => kind),
    [],
  );
});
