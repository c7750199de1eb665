/**
 * What of a stanza is protected and what stays in clear (XEP-0200 §5): in clear is what servers act on, and the notes
 * for clients that cannot read the rest. What is not in the table goes inside.
 */
import { isBlank } from "./characters.js";
import type { Element, Node } from "./element.js";
import { inNamespaceOf, named, namespaceOf, ns } from "./namespaces.js";

/** Namespace to the names that stay in clear; `undefined` means all of that namespace. */
const CLEAR: ReadonlyMap<string, readonly string[] | undefined> = new Map<
  string,
  readonly string[] | undefined
>([
  [ns.amp, ["amp"]],
  [ns.hints, undefined],
  [ns.carbons, ["private"]],
  [ns.stanzaIds, ["stanza-id", "origin-id"]],
  [ns.delay, ["delay"]],
  [ns.explicitEncryption, ["encryption"]],
]);

function staysClear(stanza: Element, child: Element): boolean {
  if (["error", "thread"].some((name) => inNamespaceOf(stanza, child, name))) return true;
  const namespace = namespaceOf(child);
  if (namespace === undefined || !CLEAR.has(namespace)) return false;
  return CLEAR.get(namespace)?.includes(child.getName()) ?? true;
}

const FOR_SERVERS: readonly string[] = ["subscribe", "subscribed", "unsubscribe", "unsubscribed", "probe"];

/** Presence that servers act on, and may answer, keep, or send to every resource (RFC 6121 §3, §4.3): never sealed. */
export function isForServers(stanza: Element): boolean {
  return stanza.getName() === "presence" && FOR_SERVERS.includes(stanza.attrs.type ?? "");
}

/** Divides the children of a stanza that is to be sealed. White space between them is left out. */
export function splitContent(stanza: Element): { clear: Node[]; protect: Node[] } {
  const clear: Node[] = [];
  const protect: Node[] = [];
  for (const child of stanza.children) {
    if (isBlank(child)) continue;
    (typeof child === "object" && staysClear(stanza, child) ? clear : protect).push(child);
  }
  return { clear, protect };
}

/**
 * Divides the children of an `<error/>`: the defined condition must stay in clear, for servers and for RFC 6120 §8.3. The
 * text for a reader and what belongs to an application go into a `<c/>` of the error's own.
 */
export function splitError(error: Element): { clear: Node[]; protect: Node[] } {
  const isCondition = (child: Node) =>
    typeof child === "object" && namespaceOf(child) === ns.stanzaErrors && child.getName() !== "text";
  const children = error.children.filter((child) => !isBlank(child));
  return { clear: children.filter(isCondition), protect: children.filter((child) => !isCondition(child)) };
}

/** The `<error/>` of a stanza. */
export function errorOf(stanza: Element): Element | undefined {
  return stanza.children.find((child): child is Element => inNamespaceOf(stanza, child, "error"));
}

/**
 * The clear children of a received, sealed stanza that should have been inside: never to be passed on as protected. An
 * `<error/>` in a stanza of another type is in clear as a whole: it may not be sealed, and has no `<c/>` (XEP-0200 §5).
 */
export function clearResidue(stanza: Element): Element[] {
  const errors =
    stanza.attrs.type === "error"
      ? stanza.children.filter((child): child is Element => inNamespaceOf(stanza, child, "error"))
      : [];
  return [splitContent(stanza), ...errors.map(splitError)]
    .flatMap(({ protect }) => protect)
    .filter((child): child is Element => typeof child === "object" && !named(child, "c", ns.encrypted));
}
