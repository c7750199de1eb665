import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { parseStanza } from "esession/wire";
import {
  copy,
  createRouter,
  difference,
  embedded,
  openCorpus,
  readdress,
  reasonToSkip,
  root,
} from "./built.js";

const corpus = embedded();
const address = { from: "a@example.org/x", to: "b@example.org/y", thread: "t", id: "n" };

test("the corpus of the package has at least 200 stanzas, all different", () => {
  assert.ok(corpus.length >= 200, `${corpus.length}`);
  assert.equal(new Set(corpus.map(({ stanza }) => stanza.toString())).size, corpus.length);
});

test("the corpus of the package has every kind and type that a session carries", () => {
  const count = (name: string, type?: string) =>
    corpus.filter(({ stanza }) => stanza.name === name && stanza.attrs.type === type).length;
  for (const [name, type, least] of [
    ["message", "chat", 80],
    ["message", "normal", 2],
    ["message", "headline", 3],
    ["message", "error", 2],
    ["message", undefined, 20],
    ["presence", undefined, 20],
    ["iq", "get", 10],
    ["iq", "set", 20],
    ["iq", "result", 15],
    ["iq", "error", 15],
  ] as const)
    assert.ok(count(name, type) >= least, `${name} ${type ?? ""}: ${count(name, type)}`);
});

test("the corpus of the package has an empty stanza and one of 180 KiB", () => {
  assert.ok(corpus.some(({ stanza }) => stanza.children.length === 0));
  const largest = Math.max(...corpus.map(({ stanza }) => Buffer.byteLength(stanza.toString())));
  assert.ok(Math.abs(largest - 180 * 1024) < 512, `${largest}`);
});

test("nothing of the corpus of the package is skipped", () => {
  for (const { line, stanza } of corpus) assert.equal(reasonToSkip(stanza), undefined, `stanza ${line}`);
});

test("the corpus of the package goes through the router unchanged, and through a copy", () => {
  const router = createRouter();
  const port = router.port(address.from);
  let received = 0;
  router.connect(address.to, (stanza) => {
    const expected = readdress(corpus[received]!.stanza, address);
    assert.equal(difference(expected, stanza), undefined, `stanza ${received + 1}`);
    received += 1;
  });
  for (const { stanza } of corpus) port(copy(readdress(stanza, address)));
  router.drain();
  assert.equal(received, corpus.length);
  assert.equal(router.stanzas, corpus.length);
});

test("the router stamps the sender's address", () => {
  const router = createRouter();
  let from: string | undefined;
  router.connect("b@example.org/y", (stanza) => (from = stanza.attrs.from));
  router.port("a@example.org/x")("<message from='mallory@example.org/z' to='b@example.org'/>");
  router.drain();
  assert.equal(from, "a@example.org/x");
});

test("the router keeps the order when a receiver answers at once", () => {
  const router = createRouter();
  const seen: string[] = [];
  const [a, b] = [router.port("a@x/1"), router.port("b@x/1")];
  router.connect("b@x/1", ({ attrs }) => {
    seen.push(`b ${attrs.id!}`);
    b(`<message to='a@x/1' id='${attrs.id!}'/>`);
  });
  router.connect("a@x/1", ({ attrs }) => seen.push(`a ${attrs.id!}`));
  a("<message to='b@x/1' id='1'/>");
  a("<message to='b@x/1' id='2'/>");
  router.drain();
  assert.deepEqual(seen, ["b 1", "b 2", "a 1", "a 2"]);
});

test("a stanza gets the two parties and the session's thread instead of its own, and is not changed itself", () => {
  const original = parseStanza(
    "<message to='x' from='y' id='1'><thread>old</thread><body>hi</body></message>",
  );
  const made = readdress(original, address);
  assert.equal(
    difference(
      parseStanza(
        `<message to='${address.to}' from='${address.from}' id='1'><body>hi</body><thread>t</thread></message>`,
      ),
      made,
    ),
    undefined,
  );
  assert.equal(original.getChildText("thread"), "old");
});

test("RFC 6120 §8.2.3: an iq without an id gets one, others keep theirs", () => {
  assert.equal(readdress(parseStanza("<iq type='get'/>"), address).attrs.id, "n");
  assert.equal(readdress(parseStanza("<iq type='get' id='7'/>"), address).attrs.id, "7");
  assert.equal(readdress(parseStanza("<message/>"), address).attrs.id, undefined);
});

const skipped: [string, RegExp][] = [
  ["<message><c xmlns='http://www.xmpp.org/extensions/xep-0200.html#ns'/></message>", /XEP-0200/],
  [
    "<message><x xmlns='a'><c xmlns='http://www.xmpp.org/extensions/xep-0200.html#ns'/></x></message>",
    /XEP-0200/,
  ],
  [
    "<message><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>urn:xmpp:ssn</value></field></x></message>",
    /urn:xmpp:ssn/,
  ],
  ["<message><body/> ... </message>", /text beside/],
  ["<iq type='error' id='1'><error code='404'>Not Found</error></iq>", /text beside/],
  ["<presence type='subscribe'/>", /for servers/],
];
for (const [xml, reason] of skipped)
  test(`a stanza that no session can carry is skipped with its reason: ${reason.source}, ${xml.slice(0, 40)}`, () =>
    assert.match(reasonToSkip(parseStanza(xml)) ?? "sent", reason));

test("what only speaks of XEP-0200 is not skipped", () => {
  const xml = `<iq type='result' id='1'><query xmlns='http://jabber.org/protocol/disco#info'><feature var='http://www.xmpp.org/extensions/xep-0200.html#ns'/><feature var='urn:xmpp:ssn'/></query></iq>`;
  assert.equal(reasonToSkip(parseStanza(xml)), undefined);
});

const shared = join(root, "../shared/corpus/stanzas.jsonl");
test(
  "the shared corpus is read without a problem",
  { skip: !existsSync(shared) && "../shared is not there" },
  () => {
    const { stanzas, problems, skipped } = openCorpus(undefined);
    assert.deepEqual(problems, []);
    const left = Object.values(skipped).reduce((sum, count) => sum + count, 0);
    assert.equal(stanzas.length + left, 3839);
    assert.ok(left < 110, JSON.stringify(skipped));
  },
);
