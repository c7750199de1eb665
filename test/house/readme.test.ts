/**
 * README.md is true: its blocks of JavaScript run as they stand, its blocks of TypeScript type-check, its tables
 * name what there is, its links lead somewhere.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import ts from "typescript";
import { exists, read, root } from "./tree.js";

const readme = read("README.md");
const blocks = (language: string) =>
  [...readme.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter((match) => match[1] === language)
    .map((match) => match[2] ?? "");

/** Inside the package, so that `esession` is the package itself. */
const folder = join(import.meta.dirname, "readme");
mkdirSync(folder, { recursive: true });

function run(name: string, code: string): string {
  const file = join(folder, name);
  writeFileSync(file, code);
  const { status, stdout, stderr } = spawnSync(process.execPath, [file], {
    encoding: "utf8",
    timeout: 60_000,
  });
  assert.equal(status, 0, `${name} ends by itself and without an error\n${stdout}${stderr}`);
  return stdout;
}

test("README: the first block runs as it stands, and what it says comes through the session", () => {
  const [first = ""] = blocks("js");
  const lines = run("first.mjs", first).trim().split("\n");
  assert.match(lines[0] ?? "", /^unverified; both users see [acdefghikmopqruvwxy1-9]{5}$/);
  assert.match(lines[1] ?? "", /^bob@example\.com\/laptop reads <message .*<body>Hello, Bob<\/body>/);
  assert.equal(lines.length, 2);
});

test("README: the other blocks of JavaScript run as they stand", () => {
  const [core = "", ...rest] = blocks("js").slice(1);
  assert.match(run("core.mjs", core), /^(simd|scalar) true$/m);
  assert.equal(rest.length, 0, "each block has its test");
});

/** What a reader takes for given in the blocks of TypeScript. */
const given = `
import { createEngine, fixedKey, memoryStore, passphraseKey, type Session, type AnyStanza } from "esession";
declare const client: {
  send(stanza: AnyStanza): Promise<void>;
  onStanza(listener: (stanza: Element) => void): void;
  handOn(stanza: AnyStanza, session: Session | undefined): void;
  ask(question: string, request: { accept(): void }): void;
  show(text: string): void;
  confirm(question: string): Promise<boolean>;
  askPassphrase(): Promise<string>;
};
declare const session: Session, jid: string, send: (stanza: AnyStanza) => void;
export const used = [createEngine, fixedKey, memoryStore, passphraseKey, client, session, jid, send];
`;

test("README: the blocks of TypeScript type-check", () => {
  const files = blocks("ts").map((code, index) => {
    const imports = code.match(/^import .*\n/gm)?.join("") ?? "";
    const body = code.replaceAll(/^import .*\n/gm, "");
    const file = join(folder, `block-${index + 1}.ts`);
    writeFileSync(file, `${given}${imports}export async function block(): Promise<void> {\n${body}}\n`);
    return file;
  });
  assert.ok(files.length > 0);
  const program = ts.createProgram(files, {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    lib: ["lib.es2023.d.ts", "lib.dom.d.ts"],
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    noEmit: true,
  });
  const wrong = ts.getPreEmitDiagnostics(program).map((one) => {
    const place = one.file?.getLineAndCharacterOfPosition(one.start ?? 0);
    return `${one.file?.fileName ?? ""}:${(place?.line ?? 0) + 1} ${ts.flattenDiagnosticMessageText(one.messageText, "\n")}`;
  });
  assert.deepEqual(wrong, []);
});

/** The strings of a union type, or the members of an interface, as they stand in the source. */
const source = (path: string, start: string, end: string): string => {
  const text = read(path);
  const from = text.indexOf(start);
  assert.ok(from >= 0, `${path} has ${start}`);
  return text.slice(from, text.indexOf(end, from));
};
const strings = (text: string) => [...text.matchAll(/"([a-z-]+)"/g)].map((match) => match[1] ?? "");
const members = (text: string) => [...text.matchAll(/^ {2}readonly (\w+)/gm)].map((match) => match[1] ?? "");

test("README: every level, state and alert is explained, and every point of the policy named", () => {
  const types = "bindings/engine/types.ts";
  const words = [
    ...strings(source(types, "export type Level", ";")),
    ...strings(source(types, "export type SessionState", ";")),
    ...strings(source(types, "export type AlertKind", ";")),
  ];
  assert.ok(words.length > 20);
  assert.deepEqual(
    words.filter((word) => !new RegExp(`^[-|] \`${word}\``, "m").test(readme)),
    [],
  );
  const points = [
    ...members(source(types, "export interface Policy", "\n}")),
    ...members(source("bindings/negotiation/policy.ts", "export interface NegotiationPolicy", "\n}")),
  ];
  assert.ok(points.length > 15);
  assert.deepEqual(
    points.filter((point) => !readme.includes(`\`${point}\``)),
    [],
  );
});

test("README and docs: every link within the package leads to a file", () => {
  for (const page of [
    "README.md",
    "SECURITY.md",
    "CONTRIBUTING.md",
    "docs/ARCHITECTURE.md",
    "docs/inspect.md",
    "docs/protocol.md",
    "docs/dependencies.md",
    "docs/identity.md",
    "docs/trust.md",
    "docs/conformance.md",
  ])
    for (const [, target = ""] of read(page).matchAll(/\]\((?!https?:)([^)#]+)/g))
      assert.ok(exists(join(page, "..", target)), `${page} links to ${target}`);
});

test("README: the two commands that it begins with are there", () => {
  assert.match(readme, /^npm start\b/m);
  assert.match(readme, /^npm test\b/m);
  assert.ok(exists("bindings/cli/main.ts"), root);
});
