/** Makes a stanza of a corpus one of the session's: its two parties, its thread (XEP-0155 §4.1), an id where iq needs one. */
import type { Element, Node } from "../wire/element.js";
import { element } from "../wire/element.js";
import { inNamespaceOf } from "../wire/namespaces.js";

export interface Address {
  readonly from: string;
  readonly to: string;
  readonly thread: string;
  /** For an iq that came without one (RFC 6120 §8.2.3 requires it). */
  readonly id: string;
}

/** A new stanza; the one given stays as it is. */
export function readdress(stanza: Element, address: Address): Element {
  const made = copy(stanza);
  made.attrs.from = address.from;
  made.attrs.to = address.to;
  if (stanza.getName() === "iq") made.attrs.id ??= address.id;
  if (stanza.getName() !== "message") return made;
  const others = made.children.filter((child) => !inNamespaceOf(made, child, "thread"));
  made.children = [];
  made.append(...others, element("thread", {}, address.thread));
  return made;
}

/** A copy that shares nothing. Deep as the stanza, which the strict parser bounds. */
export function copy(original: Element): Element {
  const children = original.children.map((child: Node) => (typeof child === "string" ? child : copy(child)));
  return element(original.name, original.attrs, ...children);
}
