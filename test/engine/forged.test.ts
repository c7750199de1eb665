/** What anybody on the way can write without a key: nothing of it is taken for the session's, and nothing throws. */
import assert from "node:assert/strict";
import test from "node:test";
import type { TestContext } from "node:test";
import { DOMParser } from "@xmldom/xmldom";
import { element, parseStanza, serializeStanza } from "esession/wire";
import type { Element } from "esession/wire";
import { establish, pairOf } from "../support/pair.js";
import { arriving, shadows } from "../support/shadow.js";

const ns = "http://www.xmpp.org/extensions/xep-0200.html#ns";
const query = `<query xmlns="urn:example:query"/>`;
const mac = `<mac>${"A".repeat(43)}=</mac>`;

/** Two sessions that stand, and the hand that seals in Alice's name whatever the test wants. */
async function standing(t: TestContext) {
  const hand = shadows();
  const { world, alice, bob } = await pairOf(t, { alice: { wrap: (core) => hand.wrap(core) } });
  const [session, other] = await establish(world, alice, bob);
  hand.seal(); // Alice's first, empty stanza has used that counter
  /** What Bob's engine makes of a stanza in Alice's name. */
  const forged = (text: string) =>
    bob.engine.open(text.replace(/[ >]/, (end) => ` from="${alice.jid}" to="${bob.jid}"${end}`));
  return { world, alice, bob, session, other, hand, forged };
}

for (const type of ["result", "error"])
  for (const inside of ["", mac])
    test(`XEP-0200 §5: an iq of type ${type} with <c>${inside && "<mac/>"}</c> only inside its <error/> answers no request and is not the session's`, async (t) => {
      const { bob, other, forged } = await standing(t);
      other.send(`<iq type="get" id="r1">${query}</iq>`);
      const received = forged(
        `<iq type="${type}" id="r1"><error type="cancel"><c xmlns="${ns}">${inside}</c></error></iq>`,
      );
      assert.ok(received.kind === "consumed" || received.session === undefined);
      assert.deepEqual([bob.received, bob.delivered], [[], []]);
      // XEP-0200 §8: and as anything else that is sealed and not authentic, it ends the session
      assert.equal((await other.ended).complete, false);
    });

for (const first of ["a copy", "the new one"])
  test(`XEP-0200 §5: in an error with two <c/>, of which ${first} stands outside of <error/>, nothing is opened beside a copy`, async (t) => {
    const { world, alice, bob, other, hand, session } = await standing(t);
    const [old, fresh] = ["<body>old</body>", "<body>fresh</body>"].map((text) => hand.seal(text));
    world.deliver(arriving(alice.jid, bob.jid, session.thread, parseStanza(serializeStanza(old!))));
    assert.match(bob.received[0]!, /old/);
    const [outside, inside] = first === "a copy" ? [old!, fresh!] : [fresh!, old!];
    const stanza = arriving(alice.jid, bob.jid, session.thread, outside, element("error", { type: "cancel" }, inside)); // prettier-ignore
    stanza.attrs.type = "error";
    world.deliver(stanza);
    await world.quiet();
    assert.equal(bob.received.length, 1);
    if (first === "the new one") assert.equal((await other.ended).reason, "content-malformed");
    else assert.ok(bob.alerts.some(({ kind }) => kind === "duplicate"));
  });

test("XEP-0200 §8: an error whose MAC does not match ends the session, is told in a sealed stanza, and never answered by an error", async (t) => {
  const { world, bob, session, other, forged } = await standing(t);
  const { length } = world.log;
  forged(
    `<message type="error"><thread>${other.thread}</thread><c xmlns="${ns}">${mac}</c><error type="cancel"/></message>`,
  );
  await world.quiet();
  assert.equal((await other.ended).reason, "mac-mismatch");
  assert.equal((await session.ended).reason, "closed-by-peer");
  const answers = world.log.slice(length).filter(({ from }) => from === bob.jid);
  assert.deepEqual(
    answers.map(({ text }) => [parseStanza(text).attrs.type, parseStanza(text).getChild("c")?.attrs.xmlns]),
    [[undefined, ns]],
  );
});

test("a sealed stanza that the way has put into another namespace is none of the session's: passed on unread, and no counter moves", async (t) => {
  const { alice, bob, other, session } = await standing(t);
  const sealed = parseStanza(session.seal(`<message xmlns="jabber:client"><body>x</body></message>`));
  Object.assign(sealed.attrs, { from: alice.jid });
  const text = serializeStanza(sealed);
  const moved = text.replace(`xmlns="jabber:client"`, `xmlns="urn:nothing"`);
  assert.notEqual(moved, text);
  const received = bob.engine.open(moved);
  assert.ok(received.kind === "stanza" && received.session === undefined && received.stanza === moved);
  assert.deepEqual([other.state, bob.alerts], ["established", []]);
  const opened = bob.engine.open(text);
  assert.ok(opened.kind === "stanza" && opened.session === other);
});

test("RFC 6120 §4.8.5: a prefix changes nothing: <p:iq/> is an iq, sealed or in clear", async (t) => {
  const { alice, bob, session, forged } = await standing(t);
  const sealed = session.seal(`<iq type="result" id="never-asked">${query}</iq>`);
  const prefixed = sealed
    .replace(/^<iq/, `<p:iq xmlns:p="jabber:client" from="${alice.jid}"`)
    .replace(/iq>$/, "p:iq>");
  assert.equal(bob.engine.receive(prefixed), undefined);
  assert.deepEqual(forged(`<p:iq xmlns:p="jabber:client" type="set" id="1">${query}</p:iq>`), { kind: "consumed" }); // prettier-ignore
  assert.deepEqual(
    bob.alerts.map(({ kind }) => kind),
    ["unmatched-result", "clear-in-session"],
  );
});

test("XEP-0116 §3: a clear ping or discovery with anything beside it, or that sets something, is refused", async (t) => {
  const { bob, forged, other } = await standing(t);
  const command = `<command xmlns="urn:dangerous"/>`;
  const ping = `<ping xmlns="urn:xmpp:ping"/>`;
  const disco = `<query xmlns="http://jabber.org/protocol/disco#info"/>`;
  const refused = [
    `<iq type="get" id="1">${command}${ping}</iq>`,
    `<iq type="get" id="2">${ping}${command}</iq>`,
    `<iq type="get" id="3">${disco}${command}</iq>`,
    `<iq type="set" id="4">${ping}</iq>`,
    `<iq type="set" id="5">${disco}</iq>`,
    `<iq type="get" id="6"><ping xmlns="urn:other"/></iq>`,
    `<iq type="get" id="7"><p:ping xmlns:p="urn:other" xmlns="urn:xmpp:ping"/></iq>`,
    `<iq type="get" id="8"/>`,
  ];
  for (const iq of refused) assert.equal(forged(iq).kind, "consumed", iq);
  assert.equal(bob.alerts.length, refused.length);
  assert.equal(forged(`<iq type="get" id="9">${ping}</iq>`).kind, "stanza");
  assert.equal(other.state, "established");
});

const depth = 130;
const many = Array.from({ length: 130 }, (_, i) => `a${i}="1"`).join(" ");
const inside: Record<string, string> = {
  "elements too deep in one another": `<body/>${"<a>".repeat(depth)}${"</a>".repeat(depth)}`,
  "too many attributes in one element": `<body ${many}/>`,
  "too many elements": "<a/>".repeat(100_000),
};

for (const [what, content] of Object.entries(inside))
  for (const sealed of what === "too many elements" ? [true] : [false, true])
    test(`receive() does not throw for ${what}${sealed ? " beside sealed content" : ""}, in whatever form, and the session goes on`, async (t) => {
      const { world, alice, bob, session, other } = await standing(t);
      const c = sealed ? `<c xmlns="${ns}">${mac}</c>` : "";
      const text = `<message xmlns="jabber:client" from="mallory@example.net/x" to="${bob.jid}"><thread>t</thread>${c}${content}</message>`;
      assert.ok(bob.engine.receive(text) === text);
      assert.deepEqual(
        bob.alerts.map(({ kind }) => kind),
        ["unreadable"],
      );
      // the DOM's own parser takes long for so many
      if (what !== "too many elements") {
        const dom = new DOMParser().parseFromString(text, "text/xml").documentElement!;
        assert.doesNotThrow(() => bob.engine.receive(dom));
      }
      assert.doesNotThrow(() => bob.engine.receive(tree(what)));
      session.send("<message><body>still here</body></message>");
      await world.quiet();
      assert.match(bob.received.at(-1)!, /still here/);
      assert.deepEqual([other.state, alice.alerts], ["established", []]);
    });

/** The same as an element, which no parser of ours has bounded. */
function tree(what: string): Element {
  const stanza = element("message", { from: "mallory@example.net/x" }, element("thread", {}, "u"));
  if (what.includes("attributes"))
    stanza.append(element("body", Object.fromEntries([...Array(130).keys()].map((i) => [`a${i}`, "1"])))); // prettier-ignore
  else if (what.includes("deep")) {
    let deepest = stanza;
    for (let level = 0; level < depth; level++) {
      const child = element("a");
      deepest.append(child);
      deepest = child;
    }
  } else for (let number = 0; number < 100_000; number++) stanza.append(element("a"));
  stanza.append(element("c", { xmlns: ns }), element("p:undeclared"));
  return stanza;
}
