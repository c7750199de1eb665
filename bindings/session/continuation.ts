/** The forms that move a session to another resource (XEP-0155 §5), as the content of a sealed message. */
import type { Element } from "../wire/element.js";
import { buildForm, single, type Form } from "../wire/forms.js";
import { FORM_TYPE } from "../wire/namespaces.js";
import { wrapForm } from "../wire/negotiation.js";

/** `submit` asks, `result` accepts. */
export function continuationContent(type: "submit" | "result", resource: string): Element {
  return wrapForm(
    "feature",
    buildForm(type, [
      { var: "FORM_TYPE", values: [FORM_TYPE] },
      { var: "continue", values: [resource] },
    ]),
  );
}

/** undefined: no form of this kind. */
export function readContinuation(
  form: Form,
): { readonly type: "submit" | "result"; readonly resource: string } | undefined {
  const resource = single(form, "continue");
  const { type } = form;
  return resource !== undefined && (type === "submit" || type === "result") ? { type, resource } : undefined;
}
