/** Which stanzas of a corpus cannot be sent inside a session, and why. Whatever is not in this table is sent. */
import type { Element } from "../wire/element.js";
import { childrenNamed, FORM_TYPE, namespaceOf, ns } from "../wire/namespaces.js";
import { errorOf, isForServers, splitContent, splitError } from "../wire/stanza-split.js";

/** A reason in a few words; undefined if the stanza can be sent. */
export function reasonToSkip(stanza: Element): string | undefined {
  if (some(stanza, (element) => namespaceOf(element) === ns.encrypted)) return "contains XEP-0200";
  if (some(stanza, isSessionForm)) return `contains a form of ${FORM_TYPE}`;
  if (isForServers(stanza)) return "presence for servers";
  // it has no place in a stanza (RFC 6120 §8), and none in the content of a session
  const error = stanza.attrs.type === "error" ? errorOf(stanza) : undefined;
  const inside = [splitContent(stanza), ...(error ? [splitError(error)] : [])];
  if (inside.some(({ protect }) => protect.some((child) => typeof child === "string")))
    return "text beside the children";
  return undefined;
}

function isSessionForm(element: Element): boolean {
  return (
    element.getName() === "x" &&
    namespaceOf(element) === ns.data &&
    childrenNamed(element, "field", ns.data).some(
      (field) => field.attrs.var === "FORM_TYPE" && field.getChildText("value")?.trim() === FORM_TYPE,
    )
  );
}

function some(element: Element, holds: (element: Element) => boolean): boolean {
  return holds(element) || element.children.some((child) => typeof child !== "string" && some(child, holds));
}
