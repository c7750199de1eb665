/**
 * Whether two stanzas say the same (Namespaces in XML 1.0: expanded names, whatever the prefixes): kind, attributes,
 * children in order, character data exactly. White space directly inside a stanza, or its `<error/>`, is not content. What
 * a session leaves in clear (XEP-0200 §5) and what it protects are compared apart: how the two are mixed does not survive,
 * nor matter.
 */
import { element, type Element, type Node } from "../wire/element.js";
import { boundTo, isDeclaration, namespaceOf, ns, prefixOf } from "../wire/namespaces.js";
import { errorOf, splitContent, splitError } from "../wire/stanza-split.js";

/** The first difference in words, with the path to it; undefined if there is none. */
export function difference(expected: Element, actual: Element): string | undefined {
  const path = expected.getName();
  const [before, after] = [splitContent(expected), splitContent(actual)];
  return (
    compareTags(expected, actual, path) ??
    compareChildren(before.protect, after.protect, path) ??
    compareChildren(arranged(expected, before.clear), arranged(actual, after.clear), path)
  );
}

/** The `<error/>` with its condition first, and without white space: so much of its order survives. */
function arranged(stanza: Element, nodes: readonly Node[]): readonly Node[] {
  const error = errorOf(stanza);
  if (!error) return nodes;
  const { clear, protect } = splitError(error);
  const same = element(error.name, { ...error.attrs });
  same.parent = stanza;
  same.children.push(...clear, ...protect);
  return nodes.map((node) => (node === error ? same : node));
}

function compareTags(expected: Element, actual: Element, path: string): string | undefined {
  const [name, other] = [expandedName(expected), expandedName(actual)];
  if (name !== other) return `${path}: ${name} became ${other}`;
  const [attributes, others] = [attributesOf(expected), attributesOf(actual)];
  for (const [key, value] of attributes) {
    const found = others.get(key);
    if (found === undefined) return `${path}: the attribute ${key} is missing`;
    if (found !== value) return `${path}: the attribute ${key} is ${quote(found)} instead of ${quote(value)}`;
  }
  const extra = [...others.keys()].find((key) => !attributes.has(key));
  return extra === undefined ? undefined : `${path}: the attribute ${extra} is new`;
}

function compareChildren(
  expected: readonly Node[],
  actual: readonly Node[],
  path: string,
): string | undefined {
  const [nodes, others] = [merged(expected), merged(actual)];
  for (const [at, node] of nodes.entries()) {
    const fault = compareNodes(node, others[at], path);
    if (fault !== undefined) return fault;
  }
  const extra = others[nodes.length];
  return extra === undefined ? undefined : `${path}: ${describe(extra)} is new`;
}

function compareNodes(node: Node, other: Node | undefined, path: string): string | undefined {
  if (other === undefined) return `${path}: ${describe(node)} is missing`;
  if (typeof node === "string" || typeof other === "string")
    return node === other ? undefined : `${path}: ${describe(other)} instead of ${describe(node)}`;
  const below = `${path}/${node.getName()}`;
  return compareTags(node, other, below) ?? compareChildren(node.children, other.children, below);
}

/** Neighbouring character data is one text; an empty one is none. */
function merged(nodes: readonly Node[]): Node[] {
  const result: Node[] = [];
  for (const node of nodes) {
    const last = result.at(-1);
    if (typeof node === "string" && typeof last === "string") result[result.length - 1] = last + node;
    else if (node !== "") result.push(node);
  }
  return result;
}

/** What is not in any declared namespace is in the stream's default one. */
function expandedName(element: Element): string {
  return `{${namespaceOf(element) ?? ns.client}}${element.getName()}`;
}

/** Attributes by expanded name; an attribute without a prefix is in no namespace. */
function attributesOf(element: Element): Map<string, string> {
  const result = new Map<string, string>();
  for (const [name, value] of Object.entries(element.attrs)) {
    if (isDeclaration(name)) continue;
    const prefix = prefixOf(name);
    const key =
      prefix === "" || prefix === "xml"
        ? name
        : `{${boundTo(element, prefix) ?? prefix}}${name.slice(prefix.length + 1)}`;
    result.set(key, value);
  }
  return result;
}

function describe(node: Node): string {
  return typeof node === "string" ? `the text ${quote(node)}` : `<${node.name}/>`;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
