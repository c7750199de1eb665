/**
 * XEP-0200 §6: the block counter and the MAC, recomputed by Node's own AES and HMAC. The counter moves on by one for
 * each block or partial block, and for a stanza without content; the MAC covers the content of `<c/>` and the counter.
 */
import assert from "node:assert/strict";
import { createCipheriv, createHmac } from "node:crypto";
import test from "node:test";
import { element, parseStanza, readC } from "esession/wire";
import type { Element } from "esession/wire";
import { arrived, ends, opened, type Keys } from "./ends.js";

const add = (counter: Uint8Array, blocks: number): Buffer => {
  const sum = (BigInt(`0x${Buffer.from(counter).toString("hex")}`) + BigInt(blocks)) % 2n ** 128n;
  return Buffer.from(sum.toString(16).padStart(32, "0"), "hex");
};

/** What XEP-0200 §6 makes of the content at a counter. */
function expected({ cipher, mac, counter }: Keys, text: string, blocks: number) {
  const at = add(counter, blocks);
  const data = createCipheriv("aes-256-ctr", cipher, at).update(text, "utf8").toString("base64");
  const content = text === "" ? "" : `<data>${data}</data>`;
  return { content, mac: createHmac("sha256", mac).update(content).update(at).digest("base64") };
}

const bodyOf = (length: number) => "x".repeat(length - "<body></body>".length);
const message = (...children: Element[]) => element("message", {}, ...children);

test("XEP-0200 §6: the counter moves by 1 for each block or partial block; the MAC is over content and counter", async () => {
  const { alice, bob, keys } = await ends();
  let blocks = 0;
  for (const length of [14, 15, 16, 17, 31, 32, 33, 48, 1000, 4097, 16]) {
    const text = `<body>${bodyOf(length)}</body>`;
    assert.equal(text.length, length);
    const sealed = alice.seal(parseStanza(`<message>${text}</message>`));
    const { content, mac } = readC(sealed.getChild("c")!, "xep");
    assert.deepEqual({ content, mac }, expected(keys, text, blocks), `${length} octets`);
    assert.equal(opened(bob, arrived(sealed)), text);
    blocks += Math.ceil(length / 16);
  }
});

test("XEP-0200 §6: a stanza without content moves the counter by 1, has no <data/>, and its MAC is over the counter", async () => {
  const { alice, bob, keys } = await ends();
  for (let blocks = 0; blocks < 5; blocks++) {
    const sealed = alice.seal(message());
    assert.deepEqual(
      sealed
        .getChild("c")!
        .getChildElements()
        .map(({ name }) => name),
      ["mac"],
    );
    const { content, mac } = readC(sealed.getChild("c")!, "xep");
    assert.deepEqual({ content, mac }, expected(keys, "", blocks));
    assert.equal(bob.open(arrived(sealed)).kind, "opened");
  }
});

test("XEP-0200 §6: the counter wraps at 2^128, and is 16 octets in the MAC when its top octets are zero", async () => {
  for (const counter of [
    Buffer.alloc(16, 0xff),
    Buffer.alloc(16),
    Buffer.from("00ff".padEnd(32, "e"), "hex"),
  ]) {
    const { alice, bob, keys } = await ends({ counter });
    for (let blocks = 0; blocks < 6; blocks += 2) {
      const text = `<body>${bodyOf(20)}</body>`;
      const sealed = alice.seal(parseStanza(`<message>${text}</message>`));
      const { content, mac } = readC(sealed.getChild("c")!, "xep");
      assert.deepEqual({ content, mac }, expected(keys, text, blocks));
      assert.equal(opened(bob, arrived(sealed)), text);
    }
  }
});

test("XEP-0200 §6: two stanzas of the same content have nothing in common", async () => {
  const { alice } = await ends();
  const [first, second] = [1, 2].map(() => readC(alice.seal(message(element("body", {}, "same"))).getChild("c")!, "xep")); // prettier-ignore
  assert.notEqual(first!.mac, second!.mac);
  assert.notEqual(first!.content, second!.content);
});

test("XEP-0200 §6: white space at the end disguises the length, to a multiple of padTo, and is gone when opened", async () => {
  for (const padTo of [16, 64, 1000]) {
    const { alice, bob } = await ends({ padTo });
    for (const length of [0, 1, 15, 16, 17, 63, 64, 65, 999, 1000, 1001]) {
      const stanza = length === 0 ? message() : message(element("body", {}, "😀".repeat(length)));
      const sealed = alice.seal(stanza);
      const octets = Buffer.from(sealed.getChild("c")!.getChild("data")!.getText(), "base64").length;
      assert.equal(octets % padTo, 0);
      assert.ok(octets > 0);
      const { children } = stanza;
      assert.equal(opened(bob, arrived(sealed)), children.map(String).join(""));
    }
  }
});

test("the note of XEP-0380 and the policy's fallback body are beside a message with a body, and leave with its opening", async () => {
  const { alice, bob } = await ends({ fallbackBody: "This message is encrypted." });
  const sealed = arrived(alice.seal(parseStanza("<message><body>real</body></message>")));
  assert.equal(sealed.getChildText("body"), "This message is encrypted.");
  const note = sealed.getChild("encryption", "urn:xmpp:eme:0")!;
  assert.equal(note.attrs.namespace, "http://www.xmpp.org/extensions/xep-0200.html#ns");
  const result = bob.open(sealed);
  assert.ok(result.kind === "opened");
  assert.deepEqual(result.residue, [], "what was expected beside is no surprise");
  assert.deepEqual(
    result.element.getChildElements().map(({ name }) => name),
    ["thread", "body"],
  );
  assert.equal(result.element.getChildText("body"), "real");
  const bare = alice.seal(
    parseStanza("<message><active xmlns='http://jabber.org/protocol/chatstates'/></message>"),
  );
  assert.deepEqual(
    bare.getChildElements().map(({ name }) => name),
    ["thread", "c"],
    "nothing to fall back from",
  );
});
