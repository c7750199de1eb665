/** XEP-0200 §5: a stanza of type error may have two `<c/>`, one of them in its `<error/>`; the condition stays in clear. */
import assert from "node:assert/strict";
import test from "node:test";
import { element, parseStanza, readError, serializeStanza } from "esession/wire";
import type { Element } from "esession/wire";
import { establish, pairOf } from "../support/pair.js";
import { arrived, ends, thread } from "../session/ends.js";

const conditions = "urn:ietf:params:xml:ns:xmpp-stanzas";
const encrypted = "http://www.xmpp.org/extensions/xep-0200.html#ns";
/** The example of XEP-0200 §5. */
const example = parseStanza(
  `<iq id="publish1" type="error"><pubsub xmlns="http://jabber.org/protocol/pubsub"><publish node="princely_musings"/></pubsub>` +
    `<error type="modify" code="406"><not-acceptable xmlns="${conditions}"/><text xmlns="${conditions}">too long</text><payload-too-big xmlns="http://jabber.org/protocol/pubsub#errors"/></error></iq>`,
);
const before = serializeStanza(example);

const names = (stanza: Element | undefined) => stanza?.getChildElements().map(({ name }) => name);
const errorOf = (stanza: Element) => stanza.getChild("error")!;
const innerOf = (stanza: Element) => errorOf(stanza).getChild("c", encrypted)!;
const outerOf = (stanza: Element) => stanza.getChild("c", encrypted)!;
const plain = () => parseStanza("<message><body>x</body></message>");

/** What of an opened stanza an application sees. */
function seen(stanza: Element) {
  return { children: names(stanza), error: names(errorOf(stanza)), says: readError(stanza) };
}

test("XEP-0200 §5: only the error's tag and its defined condition stay in clear; the rest of it is in a second <c/>", async () => {
  const { alice, bob } = await ends();
  const sealed = alice.seal(example);
  assert.equal(serializeStanza(example), before, "the caller's stanza was changed");
  assert.deepEqual(names(sealed), ["c", "error"]);
  assert.deepEqual(errorOf(sealed).attrs, { type: "modify", code: "406" });
  assert.deepEqual(names(errorOf(sealed)), ["not-acceptable", "c"]);
  for (const secret of ["pubsub", "too", "musings"]) assert.ok(!serializeStanza(sealed).includes(secret));
  const result = bob.open(arrived(sealed));
  assert.ok(result.kind === "opened");
  assert.deepEqual(result.residue, []);
  assert.deepEqual(seen(result.element), {
    children: ["pubsub", "error"],
    error: ["not-acceptable", "text", "payload-too-big"],
    says: { condition: "not-acceptable", type: "modify", fields: [], text: "too long" },
  });
  assert.ok(errorOf(result.element).getChild("payload-too-big", "http://jabber.org/protocol/pubsub#errors"));
});

test("XEP-0200 §5: each <c/> advances the counter, in document order, and what follows is in step", async () => {
  const { alice, bob } = await ends();
  for (let i = 0; i < 3; i++) {
    assert.equal(bob.open(arrived(alice.seal(example))).kind, "opened");
    assert.equal(bob.open(arrived(alice.seal(plain()))).kind, "opened");
  }
});

for (const order of ["<error/><thread/><body/>", "<body/><error/><thread/>", "<thread/><error/><body/>"])
  test(`XEP-0200 §5: wherever the caller has its <error/>, the two are in step: ${order}`, async () => {
    const { alice, bob } = await ends();
    const text = order
      .replace("<error/>", `<error type="cancel"><gone xmlns="${conditions}"/><x xmlns="urn:x"/></error>`)
      .replace("<thread/>", `<thread>${thread}</thread>`)
      .replace("<body/>", "<body>1</body>");
    for (let i = 0; i < 2; i++) {
      const result = bob.open(arrived(alice.seal(parseStanza(`<message type="error">${text}</message>`))));
      assert.ok(result.kind === "opened");
      assert.equal(result.element.getChildText("body"), "1");
      assert.ok(errorOf(result.element).getChild("x", "urn:x"));
    }
    assert.equal(bob.open(arrived(alice.seal(plain()))).kind, "opened");
  });

test("XEP-0200 §5: with the <error/> first in the document, its <c/> is opened first", async () => {
  const { alice, bob, forge } = await ends();
  const inError = forge("<late xmlns='urn:x'/>");
  const outside = forge("<query xmlns='urn:x'/>");
  const stanza = element(
    "message",
    { type: "error" },
    element(
      "error",
      { type: "cancel" },
      element("service-unavailable", { xmlns: conditions }),
      inError.getChild("c", encrypted)!,
    ),
    element("thread", {}, outside.getChildText("thread")!),
    outside.getChild("c", encrypted)!,
  );
  const result = bob.open(arrived(stanza));
  assert.ok(result.kind === "opened");
  assert.deepEqual(names(result.element), ["error", "thread", "query"]);
  assert.deepEqual(names(errorOf(result.element)), ["service-unavailable", "late"]);
  assert.ok(alice);
});

for (const [what, inside] of [
  ["nothing but the condition", ""],
  ["a condition with text of its own", `<gone xmlns="${conditions}">xmpp:new@example.com</gone>`],
] as const)
  test(`XEP-0200 §5: an error with ${what} needs no second <c/>`, async () => {
    const { alice, bob } = await ends();
    const condition = inside || `<item-not-found xmlns="${conditions}"/>`;
    const sealed = alice.seal(
      parseStanza(`<iq type="error" id="1"><error type="cancel">${condition}</error></iq>`),
    );
    assert.equal(errorOf(sealed).getChild("c"), undefined);
    const result = bob.open(arrived(sealed));
    assert.ok(result.kind === "opened");
    assert.equal(readError(result.element)!.condition, inside ? "gone" : "item-not-found");
    assert.equal(bob.open(arrived(alice.seal(plain()))).kind, "opened");
  });

test("XEP-0200 §5: an error without a condition is sealed whole, and has its <c/> alone in it", async () => {
  const { alice, bob } = await ends();
  const sealed = alice.seal(parseStanza(`<message type="error"><error><x xmlns="urn:x"/></error></message>`));
  assert.deepEqual(names(errorOf(sealed)), ["c"]);
  const result = bob.open(arrived(sealed));
  assert.ok(result.kind === "opened");
  assert.ok(errorOf(result.element).getChild("x", "urn:x"));
});

test("XEP-0200 §5: an <error/> in a stanza of another type stays in clear as it is, and arrives as it is", async () => {
  const { alice, bob } = await ends();
  const text = `<message><error><not-allowed xmlns="${conditions}"/><x xmlns="urn:x"/></error><body>b</body></message>`;
  const sealed = alice.seal(parseStanza(text));
  assert.deepEqual(names(errorOf(sealed)), ["not-allowed", "x"]);
  const result = bob.open(arrived(sealed));
  assert.ok(result.kind === "opened");
  assert.deepEqual([result.residue, names(errorOf(result.element))], [[], ["not-allowed", "x"]]);
});

const damages: Record<string, (stanza: Element) => void> = {
  "a wrong MAC in the second": (stanza) => {
    innerOf(stanza).getChild("mac")!.children = [`${"A".repeat(43)}=`];
  },
  "a wrong MAC in the first": (stanza) => {
    outerOf(stanza).getChild("mac")!.children = [`${"A".repeat(43)}=`];
  },
  "the two exchanged": (stanza) => {
    const [outer, inner] = [outerOf(stanza), innerOf(stanza)];
    stanza.children[stanza.children.indexOf(outer)] = inner;
    const { children } = errorOf(stanza);
    children[children.indexOf(inner)] = outer;
    inner.parent = stanza;
    outer.parent = errorOf(stanza);
  },
  "the first missing": (stanza) => {
    stanza.children = stanza.children.filter((child) => child !== outerOf(stanza));
  },
  "another type": (stanza) => {
    stanza.attrs["type"] = "result";
  },
  "a third": (stanza) => {
    errorOf(stanza).append(parseStanza(serializeStanza(outerOf(stanza))));
  },
};

for (const [what, damage] of Object.entries(damages))
  test(`XEP-0200 §5, §8: with ${what}, nothing of the stanza is delivered`, async () => {
    const { alice, bob } = await ends();
    const stanza = arrived(alice.seal(example));
    damage(stanza);
    assert.throws(() => bob.open(stanza), { code: /^(stanza-mac|content-malformed)$/ });
  });

test("XEP-0200 §8: the second <c/> missing is found out at the next stanza", async () => {
  const { alice, bob } = await ends();
  const stanza = arrived(alice.seal(example));
  errorOf(stanza).children = errorOf(stanza).children.filter((child) => child !== innerOf(stanza));
  assert.equal(bob.open(stanza).kind, "opened");
  assert.throws(() => bob.open(arrived(alice.seal(plain()))), { code: "stanza-mac" });
});

test("D21: what somebody adds to the <error/> of a sealed stanza in clear is left out and told", async () => {
  const { alice, bob } = await ends();
  const stanza = arrived(alice.seal(example));
  errorOf(stanza).append(
    element("text", { xmlns: conditions }, "attacker"),
    element("retry", { xmlns: "urn:attacker" }),
    "attacker",
  );
  const result = bob.open(stanza);
  assert.ok(result.kind === "opened");
  assert.deepEqual(result.residue, ["text", "retry", "text"]);
  assert.ok(!serializeStanza(result.element).includes("attacker"));
  assert.equal(readError(result.element)!.text, "too long");
});

test("deployed clients know one <c/> only: towards them the error stays in clear, and both are in step", async () => {
  const { alice, bob } = await ends({ dialect: "deployed" });
  const message = parseStanza(
    `<message type="error"><error type="cancel"><item-not-found xmlns="${conditions}"/><x xmlns="urn:x"/></error></message>`,
  );
  const sealed = alice.seal(message);
  assert.deepEqual(names(errorOf(sealed)), ["item-not-found", "x"]);
  assert.equal(bob.open(arrived(sealed)).kind, "opened");
  assert.equal(bob.open(arrived(alice.seal(plain()))).kind, "opened");
});

test("padding hides the length of both", async () => {
  const { alice, bob } = await ends({ padTo: 64 });
  const sealed = alice.seal(example);
  for (const c of [outerOf(sealed), innerOf(sealed)])
    assert.equal(Buffer.from(c.getChildText("data")!, "base64").length % 64, 0);
  assert.equal(bob.open(arrived(sealed)).kind, "opened");
});

test("an error stanza with two <c/> is counted whole against the limit", async () => {
  const { alice } = await ends();
  const big = (length: number) =>
    parseStanza(
      `<message type="error"><body>${"x".repeat(length / 2)}</body><error type="cancel"><x xmlns="urn:x">${"y".repeat(length / 2)}</x></error></message>`,
    );
  assert.ok(serializeStanza(alice.seal(big(96_000))).length <= 131_072);
  assert.throws(() => alice.seal(big(98_400)), { code: "stanza-too-large" });
});

test("lists: error stanzas with two <c/> among others of two sessions are sealed in one call, each in step", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  const [session, other] = await establish(world, alice, bob);
  other.send(`<iq type="set" id="publish1"><query xmlns="urn:x"/></iq>`);
  await world.quiet();
  const stanzas = ["<message><body>1</body></message>", before, "<message><body>2</body></message>"];
  const sealed = alice.engine.sealMany(stanzas.map((stanza) => ({ session, stanza })));
  for (const text of [...sealed, ...session.sealMany(stanzas.slice(0, 1))]) {
    const stanza = parseStanza(text);
    stanza.attrs["from"] = alice.jid;
    world.deliver(stanza);
  }
  assert.deepEqual(
    bob.received.map((text) => parseStanza(text)).map((stanza) => [stanza.name, names(errorOf(stanza))]),
    [
      ["message", undefined],
      ["iq", ["not-acceptable", "text", "payload-too-big"]],
      ["message", undefined],
      ["message", undefined],
    ],
  );
  assert.deepEqual(bob.alerts, []);
});
