/** A stranger's request as the application sees it (XEP-0155 §4.3, §10.1): decided once, and only while it stands. */
import { EsessionError } from "../errors.js";
import type { Agreed } from "../negotiation/agreed.js";
import { rejection } from "../negotiation/refusal.js";
import { knownFields } from "../negotiation/ssn-fields.js";
import { firstDisallowed } from "../wire/characters.js";
import type { Element } from "../wire/element.js";
import { offered, type Field, type Form } from "../wire/forms.js";
import type { HalfOpenTable } from "./half-open-table.js";
import type { ResponderHalf } from "./half-open.js";
import type { EngineOptions, RequestField, SessionRequest } from "./types.js";

export function sessionRequest(
  half: ResponderHalf,
  table: HalfOpenTable,
  accept: (answers: Agreed["fields"]) => void,
): SessionRequest {
  /** True for the first decision. */
  const decide = () => {
    if (half.over)
      throw new EsessionError(
        "negotiation-timeout",
        `the request of ${half.from} has expired; start a session instead`,
      );
    const first = half.undecided;
    half.undecided = false;
    return first;
  };
  const { form } = half.request;
  const { fields } = form;
  return {
    from: half.from,
    thread: half.thread,
    fields: Object.fromEntries(
      fields.map((one) => [one.var, one.options.length > 0 ? one.options : one.values]),
    ),
    form: fields.map((one) => requestField(one, form)),
    accept: ({ fields: answers = {} } = {}) => {
      checkAnswers(form, answers);
      if (decide()) accept(answers);
    },
    reject: (reason) => {
      if (!decide()) return;
      table.tell(rejection(half.from, half.thread, reason));
      table.abandon(half, new EsessionError("negotiation-aborted", "the application declined the request"));
    },
  };
}

/**
 * What the application answers of itself to a request that is answered without asking it. Throws options-unacceptable, with
 * the fields that it does not know, where that is no answer: the peer is told nothing else.
 */
export function answersOf(
  { from, request: { form } }: ResponderHalf,
  answer: EngineOptions["answerFields"],
): Agreed["fields"] {
  const unknown = form.fields.filter((one) => !knownFields.has(one.var));
  if (!answer || unknown.length === 0) return {};
  try {
    const answers = answer({ from, form: form.fields.map((one) => requestField(one, form)) });
    checkAnswers(form, answers);
    return answers;
  } catch (cause) {
    throw new EsessionError("options-unacceptable", "the application could not answer the request's fields", {
      condition: "not-acceptable",
      fields: unknown.map((one) => one.var),
      cause,
    });
  }
}

/** A field of a form as the application sees it. */
export function requestField(field: Field, form: Form): RequestField {
  const element = form.element
    .getChildElements()
    .find((child) => child.getName() === "field" && child.attrs.var === field.var);
  const options = (element?.getChildElements() ?? []).filter((child) => child.getName() === "option");
  return {
    var: field.var,
    type: field.type,
    label: element?.attrs.label,
    required: field.required,
    values: field.values,
    options: field.options.map((value) => ({ value, label: labelOf(options, value) })),
    known: knownFields.has(field.var),
  };
}

const labelOf = (options: readonly Element[], value: string): string | undefined =>
  options.find((option) => option.getChildText("value") === value)?.attrs.label;

/** Throws option-invalid: what the peer could not read as an answer to its question is no answer. */
function checkAnswers(form: Form, answers: Agreed["fields"]): void {
  for (const [name, values] of Object.entries(answers)) {
    const asked = form.fields.find((one) => one.var === name);
    if (!asked) throw invalid(name, "was not asked for");
    if (knownFields.has(name)) throw invalid(name, "is answered by the engine, as its policy says");
    if (!isTexts(values) || values.length === 0) throw invalid(name, "must have a list of texts");
    if (values.some((value) => value === "" || firstDisallowed(value) >= 0))
      throw invalid(name, "has a value that is empty, or not allowed in XML");
    if (values.length > 1 && !asked.type?.endsWith("-multi")) throw invalid(name, "takes one value only");
    if (asked.options.length > 0 && values.some((value) => !offered(asked).includes(value)))
      throw invalid(name, `must be of: ${offered(asked).join(", ")}`);
  }
}

/** An application may be JavaScript. */
const isTexts = (values: unknown): values is readonly string[] =>
  Array.isArray(values) && values.every((value) => typeof value === "string");

const invalid = (name: string, what: string): EsessionError =>
  new EsessionError("option-invalid", `the answer to the field '${name}' ${what}`);
