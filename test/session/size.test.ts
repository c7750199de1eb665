/** How large a stanza may be: everything up to the limit goes through unchanged, the next octet is refused at once. */
import assert from "node:assert/strict";
import test from "node:test";
import { loadTestCore } from "esession/testing";
import { element, parseStanza, serializeStanza, utf8Length } from "esession/wire";
import { establish, pairOf } from "../support/pair.js";
import { arrived, ends, opened } from "./ends.js";

const markup = `<body>&lt;b&gt; &amp; "quotes" 'single' ]]&gt; 😀 é \u{10FFFD} &#xD;</body>`;
const everywhere = `<a xmlns="urn:a" x="1"><p:b xmlns:p="urn:b" p:y="&lt;2&gt;"><c xmlns="urn:c"><d xmlns="urn:a"/></c></p:b></a>`;

test("a stanza of 180 KiB, an empty one, and ones with emoji, markup, CDATA and namespaces go through unchanged", async () => {
  const testing = await loadTestCore({ sessions: 2 });
  assert.equal(testing.core.maxStanzaBytes, 262_144, "the default");
  const { alice, bob } = await ends({ testing });
  for (const { children, read = children } of [
    { children: `<body>${"0123456789abcdef".repeat(180 * 64)}</body>` },
    { children: "" },
    { children: markup },
    { children: everywhere },
    { children: markup + everywhere + `<x xmlns="urn:x"/>` },
    { children: `<body><![CDATA[<not> & markup]]></body>`, read: `<body>&lt;not&gt; &amp; markup</body>` },
  ]) {
    const sealed = alice.seal(parseStanza(`<message>${children}</message>`));
    const text = opened(bob, arrived(sealed));
    const same = (content: string) => serializeStanza(parseStanza(`<message>${content}</message>`));
    assert.equal(same(text), same(read));
  }
});

test("1 MiB of body goes through where the limit was raised at load", async () => {
  const testing = await loadTestCore({ sessions: 2, maxStanzaBytes: 1_500_000 });
  const { alice, bob } = await ends({ testing });
  const body = "é".repeat(512 * 1024);
  const result = bob.open(arrived(alice.seal(element("message", {}, element("body", {}, body)))));
  assert.ok(result.kind === "opened" && result.element.getChildText("body") === body);
});

for (const beside of [0, 3])
  test(`a sealed stanza of exactly maxStanzaBytes octets goes out, a longer one does not, and no counter moves (${beside} clear children)`, async () => {
    const testing = await loadTestCore({ sessions: 2, maxStanzaBytes: 16_384 });
    const { maxStanzaBytes } = testing.core;
    const { alice, bob } = await ends({ testing });
    const clear = `<origin-id xmlns="urn:xmpp:sid:0" id="&amp;é"/>`.repeat(beside);
    const stanza = (length: number, id: string) =>
      parseStanza(`<iq type="set" id="${id}"><b>${"x".repeat(length - "<b></b>".length)}</b>${clear}</iq>`);
    const sizeOf = (length: number, id: string) => {
      const sealed = alice.seal(stanza(length, id));
      assert.equal(bob.open(arrived(sealed)).kind, "opened");
      return utf8Length(serializeStanza(sealed));
    };
    // Base64 grows by four octets for every three; the id takes up what does not divide by four
    const id = "i".repeat(1 + ((maxStanzaBytes - sizeOf(9, "i") + 12) % 4));
    const longest = ((maxStanzaBytes - sizeOf(9, id) + 12) / 4) * 3;
    for (const length of [longest + 1, longest + 4])
      assert.throws(() => alice.seal(stanza(length, id)), { code: "stanza-too-large" });
    assert.equal(sizeOf(longest - 3, id), maxStanzaBytes - 4, "the refused stanzas have moved no counter");
    assert.equal(sizeOf(longest, id), maxStanzaBytes);
  });

test("a stanza beyond the limit is refused with its size and the limit, before any work is done", async () => {
  const testing = await loadTestCore({ sessions: 2, maxStanzaBytes: 16_384 });
  const { alice, bob } = await ends({ testing });
  for (const stanza of [
    element("message", {}, element("body", {}, "x".repeat(2_000_000))),
    element("message", {}, element("body", {}, "é".repeat(6_100))),
    element("message", {}, element("origin-id", { xmlns: "urn:xmpp:sid:0", id: "x".repeat(16_384) })),
  ])
    assert.throws(() => alice.seal(stanza), { code: "stanza-too-large", message: /\d{5}.*16384/ });
  assert.match(opened(bob, arrived(alice.seal(parseStanza("<message><first/></message>")))), /<first/);
});

test("the longer MACs of Whirlpool are reckoned with: nothing sealed is longer than maxStanzaBytes", async (t) => {
  const policy = { hashes: ["whirlpool"], rekeyFreq: 4_294_967_295 } as const;
  const sides = await Promise.all(
    ["alice", "bob"].map(async () => {
      const { core } = await loadTestCore({ algorithms: "all", sessions: 2, maxStanzaBytes: 16_384 });
      return { policy, wrap: () => core };
    }),
  );
  const { world, alice, bob } = await pairOf(t, { alice: sides[0]!, bob: sides[1]! });
  const [session] = await establish(world, alice, bob);
  assert.equal(session.info.hash, "whirlpool");
  const sizes: number[] = [];
  for (let length = 11_000; ; length += 3)
    try {
      sizes.push(utf8Length(session.seal(`<iq id="1" type="set"><b>${"x".repeat(length)}</b></iq>`)));
    } catch (error) {
      assert.equal((error as { code: string }).code, "stanza-too-large");
      break;
    }
  assert.ok(sizes.at(-1)! <= 16_384 && sizes.at(-1)! > 16_200, `${sizes.at(-1)}`);
});
