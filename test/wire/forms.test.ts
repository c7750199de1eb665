/** Data forms: read strictly, written simply. */
import test from "node:test";
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import {
  buildForm,
  element,
  field,
  formLimits,
  normalForm,
  offered,
  parseBoolean,
  parseForm,
  parseStanza,
  readPayload,
  serializeStanza,
  single,
} from "esession/wire";
import { refuses, vectors } from "./xml.js";

const x = (inside: string, attributes = "type='form'") =>
  parseStanza(`<x xmlns='jabber:x:data' ${attributes}>${inside}</x>`);

test("XEP-0004: a form as the deployed clients write it is read", () => {
  const form = parseForm(
    x(`<title>T</title><instructions>I</instructions>
      <field var="FORM_TYPE" type="hidden"><value>urn:xmpp:ssn</value></field>
      <field var="accept" type="boolean"><value>1</value><required /></field>
      <field var="logging" type="list-single" label="L"><desc>D</desc><required/><option><value>may</value></option><option label="None"><value>mustnot</value></option></field>
      <field var="rshashes"/><field var="empty"><value/></field>
      <field var="many"><value>1</value> <value>2</value></field>`),
  );
  assert.equal(form.type, "form");
  assert.deepEqual(field(form, "logging"), {
    var: "logging",
    type: "list-single",
    values: [],
    options: ["may", "mustnot"],
    required: true,
  });
  assert.deepEqual(field(form, "rshashes"), { var: "rshashes", values: [], options: [], required: false });
  assert.equal(single(form, "accept"), "1");
  assert.equal(single(form, "empty"), "");
  assert.equal(single(form, "many"), undefined);
  assert.equal(single(form, "rshashes"), undefined);
  assert.equal(single(form, "nothing"), undefined);
});

test("lists offer their options, everything else its values", () => {
  const form = parseForm(
    x(`<field var="a" type="list-multi"><value>1</value><option><value>2</value></option></field>
      <field var="b" type="list-single"><value>1</value></field>
      <field var="c" type="hidden"><value>1</value><option><value>2</value></option></field>
      <field var="d"><value>1</value><value>2</value></field>`),
  );
  assert.deepEqual(offered(field(form, "a")), ["2"]);
  assert.deepEqual(offered(field(form, "b")), ["1"]);
  assert.deepEqual(offered(field(form, "c")), ["1"]);
  assert.deepEqual(offered(field(form, "d")), ["1", "2"]);
  assert.deepEqual(offered(undefined), []);
});

const many = (count: number, make: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => make(i)).join("");
const inField = (inside: string) => `<field var="f">${inside}</field>`;

/** What is wrong in the field `f`, so that the error names it. */
const badFields: Record<string, string> = {
  "the same name twice": inField("") + inField(""),
  "an option twice": inField("<option><value>1</value></option><option label='x'><value>1</value></option>"),
  "an option without a value": inField("<option/>"),
  "an option with two values": inField("<option><value>1</value><value>2</value></option>"),
  "an option with a foreign element": inField("<option><value>1</value><media xmlns='urn:m'/></option>"),
  "an unknown element": inField("<image/>"),
  "a foreign element": inField("<media xmlns='urn:xmpp:media-element'/>"),
  "a value of another namespace": inField("<value xmlns='urn:x'>1</value>"),
  "a value of no namespace": inField("<value xmlns=''>1</value>"),
  "a value under a prefix": `<field var="f" xmlns:d="jabber:x:data"><d:value>1</d:value></field>`,
  "an element in a value": inField("<value><b/></value>"),
  "an attribute of a value": inField("<value a='1'>1</value>"),
  "text beside the values": inField("one<value>1</value>"),
  "text in an option": inField("<option>x<value>1</value></option>"),
  "text in required": inField("<required>x</required>"),
  "required twice": inField("<required/><required/>"),
  "two descriptions": inField("<desc>1</desc><desc>2</desc>"),
  "an unknown attribute": `<field var="f" id="1"/>`,
  "an attribute with a prefix": `<field var="f" xml:lang="en"/>`,
  "a value too long": inField(`<value>${"x".repeat(formLimits.valueBytes + 1)}</value>`),
  "a value too long in octets": inField(`<value>${"é".repeat(formLimits.valueBytes / 2 + 1)}</value>`),
  "too many values": inField(many(formLimits.values + 1, () => "<value>1</value>")),
  "too many options": inField(many(formLimits.values + 1, (i) => `<option><value>${i}</value></option>`)),
  "a label too long": `<field var="f" label="${"x".repeat(formLimits.attributeLength + 1)}"/>`,
};
for (const [what, inside] of Object.entries(badFields))
  test(`a form with ${what} is refused as not-acceptable, with the name of the field`, () => {
    const error = refuses(() => parseForm(x(inside)), "form-malformed");
    assert.equal(error.condition, "not-acceptable");
    assert.deepEqual(error.fields, ["f"]);
  });

const badForms: Record<string, () => ReturnType<typeof element>> = {
  "a field without a name": () => x("<field/>"),
  "a field with an empty name": () => x("<field var=''/>"),
  "a name too long": () => x(`<field var='${"x".repeat(formLimits.attributeLength + 1)}'/>`),
  "too many fields": () => x(many(formLimits.fields + 1, (i) => `<field var="${i}"/>`)),
  "too much in all": () => x(many(100, (i) => `<field var="${i}"><value>${"x".repeat(700)}</value></field>`)),
  "white space without end": () => x(" ".repeat(formLimits.size + 1)),
  "text beside the fields": () => x("text"),
  "an unknown element": () => x("<page xmlns='http://jabber.org/protocol/xdata-layout'/>"),
  "a table": () => x("<reported><field var='a'/></reported>"),
  "an element in the title": () => x("<title><b/></title>"),
  "no type": () => x("", ""),
  "an unknown type": () => x("", "type='other'"),
  "an unknown attribute": () => x("", "type='form' id='1'"),
  "another namespace": () => parseStanza("<x xmlns='urn:x' type='form'/>"),
  "a prefix": () => parseStanza("<d:x xmlns:d='jabber:x:data' type='form'/>"),
  "another name": () => parseStanza("<y xmlns='jabber:x:data' type='form'/>"),
  "a character that XML does not allow": () =>
    element("x", { xmlns: "jabber:x:data", type: "form" }, element("title", {}, "\ud83d")),
};
for (const [what, make] of Object.entries(badForms))
  test(`a form with ${what} is refused`, () => {
    assert.equal(refuses(() => parseForm(make()), "form-malformed").condition, "bad-request");
  });

test("the bounds themselves pass", () => {
  const form = parseForm(
    x(
      inField(`<value>${"x".repeat(formLimits.valueBytes)}</value>`) +
        `<field var="g">${many(formLimits.values, () => `<value>${"x".repeat(44)}</value>`)}</field>` +
        many(formLimits.fields - 2, (i) => `<field var="${i}"/>`),
    ),
  );
  assert.equal(form.fields.length, formLimits.fields);
  assert.equal(field(form, "g")!.values.length, 256);
});

test("the same namespace declared again changes nothing", () => {
  assert.equal(parseForm(x("<field xmlns='jabber:x:data' var='a'/>")).fields.length, 1);
});

test("a form of ours has one normal form in both dialects, and is read back", () => {
  const made = buildForm("form", [
    { var: "FORM_TYPE", type: "hidden", values: ["urn:xmpp:ssn"] },
    { var: "modp", type: "list-single", options: ["14", "15"] },
    { var: "plain", values: ["a<b>&\"'", "é🔑"] },
  ]);
  assert.equal(
    serializeStanza(made),
    `<x xmlns="jabber:x:data" type="form"><field var="FORM_TYPE" type="hidden"><value>urn:xmpp:ssn</value></field>` +
      `<field var="modp" type="list-single"><option><value>14</value></option><option><value>15</value></option></field>` +
      `<field var="plain"><value>a&lt;b&gt;&amp;"'</value><value>é🔑</value></field></x>`,
  );
  assert.deepEqual(normalForm(made, "xep"), normalForm(made, "deployed"));
  const read = parseForm(parseStanza(serializeStanza(made)));
  assert.deepEqual(read.fields, parseForm(made).fields);
  assert.deepEqual(offered(field(read, "modp")), ["14", "15"]);
});

test("a form of ours that would have an empty element is refused", () => {
  for (const init of [{ var: "a" }, { var: "a", values: [""] }, { var: "a", options: ["1", ""] }])
    refuses(() => buildForm("submit", [init]), "form-malformed");
});

test("every form of every recorded run is accepted", () => {
  let count = 0;
  const folder = new URL("../../../test/vectors/deployed/", import.meta.url);
  for (const file of readdirSync(folder)) {
    if (!/^(gajim|cross|suite|sigmai|live)/.test(file)) continue;
    const run = vectors(`deployed/${file}`) as { stanzas: { xml: string; received?: string }[] };
    for (const { xml, received } of run.stanzas) {
      const payload = readPayload(parseStanza(received ?? xml));
      if (!payload) continue;
      const form = parseForm(payload.x);
      assert.equal(single(form, "FORM_TYPE"), "urn:xmpp:ssn");
      count++;
    }
  }
  assert.ok(count >= 80, `${count} forms`);
});

test("XEP-0004 §3.3: truth has four written forms", () => {
  assert.deepEqual(["1", "true", "0", "false"].map(parseBoolean), [true, true, false, false]);
  for (const text of ["", "TRUE", "True", " 1", "1 ", "01", "yes", "no", "2", undefined])
    assert.equal(parseBoolean(text), undefined);
});
