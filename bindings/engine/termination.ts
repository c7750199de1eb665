/** The termination of a session and its acknowledgement (XEP-0155 §7, XEP-0116 §5): forms, in clear or sealed. */
import { FORM_TYPE } from "../wire/namespaces.js";
import { element, type Element } from "../wire/element.js";
import { parseBoolean } from "../wire/booleans.js";
import { buildForm, parseForm, single, type Form } from "../wire/forms.js";
import { buildMessage, readPayload, wrapForm } from "../wire/negotiation.js";

const form = (type: "submit" | "result") =>
  buildForm(type, [
    { var: "FORM_TYPE", values: [FORM_TYPE] },
    { var: "terminate", values: ["1"] },
  ]);

/** A message whose content is the form; to be sealed. */
export function terminationMessage(to: string, type: "submit" | "result"): Element {
  return element("message", { xmlns: "jabber:client", to }, wrapForm("feature", form(type)));
}

/** What deployed clients understand beside the sealed form. */
export function clearTermination(to: string, thread: string): Element {
  return buildMessage({ to, thread }, "feature", form("submit"));
}

/** `submit`: terminates; `result`: acknowledges; undefined: neither. */
export function terminationIn(form: Form): "submit" | "result" | undefined {
  if (parseBoolean(single(form, "terminate")) !== true) return undefined;
  return form.type === "submit" || form.type === "result" ? form.type : undefined;
}

/** The same of a clear message. A malformed form is neither. */
export function readTermination(message: Element): "submit" | "result" | undefined {
  try {
    const payload = readPayload(message);
    return payload?.wrapper === "feature" ? terminationIn(parseForm(payload.x)) : undefined;
  } catch {
    return undefined;
  }
}
