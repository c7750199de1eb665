/**
 * The normal form of a data form, the octets that the identity MACs cover: Canonical XML 1.0 of the children of `<x/>`,
 * one after the other (XEP-0116 §6.2). It is made from the form as received. Two dialects:
 * `xep`: empty elements as start-end pairs, no xmlns, no text between elements;
 * `deployed`: empty elements as `<name />`, text inside a field as it stands, xmlns where it differs from the parent's.
 * Any form is given one; that there is only one reading of it is `parseForm`'s business. Depth is bounded.
 */
import { EsessionError } from "../errors.js";
import type { Element } from "./element.js";
import { contentLimits } from "./limits.js";
import { isDeclaration, namespaceOf } from "./namespaces.js";

export type Dialect = "xep" | "deployed";

/** Canonical XML 1.0 §2.3: other characters are references in attributes than in text. */
const TEXT: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#xD;" };
const ATTRIBUTE: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  '"': "&quot;",
  "\t": "&#x9;",
  "\n": "&#xA;",
  "\r": "&#xD;",
};

/** Elements that have elements in them: text there is between elements. */
const CONTAINERS: readonly string[] = ["field", "option", "required"];

/** `without`: names of fields to leave out, such as `identity` and `mac`. */
export function normalForm(x: Element, dialect: Dialect, without: readonly string[] = []): Uint8Array {
  const kept = x.children.filter(
    (child): child is Element =>
      typeof child === "object" && !(child.getName() === "field" && without.includes(child.attrs.var!)),
  );
  return new TextEncoder().encode(kept.map((child) => canonical(child, namespaceOf(x), dialect, 1)).join(""));
}

function canonical(element: Element, outer: string | undefined, dialect: Dialect, depth: number): string {
  if (depth > contentLimits.depth)
    throw new EsessionError("xml-limit", "the form has too many elements inside one another");
  const name = element.getName();
  const namespace = namespaceOf(element);
  let tag = `<${name}`;
  if (dialect === "deployed" && namespace !== outer) tag += ` xmlns="${escaped(namespace ?? "")}"`;
  // by name: the order of Canonical XML where no attribute has a prefix, and parseForm lets none pass that has
  for (const [attribute, value] of Object.entries(element.attrs).sort(([a], [b]) => (a < b ? -1 : 1)))
    if (!isDeclaration(attribute)) tag += ` ${attribute}="${escaped(value)}"`;

  const keepText = dialect === "deployed" || !CONTAINERS.includes(name);
  let content = "";
  for (const child of element.children)
    if (typeof child === "object") content += canonical(child, namespace, dialect, depth + 1);
    else if (keepText) content += child.replace(/[&<>\r]/g, (char) => TEXT[char]!);
  if (content === "" && dialect === "deployed") return `${tag} />`;
  return `${tag}>${content}</${name}>`;
}

function escaped(value: string): string {
  return value.replace(/[&<"\t\n\r]/g, (char) => ATTRIBUTE[char]!);
}
