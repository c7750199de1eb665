import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after } from "node:test";
import { embedded, root } from "./built.js";

const folder = mkdtempSync(join(tmpdir(), "esession-demo-"));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function esession(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "dist/cli/main.js"), ...args], {
    encoding: "utf8",
    timeout: 60_000,
    env: { ...process.env, NO_COLOR: "1" },
  });
  return { status, stdout, stderr };
}

interface Report {
  ok: boolean;
  group: number;
  corpus: {
    source: string;
    stanzas: number;
    skipped: Record<string, number>;
    problems: { line: number; what: string }[];
  };
  sessions: {
    sas: string[];
    level: string[];
    levelConfirmed?: string[];
    continued: boolean;
    complete: boolean;
    group: number;
  }[];
  transfers: { equal: number; carriers: number; bytes: number; mismatches: unknown[] }[];
  wire: { stanzas: number; bytes: number };
  milliseconds: Record<string, number>;
  traffic?: { from: string; to: string; xml: string }[];
}

function report(...args: string[]): Report {
  const { status, stdout, stderr } = esession("demo", "--json", ...args);
  assert.equal(status, 0, stderr + stdout);
  assert.equal(stderr, "");
  return JSON.parse(stdout) as Report;
}

const few = file(
  "few.jsonl",
  [
    "<message type='chat' id='1' xml:lang='de'><body>Füße &amp; <![CDATA[<Hände>]]> 👩🏽‍🚀</body><thread>x</thread></message>",
    "<message/>",
    `<message><body>${"0123456789abcdef".repeat(180 * 64 - 10)}</body></message>`,
    "<message><p:x xmlns:p='a'><q:y xmlns:q='b' p:z='1'><r xmlns='c'/></q:y></p:x><no-store xmlns='urn:xmpp:hints'/></message>",
    "<iq type='get' id='2'><ping xmlns='urn:xmpp:ping'/></iq>",
    "<iq type='result' id='3'/>",
    "<iq type='error' id='4'><q xmlns='a'/><error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>",
    "<presence><show>away</show></presence>",
    "<presence type='unavailable'/>",
    "<message><c xmlns='http://www.xmpp.org/extensions/xep-0200.html#ns'/></message>",
    "<message type='error' id='5'><error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>",
  ]
    .map((xml) => JSON.stringify({ xml }))
    .join("\n"),
);

test("the demo negotiates, sends both ways, ends, and finds the retained secret again", () => {
  const { ok, corpus, sessions, transfers, milliseconds, wire } = report("--stanzas", few);
  assert.equal(ok, true);
  assert.deepEqual([corpus.stanzas, corpus.skipped], [10, { "contains XEP-0200": 1 }]);
  const [first, second] = sessions;
  assert.equal(first!.sas[0], first!.sas[1]);
  assert.match(first!.sas[0]!, /^.{5}$/);
  assert.deepEqual(first!.level, ["unverified", "unverified"]);
  assert.deepEqual(first!.levelConfirmed, ["verified", "verified"]);
  assert.deepEqual(second!.level, ["verified", "verified"]);
  assert.deepEqual([first!.continued, second!.continued], [false, true]);
  assert.deepEqual([first!.complete, second!.complete], [true, true]);
  assert.equal(first!.group, 14);
  for (const { equal, carriers, bytes } of transfers) {
    assert.deepEqual([equal, carriers], [10, 3]);
    assert.ok(bytes > 180 * 1000);
  }
  assert.ok(wire.bytes > 2 * 180 * 1024);
  assert.ok(Object.keys(milliseconds).length >= 6);
});

const long = { skip: process.env.ESESSION_LONG !== "1" && "it takes seconds: ESESSION_LONG=1" };
test("the demo without arguments sends a whole corpus, all of which arrives equal", long, () => {
  const { corpus, transfers } = report();
  assert.ok(corpus.stanzas >= 200);
  for (const { equal } of transfers) assert.equal(equal, corpus.stanzas);
});

test("the embedded corpus goes through in both directions", () => {
  const path = file(
    "embedded.jsonl",
    embedded()
      .map(({ stanza }) => JSON.stringify(stanza.toString()))
      .join("\n"),
  );
  const { corpus, transfers } = report("--stanzas", path);
  assert.equal(corpus.stanzas, embedded().length);
  for (const { equal } of transfers) assert.equal(equal, corpus.stanzas);
});

test("the same seed gives the same traffic, another seed another", () => {
  const [a, b, c] = ["one", "one", "two"].map((seed) =>
    esession("demo", "--stanzas", few, "--wire", "--seed", seed),
  );
  assert.equal(a!.status, 0, a!.stderr);
  assert.match(a!.stdout, /<c xmlns=/);
  assert.equal(a!.stdout, b!.stdout);
  assert.notEqual(a!.stdout, c!.stdout);
});

test("the traffic shows nothing of what was sent", () => {
  const { traffic } = report("--stanzas", few, "--wire");
  const all = traffic!.map(({ xml }) => xml).join("\n");
  for (const secret of ["Füße", "away", "0123456789abcdef", "urn:xmpp:ping"])
    assert.ok(!all.includes(secret), secret);
  assert.ok(all.includes("dhhashes"));
});

test("a broken line is named, the rest is sent, and the status is 1", () => {
  const path = file(
    "broken.jsonl",
    `"<message/>"\n"<message><body></message>"\n{"x":1}\n"<message id='4'/>"`,
  );
  const { status, stdout, stderr } = esession("demo", "--json", "--stanzas", path);
  assert.equal(status, 1);
  assert.match(stderr, /broken\.jsonl, line 2: malformed XML/);
  assert.match(stderr, /broken\.jsonl, line 3: neither/);
  const { ok, transfers, corpus } = JSON.parse(stdout) as Report;
  assert.equal(ok, false);
  assert.deepEqual(
    transfers.map(({ equal }) => equal),
    [2, 2],
  );
  assert.deepEqual(
    corpus.problems.map(({ line }) => line),
    [2, 3],
  );
});

test("an .xml is read, too", () => {
  const path = file(
    "a.xml",
    `<stanzas><message id='1'><body>a</body></message><iq type='get' id='2'><q xmlns='a'/></iq></stanzas>`,
  );
  assert.deepEqual(
    report("--stanzas", path).transfers.map(({ equal }) => equal),
    [2, 2],
  );
});

test("the weak groups work for tests, by the policies they need", () => {
  const path = file("one.jsonl", `"<message><body>hi</body></message>"`);
  for (const group of ["1", "5"])
    assert.equal(report("--stanzas", path, "--group", group).sessions[0]!.group, Number(group));
});

test("the summary is for people", () => {
  const { status, stdout, stderr } = esession("demo", "--stanzas", few);
  assert.equal(status, 0, stderr);
  assert.equal(stderr, "");
  for (const word of [
    "session 1",
    "retained secret recognised",
    "verified",
    "10 of 10",
    "every stanza arrived equal",
    "negotiate",
    " ms",
  ])
    assert.ok(stdout.includes(word), `${word}\n${stdout}`);
  assert.ok(!stdout.includes("\x1b"));
});

const badArguments: [string, string[], RegExp][] = [
  ["a group that does not exist", ["demo", "--group", "3"], /'3' is invalid.*14, 15/],
  ["a group that is no number", ["demo", "--group", "big"], /'big' is invalid/],
  ["an unknown option", ["demo", "--fast"], /unknown option '--fast'/],
  ["an option without its value", ["demo", "--seed"], /argument missing/],
  ["an unknown command", ["sing"], /unknown command 'sing'/],
  ["a file that is not there", ["demo", "--stanzas", "nowhere.jsonl"], /--stanzas nowhere.jsonl: ENOENT/],
  ["a file of another kind", ["demo", "--stanzas", "package.json"], /must end in .jsonl or .xml/],
  ["too many arguments", ["demo", "14"], /too many arguments/],
];
for (const [title, args, pattern] of badArguments)
  test(`bad arguments are refused with status 2: ${title}`, () => {
    const { status, stdout, stderr } = esession(...args);
    assert.equal(status, 2, stderr);
    assert.equal(stdout, "");
    assert.match(stderr, pattern);
  });

test("help and version are given with status 0", () => {
  assert.match(esession("demo", "--help").stdout, /--stanzas <file>[^]*Exit status/);
  assert.equal(esession("--help").status, 0);
  assert.match(esession("--version").stdout, /^\d+\.\d+\.\d+\n$/);
});
