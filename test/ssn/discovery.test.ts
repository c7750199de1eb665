/** XEP-0116 §3 and XEP-0155 §4.3: announcing sessions, reading what a peer announces, and who turns out to know none. */
import assert from "node:assert/strict";
import test from "node:test";
import { features, supports } from "esession";
import { parseStanza, readError } from "esession/wire";
import { messageNumber } from "../support/forms.js";
import { pairOf } from "../support/pair.js";

const support = "http://www.xmpp.org/extensions/xep-0116.html#ns";
const result = (inside: string, attrs = `type="result"`) =>
  `<iq ${attrs} from="bob@example.com/laptop"><query xmlns="http://jabber.org/protocol/disco#info"><identity category="client" type="pc"/>${inside}</query></iq>`;

test("XEP-0116 §3, XEP-0155 §12.2, XEP-0020 §4: what is announced, sorted as XEP-0115 §5.1 wants it", async (t) => {
  const { alice } = await pairOf(t);
  assert.deepEqual(alice.engine.features, [
    "http://jabber.org/protocol/feature-neg",
    support,
    "urn:xmpp:ssn",
  ]);
  assert.deepEqual([...features].sort(), alice.engine.features);
});

test("XEP-0116 §3: the feature that must be there says that a peer supports sessions", () => {
  assert.equal(supports(result(`<feature var="urn:x"/><feature var="${support}"/>`)), true);
  assert.equal(supports(parseStanza(result(`<feature var="${support}"/>`))), true);
  assert.equal(supports(["urn:x", support]), true);
  for (const other of [
    result(`<feature var="urn:xmpp:ssn"/>`),
    result(`<feature/>`),
    result(`<feature xmlns="urn:x" var="${support}"/>`),
    result(`<feature var="${support}"/>`, `type="error"`),
    result(`<feature var="${support}"/>`).replaceAll("iq", "message"),
    [],
  ])
    assert.equal(supports(other), false);
  assert.throws(() => supports({}), { code: "stanza-unsupported" });
});

test("XEP-0116 §3: a full JID that is known to support no sessions is sent nothing", async (t) => {
  const asked: string[] = [];
  const { world, alice, bob } = await pairOf(t, {
    alice: {
      supports: (jid) => {
        asked.push(jid);
        return jid === bob.jid ? false : undefined;
      },
    },
  });
  await assert.rejects(alice.engine.start(bob.jid), { code: "peer-unsupported" });
  await world.quiet();
  assert.deepEqual(world.log, []);
  // of a bare JID nobody knows which resource will answer
  const session = await alice.engine.start("bob@example.com");
  assert.equal(session.peer, bob.jid);
  assert.deepEqual(asked, [bob.jid]);
});

const error = (condition: string, inside = "") =>
  `<error type="cancel"><${condition} xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/>${inside}</error>`;
const named = `<feature xmlns="http://jabber.org/protocol/feature-neg"><field var="logging"/></feature>`;

for (const [answer, code] of [
  [error("service-unavailable"), "peer-unsupported"],
  [error("feature-not-implemented"), "peer-unsupported"],
  [error("feature-not-implemented", named), "negotiation-refused"],
  [error("not-acceptable", named), "negotiation-refused"],
] as const)
  test(`XEP-0155 §4.3: the answer ${answer.replace(/xmlns="[^"]*"/g, "").replace(/ +/g, " ")} is ${code}`, async (t) => {
    const { world, alice, bob } = await pairOf(t);
    world.hooks.push((stanza) => {
      if (messageNumber(stanza) !== 1) return undefined;
      const thread = stanza.getChildText("thread")!;
      world.deliver(
        `<message type="error" from="${bob.jid}" to="${alice.jid}"><thread>${thread}</thread>${answer}</message>`,
      );
      return false;
    });
    await assert.rejects(
      alice.engine.start(bob.jid),
      (thrown: Error & { code: string; fields: string[] }) => {
        assert.equal(thrown.code, code);
        assert.deepEqual(thrown.fields, answer.includes("var=") ? ["logging"] : []);
        return true;
      },
    );
    assert.equal(world.log.length, 1, "an error is never answered");
    assert.deepEqual(alice.sessions, []);
  });

test("XEP-0155 §4.3: after message 3 service-unavailable says nothing of what the peer supports", async (t) => {
  const { world, alice, bob } = await pairOf(t, { alice: { policy: { dialect: "xep" } } });
  world.hooks.push((stanza) => {
    if (messageNumber(stanza) !== 3) return undefined;
    const thread = stanza.getChildText("thread")!;
    world.deliver(
      `<message type="error" from="${bob.jid}" to="${alice.jid}"><thread>${thread}</thread>${error("service-unavailable")}</message>`,
    );
    return false;
  });
  await assert.rejects(alice.engine.start(bob.jid), { code: "negotiation-refused" });
});

test("XEP-0155 §4.3, XEP-0020 §3: negotiations of another FORM_TYPE are left to the client, which may know them", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  const form = (type: string) =>
    `<feature xmlns="http://jabber.org/protocol/feature-neg"><x xmlns="jabber:x:data" type="form">${type}<field var="places-to-meet" type="list-single"><option><value>Lover's Lane</value></option></field></x></feature>`;
  for (const inside of [
    form(`<field var="FORM_TYPE" type="hidden"><value>romantic_meetings</value></field>`),
    form(""),
  ])
    for (const thread of ["", "<thread>t</thread>"]) {
      const text = `<message from="${alice.jid}" to="${bob.jid}">${thread}${inside}</message>`;
      assert.equal(bob.engine.receive(text), text);
    }
  await world.quiet();
  assert.deepEqual([world.log, bob.alerts], [[], []]);
});

test("XEP-0155 §4.3: required fields that are not known are feature-not-implemented, and named", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  world.hooks.push((stanza) => {
    const x = messageNumber(stanza) === 1 ? stanza.getChild("feature")?.getChild("x") : undefined;
    x?.append(
      parseStanza(`<field var="urn:example:field" type="boolean"><value>1</value><required/></field>`),
    );
  });
  await assert.rejects(alice.engine.start(bob.jid), { code: "negotiation-refused" });
  const answer = parseStanza(world.log[1]!.text);
  assert.equal(world.log[1]!.from, bob.jid);
  assert.deepEqual(
    [readError(answer)!.condition, readError(answer)!.fields],
    ["feature-not-implemented", ["urn:example:field"]],
  );
  assert.ok(!world.log[1]!.text.includes("jabber:x:data"), "the form is not repeated");
});
