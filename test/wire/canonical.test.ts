/** The normal form of data forms (XEP-0116 §6.2), against recorded runs and published examples. */
import test from "node:test";
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import fc from "fast-check";
import { element, normalForm, parseForm, parseStanza, readPayload, type Element } from "esession/wire";
import { refuses, rounds, seed, shared, vectors } from "./xml.js";

const asText = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const normal = (xml: string, dialect: "xep" | "deployed", without?: string[]) =>
  asText(normalForm(parseStanza(`<x xmlns='jabber:x:data' type='form'>${xml}</x>`), dialect, without));

const recorded = vectors("deployed/normal-forms.json") as {
  cases: { name: string; xml: string; gajim: string }[];
};
for (const { name, xml, gajim } of recorded.cases)
  test(`the normal form of the deployed clients: ${name}`, () => {
    // the gate lets no comment pass; without it the form is the same
    const commented = xml.includes("<!--");
    if (commented) refuses(() => parseStanza(xml), "xml-malformed");
    assert.equal(asText(normalForm(parseStanza(xml.replaceAll("<!-- no -->", "")), "deployed")), gajim);
  });

const cases: [title: string, form: string, xep: string, deployed: string][] = [
  [
    "attributes in order, double quotes",
    `<field var='a' type='hidden' label='L'><value>1</value></field>`,
    `<field label="L" type="hidden" var="a"><value>1</value></field>`,
    `<field label="L" type="hidden" var="a"><value>1</value></field>`,
  ],
  [
    "empty elements",
    `<field var="a"><required/></field><field var="b"><value/></field>`,
    `<field var="a"><required></required></field><field var="b"><value></value></field>`,
    `<field var="a"><required /></field><field var="b"><value /></field>`,
  ],
  [
    "white space inside a field",
    `\n<field var="a">\n <option> <value> 1 </value>\n</option> </field>\n`,
    `<field var="a"><option><value> 1 </value></option></field>`,
    `<field var="a">\n <option> <value> 1 </value>\n</option> </field>`,
  ],
  [
    "the namespace declared again",
    `<field xmlns="jabber:x:data" var="a"><value xmlns="jabber:x:data">1</value></field>`,
    `<field var="a"><value>1</value></field>`,
    `<field var="a"><value>1</value></field>`,
  ],
  [
    "special characters",
    `<field label="&quot;'&lt;>&amp;&#9;&#10;&#13;" var="a"><value>"'&lt;>&amp;&#9;&#10;&#13;é🔑</value></field>`,
    `<field label="&quot;'&lt;>&amp;&#x9;&#xA;&#xD;" var="a"><value>"'&lt;&gt;&amp;\t\n&#xD;é🔑</value></field>`,
    `<field label="&quot;'&lt;>&amp;&#x9;&#xA;&#xD;" var="a"><value>"'&lt;&gt;&amp;\t\n&#xD;é🔑</value></field>`,
  ],
];
for (const [title, form, xep, deployed] of cases)
  test(`XEP-0116 §6.2: ${title}`, () => {
    assert.equal(normal(form, "xep"), xep);
    assert.equal(normal(form, "deployed"), deployed);
  });

test("XEP-0116 §4.5.4: fields can be left out", () => {
  const form = `<field var="a"/><field var="identity"><value>1</value></field><field var="mac"/><title>identity</title>`;
  assert.equal(normal(form, "xep", ["identity", "mac"]), `<field var="a"></field><title>identity</title>`);
});

test("the normal forms of every recorded run are reproduced from its stanzas", () => {
  const folder = new URL("../../../test/vectors/deployed/", import.meta.url);
  const left = ["identity", "mac"];
  let compared = 0;
  for (const file of readdirSync(folder).filter((name) => /^(gajim|cross|suite|sigmai|live)/.test(name))) {
    const run = vectors(`deployed/${file}`) as {
      stanzas: { what: string; xml: string; received?: string }[];
      values: Record<string, string>;
    };
    const formOf = (what: string): Element | undefined => {
      const stanza = run.stanzas.find((one) => one.what === what);
      return stanza && readPayload(parseStanza(stanza.received ?? stanza.xml))?.x;
    };
    for (const [value, what] of [
      ["formA", "request"],
      ["formB", "response"],
      ["formA2", "identity-a"],
      ["formB2", "identity-b"],
    ] as const) {
      const x = formOf(what);
      if (!x || run.values[value] === undefined || run.values[value] === "") continue;
      const expected = Buffer.from(run.values[value], "hex").toString();
      assert.equal(asText(normalForm(x, "deployed", left)), expected, `${file} ${value}`);
      // read as the XEPs say, only the empty elements differ
      const xep = expected
        .replaceAll("<required />", "<required></required>")
        .replace(/<field ([^>]*) \/>/g, "<field $1></field>");
      assert.equal(asText(normalForm(x, "xep", left)), xep, `${file} ${value}`);
      compared++;
    }
  }
  assert.ok(compared >= 60, `${compared} forms`);
});

const published = shared("vectors/xml-c14n/libxml2.json");
test(
  "Canonical XML 1.0: the published examples without DTD are reproduced, those with one are refused",
  { skip: published.skip },
  () => {
    const { tests } = JSON.parse(published.read()) as {
      tests: { name: string; input: string; output: string; xpath?: string }[];
    };
    let reproduced = 0;
    for (const { name, input, output, xpath } of tests) {
      refuses(() => parseStanza(input + "<!DOCTYPE x>"), "xml-malformed");
      if (input.includes("<?") || input.includes("<!")) refuses(() => parseStanza(input), "xml-malformed");
      const body = input.replace(/^<\?xml[^>]*\?>/, "").trim();
      if (xpath !== undefined || body.includes("<!") || body.includes("<?") || name.startsWith("xmlbase"))
        continue;
      assert.equal(asText(normalForm(element("x", {}, parseStanza(body)), "xep")), output, name);
      reproduced++;
    }
    assert.ok(reproduced >= 2, `${reproduced} examples`);
  },
);

test("two forms with one normal form are read alike", (t) => {
  t.diagnostic(`seed ${seed}`);
  const text = fc.string({ unit: fc.constantFrom("a", "<", "&", `"`, ">", " ", "\n", "é"), maxLength: 3 });
  const fieldOf = fc
    .tuple(
      fc.constantFrom("a", "b"),
      fc.array(text, { maxLength: 2 }),
      fc.uniqueArray(text, { maxLength: 2 }),
      fc.boolean(),
    )
    .map(([name, values, options, required]) =>
      element(
        "field",
        { var: name },
        ...values.map((value) => element("value", {}, value)),
        ...(required ? [element("required")] : []),
        ...options.map((value) => element("option", {}, element("value", {}, value))),
      ),
    );
  const form = fc
    .uniqueArray(fieldOf, { maxLength: 2, selector: (one) => one.attrs["var"] })
    .map((fields) => element("x", { xmlns: "jabber:x:data", type: "form" }, ...fields));
  fc.assert(
    fc.property(form, form, (one, other) => {
      const same = asText(normalForm(one, "xep")) === asText(normalForm(other, "xep"));
      const read = (x: Element) => JSON.stringify(parseForm(x).fields);
      assert.equal(same, read(one) === read(other));
      assert.equal(same, asText(normalForm(one, "deployed")) === asText(normalForm(other, "deployed")));
    }),
    { seed, numRuns: rounds(2000) },
  );
});
