/**
 * Every change of one field of a negotiation message, made systematically from the message itself, and the changes of
 * what is around the form. A change works on the live stanza, whose values are others than the template's.
 */
import {
  decodeBase64,
  element,
  encodeBase64,
  parseStanza,
  readPayload,
  serializeStanza,
} from "esession/wire";
import type { Element } from "esession/wire";

export interface Change {
  /** The field that is changed; undefined where it is what is around the fields. */
  readonly field: string | undefined;
  /** What is done. */
  readonly kind: string;
  /** Changes the stanza in place, or gives another text for it. */
  readonly apply: (stanza: Element) => string | undefined;
}

const formIn = (stanza: Element): Element => readPayload(stanza)!.x;
const fieldIn = (stanza: Element, name: string): Element =>
  formIn(stanza)
    .getChildElements()
    .find((one) => one.attrs.var === name)!;
const valuesIn = (field: Element): Element[] =>
  [field, ...field.getChildren("option")].flatMap((one) => one.getChildren("value"));
const copy = (one: Element): Element => parseStanza(serializeStanza(one));
const remove = (parent: Element, child: Element): void => {
  parent.children = parent.children.filter((one) => one !== child);
};
const setText = (value: Element, text: string): void => {
  value.children = text === "" ? [] : [text];
};

function flipped(text: string, at: (length: number) => number, bit: number): string {
  const octets = decodeBase64(text);
  octets[at(octets.length)]! ^= bit;
  return encodeBase64(octets);
}

const isBase64 = (name: string): boolean => /nonce|dh|counter|hash(es)?$|identity|^mac$|sas_commit/.test(name) && name !== "hash_algs"; // prettier-ignore

/** Other values that would be right at another time. */
const alternatives: Readonly<Record<string, readonly string[]>> = {
  accept: ["0", "false", "true"],
  logging: ["mustnot"],
  security: ["none", "c2s"],
  disclosure: ["enabled"],
  crypt_algs: ["aes128-ctr", "aes192-ctr", "none"],
  hash_algs: ["sha1", "whirlpool"],
  compress: ["zlib"],
  stanzas: ["presence"],
  init_pubkey: ["key", "hash"],
  resp_pubkey: ["key", "hash"],
  ver: ["1.3"],
  rekey_freq: ["1", "50"],
  sas_algs: ["sas28x5"],
  modp: ["2", "14"],
};

export function changesOf(template: Element): Change[] {
  const fields = formIn(template).getChildElements();
  return [...fields.flatMap((field, at) => changesOfField(field, at, fields)), ...changesAround(template)];
}

function changesOfField(template: Element, at: number, fields: readonly Element[]): Change[] {
  const name = template.attrs.var!;
  const made: Change[] = [];
  const add = (kind: string, apply: (field: Element, stanza: Element) => void) =>
    made.push({
      field: name,
      kind,
      apply: (stanza) => {
        apply(fieldIn(stanza, name), stanza);
        return undefined;
      },
    });
  const count = valuesIn(template).length;
  const offers = template.getChildren("option").length > 0;
  const wrapped = (text: string) => {
    const value = element("value", {}, text);
    return offers ? element("option", {}, value) : value;
  };

  add("removed", (field, stanza) => remove(formIn(stanza), field));
  add("doubled", (field, stanza) => formIn(stanza).append(copy(field)));
  add("without a value", (field) => (field.children = []));
  add("with an empty value", (field) => setText(valuesIn(field)[0]!, ""));
  add("with one value more", (field) => field.append(wrapped("more")));
  add("with the same value twice", (field) => field.append(copy(field.getChildElements()[0]!)));
  add("of another type", (field) => (field.attrs.type = field.attrs.type === "hidden" ? "text-single" : "hidden")); // prettier-ignore
  add("with a label", (field) => (field.attrs.label = "label"));
  add("required", (field) => field.append(element("required")));
  add("renamed", (field) => (field.attrs.var = `${name}2`));
  add("of an unknown value", (field) => setText(valuesIn(field)[0]!, "unknown"));
  if (at + 1 < fields.length)
    add("one place later", (field, stanza) => {
      const x = formIn(stanza);
      const here = x.children.indexOf(field);
      x.children.splice(here, 2, x.children[here + 1]!, field);
    });
  if (count > 1) {
    add("with its values in another order", (field) => field.children.reverse());
    add("without its first value", (field) => field.children.shift());
    add("without its last value", (field) => field.children.pop());
  }
  if (isBase64(name)) {
    add("with a bit flipped in its first octet", (field) => flip(field, 0, () => 0, 0x01));
    add("with a bit flipped in its last octet", (field) => flip(field, 0, (length) => length - 1, 0x80));
    if (count > 1)
      add("with a bit flipped in its last value", (field) => flip(field, count - 1, () => 0, 0x01));
    add("an octet shorter", (field) => {
      const [value] = valuesIn(field);
      setText(value!, encodeBase64(decodeBase64(value!.getText()).slice(0, -1)));
    });
    add("with a line break in its Base64", (field) => {
      const [value] = valuesIn(field);
      setText(value!, `${value!.getText().slice(0, 4)}\n${value!.getText().slice(4)}`);
    });
  }
  for (const other of alternatives[name] ?? [])
    if (valuesIn(template)[0]!.getText() !== other)
      add(`saying ${other}`, (field) => {
        field.children = [wrapped(other)];
      });
  return made;

  function flip(field: Element, index: number, octet: (length: number) => number, bit: number): void {
    const value = valuesIn(field)[index]!;
    setText(value, flipped(value.getText(), octet, bit));
  }
}

const wrappers = {
  feature: "http://jabber.org/protocol/feature-neg",
  init: "http://www.xmpp.org/extensions/xep-0116.html#ns-init",
} as const;

function changesAround(template: Element): Change[] {
  const made: Change[] = [];
  const add = (kind: string, apply: (stanza: Element) => void) =>
    made.push({
      field: undefined,
      kind,
      apply: (stanza) => {
        apply(stanza);
        return undefined;
      },
    });
  for (const type of ["form", "submit", "result", "cancel"])
    if (formIn(template).attrs.type !== type)
      add(`a form of type ${type}`, (stanza) => (formIn(stanza).attrs.type = type));
  const { wrapper } = readPayload(template)!;
  const other = wrapper === "feature" ? "init" : "feature";
  add(`in <${other}/>`, (stanza) => {
    const parent = formIn(stanza).parent!;
    parent.name = other;
    parent.attrs.xmlns = wrappers[other];
  });
  add("with the form twice", (stanza) => formIn(stanza).parent!.append(copy(formIn(stanza))));
  add("with a title", (stanza) => formIn(stanza).append(element("title", {}, "title")));
  add("with text in the form", (stanza) => formIn(stanza).append("text"));
  add("with a field more", (stanza) => {
    const more = element("field", { var: "more" }, element("value", {}, "more"));
    formIn(stanza).children.splice(1, 0, more);
    more.parent = formIn(stanza);
  });
  const nonces = (stanza: Element) =>
    ["nonce", "my_nonce"].map((name) => valuesIn(fieldIn(stanza, name))[0]!) as [Element, Element];
  if (formIn(template).attrs.type === "submit") {
    add("with its nonces swapped", (stanza) => {
      const [echoed, own] = nonces(stanza);
      [echoed.children, own.children] = [own.children, echoed.children];
    });
    add("with the nonce reflected", (stanza) => {
      const [echoed, own] = nonces(stanza);
      setText(own, echoed.getText());
    });
  }
  add("in another thread", (stanza) => setText(stanza.getChild("thread")!, "another"));
  add("without a thread", (stanza) => remove(stanza, stanza.getChild("thread")!));
  add("from another resource", (stanza) => (stanza.attrs.from = `${stanza.attrs.from!}2`));
  return made;
}

/** Servers write the same in other ways: quotes, the order of attributes, declarations, white space. */
const rewritings: Readonly<Record<string, (text: string) => string>> = {
  "white space between the fields": (text) => text.replace(/<(?=field |\/x>)/g, "\n  <"),
  "white space inside the fields": (text) => text.replace(/(<field [^>]*>|<\/value>|<option>)(?=<)/g, "$1\n"),
  "single quotes": (text) => text.replace(/"/g, "'"),
  "attributes in another order": (text) => text.replace(/<(field|x) ([^ >]+) ([^ >]+)>/g, "<$1 $3 $2>"),
  "blanks in the tags": (text) => text.replace(/(?<=[\w"])>/g, " >"),
  "characters as references": (text) => text.replace(/(?<=<value>)\w/g, (one) => `&#${one.charCodeAt(0)};`),
  "the namespace declared again": (text) =>
    text.replace(/<(field|value)(?=[ >])/g, '<$1 xmlns="jabber:x:data"'),
  "values as CDATA": (text) => text.replace(/<value>([^<]*)</g, "<value><![CDATA[$1]]><"),
  "other elements beside the form": (text) =>
    text.replace("<thread>", '<stanza-id xmlns="urn:xmpp:sid:0" id="1" by="example.com"/><thread>'),
};

export const rewritten: readonly Change[] = Object.entries(rewritings).map(([kind, rewrite]) => ({
  field: undefined,
  kind,
  apply: (stanza) => rewrite(serializeStanza(stanza)),
}));
