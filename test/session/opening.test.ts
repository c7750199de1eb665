/** XEP-0200 §8: what is authentic is opened, what is a copy is ignored, and everything else is refused. */
import assert from "node:assert/strict";
import test from "node:test";
import { isElement, parseStanza, serializeStanza } from "esession/wire";
import type { Element } from "esession/wire";
import { aliceJid, arrived, bobJid, ends, opened, thread, type Ends } from "./ends.js";

const body = (text: string) => parseStanza(`<message><body>${text}</body></message>`);
const ns = "http://www.xmpp.org/extensions/xep-0200.html#ns";

/** Refused with the code given; nothing of the stanza was opened. */
async function refused(
  change: (sealed: Element, made: Ends) => unknown,
  code: string,
  title = String(change),
) {
  const made = await ends();
  const sealed = arrived(made.alice.seal(body("hello")));
  const result = change(sealed, made);
  const changed = isElement(result) ? result : sealed;
  assert.throws(() => made.bob.open(changed), { code }, title);
}

const part = (stanza: Element, name: string) => stanza.getChild("c")!.getChild(name)!;

function flipped(text: string, bit: number): string {
  const octets = Buffer.from(text, "base64");
  octets[bit >> 3]! ^= 1 << (bit & 7);
  return octets.toString("base64");
}

test("XEP-0200 §8: a changed bit anywhere in the data or the MAC is a MAC that does not match", async () => {
  const { alice, bob } = await ends();
  const sealed = arrived(alice.seal(body("hello")));
  for (const name of ["data", "mac"]) {
    const { length } = Buffer.from(part(sealed, name).getText(), "base64");
    for (let bit = 0; bit < 8 * length; bit++) {
      const changed = arrived(sealed);
      part(changed, name).children = [flipped(part(sealed, name).getText(), bit)];
      assert.throws(() => bob.open(changed), { code: "stanza-mac" }, `bit ${bit} of ${name}`);
    }
  }
  assert.match(opened(bob, sealed), /hello/, "the core has changed nothing meanwhile");
});

test("XEP-0200 §8: the MAC covers which elements are in <c/>, and their order", async () => {
  const inserting = (child: string) => (sealed: Element) =>
    parseStanza(serializeStanza(sealed).replace("<data>", `${child}<data>`));
  for (const child of ["<old>AAAA</old>", "<new>1</new>", "<key>AAAA</key>"])
    await refused(inserting(child), "stanza-mac", child);
  await refused((sealed) => {
    const c = sealed.getChild("c")!;
    c.children = c.children.filter((child) => child !== part(sealed, "data"));
  }, "stanza-mac");
  await refused((sealed) => void (part(sealed, "data").children = []), "stanza-mac");
  const { forge, bob } = await ends();
  const text = serializeStanza(forge("<body>x</body>", { old: ["AAAA"] }));
  const moved = text.replace(/(<data>.*<\/data>)(<old>.*<\/old>)/, "$2$1");
  assert.notEqual(moved, text);
  assert.throws(() => bob.open(arrived(parseStanza(moved))), { code: "stanza-mac" });
});

test("XEP-0200 §6: white space between the elements of <c/> is not covered by the MAC", async () => {
  const { alice, bob } = await ends();
  const text = serializeStanza(alice.seal(body("hello"))).replaceAll(/(<data>|<mac>|<\/c>)/g, "\n\t $1");
  assert.match(opened(bob, arrived(parseStanza(text))), /hello/);
});

test("XEP-0200 §8: a stanza of other keys, of the other direction, or one that was lost before, does not match", async () => {
  const stranger = await ends();
  await refused(() => arrived(stranger.alice.seal(body("hello"))), "stanza-mac", "other keys");
  await refused((_, { bob }) => arrived(bob.seal(body("hello")), bobJid), "stanza-mac", "reflected");
  await refused((_, { alice }) => arrived(alice.seal(body("second"))), "stanza-mac", "the first was lost");
});

test("XEP-0200 §5: a stanza must not contain more than one <c/>, not even two that are authentic", async () => {
  const { alice, bob } = await ends();
  const [first, second] = ["one", "two"].map((text) => arrived(alice.seal(body(text))));
  const both = arrived(first!);
  both.append(arrived(second!).getChild("c")!);
  assert.throws(() => bob.open(both), { code: "content-malformed" });
});

test("XEP-0200 §5: what has no <c/> of its own was not sealed, whatever stands inside its <error/>", async () => {
  const { bob } = await ends();
  const c = `<c xmlns="${ns}"><mac>${"A".repeat(43)}=</mac></c>`;
  for (const text of [
    `<message type="error"><thread>${thread}</thread><error type="cancel">${c}</error></message>`,
    `<message><thread>${thread}</thread><body>clear</body></message>`,
    `<presence/>`,
  ])
    assert.throws(() => bob.open(arrived(parseStanza(text))), text);
});

test("XEP-0200 §5: a stanza of type error may have one <c/> in its <error/> as well, and both must be authentic", async () => {
  const { forge, bob } = await ends();
  const [own, inner] = ["<body>mine</body>", `<reason xmlns="urn:x">why</reason>`].map((text) =>
    forge(text).getChild("c")!,
  );
  const stanza = (first: Element, second: Element) =>
    parseStanza(
      `<message type="error" from="${aliceJid}"><thread>${thread}</thread>${String(first)}<error type="modify">${String(second)}</error></message>`,
    );
  const result = bob.open(stanza(own!, inner!));
  assert.ok(result.kind === "opened");
  assert.equal(result.element.getChildText("body"), "mine");
  assert.equal(result.element.getChild("error")!.getChildText("reason", "urn:x"), "why");

  const other = await ends();
  assert.throws(() => other.bob.open(stanza(other.forge("<body>mine</body>").getChild("c")!, inner!)), { code: "stanza-mac" }); // prettier-ignore
});

test("a stanza of ours that a server returns with an error is no violation, and nothing of it is protected", async () => {
  const { alice } = await ends();
  const returned = arrived(alice.seal(body("undeliverable")), bobJid);
  returned.attrs.type = "error";
  returned.append(parseStanza(`<error type="cancel"><remote-server-not-found xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error>`)); // prettier-ignore
  const result = alice.open(returned);
  assert.ok(result.kind === "bounced");
  assert.doesNotMatch(String(result.element), /undeliverable|<c|<data/);
});

test("clear children that should have been inside are left out and named; what may be in clear passes", async () => {
  const { alice, bob } = await ends();
  const active = `<active xmlns="http://jabber.org/protocol/chatstates"/>`;
  for (const [sent, named] of [
    [active, ["body", "x", "text"]],
    // with the note of XEP-0380 a body in clear is what other clients show, and no surprise
    [`${active}<body>protected</body>`, ["x", "text"]],
  ] as const) {
    const sealed = arrived(alice.seal(parseStanza(`<message>${sent}</message>`)));
    for (const child of [
      `<body>attacker</body>`,
      `<x xmlns="jabber:x:oob"><url>https://evil.example/</url></x>`,
      `<delay xmlns="urn:xmpp:delay" stamp="2030-01-01T00:00:00Z"/>`,
    ])
      sealed.append(parseStanza(child));
    sealed.children.push("loose text");
    const result = bob.open(sealed);
    assert.ok(result.kind === "opened");
    const text = result.element.toString();
    assert.match(text, /chatstates.*urn:xmpp:delay/s);
    assert.doesNotMatch(text, /attacker|evil|loose/);
    assert.deepEqual(result.residue, named);
  }
});

test("an exact copy of one of the last 256 stanzas is ignored, the 257th is a MAC that does not match (XEP-0200 §8)", async () => {
  const { alice, bob } = await ends();
  const sent = Array.from({ length: 257 }, (_, i) => arrived(alice.seal(body(`number ${i}`))));
  for (const stanza of sent.slice(0, 256)) assert.equal(bob.open(arrived(stanza)).kind, "opened");
  for (const stanza of sent.slice(0, 256)) assert.equal(bob.open(arrived(stanza)).kind, "duplicate");
  assert.equal(bob.open(arrived(sent[256]!)).kind, "opened", "copies change nothing");
  assert.equal(bob.open(arrived(sent[256]!)).kind, "duplicate");
  assert.throws(() => bob.open(arrived(sent[0]!)), { code: "stanza-mac" });
});

test("a copy with another content under the old MAC is no exact copy (XEP-0200 §8)", async () => {
  const { alice, bob } = await ends();
  const first = arrived(alice.seal(body("hello")));
  bob.open(arrived(first));
  const changed = arrived(first);
  part(changed, "data").children = [flipped(part(first, "data").getText(), 77)];
  assert.throws(() => bob.open(changed), { code: "stanza-mac" });
});

test("XEP-0200 §9: <key/> and <new/> are authentic, but were not agreed on; §10: <old/> is ignored", async () => {
  for (const extra of [{ key: "AAAB" }, { new: 1 }, { key: "AAAB", new: 1 }]) {
    const { forge, bob } = await ends();
    assert.throws(() => bob.open(forge("<body>x</body>", extra)), { code: "rekey-unagreed" });
  }
  const { forge, bob } = await ends();
  for (const old of [["AAAA"], ["AAAA", "BBBB"], Array<string>(8).fill("CCCC")])
    assert.match(opened(bob, forge("<body>x</body>", { old })), /<body>x<\/body>/);
});

const inner = { data: "<data>AAAA</data>", mac: `<mac>${"A".repeat(43)}=</mac>` };
const notC: Record<string, string> = {
  "no mac": inner.data,
  "two macs": inner.mac + inner.mac,
  "two data": inner.data + inner.data + inner.mac,
  "two keys": `<key>AAAA</key><key>AAAA</key>${inner.mac}`,
  "nine old": "<old>AAAA</old>".repeat(9) + inner.mac,
  "an unknown element": `<extra/>${inner.mac}`,
  "an element of another namespace": `<data xmlns="urn:other">AAAA</data>${inner.mac}`,
  "text directly inside": `AAAA${inner.mac}`,
  "white space in the data": `<data>AA AA</data>${inner.mac}`,
  "an element in the data": `<data><x/></data>${inner.mac}`,
  "an attribute": `<data id="1">AAAA</data>${inner.mac}`,
  "data that is not Base64": `<data>!!!!</data>${inner.mac}`,
  "new 0": `<new>0</new>${inner.mac}`,
  "new -1": `<new>-1</new>${inner.mac}`,
};

for (const [what, content] of Object.entries(notC))
  test(`XEP-0200 §14 (schema): a <c/> with ${what} is refused`, async () => {
    const { bob } = await ends();
    const c = parseStanza(`<message from="${aliceJid}"><c xmlns="${ns}">${content}</c></message>`);
    assert.throws(() => bob.open(c), { code: "content-malformed" });
  });
