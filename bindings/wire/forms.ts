/**
 * Data forms (XEP-0004, as XEP-0020 and XEP-0155 use them): what is in one, and how ours are made.
 */
import type { Element } from "./element.js";
import { element as make } from "./element.js";
import { refuseForm } from "./form-parser.js";
import { ns } from "./namespaces.js";

export { parseForm } from "./form-parser.js";

export type FormType = "form" | "submit" | "result" | "cancel";

export interface Form {
  readonly type: FormType;
  readonly fields: readonly Field[];
  /** The `<x/>` as it came: the normal form is made from it. */
  readonly element: Element;
}

export interface Field {
  readonly var: string;
  readonly type?: string;
  readonly values: readonly string[];
  readonly options: readonly string[];
  readonly required: boolean;
}

export function field(form: Form, name: string): Field | undefined {
  return form.fields.find((candidate) => candidate.var === name);
}

/** The value of a field that has exactly one. */
export function single(form: Form, name: string): string | undefined {
  const values = field(form, name)?.values ?? [];
  return values.length === 1 ? values[0] : undefined;
}

/** What a field of an offer offers: the options of a list, the values of everything else (of a list without options too). */
export function offered(field: Field | undefined): readonly string[] {
  if (!field) return [];
  return field.type?.startsWith("list-") && field.options.length > 0 ? field.options : field.values;
}

export interface FieldInit {
  readonly var: string;
  readonly type?: string;
  readonly values?: readonly string[];
  readonly options?: readonly string[];
}

/**
 * A form of our own: no empty element, no white space and no xmlns below `<x/>`, so that its normal form is the same in
 * both dialects.
 */
export function buildForm(type: FormType, fields: readonly FieldInit[]): Element {
  const x = make("x", { xmlns: ns.data, type });
  for (const { var: name, type: fieldType, values = [], options = [] } of fields) {
    if ([...values, ...options].some((text) => text === "") || values.length + options.length === 0)
      refuseForm("a field of a form of ours would be written as an empty element", name);
    const value = (text: string) => make("value", {}, text);
    x.append(
      make(
        "field",
        fieldType === undefined ? { var: name } : { var: name, type: fieldType },
        ...values.map(value),
        ...options.map((text) => make("option", {}, value(text))),
      ),
    );
  }
  return x;
}
