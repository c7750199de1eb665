import assert from "node:assert/strict";
import test from "node:test";
import { readerOf } from "./built.js";

function read(name: string, content: string | Uint8Array) {
  const octets = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const file = readerOf(name)!(octets);
  return {
    ids: file.stanzas.map(({ stanza }) => stanza.attrs.id),
    lines: file.stanzas.map(({ line }) => line),
    problems: file.problems.map(({ line, what }) => `${line}: ${what}`),
    others: file.otherElements,
    stanzas: file.stanzas.map(({ stanza }) => stanza),
  };
}

/** What is wrong in the middle of a .jsonl, and what is said about it. */
const brokenLines: [string, string, RegExp][] = [
  ["no JSON", `{"xml": "<message/>"`, /^2: not JSON: /],
  [
    "another member",
    `{"stanza": "<message/>"}`,
    /^2: neither a JSON string nor an object with a member `xml`/,
  ],
  ["a number", `7`, /^2: neither/],
  ["null", `null`, /^2: neither/],
  ["xml that is no string", `{"xml": ["<message/>"]}`, /^2: neither/],
  ["no stanza", `"<body>hi</body>"`, /^2: <body\/> is not a stanza/],
  ["two stanzas", `"<message/><message/>"`, /^2: a stanza is one element, and this text has more/],
  ["an empty text", `""`, /^2: a stanza is one element, and this text has none/],
  ["an element that is not closed", `"<message><body></message>"`, /^2: malformed XML/],
  ["an entity", `"<message><body>&nbsp;</body></message>"`, /^2: malformed XML/],
  ["a document type", `"<!DOCTYPE message><message/>"`, /^2: malformed XML/],
  ["a comment", `"<message><!-- x --></message>"`, /^2: malformed XML.*comment/],
  ["an undeclared prefix", `"<message><p:x/></message>"`, /^2: malformed XML/],
];
for (const [title, line, pattern] of brokenLines)
  test(`a line of a .jsonl is reported and the rest is read: ${title}`, () => {
    const { ids, lines, problems } = read(
      "a.jsonl",
      `"<iq id='1'/>"\n${line}\n{"xml":"<iq id='3'/>","n":1}\n`,
    );
    assert.deepEqual(
      [ids, lines],
      [
        ["1", "3"],
        [1, 3],
      ],
    );
    assert.equal(problems.length, 1);
    assert.match(problems[0]!, pattern);
  });

test("a line of a .jsonl that is not UTF-8 is reported and the rest is read", () => {
  const octets = Buffer.concat([
    Buffer.from(`"<iq id='1'/>"\n"<iq id='`),
    Buffer.of(0xff),
    Buffer.from(`'/>"\n"<iq id='3'/>"`),
  ]);
  const { ids, problems } = read("a.jsonl", octets);
  assert.deepEqual([ids, problems], [["1", "3"], ["2: not UTF-8"]]);
});

test("empty lines and CR LF in a .jsonl do no harm", () => {
  const { ids, lines, problems } = read("a.jsonl", `\r\n"<iq id='1'/>"\r\n\n"<iq id='2'/>"`);
  assert.deepEqual([ids, lines, problems], [["1", "2"], [2, 4], []]);
});

const documents: [string, string, number[]][] = [
  ["one after the other", `<message id='1'/>\n<presence id='2'/><iq id='3'/>`, [1, 2, 2]],
  [
    "inside any root",
    `<?xml version='1.0'?>\n<all>\n<message id='1'/> <presence id='2'/>\n<iq id='3'/></all>\n`,
    [3, 3, 4],
  ],
  [
    "inside a stream",
    `<?xml version='1.0' encoding='utf-8'?><stream:stream xmlns='jabber:client'\nxmlns:stream='http://etherx.jabber.org/streams'>\n<message id='1'/><!-- fine here -->\n<presence id='2'/><iq id='3'/></stream:stream>`,
    [3, 4, 4],
  ],
  ["with a byte order mark", `\uFEFF<message id='1'/><presence id='2'/><iq id='3'/>`, [1, 1, 1]],
  [
    "with stanzas inside",
    `<message id='1'><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client' id='x'/></forwarded></message><presence id='2'/><iq id='3'><message id='y'/></iq>`.replace(
      "<message id='y'/>",
      "<q xmlns='a'><message/></q>",
    ),
    [1, 1, 1],
  ],
];
for (const [title, xml, lines] of documents)
  test(`stanzas are found in an .xml: ${title}`, () => {
    const found = read("a.xml", xml);
    assert.deepEqual(found.problems, []);
    assert.deepEqual([found.ids, found.lines], [["1", "2", "3"], lines]);
  });

/** What is wrong between two good stanzas, and what is said about it; line 2 is the first of it. */
const brokenXml: [string, string, RegExp][] = [
  ["a bare ampersand", `<message><body>x & y</body></message>`, /^2: an & that begins no reference/],
  [
    "an ampersand before the next ;",
    `<message><body>x &amp y; z</body></message>`,
    /^2: an & that begins no reference/,
  ],
  ["an undefined entity", `<message><body>&nbsp;</body></message>`, /^2: undefined entity/],
  [
    "an element that is not closed",
    `<message><body>hi</message>`,
    /^2: <\/message> where <\/body> was expected/,
  ],
  [
    "a stanza that is not closed",
    `<message><body>hi</body>`,
    /^2: the <message> that begins here is not closed/,
  ],
  [
    "an end tag that fits nothing",
    `<message>\n<body>hi</bodi></message>`,
    /^3: <\/bodi> where <\/body> was expected/,
  ],
  [
    "a misspelt end of a stanza",
    `<message><body>hi</body></mesage>`,
    /^2: <\/mesage> where <\/message> was expected/,
  ],
  ["an attribute twice", `<message to='a' to='b'/>`, /^2: duplicate attribute: to/],
  ["an attribute without quotes", `<message to=a/>`, /^2: unquoted attribute value/],
  ["a quote that is not closed", `<message to='a><body/></message>`, /^2: disallowed character/],
  ["a < in a text", `<message><body>a < b</body></message>`, /^2: disallowed character in tag name/],
  ["an undeclared prefix", `<message><p:x/></message>`, /^2: unbound namespace prefix: "p"/],
  ["a control character", `<message><body>\u0001</body></message>`, /^2: disallowed character/],
  ["a comment", `<message>\n<!-- x --></message>`, /^3: a comment inside a stanza/],
  ["a processing instruction", `<message><?x y?></message>`, /^2: a processing instruction inside a stanza/],
  ["a comment that is not closed", `<message><!-- x </message>`, /^2: /],
  ["text", `and then she said`, /^2: text outside of the stanzas/],
  [
    "too deep",
    `<message>${"<a>".repeat(200)}${"</a>".repeat(200)}</message>`,
    /^2: in the stanza that begins here: /,
  ],
];
for (const [title, xml, pattern] of brokenXml)
  for (const [kind, open, close] of [
    ["alone", "", ""],
    ["in a root", "<all>", "</all>"],
  ] as const)
    test(`what is broken in an .xml is reported and the rest is read, ${kind}: ${title}`, () => {
      const { ids, problems } = read(
        "a.xml",
        `${open}<iq id='1'/>\n${xml}\n<iq id='2'/><message id='3'></message>${close}`,
      );
      assert.deepEqual(ids, ["1", "2", "3"], problems.join("; "));
      assert.equal(problems.length, 1, problems.join("; "));
      assert.match(problems[0]!, pattern);
    });

test("a document type declaration is reported and the rest is read", () => {
  const { ids, problems } = read("a.xml", `<!DOCTYPE a [<!ENTITY b "c">]>\n<a><iq id='1'/></a>`);
  assert.deepEqual(ids, ["1"]);
  assert.match(problems[0]!, /^1: .*doctype/);
});

test("a recording that was cut off is reported with what it ends in, and what is whole is read", () => {
  const { ids, problems } = read("a.xml", `<s:s xmlns:s='x'>\n<iq id='1'/>\n<message><body>ha`);
  assert.deepEqual(ids, ["1"]);
  assert.match(problems[0]!, /^3: unclosed tag/);
});

test("octets that are not UTF-8 in an .xml are reported with their line", () => {
  const octets = Buffer.concat([
    Buffer.from(`<iq id='1'/>\n<message>`),
    Buffer.of(0xc3, 0x28),
    Buffer.from(`</message>`),
  ]);
  assert.deepEqual(read("a.xml", octets).problems, ["2: not UTF-8"]);
});

test("an .xml's root hands its namespaces on to the stanzas that use them", () => {
  const { stanzas, problems } = read(
    "a.xml",
    `<r xmlns:p='urn:p' xmlns:q='urn:q'><message><p:x q:a='1'/></message><iq/></r>`,
  );
  assert.deepEqual(problems, []);
  assert.equal(stanzas[0]!.getChildElements()[0]!.getNS(), "urn:p");
  assert.deepEqual(stanzas[1]!.attrs, {});
});

test("other elements than stanzas are counted", () => {
  const { ids, others, problems } = read(
    "a.xml",
    `<r><auth/><features><message/></features><iq id='1'/></r>`,
  );
  assert.deepEqual([ids, others, problems], [["1"], 2, []]);
});

test("a file of another kind has no reader", () => {
  for (const name of ["a.json", "a.txt", "xml", "a.jsonl.gz"]) assert.equal(readerOf(name), undefined, name);
});
