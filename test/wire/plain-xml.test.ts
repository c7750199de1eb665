/**
 * The quick reading of plain XML beside the strict parser: where it reads at all, both read the same, to the last text
 * node; where the strict parser refuses, it does not read.
 */
import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import type { Element } from "esession/wire";
import type * as Gate from "../../dist/wire/gate.js";
import type * as Limits from "../../dist/wire/limits.js";
import type * as Plain from "../../dist/wire/plain-xml.js";
import { corpus, rounds, seed } from "./xml.js";

/** Seen from test/.build/wire, where this runs. */
const built = (path: string): Promise<unknown> =>
  import(new URL(`../../../dist/wire/${path}.js`, import.meta.url).href);
const { parseStrictly } = (await built("gate")) as typeof Gate;
const { parsePlain } = (await built("plain-xml")) as typeof Plain;
const { contentLimits, stanzaLimits } = (await built("limits")) as typeof Limits;

/** Everything that can be told apart, and nothing that depends on how it was made. */
const tree = (node: Element | string): unknown =>
  typeof node === "string"
    ? node
    : [node.name, Object.entries(node.attrs), node.children.map(tree), node.parent?.name ?? null];

/** Whether it was read plainly. Texts with other characters do not come here: the gate refuses them before. */
function compare(text: string, limits = contentLimits, allowEncrypted = false): boolean {
  const plain = parsePlain(text, limits, allowEncrypted);
  if (plain === undefined) return false;
  const strict = parseStrictly(text, limits, "jabber:client", allowEncrypted);
  assert.deepEqual(plain.map(tree), strict.map(tree), text);
  return true;
}

const read = [
  "",
  "   ",
  "<body>x</body>",
  "<body/>",
  "<body></body>   ",
  "<a> </a><b>\n\t</b>",
  "<body>a &amp; b &lt;c&gt; &quot;d&apos;</body>",
  "<body>a ]] b > c</body>",
  `<x xmlns="jabber:x:oob" a='"' b="'" c="a &gt; b"><url>http://a/?b&amp;c</url></x>`,
  `<body xml:lang="de">é 🔑</body>`,
  `<a-b.c_1 d-e.f_2="3"/>`,
  `<c1/><cc/>`,
  `<a b="&#x9;&#xA;&#xD;">&#xD;&#x85;&#x2028;&#x2029;</a>`,
  `<body xmlns="http://www.w3.org/1999/xhtml"><p>x</p></body>`,
  "\n<body />\t",
  "<body ></body>",
  "<a\n  b='1'\tc='2'\n/>",
  `<a x="  two  spaces "/>`,
  `<constructor_/>`,
];
const leftToTheParser = [
  "x",
  "\r",
  "<body",
  "<body>",
  "</body>",
  "<body></bod>",
  "<body></body >",
  "<body /x>",
  "<body/ >",
  "<a><b></a></b>",
  "<a>&#65;</a>",
  "<a>&copy;</a>",
  "<a>&amp</a>",
  "<a>& b</a>",
  "<a>&;</a>",
  "<a>&lt;&__proto__;</a>",
  "<a>]]></a>",
  "<a>\r\n</a>",
  "<a><!-- --></a>",
  "<a><![CDATA[b]]></a>",
  "<?xml version='1.0'?><a/>",
  "<!DOCTYPE a><a/>",
  "<p:a xmlns:p='urn:p'/>",
  "<a xmlns:p='urn:p'/>",
  "<a xmlns=''/>",
  "<a xmlns=' urn:p'/>",
  "<a xmlns='urn:p\u00a0'/>",
  "<a xmlns='http://www.w3.org/2000/xmlns/'/>",
  "<a xmlns='http://www.w3.org/XML/1998/namespace'/>",
  "<a b='1' b='2'/>",
  "<a b='1'c='2'/>",
  "<a b = '1'/>",
  "<a\r\nb='1'/>",
  "<a\u00a0b='1'/>",
  "<a b=1/>",
  "<a b='<'/>",
  "<a b='&#10;'/>",
  "<a b='\n'/>",
  "<a b='1/>",
  "<a __proto__='1'/>",
  "<a constructor='1'/>",
  "<a xml:space='preserve'/>",
  "<a xml:lang='en' xml:lang='de'/>",
  "<é/>",
  "<a é='1'/>",
  "<1/>",
  "<-/>",
  "<c xmlns='http://www.xmpp.org/extensions/xep-0200.html#ns'/>",
  "<a xmlns='http://www.xmpp.org/extensions/xep-0200.html#ns'><c/></a>",
];

for (const text of read)
  test(`read plainly, as the strict parser reads it: ${JSON.stringify(text)}`, () =>
    assert.ok(compare(text)));
for (const text of leftToTheParser)
  test(`left to the strict parser: ${JSON.stringify(text)}`, () => assert.equal(compare(text), false));

test("beyond the limits nothing is read plainly", () => {
  const deep = (depth: number) => "<a>".repeat(depth) + "</a>".repeat(depth);
  assert.ok(compare(deep(contentLimits.depth)));
  assert.equal(compare(deep(contentLimits.depth + 1)), false);
  // an element that is closed at once takes no depth with it
  assert.ok(compare("<a/>".repeat(contentLimits.elements)));
  assert.equal(compare("<a/>".repeat(contentLimits.elements + 1)), false);
  const attributes = (count: number) =>
    `<a${Array.from({ length: count }, (_, i) => ` a${i}="${i}"`).join("")}/>`;
  assert.ok(compare(attributes(contentLimits.attributes)));
  assert.equal(compare(attributes(contentLimits.attributes + 1)), false);
});

/** Pieces from which much that is nearly XML, and some that is, can be put together. */
const pieces = [
  ...[
    "<a>",
    "</a>",
    "<b/>",
    "<body>",
    "</body>",
    "<a",
    "<c>",
    "</c>",
    ">",
    "/>",
    "<",
    "</",
    "/",
    "&",
    "&amp;",
  ],
  ...[
    "&lt;",
    "&#65;",
    "&x;",
    ";",
    "x",
    " ",
    "\n",
    "\r",
    "\t",
    `"`,
    "'",
    "=",
    `="1"`,
    "='2'",
    " x",
    " y",
    " xmlns",
  ],
  ...[
    " xml:lang",
    " xmlns:p",
    " p:x",
    "<p:a",
    "urn:p",
    "]]>",
    "]",
    "<![CDATA[",
    "<!--",
    "-->",
    "<?x",
    "?>",
    "é",
    "🔑",
  ],
];

test("whatever pieces come together, what is read plainly is what the strict parser reads", (t) => {
  t.diagnostic(`seed ${seed}`);
  let plainly = 0;
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...pieces), { maxLength: 14 }),
      fc.boolean(),
      (parts, allowEncrypted) => {
        plainly += Number(compare(parts.join(""), contentLimits, allowEncrypted));
      },
    ),
    { seed, numRuns: rounds(20_000) },
  );
  assert.ok(plainly > 100, `${plainly} were read`);
});

test("the corpus, whole and with one character changed, is read alike", { skip: corpus.skip }, (t) => {
  t.diagnostic(`seed ${seed}`);
  const texts = corpus.stanzas();
  const plainly = texts.filter((text) => compare(text, stanzaLimits, true)).length;
  t.diagnostic(`${plainly} of ${texts.length} were read plainly`);
  assert.ok(plainly > texts.length / 2);
  fc.assert(
    fc.property(
      fc.constantFrom(...texts),
      fc.nat(),
      fc.constantFrom(...Array.from("<>&'\"/ x:=!?-];\n")),
      (xml, at, char) => {
        // by characters: half a surrogate pair does not come here
        const characters = Array.from(xml);
        characters[at % characters.length] = char;
        compare(characters.join(""), stanzaLimits, true);
      },
    ),
    { seed, numRuns: rounds(10_000) },
  );
});
