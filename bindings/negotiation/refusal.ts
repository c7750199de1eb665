/**
 * Ending a negotiation: what the peer is told (XEP-0116 §4.4-4.7, XEP-0155 §4.3-4.4). An error stanza names the
 * fields and never repeats the form, because deployed clients would take that for a new request.
 */
import { EsessionError, type ErrorCode } from "../errors.js";
import type { Element } from "../wire/element.js";
import { buildForm } from "../wire/forms.js";
import { buildMessage } from "../wire/negotiation.js";
import { errorStanza } from "../wire/stanza-errors.js";
import { FORM_TYPE } from "../wire/namespaces.js";
import type { Fault } from "./identity.js";
import { ended, step, trace, type Ended, type Message, type Raise, type Step } from "./types.js";

/** Ends with the error stanza that belongs to the error. */
export function refuse(
  to: Pick<Message, "from" | "thread" | "id">,
  error: EsessionError,
  { alerts = [] }: { alerts?: readonly Raise[] } = {},
): Step<Ended> {
  return step(ended, {
    send: [refusalStanza(to, error)],
    raise: [trace("refused", { code: error.code }), ...alerts, { kind: "failed", error }],
  });
}

export function refusalStanza(to: Pick<Message, "from" | "thread" | "id">, error: EsessionError): Element {
  return errorStanza(
    { to: to.from, thread: to.thread, ...(to.id === undefined ? {} : { id: to.id }), kind: "message" },
    error.condition ?? "not-acceptable",
    { fields: error.fields },
  );
}

/** Ends without a word: the peer gave up itself, or must not learn that we are there. */
export function giveUp(error: EsessionError, rest: Partial<Omit<Step<Ended>, "next">> = {}): Step<Ended> {
  return step(ended, {
    ...rest,
    raise: [...(rest.raise ?? []), { kind: "failed", error }],
  });
}

/** XEP-0155 §4.3: the contact declines. */
export function rejection(to: string, thread: string, reason?: string): Element {
  return answer("submit", to, thread, reason);
}

/** XEP-0155 §4.4: the user cancels. */
export function cancellation(to: string, thread: string, reason?: string): Element {
  return answer("result", to, thread, reason);
}

function answer(type: "submit" | "result", to: string, thread: string, reason?: string) {
  const form = buildForm(type, [
    { var: "FORM_TYPE", values: [FORM_TYPE] },
    { var: "accept", values: ["0"] },
    ...(reason === undefined || reason === "" ? [] : [{ var: "reason", values: [reason] }]),
  ]);
  return buildMessage({ to, thread }, "feature", form);
}

/** A message that is not the one whose turn it is. */
export function unexpected(message: string): EsessionError {
  return new EsessionError("message-unexpected", message, { condition: "not-acceptable" });
}

/** XEP-0116 §4.6.2, §4.7.1, §4.8.2: whatever is wrong with a proof, the peer gets the same octets; only we know which. */
export function identityFault({ code, what }: Fault): EsessionError {
  return new EsessionError(code, `the identity of the peer ${what}`, {
    condition: "feature-not-implemented",
  });
}

/** XEP-0116 §4.7.1: every check of the third message is answered with feature-not-implemented. */
export function failure(code: ErrorCode, name: string | undefined, what: string): EsessionError {
  return new EsessionError(code, name === undefined ? what : `the field '${name}' ${what}`, {
    condition: "feature-not-implemented",
    fields: name === undefined ? [] : [name],
  });
}
