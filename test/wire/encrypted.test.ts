/** `<c/>` (XEP-0200): what the MAC covers, rebuilt. */
import test from "node:test";
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { buildC, findC, parseStanza, readC, serializeExtra, serializeStanza } from "esession/wire";
import { refuses, vectors } from "./xml.js";

const NS = "http://www.xmpp.org/extensions/xep-0200.html#ns";
const c = (inside: string, attributes = "") => parseStanza(`<c xmlns='${NS}' ${attributes}>${inside}</c>`);

test("XEP-0200 §6: the content is rebuilt in document order, without <mac/> and without white space", () => {
  const read = readC(
    c(
      "\n <data>AAECAw==</data>\n <mac>/+8=</mac> <new>2</new><key>BBBB</key><old>CCCC</old><old>DDDD</old>\n",
    ),
    "xep",
  );
  assert.deepEqual(read, {
    content: "<data>AAECAw==</data><new>2</new><key>BBBB</key><old>CCCC</old><old>DDDD</old>",
    data: { start: 6, end: 14 },
    mac: "/+8=",
    key: "BBBB",
    new: 2,
    old: ["CCCC", "DDDD"],
  });
  assert.equal(read.content.slice(6, 14), "AAECAw==");
});

test("<data/> behind another element is found where it stands", () => {
  const { content, data } = readC(c("<new>1</new><data>AAAA</data><mac>AAAA</mac>"), "xep");
  assert.equal(content.slice(data!.start, data!.end), "AAAA");
});

test("empty <data/> is written as each dialect writes it, and is an empty range", () => {
  const xep = readC(c("<data/><mac>AAAA</mac>"), "xep");
  assert.equal(xep.content, "<data></data>");
  const deployed = readC(c("<data></data><mac>AAAA</mac>"), "deployed");
  assert.equal(deployed.content, "<data />");
  for (const { content, data } of [xep, deployed]) assert.equal(content.slice(data!.start, data!.end), "");
});

test("without <data/> there is no range", () => {
  assert.deepEqual(readC(c("<mac>AAAA</mac>"), "xep"), { content: "", mac: "AAAA", old: [] });
});

const nine = "<old>AAAA</old>".repeat(9);
const bad: Record<string, string> = {
  "no mac": "<data>AAAA</data>",
  "two macs": "<mac>AAAA</mac><mac>AAAA</mac>",
  "two data": "<data>AAAA</data><data>AAAA</data><mac>AAAA</mac>",
  "two keys": "<key>AAAA</key><key>AAAA</key><mac>AAAA</mac>",
  "two news": "<new>1</new><new>1</new><mac>AAAA</mac>",
  "nine old": `${nine}<mac>AAAA</mac>`,
  "an empty mac": "<mac/>",
  "an empty key": "<key/><mac>AAAA</mac>",
  "an empty old": "<old/><mac>AAAA</mac>",
  "an unknown element": "<data>AAAA</data><x/><mac>AAAA</mac>",
  "an element of another namespace": "<data xmlns='urn:x'>AAAA</data><mac>AAAA</mac>",
  "a prefixed element": `<p:data xmlns:p='${NS}'>AAAA</p:data><mac>AAAA</mac>`,
  "text between": "x<data>AAAA</data><mac>AAAA</mac>",
  "a line break in data": "<data>AA\nAA</data><mac>AAAA</mac>",
  "a space behind data": "<data>AAAA </data><mac>AAAA</mac>",
  "white space as data": "<data> </data><mac>AAAA</mac>",
  "a space in the key": "<key>AA AA</key><mac>AAAA</mac>",
  "a space in the mac": "<mac> AAAA</mac>",
  "the URL alphabet": "<data>AA-_</data><mac>AAAA</mac>",
  "padding inside": "<data>AA==AAAA</data><mac>AAAA</mac>",
  "letters beyond ASCII": "<data>ÄAAA</data><mac>AAAA</mac>",
  "an element in data": "<data>AA<b/>AA</data><mac>AAAA</mac>",
  "an attribute of data": "<data a='1'>AAAA</data><mac>AAAA</mac>",
  "a declaration at data": "<data xmlns:p='urn:p'>AAAA</data><mac>AAAA</mac>",
  ...Object.fromEntries(
    ["0", "-1", "+1", "01", "1.0", "1e3", " 1", "1 ", "", "2147483649", "99999999999", "x"].map((n) => [
      `new of '${n}'`,
      `<new>${n}</new><mac>AAAA</mac>`,
    ]),
  ),
};
for (const [what, inside] of Object.entries(bad))
  test(`<c/> with ${what} is refused`, () => {
    for (const dialect of ["xep", "deployed"] as const) {
      const error = refuses(() => readC(c(inside), dialect), "content-malformed");
      assert.equal(error.condition, "not-acceptable");
    }
  });

test("<c/> with an attribute is refused", () => {
  refuses(() => readC(c("<mac>AAAA</mac>", "id='1'"), "xep"), "content-malformed");
  refuses(() => readC(c("<mac>AAAA</mac>", "xml:lang='en'"), "xep"), "content-malformed");
});

test("the bounds themselves pass", () => {
  const read = readC(c("<new>2147483648</new>" + "<old>AAAA</old>".repeat(8) + "<mac>AAAA</mac>"), "xep");
  assert.equal(read.new, 2 ** 31);
  assert.equal(read.old.length, 8);
  assert.equal(
    readC(c(`<data xmlns='${NS}'>AAAA</data><mac>AAAA</mac>`), "xep").content,
    "<data>AAAA</data>",
  );
});

test("XEP-0200 §5: a stanza has one <c/>, an error stanza a second one in its <error/>", () => {
  const one = `<c xmlns='${NS}'/>`;
  const find = (xml: string) => findC(parseStanza(xml));
  assert.deepEqual(find("<message><body/></message>"), []);
  assert.equal(find(`<message><thread/>${one}</message>`).length, 1);
  assert.deepEqual(find("<presence><c xmlns='http://jabber.org/protocol/caps'/></presence>"), []);
  assert.equal(find(`<p:message xmlns:p='jabber:client' xmlns:e='${NS}'><e:c/></p:message>`).length, 1);
  const both = find(`<iq type='error'><error>${one.replace("/>", "><mac>B</mac></c>")}</error>${one}</iq>`);
  assert.deepEqual(
    both.map((found) => found.children.length),
    [1, 0],
  );
  assert.equal(find(`<iq type='error'><error>${one}</error></iq>`).length, 1);
  for (const xml of [
    `<message>${one}${one}</message>`,
    `<message type='error'><error>${one}${one}</error></message>`,
    `<message type='error'><error>${one}</error><error>${one}</error></message>`,
    `<message><error>${one}</error></message>`,
  ])
    refuses(() => find(xml), "content-malformed");
  const carbon = `<sent xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client'>${one}</message></forwarded></sent>`;
  assert.deepEqual(find(`<message>${carbon}</message>`), [], "a copy of another stanza is not this stanza's");
});

test("what is built is read back, and the MAC covers the same text on both sides", () => {
  const extra = { new: 1, key: "AAAA", old: ["BBBB", "CCCC"] };
  const built = buildC({ data: "DDDD", extra, mac: "EEEE" });
  assert.equal(
    serializeStanza(built),
    `<c xmlns="${NS}"><data>DDDD</data><new>1</new><key>AAAA</key><old>BBBB</old><old>CCCC</old><mac>EEEE</mac></c>`,
  );
  assert.equal(readC(built, "xep").content, `<data>DDDD</data>${serializeExtra(extra)}`);
  assert.equal(serializeStanza(buildC({ mac: "EEEE" })), `<c xmlns="${NS}"><mac>EEEE</mac></c>`);
  assert.equal(serializeExtra({}), "");
});

test("the content of every encrypted stanza of the recorded runs is rebuilt as it was MACed", () => {
  const folder = new URL("../../../test/vectors/deployed/", import.meta.url);
  let compared = 0;
  for (const file of readdirSync(folder).filter((name) => /^(gajim-|cross|suite|sigmai|live)/.test(name))) {
    const run = vectors(`deployed/${file}`) as {
      stanzas: { n: number; xml: string; received?: string }[];
      encrypted?: { stanza: number; m_content: string; m_final: string; a_mac: string }[];
    };
    for (const one of run.encrypted ?? []) {
      const sent = run.stanzas.find(({ n }) => n === one.stanza)!;
      const [found] = findC(parseStanza(sent.received ?? sent.xml));
      const read = readC(found!, "deployed");
      assert.equal(read.content, one.m_content, `${file} ${one.stanza}`);
      assert.equal(Buffer.from(read.mac, "base64").toString("hex"), one.a_mac);
      const data = read.content.slice(read.data!.start, read.data!.end);
      assert.equal(Buffer.from(data, "base64").toString("hex"), one.m_final);
      compared++;
    }
  }
  assert.ok(compared >= 50, `${compared} stanzas`);
});
