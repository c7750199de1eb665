/** Stanzas of a negotiation, read and changed by tests. Changes are made in place, on the parsed text of a stanza. */
import { element, parseForm, parseStanza, readPayload, serializeStanza } from "esession/wire";
import type { Element, Form } from "esession/wire";

/** A copy that shares nothing with the original, as it would be after a way through text. */
export const copyOf = (stanza: Element): Element => parseStanza(serializeStanza(stanza));

/** The form of a stanza; fails if it has none. */
export function formOf(stanza: Element): Form {
  const payload = readPayload(stanza);
  if (!payload) throw new Error(`no form of a negotiation in ${serializeStanza(stanza)}`);
  return parseForm(payload.x);
}

const shapes = { "feature form": 1, "feature submit": 2, "feature result": 3, "init result": 4 } as const;

/** Which of the four messages a stanza is; undefined for everything else, such as a refusal. */
export function messageNumber(stanza: Element): 1 | 2 | 3 | 4 | undefined {
  const payload = readPayload(stanza);
  if (!payload || (fieldOf(stanza, "accept") && ["0", "false"].includes(valueOf(stanza, "accept"))))
    return undefined;
  return shapes[`${payload.wrapper} ${payload.x.attrs.type!}` as keyof typeof shapes];
}

export function fieldOf(stanza: Element, name: string): Element | undefined {
  return readPayload(stanza)
    ?.x.getChildElements()
    .find((field) => field.attrs.var === name);
}

/** The values of a field, or the options of a list. */
export function valuesOf(stanza: Element, name: string): string[] {
  const field = fieldOf(stanza, name);
  const holders = [field, ...(field?.getChildren("option") ?? [])];
  return holders.flatMap((one) => one?.getChildren("value") ?? []).map((value) => value.getText());
}

export const valueOf = (stanza: Element, name: string): string => valuesOf(stanza, name)[0] ?? "";

export const octetsOf = (stanza: Element, name: string): Uint8Array =>
  new Uint8Array(Buffer.from(valueOf(stanza, name), "base64"));

export const base64 = (octets: Uint8Array): string => Buffer.from(octets).toString("base64");

/** Gives a field other values; where the field is a list of an offer, other options. Adds it where it is missing. */
export function setValues(stanza: Element, name: string, ...values: string[]): void {
  let field = fieldOf(stanza, name);
  if (!field) {
    field = element("field", { var: name });
    readPayload(stanza)!.x.append(field);
  }
  const offers = field.getChildren("option").length > 0;
  field.children = [];
  for (const value of values) {
    const inner = element("value", {}, value);
    field.append(offers ? element("option", {}, inner) : inner);
  }
}

export function removeField(stanza: Element, name: string): void {
  const x = readPayload(stanza)!.x;
  x.children = x.children.filter((child) => typeof child === "string" || child.attrs.var !== name);
}

/** Changes one bit of a Base64 value. */
export function flipBit(stanza: Element, name: string): void {
  const octets = octetsOf(stanza, name);
  octets[octets.length >> 1]! ^= 0x10;
  setValues(stanza, name, base64(octets));
}
