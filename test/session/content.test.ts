/**
 * XEP-0200 §8: what was decrypted is put into an XML parser, and what is not well-formed ends the session. Sealed here
 * by a peer that keeps to no rule, so that the MAC matches every time.
 */
import assert from "node:assert/strict";
import test from "node:test";
import { buildC, element, parseStanza } from "esession/wire";
import { aliceJid, arrived, ends, opened, thread } from "./ends.js";

const deep = (depth: number) => "<x>".repeat(depth) + "</x>".repeat(depth);
const wide = (count: number) => `<x ${[...Array(count).keys()].map((i) => `a${i}=""`).join(" ")}/>`;
const c = "http://www.xmpp.org/extensions/xep-0200.html#ns";

const malformed: Record<string, string> = {
  "an element that is not closed": "<body>x",
  "an end without a beginning": "</body>",
  "elements that overlap": "<a><b></a></b>",
  "the end of the stanza itself": "<body>x</body></message><message><body>y</body>",
  "text outside of the elements": "text",
  "text after the elements": "<body/>text",
  "a document type": "<!DOCTYPE x><body/>",
  "a document type with entities": `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><body>&b;</body>`,
  "an entity that is not one of the five": "<body>&nbsp;</body>",
  "a character reference to what XML forbids": "<body>&#0;</body>",
  "a character that XML forbids": "<body>\u0001</body>",
  "half of a surrogate pair by reference": "<body>&#xD800;</body>",
  "a comment": "<body>x<!-- y --></body>",
  "a comment between the elements": "<!-- y --><body/>",
  "a processing instruction": "<?xml-stylesheet href='x'?><body/>",
  "an XML declaration": "<?xml version='1.0'?><body/>",
  "a prefix that is not declared": "<p:body/>",
  "an attribute of a prefix that is not declared": "<body p:a=''/>",
  "an attribute twice": "<body a='1' a='2'/>",
  "an attribute twice under two prefixes": "<body xmlns:p='urn:x' xmlns:q='urn:x' p:a='1' q:a='2'/>",
  "an attribute without quotes": "<body a=1/>",
  "a less-than sign in an attribute": "<body a='<'/>",
  "the end of CDATA in text": "<body>]]></body>",
  "CDATA that does not end": "<body><![CDATA[x</body>",
  "elements too deep": deep(65),
  "elements too many": "<x/>".repeat(20_001),
  "attributes too many": wide(65),
  "encrypted content": `<c xmlns="${c}"><mac>AAAA</mac></c>`,
  "encrypted content further inside": `<forwarded xmlns="urn:xmpp:forward:0"><p:c xmlns:p="${c}"/></forwarded>`,
};

for (const [what, text] of Object.entries(malformed))
  test(`XEP-0200 §8: authentic content with ${what} is refused`, async () => {
    const { forge, bob } = await ends();
    assert.throws(() => bob.open(forge(text)), { code: /^xml-(malformed|limit)$/ });
  });

const fine: Record<string, string> = {
  CDATA: "<body><![CDATA[<b>&amp;</b>]]></body>",
  "the five entities and references": "<body>&lt;&gt;&amp;&apos;&quot;&#x1F600;</body>",
  "namespaces at every level": `<a xmlns="urn:a"><p:b xmlns:p="urn:b" p:c="1"><d xmlns=""/></p:b></a>`,
  "white space at the end": "<body>x</body>   \n\t  ",
  "white space alone": "                ",
  "elements as deep as may be": deep(64),
  "attributes as many as may be": wide(64),
};

for (const [what, text] of Object.entries(fine))
  test(`XEP-0200 §8: authentic content with ${what} is opened`, async () => {
    const { forge, bob } = await ends();
    assert.equal(bob.open(forge(text)).kind, "opened");
  });

test("XEP-0200 §8: octets that are not UTF-8 are refused", async () => {
  const { testing, bob, keys } = await ends();
  const { aesCtr, base64Encode, hmac } = testing;
  const { data, mac } = (() => {
    const encrypted = base64Encode(
      aesCtr(keys.cipher, keys.counter, Buffer.from("<body>\xff</body>", "latin1")),
    );
    const content = Buffer.from(`<data>${encrypted}</data>`);
    return { data: encrypted, mac: base64Encode(hmac(keys.mac, Buffer.concat([content, keys.counter]))) };
  })();
  const message = element("message", {}, element("thread", {}, thread), buildC({ data, mac }));
  assert.throws(() => bob.open(arrived(message)), { code: "content-malformed" });
});

test("what is inside is not in the stanza's namespace by accident: it gets the stanza's own", async () => {
  const { forge, bob } = await ends();
  const result = bob.open(forge("<body>x</body><p:y xmlns:p='urn:p'/>"));
  assert.ok(result.kind === "opened");
  assert.equal(result.element.getChildText("body"), "x");
  assert.ok(result.element.getChild("y", "urn:p"));
});

test("the opened stanza keeps the wrapper's attributes and the order of its children", async () => {
  const { alice, bob } = await ends();
  const sealed = alice.seal(
    parseStanza(
      `<message id="7" type="chat"><no-copy xmlns="urn:xmpp:hints"/><a xmlns="urn:1"/><b xmlns="urn:2"/></message>`,
    ),
  );
  const result = bob.open(arrived(sealed));
  assert.ok(result.kind === "opened");
  assert.deepEqual(result.element.attrs, { ...sealed.attrs, from: aliceJid });
  assert.match(opened(bob, arrived(alice.seal(parseStanza("<message><a xmlns='urn:1'/><b xmlns='urn:2'/></message>")))), /<a .*<b /); // prettier-ignore
});
