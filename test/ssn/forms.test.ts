/** XEP-0155 §4.3 and §7: the refusals and the forms of a termination, as they go over the wire. */
import assert from "node:assert/strict";
import test from "node:test";
import { parseStanza } from "esession/wire";
import { messageNumber, setValues } from "../support/forms.js";
import { establish, pairOf } from "../support/pair.js";
import { shadows } from "../support/shadow.js";

const conditions = "urn:ietf:params:xml:ns:xmpp-stanzas";
const feature = "http://jabber.org/protocol/feature-neg";
const refusals = [
  ["a required field that is not known", "feature-not-implemented", `type="cancel" code="501"`, "urn:example:field"],
  ["a required field without an acceptable option", "not-acceptable", `type="cancel" code="406"`, "security"],
] as const; // prettier-ignore

for (const [what, condition, attrs, name] of refusals)
  test(`XEP-0155 §4.3: ${what}: ${condition}, naming the field, and never the form again (D18)`, async (t) => {
    const { world, alice, bob } = await pairOf(t);
    let thread = "";
    world.hooks.push((stanza) => {
      if (messageNumber(stanza) !== 1) return;
      thread = stanza.getChildText("thread")!;
      const x = stanza.getChild("feature")!.getChild("x")!;
      if (name === "security") setValues(stanza, name, "none");
      else x.append(parseStanza(`<field var="${name}" type="boolean"><value>1</value><required/></field>`));
    });
    await assert.rejects(alice.engine.start(bob.jid), { code: "negotiation-refused", fields: [name] });
    assert.equal(
      world.log[1]!.text.replace(` from="${bob.jid}"`, ""),
      `<message xmlns="jabber:client" type="error" to="${alice.jid}"><thread>${thread}</thread><error ${attrs}>` +
        `<${condition} xmlns="${conditions}"/><feature xmlns="${feature}"><field var="${name}"/></feature></error></message>`,
    );
    assert.equal(world.log.length, 2, "an error is not answered");
  });

test("XEP-0155 §7, XEP-0116 §5: the termination is a 'submit' and its acknowledgement a 'result', both sealed, with the thread", async (t) => {
  const hand = shadows();
  const { world, alice, bob } = await pairOf(t, { alice: { wrap: (core) => hand.wrap(core) } });
  const [session] = await establish(world, alice, bob);
  hand.open(parseStanza(world.log.at(-1)!.text).getChild("c")!); // the confirmation
  const form = (type: string) =>
    `<feature xmlns="${feature}"><x xmlns="jabber:x:data" type="${type}"><field var="FORM_TYPE"><value>urn:xmpp:ssn</value></field><field var="terminate"><value>1</value></field></x></feature>`;
  const { length } = world.log;
  await session.close();
  const [termination, acknowledgement] = world.log.slice(length).map(({ text }) => parseStanza(text));
  for (const message of [termination!, acknowledgement!]) {
    assert.deepEqual(message.getChildElements().map(({ name }) => name), ["thread", "c"]); // prettier-ignore
    assert.equal(message.getChildText("thread"), session.thread);
    assert.equal(message.attrs["type"], undefined);
  }
  assert.equal(hand.open(termination!.getChild("c")!), form("submit"));
});

test("XEP-0155 §7: 'true' terminates as '1' does; '0', two values and another form type do not", async (t) => {
  const ends: Record<string, boolean> = {
    [`type="submit">|<value>true</value>`]: true,
    [`type="submit">|<value>1</value>`]: true,
    [`type="submit">|<value>0</value>`]: false,
    [`type="submit">|<value>1</value><value>1</value>`]: false,
    [`type="form">|<value>1</value>`]: false,
    [`type="cancel">|<value>1</value>`]: false,
  };
  for (const [text, expected] of Object.entries(ends)) {
    const { world, alice, bob } = await pairOf(t);
    const [session, other] = await establish(world, alice, bob);
    const [type, values] = text.split("|") as [string, string];
    session.send(
      `<message><feature xmlns="${feature}"><x xmlns="jabber:x:data" ${type}<field var="FORM_TYPE"><value>urn:xmpp:ssn</value></field><field var="terminate">${values}</field></x></feature></message>`,
    );
    await world.quiet();
    assert.equal(other.state === "ended", expected, text);
  }
});

test("XEP-0155 §7: after a termination a new session has a new thread, and nothing of the old one is renegotiated", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  const [session, other] = await establish(world, alice, bob);
  await session.close();
  await assert.rejects(other.renegotiate([{ var: "logging", options: ["mustnot"] }]), {
    code: "session-ended",
  });
  await assert.rejects(other.continueOn("PDA"), { code: "session-ended" });
  const again = await alice.engine.start(bob.jid);
  assert.notEqual(again.thread, session.thread);
});
