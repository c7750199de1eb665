/** Clear stanzas beside a session (D21): what passes unprotected, what is refused, and how results find their requests. */
import assert from "node:assert/strict";
import test from "node:test";
import type { TestContext } from "node:test";
import { parseStanza, readError, readThread } from "esession/wire";
import { establish, pairOf } from "../support/pair.js";

const query = `<query xmlns="urn:example:query"/>`;

async function standing(t: TestContext) {
  const { world, alice, bob } = await pairOf(t);
  const [session, other] = await establish(world, alice, bob);
  /** What Bob's engine makes of a clear stanza in Alice's name. */
  const clear = (text: string) => bob.engine.open(text.replace(" ", ` from="${alice.jid}" to="${bob.jid}" `));
  const { length } = world.log;
  return { world, alice, bob, session, other, clear, sent: () => world.log.slice(length).map(({ text }) => parseStanza(text)) }; // prettier-ignore
}

const bootstrap = {
  "disco#info": `<query xmlns="http://jabber.org/protocol/disco#info"/>`,
  "disco#items": `<query xmlns="http://jabber.org/protocol/disco#items"/>`,
  ping: `<ping xmlns="urn:xmpp:ping"/>`,
};

test("a clear iq get or set of the session's peer is answered not-acceptable and told", async (t) => {
  const { world, bob, clear, sent } = await standing(t);
  for (const type of ["get", "set"]) {
    assert.equal(clear(`<iq type="${type}" id="${type}1">${query}</iq>`).kind, "consumed");
    await world.quiet();
    const answer = sent().at(-1)!;
    assert.equal(answer.getName(), "iq");
    assert.deepEqual([answer.attrs.type, answer.attrs.id], ["error", `${type}1`]);
    assert.equal(readError(answer)!.condition, "not-acceptable");
  }
  assert.deepEqual(
    bob.alerts.map(({ kind }) => kind),
    ["clear-in-session", "clear-in-session"],
  );
});

for (const [name, child] of Object.entries(bootstrap))
  test(`a clear ${name} of the session's peer passes, flagged as unprotected`, async (t) => {
    const { world, bob, clear, sent } = await standing(t);
    const received = clear(`<iq type="get" id="1">${child}</iq>`);
    assert.ok(received.kind === "stanza" && received.session === undefined);
    await world.quiet();
    assert.deepEqual([sent(), bob.alerts], [[], []]);
  });

test("broadcast presence, and a message of no session's thread, pass, flagged as unprotected", async (t) => {
  const { clear, bob, other } = await standing(t);
  for (const text of [
    "<presence ><show>away</show></presence>",
    `<presence type="unsubscribe"/>`,
    "<message ><body>clear</body></message>",
    "<message ><thread>another</thread><body>clear</body></message>",
    `<message type="headline"><body>clear</body></message>`,
  ]) {
    const received = clear(text);
    assert.ok(received.kind === "stanza" && received.session === undefined, text);
  }
  assert.deepEqual(bob.alerts, []);
  assert.equal(other.state, "established");
});

test("a clear message of the session's thread is refused and told, and ends nothing", async (t) => {
  const { world, bob, other, clear, sent } = await standing(t);
  for (const inside of [
    "<body>attacker</body>",
    `<active xmlns="http://jabber.org/protocol/chatstates"/>`,
    `<feature xmlns="http://jabber.org/protocol/feature-neg"><x xmlns="jabber:x:data" type="submit"><field var="FORM_TYPE"><value>urn:xmpp:ssn</value></field><field var="terminate"><value>1</value></field></x></feature>`,
    "",
  ])
    assert.equal(
      clear(`<message ><thread>${other.thread}</thread>${inside}</message>`).kind,
      "consumed",
      inside,
    );
  await world.quiet();
  assert.deepEqual(
    bob.alerts.map(({ kind, session }) => [kind, session]),
    Array(4).fill(["clear-in-session", other]),
  );
  assert.deepEqual(sent(), []);
  assert.equal(other.state, "established", "XEP-0116 §5: a termination is an encrypted stanza");
});

test("the result of a request that was sent sealed must come sealed, and once", async (t) => {
  const { world, alice, bob, session, other } = await standing(t);
  session.send(`<iq type="get" id="q1">${query}</iq>`);
  await world.quiet();
  assert.equal(parseStanza(bob.received[0]!).attrs.id, "q1");

  const clearResult = `<iq type="result" id="q1" from="${bob.jid}" to="${alice.jid}">${query}</iq>`;
  assert.equal(alice.engine.receive(clearResult), undefined);
  assert.deepEqual(
    alice.alerts.map(({ kind }) => kind),
    ["clear-in-session"],
  );

  for (const id of ["q1", "q1", "q2"]) other.send(`<iq type="result" id="${id}">${query}</iq>`);
  await world.quiet();
  assert.deepEqual(
    alice.received.map((text) => parseStanza(text).attrs.id),
    ["q1"],
  );
  assert.deepEqual(
    alice.alerts.map(({ kind }) => kind),
    ["clear-in-session", "unmatched-result", "unmatched-result"],
  );
  assert.ok(alice.engine.receive(clearResult), "a result of no pending request is not the session's");
});

test("an iq error answers a request as a result does, its <error/> in clear (XEP-0200 §5)", async (t) => {
  const { world, alice, session, other } = await standing(t);
  session.send(`<iq type="set" id="q1">${query}</iq>`);
  await world.quiet();
  other.send(`<iq type="error" id="q1">${query}<error type="cancel"><service-unavailable xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></iq>`); // prettier-ignore
  await world.quiet();
  const [error] = alice.received.map((text) => parseStanza(text));
  assert.equal(readError(error!)!.condition, "service-unavailable");
  assert.ok(error!.getChild("query", "urn:example:query"));
});

test("XEP-0200 §5: iq and presence, which carry no thread, are opened by the pair's session", async (t) => {
  const { world, bob, session } = await standing(t);
  session.send("<presence><status>secret</status></presence>");
  session.send(`<iq type="set" id="1">${query}</iq>`);
  session.send(`<presence type="unavailable"><status>gone</status></presence>`);
  await world.quiet();
  assert.deepEqual(
    bob.received.map((text) => parseStanza(text).getName()),
    ["presence", "iq", "presence"],
  );
  assert.ok(bob.received.every((text) => !text.includes("xep-0200")));
});

test("a sealed stanza of an unknown session is told once for its sender and thread, and never handed on", async (t) => {
  const { bob, alice, world } = await standing(t);
  const c = `<c xmlns="http://www.xmpp.org/extensions/xep-0200.html#ns"><mac>${"A".repeat(43)}=</mac></c>`;
  const sealed = (thread: string, from = alice.jid) =>
    bob.engine.receive(`<message from="${from}" to="${bob.jid}"><thread>${thread}</thread>${c}</message>`);
  for (const thread of ["x", "x", "y"]) assert.equal(sealed(thread), undefined);
  assert.equal(sealed("x", "carol@example.net/desk"), undefined);
  assert.equal(bob.engine.receive(`<message from="${alice.jid}" to="${bob.jid}">${c}</message>`), undefined);
  await world.quiet();
  assert.deepEqual(
    bob.alerts.map(({ kind, jid }) => [kind, jid.split("@")[0]]),
    [
      ["no-session", "alice"],
      ["no-session", "alice"],
      ["no-session", "carol"],
      ["no-session", "alice"],
    ],
  );
  assert.equal(readThread(world.messages(1)[0]!), bob.engine.sessions[0]!.thread, "nothing was answered");
});
