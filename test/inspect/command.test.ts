/** `esession inspect`: which files it reads, what it prints, and how it ends. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after } from "node:test";
import type { MessageReport } from "esession/inspect";
import { root } from "../house/tree.js";
import { talk, text } from "./support.js";

const folder = mkdtempSync(join(tmpdir(), "esession-inspect-"));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function run(args: readonly string[], input: string | Uint8Array = "") {
  const command = [join(root, "dist/cli/main.js"), "inspect", ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    input,
    encoding: "utf8",
    timeout: 60_000,
  });
  return { status, stdout, stderr };
}

function json(args: readonly string[], input = ""): { status: number | null; messages: MessageReport[] } {
  const { status, stdout, stderr } = run([...args, "--json"], input);
  assert.equal(stderr, "");
  return { status, messages: stdout.trim().split("\n").map((line) => JSON.parse(line) as MessageReport) }; // prettier-ignore
}

const recording = (name: string) => join(root, "test/vectors/deployed", `${name}.json`);
const gajim = recording("gajim-04-modp14");

test("the same stanzas are read from XML, in a stream or without, and from JSON lines and documents", async (t) => {
  const { log, stanzas } = await talk(t);
  const texts = stanzas.map(text);
  const stream = `<?xml version="1.0"?><stream:stream xmlns="jabber:client" xmlns:stream="http://etherx.jabber.org/streams">${texts.join("\n")}</stream:stream>`; // prettier-ignore
  const forms: Record<string, string> = {
    "a.xml": texts.join("\n"),
    "stream.xml": stream,
    "open.log": stream.replace("</stream:stream>", ""),
    "xml.jsonl": log.map(({ text: xml }) => JSON.stringify({ xml })).join("\n"),
    "log.jsonl": log.map((sent) => JSON.stringify(sent)).join("\n"),
    "strings.ndjson": log.map((sent) => JSON.stringify(sent.text)).join("\n"),
    "document.json": JSON.stringify({ traffic: log.map(({ text: xml, ...rest }) => ({ ...rest, xml })) }),
  };
  const [first, ...others] = Object.entries(forms).map(([name, content]) => {
    const { messages } = json([file(name, content)]);
    return messages.map(({ kind, from, to, mark }) => ({ kind, from, to, mark }));
  });
  assert.deepEqual(first!.slice(0, 4).map(({ kind }) => kind), ["request", "response", "identity", "final"]); // prettier-ignore
  for (const other of others) assert.deepEqual(other.slice(0, first!.length), first);
});

test("- reads standard input; nothing wrong is status 0, something is 1", async (t) => {
  const { stanzas } = await talk(t);
  const texts = stanzas.map(text);
  assert.equal(run(["-"], texts.join("")).status, 0);
  const { status, stdout } = run(["-"], texts[2]);
  assert.equal(status, 1);
  assert.match(stdout, /WRONG comes without a response before it/);
  assert.match(stdout, /^1 message of 1 negotiation: 1 message WRONG$/m);
});

test("a broken stanza is a finding with its line, and the rest is read", async (t) => {
  const { stanzas } = await talk(t);
  const [first = ""] = stanzas.map(text);
  const { status, messages } = json(["-"], `${first}\n<message><body></message>\n<message/>`);
  assert.equal(status, 1);
  assert.deepEqual(messages.map(({ kind, place }) => [kind, place]), [["request", "line 1"], ["unreadable", "line 2"]]); // prettier-ignore
  const lines = json(["-"], `{"x":1}\n${JSON.stringify({ xml: "<a" })}\nnot json`);
  assert.deepEqual(lines.messages.map(({ kind, place }) => [kind, place]), [["unreadable", "line 1"], ["unreadable", "line 2"], ["unreadable", "line 3"]]); // prettier-ignore
});

test("a recorded test run that carries its keys is decrypted; keys of another file, too", () => {
  const { status, messages } = json([gajim]);
  assert.equal(status, 0);
  assert.ok(messages.some(({ content }) => content?.includes("<body>")));
  const { stanzas, values, thread } = JSON.parse(readFileSync(gajim, "utf8")) as Record<string, unknown>;
  const bare = file("bare.json", JSON.stringify({ stanzas }));
  assert.ok(json([bare]).messages.every(({ content }) => content === null));
  const keys = file("keys.json", JSON.stringify({ thread, keys: values }));
  assert.deepEqual(json([bare, "--keys", keys]).messages.map(({ content }) => content), messages.map(({ content }) => content)); // prettier-ignore
});

const unreadable: readonly (readonly [string, string[], RegExp])[] = [
  ["a file that is not there", ["nowhere.xml"], /nowhere\.xml: ENOENT/],
  ["a folder", ["."], /EISDIR/],
  ["neither XML nor JSON", [file("text.txt", "hello")], /neither XML nor JSON/],
  ["no stanza", [file("empty.xml", "<stream/>")], /no stanza is in it/],
  ["nothing", [file("nothing.xml", "")], /neither XML nor JSON/],
  ["binary", [file("octets.bin", new Uint8Array([0xff, 0xfe, 0, 1]))], /neither XML nor JSON/],
  ["more than is read", [file("large.xml", new Uint8Array(8_388_609).fill(60))], /larger than/],
  ["keys that are none", [gajim, "--keys", file("no-keys.json", "{}")], /no keys are in it/],
  ["keys that are no JSON", [gajim, "--keys", file("bad.json", "{")], /bad\.json/],
  ["no argument", [], /missing required argument/],
  ["a name of control characters", ["\u001b[31m"], /\\u\{1b\}/],
];
for (const [title, args, pattern] of unreadable)
  test(`status 2 for what cannot be read: ${title}`, () => {
    const { status, stdout, stderr } = run(args);
    assert.equal(status, 2, stderr);
    assert.equal(stdout, "");
    assert.match(stderr, pattern);
    assert.ok(!stderr.includes("\u001b"));
  });

test("nothing of a capture reaches the terminal raw, and without one there are no colours", () => {
  const evil = JSON.stringify({ from: "\u001b]0;x\u0007", to: "\u009b2J", text: "<message><body>\u001b</body></message>", time: "\u202e" }); // prettier-ignore
  for (const options of [[], ["--json"]])
    assert.doesNotMatch(
      run(["-", ...options], evil).stdout,
      /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/,
    );
  assert.doesNotMatch(run([gajim]).stdout, /\u001b/);
});

test("broken stanzas without end, and elements inside one another, are given up", () => {
  const texts = [
    "<message><".repeat(100_000),
    "<message ".repeat(300_000),
    "<a>".repeat(200_000),
    `<message>${"<a>".repeat(200_000)}`,
    `<a>${"<![CDATA[".repeat(300_000)}`,
    `<${"&".repeat(3_000_000)}`,
    "<iq/>".repeat(500_000),
  ];
  for (const input of texts) {
    const start = performance.now();
    assert.ok([1, 2].includes(run(["-"], input).status!));
    assert.ok(performance.now() - start < 20_000);
  }
});

test("the help says what the keys are for, and how it ends", () => {
  const { status, stdout } = run(["--help"]);
  assert.equal(status, 0);
  assert.match(stdout, /--keys <file>[^]*Exit status[^]*test runs/);
});

test("README: the example is what the command prints", () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const [, example = ""] = /## Look at the wire[^]*?```text\n([^]*?)```/.exec(readme) ?? [];
  const { stdout } = run([recording("errors-gajim")]);
  const pieces = example.split("   …\n");
  assert.equal(pieces.length, 2);
  for (const piece of pieces) assert.ok(stdout.includes(piece), piece);
});
