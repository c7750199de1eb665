/** XEP-0200: what can be said of a sealed stanza without its keys. */
import assert from "node:assert/strict";
import test from "node:test";
import type { Element } from "esession/wire";
import { copyOf } from "../support/forms.js";
import { inspected, notes, talk, text, wrongs } from "./support.js";

type Wrong = [code: string, field: string | undefined];

const mac = "A".repeat(43) + "=";
const C = /<c xmlns=.*<\/c>/;
const c = (content: string, attributes = "") => `<c xmlns="http://www.xmpp.org/extensions/xep-0200.html#ns"${attributes}>${content}</c>`; // prettier-ignore

const table: readonly (readonly [title: string, c: string, ...expected: Wrong[]])[] = [
  ["XEP-0200 §6: content and MAC", c(`<data>AAAA</data><mac>${mac}</mac>`)],
  ["XEP-0200 §6: no content", c(`<mac>${mac}</mac>`)],
  ["XEP-0200 §6: no MAC", c("<data>AAAA</data>"), ["c", undefined]],
  ["XEP-0200 §14: two <mac/>", c(`<data>AAAA</data><mac>${mac}</mac><mac>${mac}</mac>`), ["c", undefined]],
  ["XEP-0200 §14: two <data/>", c(`<data>AAAA</data><data>AAAA</data><mac>${mac}</mac>`), ["c", undefined]],
  ["XEP-0200 §14: an unknown child", c(`<data>AAAA</data><more/><mac>${mac}</mac>`), ["c", undefined]],
  ["XEP-0200 §14: text in <c/>", c(`x<data>AAAA</data><mac>${mac}</mac>`), ["c", undefined]],
  ["XEP-0200 §14: an attribute", c(`<data>AAAA</data><mac>${mac}</mac>`, ' a="b"'), ["c", undefined]],
  ["XEP-0200 §5: two <c/>", c(`<mac>${mac}</mac>`) + c(`<mac>${mac}</mac>`), ["c", undefined]],
  ["RFC 4648: white space in the content", c(`<data>AA AA</data><mac>${mac}</mac>`), ["c", undefined]],
  ["RFC 4648: unused bits are zero", c(`<data>AAB=</data><mac>${mac}</mac>`), ["data", "data"]],
  ["XEP-0200 §6: a MAC of 30 octets", c(`<data>AAAA</data><mac>${"A".repeat(40)}</mac>`), ["mac", "mac"]],
  [
    "XEP-0200 §10: an old key of 3 octets",
    c(`<data>AAAA</data><old>AAAA</old><mac>${mac}</mac>`),
    ["old", "old"],
  ],
  [
    "XEP-0200 §9: a re-key that was forbidden",
    c(`<data>AAAA</data><key>BA==</key><mac>${mac}</mac>`),
    ["rekey", "key"],
  ],
  [
    "XEP-0200 §9: a public value of 1",
    c(`<key>AQ==</key><mac>${mac}</mac>`),
    ["public-value", "key"],
    ["rekey", "key"],
  ],
  [
    "XEP-0200 §9.3: <new/> is a positive integer",
    c(`<data>AAAA</data><new>0</new><mac>${mac}</mac>`),
    ["c", undefined],
  ],
];

async function withC(t: Parameters<typeof talk>[0], content: string): Promise<[Element[], string]> {
  const { stanzas } = await talk(t, { bob: { policy: { rekeyFreq: 4_294_967_295 } } });
  const sealed = text(stanzas[5]!);
  assert.match(sealed, C);
  return [stanzas.slice(0, 4), sealed.replace(C, content)];
}

for (const [title, content, ...expected] of table)
  test(title, async (t) => {
    const [four, sealed] = await withC(t, content);
    const found = wrongs(inspected([...four, sealed])).map(([, code, field]): Wrong => [code, field]);
    assert.deepEqual(found, expected);
  });

test("XEP-0200 §9, §10: re-key elements are named and explained", async (t) => {
  const [four, sealed] = await withC(t, c(`<data>AAAA</data><key>BA==</key><new>1</new><old>${mac}</old><mac>${mac}</mac>`)); // prettier-ignore
  const last = inspected([...four, sealed]).messages.at(-1)!;
  assert.equal(last.name, "sealed stanza under new keys: a re-key exchange, old MAC keys published");
  assert.deepEqual(
    last.fields.map(({ name, section }) => [name, section]),
    [["data", "XEP-0200 §6"], ["key", "XEP-0200 §9"], ["new", "XEP-0200 §9.3"], ["old", "XEP-0200 §10"], ["mac", "XEP-0200 §6"]], // prettier-ignore
  );
});

test("XEP-0200 §14: an order of neither the schema nor the examples is noted", async (t) => {
  const order = async (content: string) => {
    const [four, sealed] = await withC(t, c(content));
    return notes(inspected([...four, sealed]), "order-in-c").length;
  };
  assert.equal(await order(`<mac>${mac}</mac><data>AAAA</data>`), 1);
  assert.equal(await order(`<data>AAAA</data><mac>${mac}</mac><new>1</new>`), 0);
  assert.equal(await order(`<data>AAAA</data><new>1</new><mac>${mac}</mac>`), 0);
});

test("XEP-0200 §5: a kind of stanza that was not agreed on is wrong, what stands in clear beside is noted", async (t) => {
  const { stanzas } = await talk(t, { alice: { policy: { stanzas: ["message"] } } });
  const [four, message] = [stanzas.slice(0, 4), text(stanzas[5]!)];
  const iq = `<iq type="get" id="1" from="alice@example.org/pda" to="bob@example.com/laptop">${C.exec(message)![0]}</iq>`;
  assert.deepEqual(wrongs(inspected([...four, iq])), [[5, "stanza-kind", undefined]]);
  const beside = message.replace("</message>", '<nick xmlns="a">x</nick><body>y</body></message>');
  assert.equal(notes(inspected([...four, beside]), "clear-beside").length, 2);
});

test("XEP-0200 §8: a stanza that comes again is noted; one of no negotiation in the capture, too", async (t) => {
  const { stanzas } = await talk(t);
  const report = inspected([...stanzas.slice(0, 6), copyOf(stanzas[5]!)]);
  assert.deepEqual([wrongs(report), notes(report, "copy").length], [[], 1]);
  assert.equal(notes(inspected([stanzas[5]!]), "no-negotiation").length, 1);
});
