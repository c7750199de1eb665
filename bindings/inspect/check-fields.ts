/** What can be said of a form alone: which fields it has and lacks, and whether their values are what they should be. */
import { boolean, octetList, octets, text, unacceptable } from "../negotiation/fields.js";
import { field, offered, type Field, type Form } from "../wire/forms.js";
import { meanings, needed, unknownMeaning, type FieldMeaning, type Flow } from "./fields.js";
import { isKnown } from "./read-form.js";
import type { Sheet } from "./sheet.js";
import type { Kind } from "./types.js";

/** XEP-0004 §3.3. */
const TYPES: readonly string[] = ["boolean", "fixed", "hidden", "jid-multi", "jid-single", "list-multi", "list-single", "text-multi", "text-private", "text-single"]; // prettier-ignore

/** Fields of which there may be several values. */
const LISTS: readonly string[] = ["dhhashes", "rshashes"];

export function checkFields(form: Form, kind: Kind, flow: Flow, sheet: Sheet): void {
  for (const one of form.fields) {
    const { meaning, section } = isKnown(one.var) ? meanings[one.var]! : unknownMeaning;
    sheet.row(one.var, one.options.length > 0 ? one.options : one.values, meaning, section);
  }
  for (const name of needed[flow][kind] ?? [])
    if (!field(form, name))
      sheet.wrong("missing-field", `the field '${name}' is missing (${meanings[name]!.section})`);
  for (const one of form.fields) {
    if (one.type !== undefined && !TYPES.includes(one.type))
      sheet.wrong("field-type", "has a type that XEP-0004 §3.3 does not know", one.var);
    if (isKnown(one.var)) checkValues(form, one, meanings[one.var]!, kind, sheet);
    else if (one.required && kind === "request")
      sheet.note(
        "unknown-field",
        "is required: who does not know it refuses the session (XEP-0155 §4.3)",
        one.var,
      );
  }
}

function checkValues(form: Form, one: Field, meaning: FieldMeaning, kind: Kind, sheet: Sheet): void {
  const name = one.var;
  // XEP-0004 §3.3: an empty value stands for none
  const values = offered(one).filter((value) => value !== "");
  const offers = kind === "request";
  if (values.length === 0) {
    const optional = LISTS.includes(name) || name.endsWith("_pubkey") || name === "reason";
    if (optional) sheet.note("no-value", "has no value", name);
    else sheet.wrong("no-value", "has no value", name);
    return;
  }
  sheet.attempt("value", name, () => {
    const [least, most] = meaning.octets ?? [1, 1];
    if (meaning.value === "boolean") boolean(form, name);
    else if (meaning.value === "number") numberOf(form, name);
    else if (meaning.value === "octets" && (LISTS.includes(name) || (offers && name === "dhkeys")))
      octetList(form, name, least, most);
    else if (meaning.value === "octets") octets(form, name, least, most);
    else if (!offers && name !== "stanzas" && name !== "FORM_TYPE") text(form, name);
  });
  if (offers && one.type?.startsWith("list-") && one.options.length === 0)
    sheet.note("no-options", "is a list without options: its values are taken for them", name);
  if (meaning.value === "list" && new Set(values).size !== values.length)
    sheet.wrong("option-twice", "has one value twice", name);
}

/** XEP-0116 §4.3: below 2^32. */
export function numberOf(form: Form, name: string): number {
  const value = text(form, name);
  const number = /^[1-9][0-9]{0,9}$/.test(value) ? Number(value) : Infinity;
  if (number >= 2 ** 32) throw unacceptable(name, "is not a number from 1 to 4294967295");
  return number;
}
