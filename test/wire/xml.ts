/**
 * What the tests of the wire share: where files lie, refusals, and the meaning of an element: namespaces resolved,
 * attributes in order, texts joined. Found by its own code, so that a mistake in the package's would show.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { EsessionError, type Element, type Node } from "esession/wire";

const root = new URL("../../../", import.meta.url);

/** A file of test/vectors. */
export function vectors(path: string): unknown {
  return JSON.parse(readFileSync(new URL(`test/vectors/${path}`, root), "utf8"));
}

/** A text of the optional folder beside the package, and the reason to skip the test where it is missing. */
export function shared(path: string): { skip: string | false; read: () => string } {
  const url = new URL(`../shared/${path}`, root);
  return {
    skip: existsSync(url) ? false : `../shared/${path} is not there`,
    read: () => readFileSync(url, "utf8"),
  };
}

/** The stanzas of the corpus: a quarter of them, another one at each run; all of them with ESESSION_LONG=1. */
export const corpus = {
  skip: shared("corpus/stanzas.jsonl").skip,
  stanzas: (): string[] =>
    shared("corpus/stanzas.jsonl")
      .read()
      .trim()
      .split("\n")
      .filter((_, i) => process.env["ESESSION_LONG"] === "1" || i % 4 === seed % 4)
      .map((line) => (JSON.parse(line) as { xml: string }).xml),
};

/** Twenty times as many cases with ESESSION_LONG=1. */
export const rounds = (count: number): number => (process.env["ESESSION_LONG"] === "1" ? 20 * count : count);

/** ESESSION_SEED repeats a run; every test that samples says its seed. */
export const seed = Number(process.env["ESESSION_SEED"] ?? Date.now() & 0x7fffffff);

type Scope = Readonly<Record<string, string>>;
export type Meaning = string | { name: string; attributes: Record<string, string>; children: Meaning[] };

/** The same for two elements exactly if every reader takes them for the same. */
export function meaning(element: Element, scope: Scope = { "": "jabber:client" }): Meaning {
  const inner: Record<string, string> = { ...scope };
  for (const [name, value] of Object.entries(element.attrs))
    if (/^xmlns(:|$)/.test(name)) inner[name.slice(6)] = value;
  const expand = (name: string, otherwise: string) => {
    const [local, prefix] = name.split(":").reverse();
    return `{${prefix === "xml" ? "xml" : prefix === undefined ? otherwise : inner[prefix]}}${local}`;
  };
  const attributes = Object.entries(element.attrs)
    .filter(([name]) => !/^xmlns(:|$)/.test(name))
    .map(([name, value]) => [expand(name, ""), value] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    name: expand(element.name, inner[""] ?? ""),
    attributes: Object.fromEntries(attributes),
    children: meanings(element.children, inner),
  };
}

export function meanings(nodes: readonly Node[], scope: Scope = { "": "jabber:client" }): Meaning[] {
  const all: Meaning[] = [];
  for (const node of nodes)
    if (typeof node !== "string") all.push(meaning(node, scope));
    else if (typeof all.at(-1) === "string") all.push(`${all.pop() as string}${node}`);
    else if (node !== "") all.push(node);
  return all;
}

/** The children of a stanza as they arrive: white space between them does not travel. */
export function contentOf(stanza: Element): Meaning[] {
  const { children } = meaning(stanza) as Exclude<Meaning, string>;
  return children.filter((child) => typeof child !== "string");
}

/** Equal meanings; compared as text first, because there are thousands of them. */
export function same(actual: Meaning | Meaning[], expected: Meaning | Meaning[], message: string): void {
  if (JSON.stringify(actual) !== JSON.stringify(expected)) assert.deepEqual(actual, expected, message);
}

/** Expects an error with this code, and that its message tells nothing of `secret`. */
export function refuses(run: () => unknown, code: string, secret?: string): EsessionError {
  try {
    run();
  } catch (error) {
    assert.ok(EsessionError.is(error), `a typed error, not ${String(error)}`);
    assert.equal(error.code, code, error.message);
    if (secret !== undefined)
      assert.ok(!error.message.includes(secret), `the content is in: ${error.message}`);
    return error;
  }
  assert.fail(`accepted, where ${code} was expected`);
}
