/** XEP-0200 §5: the three kinds of stanzas, in all their types, sealed and opened; and what is left to servers. */
import assert from "node:assert/strict";
import test from "node:test";
import { parseStanza } from "esession/wire";
import { establish, pairOf } from "../support/pair.js";

const conditions = "urn:ietf:params:xml:ns:xmpp-stanzas";
const query = `<query xmlns="urn:example:query"><secret/></query>`;
const error = `<error type="wait"><conflict xmlns="${conditions}"/><secret xmlns="urn:x"/></error>`;
const id = `id="q1"`;

/** Whatever the type, everything but the wrapper, and an error's condition, is inside. */
const stanzas = [
  "<message><body>secret</body></message>",
  ...["normal", "chat", "headline", "groupchat"].map((type) => `<message type="${type}"><body>secret</body></message>`),
  `<message type="error"><body>secret</body>${error}</message>`,
  "<presence><show>dnd</show><status>secret</status></presence>",
  `<presence type="unavailable"><status>secret</status></presence>`,
  `<presence type="error"><status>secret</status>${error}</presence>`,
  `<iq type="get" ${id}>${query}</iq>`,
  `<iq type="set" ${id}>${query}</iq>`,
  `<iq type="result" ${id}>${query}</iq>`,
  `<iq type="result" ${id}/>`,
  `<iq type="error" ${id}>${query}${error}</iq>`,
]; // prettier-ignore

for (const text of stanzas)
  test(`XEP-0200 §5: ${text.replace(/ xmlns="[^"]*"/g, "")}`, async (t) => {
    const { world, alice, bob } = await pairOf(t);
    const [session, other] = await establish(world, alice, bob);
    if (/type="(result|error)" id/.test(text)) other.send(`<iq type="get" ${id}>${query}</iq>`);
    await world.quiet();
    session.send(text);
    session.send("<message><body>in step</body></message>");
    await world.quiet();
    const wire = world.log.at(-2)!.text;
    const original = parseStanza(text);
    const sent = parseStanza(wire);
    assert.ok(!wire.includes("secret"));
    assert.deepEqual([sent.name, sent.attrs["type"], sent.attrs["id"]], [original.name, original.attrs["type"], original.attrs["id"]]); // prettier-ignore
    const inside = sent.getChildElements().map(({ name }) => name);
    assert.deepEqual(
      inside.filter((name) => !["thread", "c", "error", "encryption"].includes(name)),
      [],
    );
    const opened = parseStanza(bob.received[0]!);
    const shape = (stanza: typeof opened): unknown[] =>
      stanza.getChildElements().filter(({ name }) => name !== "thread").map((child) => [child.name, shape(child), child.getText()]); // prettier-ignore
    assert.deepEqual(shape(opened), shape(original));
    assert.equal(opened.attrs["from"], alice.jid);
    assert.equal(bob.received.length, 2);
    assert.deepEqual(bob.alerts, []);
  });

for (const type of ["subscribe", "subscribed", "unsubscribe", "unsubscribed", "probe"])
  test(`RFC 6121 §3, §4.3: presence of type ${type} is for servers: never sealed, and passed on in clear`, async (t) => {
    const { world, alice, bob } = await pairOf(t);
    const [session] = await establish(world, alice, bob);
    const text = `<presence type="${type}"><status>Hello</status></presence>`;
    for (const seal of [() => session.seal(text), () => session.sealMany([text]), () => session.send(text)])
      assert.throws(seal, { code: "stanza-not-in-session" });
    const arriving = text.replace(" ", ` from="alice@example.org" to="bob@example.com" `);
    assert.deepEqual(bob.engine.open(arriving), { kind: "stanza", stanza: arriving, session: undefined });
    session.send("<message><body>in step</body></message>");
    await world.quiet();
    assert.deepEqual([bob.received.length, bob.alerts], [1, []]);
  });

test("RFC 6121 §4.2: broadcast presence stays in clear, beside a session that protects directed presence", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  const [session, other] = await establish(world, alice, bob);
  const broadcast = `<presence from="${alice.jid}" to="${bob.jid}"><show>away</show></presence>`;
  assert.deepEqual(bob.engine.open(broadcast), { kind: "stanza", stanza: broadcast, session: undefined });
  const directed = parseStanza(session.seal("<presence><show>dnd</show></presence>"));
  assert.deepEqual([directed.attrs["to"], directed.getChildElements().map(({ name }) => name)], [bob.jid, ["c"]]); // prettier-ignore
  directed.attrs["from"] = alice.jid;
  const received = bob.engine.open(directed);
  assert.ok(received.kind === "stanza" && received.session === other);
  assert.throws(() => session.seal(`<presence to="carol@example.net"/>`), { code: "stanza-not-in-session" });
});

test("XEP-0155 §9.4: unavailable presence that was sealed is the application's, and ends nothing", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  const [session, other] = await establish(world, alice, bob);
  session.send(`<presence type="unavailable"><status>invisible</status></presence>`);
  await world.quiet();
  assert.equal(other.state, "established");
  assert.equal(parseStanza(bob.received[0]!).attrs["type"], "unavailable");
});
