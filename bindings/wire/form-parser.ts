/**
 * Data forms read strictly: whatever the schema of XEP-0004 does not allow is refused, so that there is one reading of
 * every form that a MAC covers. What the deployed clients send is accepted. Sizes are bounded before anything is kept.
 */
import { EsessionError } from "../errors.js";
import { firstDisallowed, isWhite, utf8Length } from "./characters.js";
import type { Element } from "./element.js";
import type { Field, Form, FormType } from "./forms.js";
import type { FormLimits } from "./limits.js";
import { formLimits } from "./limits.js";
import { namespaceOf, ns } from "./namespaces.js";

const FORM_TYPES: readonly string[] = ["form", "submit", "result", "cancel"];

/** Reads a form. Throws form-malformed, with the name of the field where there is one. */
export function parseForm(x: Element, limits: FormLimits = formLimits): Form {
  const read = reader(limits);
  read.attributes(x, ["type"]);
  if (x.name !== "x" || namespaceOf(x) !== ns.data) refuseForm("the form is not <x xmlns='jabber:x:data'/>");
  if (!FORM_TYPES.includes(x.attrs.type!))
    refuseForm("the type of the form is not form, submit, result or cancel");

  const fields: Field[] = [];
  const seen = new Set<string>();
  for (const child of read.children(x, ["title", "instructions", "field"])) {
    if (child.name !== "field") {
      read.text(child);
      continue;
    }
    if (fields.length === limits.fields) refuseForm(`the form has more than ${limits.fields} fields`);
    const field = readField(child, read, limits);
    if (seen.has(field.var)) refuseForm("two fields of the form have the same name", field.var);
    seen.add(field.var);
    fields.push(field);
  }
  return { type: x.attrs.type as FormType, fields, element: x };
}

type Reader = ReturnType<typeof reader>;

function readField(element: Element, read: Reader, limits: FormLimits): Field {
  const name = element.attrs.var;
  if (name === undefined || name === "" || name.length > limits.attributeLength)
    return refuseForm("a field has no usable name");
  read.attributes(element, ["var", "type", "label"], name);
  const values: string[] = [];
  const options: string[] = [];
  const once = new Set<string>();
  for (const child of read.children(element, ["desc", "required", "value", "option"], name)) {
    if (child.name === "value") values.push(read.value(child, name));
    else if (child.name === "option") options.push(readOption(child, read, name));
    else if (once.has(child.name)) refuseForm(`the field has two <${child.name}/>`, name);
    else if (child.name === "desc") read.text(child, name);
    else if (read.attributes(child, [], name).children(child, [], name).length > 0)
      refuseForm("<required/> is not empty", name);
    if (child.name === "desc" || child.name === "required") once.add(child.name);
    if (values.length > limits.values || options.length > limits.values)
      refuseForm(`the field has more than ${limits.values} values or options`, name);
  }
  if (new Set(options).size !== options.length) refuseForm("the field offers one option twice", name);
  const { type } = element.attrs;
  return {
    var: name,
    ...(type === undefined ? {} : { type }),
    values,
    options,
    required: once.has("required"),
  };
}

function readOption(option: Element, read: Reader, name: string): string {
  const [value, second] = read.attributes(option, ["label"], name).children(option, ["value"], name);
  if (!value || second) return refuseForm("an option does not have exactly one value", name);
  return read.value(value, name);
}

/** The checks that all elements of a form share, and the count of their whole size. */
function reader(limits: FormLimits) {
  let size = 0;
  const count = (text: string): void => {
    size += text.length;
    if (size > limits.size) refuseForm(`the form is longer than ${limits.size} characters`);
    // the lax parser of the XML package lets them through
    if (firstDisallowed(text) >= 0) refuseForm("the form has a character that XML does not allow");
  };
  const read = {
    attributes(element: Element, allowed: readonly string[], name?: string) {
      for (const [attribute, value] of Object.entries(element.attrs)) {
        count(attribute);
        count(value);
        // declared again, the same namespace changes nothing
        if (attribute === "xmlns" && value === ns.data) continue;
        if (!allowed.includes(attribute))
          refuseForm(`<${tag(element)}/> has an attribute that forms do not have`, name);
        if (value.length > limits.attributeLength)
          refuseForm(`an attribute of <${tag(element)}/> is too long`, name);
      }
      return read;
    },
    /** The child elements, all of them allowed ones, with nothing but white space between. Another xmlns is an attribute. */
    children(element: Element, allowed: readonly string[], name?: string): Element[] {
      return element.children.filter((child): child is Element => {
        if (typeof child === "string") {
          count(child);
          if (!isWhite(child)) refuseForm(`there is text directly in <${tag(element)}/>`, name);
          return false;
        }
        count(child.name);
        if (!allowed.includes(child.name))
          refuseForm(`<${tag(element)}/> has an element in it that forms do not have there`, name);
        return true;
      });
    },
    text(element: Element, name?: string): string {
      read.attributes(element, [], name);
      let text = "";
      for (const child of element.children) {
        if (typeof child !== "string") return refuseForm(`<${tag(element)}/> has an element in it`, name);
        text += child;
      }
      count(text);
      return text;
    },
    value(element: Element, name: string): string {
      const text = read.text(element, name);
      if (utf8Length(text) > limits.valueBytes)
        refuseForm(`a value is longer than ${limits.valueBytes} octets`, name);
      return text;
    },
  };
  return read;
}

/** Names in messages are ours only. */
function tag(element: Element): string {
  return (
    ["x", "title", "instructions", "field", "desc", "required", "value", "option"].find(
      (n) => n === element.name,
    ) ?? "…"
  );
}

/** XEP-0116 §4.4: not-acceptable with the field's name, where the fault is in a field. */
export function refuseForm(fault: string, field?: string): never {
  throw new EsessionError(
    "form-malformed",
    fault,
    field === undefined ? { condition: "bad-request" } : { condition: "not-acceptable", fields: [field] },
  );
}
