/** The gate for XML: what passes, and everything hostile that must not. */
import test from "node:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  EsessionError,
  contentLimits,
  namespaceOf,
  parseContent,
  parseStanza,
  serializeContent,
  element,
} from "esession/wire";
import { meaning, meanings, refuses, rounds, seed, corpus } from "./xml.js";

const C = "http://www.xmpp.org/extensions/xep-0200.html#ns";
const SECRET = "s3cr3t";

const malformed: Record<string, string> = {
  "a billion laughs": `<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><l>&b;</l>`,
  "a document type": `<!DOCTYPE b><b/>`,
  "an external entity": `<!DOCTYPE b SYSTEM "file:///etc/passwd"><b/>`,
  "a document type inside": `<b><!DOCTYPE b></b>`,
  "an entity declaration inside": `<b><!ENTITY a "x"></b>`,
  "a comment": `<b><!-- ${SECRET} -->x</b>`,
  "a comment at the top": `<b/><!-- ${SECRET} -->`,
  "an unfinished comment": `<b/><!-- ${SECRET}`,
  "a processing instruction": `<b><?php ${SECRET} ?></b>`,
  "a processing instruction at the top": `<?x y?><b/>`,
  "an XML declaration": `<?xml version="1.0"?><b/>`,
  "an entity that is not predefined": `<b>&nbsp;</b>`,
  "an entity named like a property": `<b>&constructor;</b>`,
  "another entity named like a property": `<b>&__proto__;</b>`,
  "a bare ampersand": `<b>${SECRET} & more</b>`,
  "a reference to U+0000": `<b>&#0;</b>`,
  "a reference to U+0001": `<b>&#x1;</b>`,
  "a reference to a surrogate": `<b>&#xD800;</b>`,
  "a reference beyond Unicode": `<b>&#x110000;</b>`,
  "a reference to U+FFFE": `<b>&#xFFFE;</b>`,
  "a reference without digits": `<b>&#;</b>`,
  "U+0000": `<b>\u0000</b>`,
  "U+0001": `<b>\u0001</b>`,
  "U+001F in an attribute": `<b a="\u001f"/>`,
  "U+FFFF": `<b>\uffff</b>`,
  "an unpaired high surrogate before text": "<b>\ud83dx</b>",
  "an unpaired high surrogate before markup": `<b>\ud83d</b>`,
  "an unpaired low surrogate": `<b>\ude00</b>`,
  "an unpaired high surrogate at the end": `<b/>\ud83d`,
  "an undeclared prefix": `<p:b/>`,
  "an undeclared prefix of an attribute": `<b p:a="1"/>`,
  "an undeclared prefix after its scope": `<a xmlns:p="urn:p"/><p:b/>`,
  "an emptied prefix": `<a xmlns:p="urn:p"><b xmlns:p=""/></a>`,
  "the prefix xml bound anew": `<b xmlns:xml="urn:x"/>`,
  "the prefix xmlns bound": `<b xmlns:xmlns="urn:x"/>`,
  "another prefix for the xml namespace": `<b xmlns:p="http://www.w3.org/XML/1998/namespace"/>`,
  "white space around a namespace": `<b xmlns=" urn:x"/>`,
  "a duplicate attribute": `<b a="1" a="2"/>`,
  "a duplicate attribute through prefixes": `<b xmlns:p="urn:x" xmlns:q="urn:x" p:a="1" q:a="2"/>`,
  "a duplicate declaration": `<b xmlns="urn:x" xmlns="urn:y"/>`,
  "an attribute that no object can hold": `<b __proto__="${SECRET}"/>`,
  "an end tag too few": `<${SECRET}>`,
  "an end tag too many": `<b/></${SECRET}>`,
  "only an end tag": `</${SECRET}>`,
  "crossed tags": `<${SECRET}><c></${SECRET}></c>`,
  "leaving the context": `</message><message from='eve'>`,
  "text at the top": `<b/>${SECRET}`,
  "CDATA at the top": `<b/><![CDATA[${SECRET}]]>`,
  "a reference at the top": `<b/>&amp;`,
  "an unfinished tag": `<b`,
  "an unfinished attribute": `<b a="${SECRET}`,
  "an unquoted attribute": `<b a=${SECRET}/>`,
  "an attribute without a value": `<b ${SECRET}/>`,
  "no white space between attributes": `<b a="1"b="2"/>`,
  "a less-than sign in an attribute": `<b a="<"/>`,
  "the end of CDATA in text": `<b>]]></b>`,
  "an unfinished CDATA section": `<b><![CDATA[${SECRET}</b>`,
  "a space before the name": `< b/>`,
  "two colons": `<a:b:c xmlns:a="urn:a"/>`,
  "an empty prefix": `<:b/>`,
  "a byte order mark": `\ufeff<b/>`,
};

for (const [what, text] of Object.entries(malformed))
  test(`plaintext with ${what} is refused, and the error says nothing of the content`, () => {
    refuses(() => parseContent(text), "xml-malformed", SECRET);
    refuses(() => parseStanza(text), "xml-malformed", SECRET);
  });

test("an error names the place", () => {
  const { message } = refuses(() => parseContent("<b>\n  <!-- -->x</b>"), "xml-malformed");
  assert.match(message, /line 2, column \d+: a comment/);
});

const accepted: Record<string, [text: string, equals: string]> = {
  nothing: ["", ""],
  "white space at the end": ["<b/> \t\r\n  ", "<b/>"],
  "white space between elements": ["\n<b/>\n<c/>", "<b/><c/>"],
  "CDATA, which is text": ["<b>a<![CDATA[<&]]>b</b>", "<b>a&lt;&amp;b</b>"],
  "markup-like text in CDATA": ["<b><![CDATA[<!-- <?x?> ]]></b>", "<b>&lt;!-- &lt;?x?&gt; </b>"],
  "the five entities": ["<b>&amp;&lt;&gt;&quot;&apos;</b>", `<b>&amp;&lt;&gt;"'</b>`],
  "references to characters": ["<b>&#65;&#x1F511;</b>", "<b>A\u{1F511}</b>"],
  "line ends of all kinds": ["<b>a\r\nb\rc&#xD;</b>", "<b>a\nb\nc&#xD;</b>"],
  "line breaks in attributes": [`<b a="x\r\ny\tz&#xA;"/>`, `<b a="x y z&#xA;"/>`],
  "a prefix of its own": [`<p:b xmlns:p="urn:p" p:a="1"/>`, `<q:b xmlns:q="urn:p" q:a="1"/>`],
  "no namespace": [`<b xmlns=""><c/></b>`, `<b xmlns=""><c xmlns=""/></b>`],
  "xml:lang": [`<b xml:lang="en"/>`, `<b xml:lang='en'></b>`],
  "names beyond ASCII": ["<größe>é</größe>", "<größe>é</größe>"],
};

for (const [what, [text, equals]] of Object.entries(accepted))
  test(`plaintext with ${what} is read as XML 1.0 says`, () => {
    assert.deepEqual(meanings(parseContent(text)), meanings(parseContent(equals)));
  });

test("a text beside a CDATA section is one text", () => {
  assert.deepEqual(parseContent("<b>a<![CDATA[b]]>&amp;c</b>")[0]!.children, ["ab&c"]);
});

test("namespaces stay written as they were", () => {
  const [b] = parseContent(`<p:b xmlns:p="urn:p" xmlns="urn:d"><c p:a="1"/></p:b>`);
  assert.deepEqual(b!.attrs, { "xmlns:p": "urn:p", xmlns: "urn:d" });
  const [c] = b!.getChildElements();
  assert.deepEqual(c!.attrs, { "p:a": "1" });
  assert.equal(namespaceOf(c!), "urn:d");
  assert.equal(namespaceOf(b!), "urn:p");
});

test("XEP-0200 §5: encrypted content inside encrypted content is refused, however it is written", () => {
  for (const text of [
    `<c xmlns='${C}'/>`,
    `<p:c xmlns:p='${C}'/>`,
    `<forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client'><c xmlns='${C}'/></message></forwarded>`,
  ]) {
    refuses(() => parseContent(text), "xml-malformed");
    assert.equal(parseContent(text, { allowEncrypted: true }).length, 1);
  }
  refuses(() => parseContent("<c/>", { defaultNamespace: C }), "xml-malformed");
  assert.equal(parseContent("<c/><c xmlns='http://jabber.org/protocol/caps'/>").length, 2);
});

const bombs: Record<string, string> = {
  "deep nesting": "<a>".repeat(contentLimits.depth + 1) + "</a>".repeat(contentLimits.depth + 1),
  "nesting that never ends": "<a>".repeat(50_000),
  "too many elements": "<a/>".repeat(contentLimits.elements + 1),
  "too many attributes": `<a ${Array.from({ length: 65 }, (_, i) => `a${i}=""`).join(" ")}/>`,
  "too many declarations": `<a ${Array.from({ length: 65 }, (_, i) => `xmlns:a${i}="u"`).join(" ")}/>`,
  "too many octets": `<a>${"x".repeat(contentLimits.bytes)}</a>`,
  "too many octets for its characters": `<a>${"é".repeat(contentLimits.bytes / 2)}</a>`,
};

for (const [what, text] of Object.entries(bombs))
  test(`plaintext with ${what} is refused before it costs anything`, () => {
    refuses(() => parseContent(text), "xml-limit");
  });

test("plaintext of exactly the limits passes", () => {
  const { depth, bytes } = contentLimits;
  assert.equal(parseContent("<a>".repeat(depth) + "</a>".repeat(depth)).length, 1);
  assert.equal(parseContent(`<a>${"x".repeat(bytes - 7)}</a>`).length, 1);
});

test("a stanza is one element", () => {
  assert.deepEqual(
    meaning(parseStanza(" <message><body>x</body></message>\n")),
    meaning(parseStanza("<message><body>x</body></message>")),
  );
  refuses(() => parseStanza("<message/><message/>"), "xml-malformed");
  refuses(() => parseStanza(" "), "xml-malformed");
});

test("whatever arrives, the gate answers with elements that can be written again or with a typed error", (t) => {
  t.diagnostic(`seed ${seed}`);
  const pieces = [
    ...[
      "<a>",
      "</a>",
      "<b/>",
      "<a",
      ">",
      "/>",
      "<",
      "&",
      "&amp;",
      "&#",
      ";",
      "x",
      " ",
      "\n",
      `"`,
      "'",
      "=",
      "<![CDATA[",
    ],
    ...[
      "]]>",
      "<!--",
      "-->",
      "<?",
      "?>",
      "<!DOCTYPE",
      "xmlns",
      ":p",
      `="urn:p"`,
      "<p:a",
      "\u0001",
      "\ud83d",
      "é",
      "🔑",
    ],
  ];
  const parent = element("message", { xmlns: "jabber:client" });
  let passed = 0;
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 12 }), (parts) => {
      let read;
      try {
        read = parseContent(parts.join(""));
      } catch (error) {
        assert.ok(EsessionError.is(error), String(error));
        return;
      }
      passed++;
      assert.deepEqual(meanings(parseContent(serializeContent(read, parent))), meanings(read));
    }),
    { seed, numRuns: rounds(5000) },
  );
  assert.ok(passed > 0);
});

test(
  "each stanza of the corpus with one octet changed is refused or read, never anything else",
  { skip: corpus.skip },
  (t) => {
    t.diagnostic(`seed ${seed}`);
    const texts = corpus.stanzas();
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.nat(),
        fc.constantFrom(...Array.from("<>&'\"/ \u0001x:=!?-]")),
        (xml, at, char) => {
          const place = at % xml.length;
          try {
            parseStanza(xml.slice(0, place) + char + xml.slice(place + 1));
          } catch (error) {
            assert.ok(EsessionError.is(error), String(error));
          }
        },
      ),
      { seed, numRuns: rounds(2000) },
    );
  },
);
