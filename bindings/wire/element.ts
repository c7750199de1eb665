/**
 * Elements as the XML package has them (`@xmpp/xml`, over ltx), typed: the package ships no types.
 * Inside the engine every stanza is one of these.
 */
// @ts-expect-error the package has no type declarations; the interface below is what is used of it
import { Element as XmppElement } from "@xmpp/xml";

export type Node = Element | string;

export interface Element {
  name: string;
  parent: Element | null;
  attrs: Record<string, string>;
  children: Node[];
  is(name: string, xmlns?: string): boolean;
  /** Without prefix. */
  getName(): string;
  /** The namespace, looked up through the parents. */
  getNS(): string | undefined;
  findNS(prefix?: string): string | undefined;
  getChild(name: string, xmlns?: string): Element | undefined;
  getChildren(name: string, xmlns?: string): Element[];
  getChildElements(): Element[];
  getChildText(name: string, xmlns?: string): string | null;
  getText(): string;
  append(...nodes: Node[]): void;
  toString(): string;
}

const Constructor = XmppElement as new (name: string, attrs?: Record<string, string>) => Element;

/** A new element with its children. */
export function element(name: string, attrs: Record<string, string> = {}, ...children: Node[]): Element {
  const made = new Constructor(name);
  for (const key of Object.keys(attrs)) made.attrs[key] = attrs[key]!;
  for (const child of children) {
    made.children.push(child);
    if (typeof child === "object" && child !== null) child.parent = made;
  }
  return made;
}

export function isElement(node: unknown): node is Element {
  return node instanceof Constructor;
}
