/** The recorded runs of deployed clients (test/vectors/deployed): read without a fault but where a run is about one. */
import assert from "node:assert/strict";
import test from "node:test";
import { readKeys } from "esession/inspect";
import { readRecorded, runs } from "../interop/runs.js";
import { inspected, kinds, notes, wrongs } from "./support.js";

const names: Readonly<Record<string, string>> = {
  request: "request",
  response: "response",
  "identity-a": "identity",
  "identity-b": "final",
  encrypted: "sealed",
  terminate: "termination",
  plain: "clear",
};

for (const run of runs) {
  const stanzas = run.stanzas.map(({ xml, received }) => received ?? xml);

  test(`${run.id}: nothing is wrong, with its keys and without; every message is named`, () => {
    assert.deepEqual(wrongs(inspected(stanzas)), []);
    const report = inspected(stanzas, [readKeys(run)!]);
    assert.deepEqual(wrongs(report), []);
    for (const { number, kind } of report.messages) {
      const { what } = run.stanzas[number - 1]!;
      if (what !== undefined && what in names) assert.equal(kind, names[what], `stanza ${number}`);
    }
  });

  test(`${run.id}: the string that the users saw is among those that a listener can compute`, () => {
    const told = notes(inspected(stanzas), "sas").join();
    for (const sas of Object.values(run.SAS)) assert.ok(told.includes(sas), `${sas} in ${told}`);
  });

  test(`${run.id}: with its keys all is decrypted that its receiver accepted`, () => {
    const { messages } = inspected(stanzas, [readKeys(run)!]);
    assert.ok(run.encrypted.length > 0);
    for (const { stanza, padded } of run.encrypted) {
      const content = messages.find(({ number }) => number === stanza)?.content;
      assert.equal(content, Buffer.from(padded, "hex").toString(), `stanza ${stanza}`);
    }
  });
}

const named = (id: string) => runs.find((run) => run.id === id)!;
const texts = (id: string) => named(id).stanzas.map(({ xml }) => xml);

test("the dialect of Gajim is guessed, its profile is that of XEP-0217", () => {
  const report = inspected(texts("gajim-01-modp5-14-default"));
  assert.equal(notes(report, "dialect").length, 2);
  assert.ok(notes(report, "dialect").every((text) => text.includes("deployed")));
  assert.equal(notes(report, "profile").length, 2);
});

test("XEP-0116 §4.2: a negotiation of three messages is named as one", () => {
  const report = inspected(texts("sigmai-02-none"));
  assert.deepEqual(kinds(report).slice(0, 3), ["request", "response", "identity"]);
  assert.match(report.messages[2]!.name, /which ends the negotiation, message 3 of 3/);
  assert.equal(notes(report, "three-messages").length, 1);
  assert.equal(notes(report, "public-keys").length, 0);
  assert.equal(notes(inspected(texts("sigmai-01-rsa")), "public-keys").length, 2);
});

test("the identity proofs are verified with the keys of the recording, and a changed one is found", () => {
  const run = named("gajim-04-modp14");
  const keys = readKeys(run)!;
  assert.equal(notes(inspected(texts(run.id), [keys]), "proof").length, 2);
  const stanzas = texts(run.id);
  stanzas[0] = stanzas[0]!.replace("<value>mustnot</value>", "<value>must_not</value>");
  assert.deepEqual(wrongs(inspected(stanzas, [keys])), [[3, "proof", "identity"]]);
});

test("keys of another thread open nothing", () => {
  const keys = { ...readKeys(named("gajim-04-modp14"))!, thread: "another" };
  assert.ok(inspected(texts("gajim-04-modp14"), [keys]).messages.every(({ content }) => content === null));
});

interface Scenario {
  readonly name: string;
  readonly wire: readonly { readonly sent: string; readonly delivered?: string | null }[];
}

/** What the inspector must find in the scenarios that are about a fault of the wire; nothing in the others. */
const faults: Readonly<Record<string, [number, string, string | undefined][]>> = {
  "logging-otr-field": [[2, "unanswered", undefined]],
  "response-without-logging": [[2, "unanswered", undefined]],
  "ver-missing": [[1, "missing-field", undefined]],
  "bad-e": [[3, "commitment", "dhkeys"]],
  "bad-nonce-echo": [[2, "nonce", "nonce"]],
  "tampered-stanza": [[5, "data", "data"]],
  "newline-inside-data": [[5, "c", undefined]],
};

for (const { name, wire } of readRecorded("errors-gajim.json") as Scenario[])
  test(`errors-gajim, ${name}: what is wrong on the wire is found`, () => {
    const found = wrongs(inspected(wire.map(({ sent, delivered }) => delivered ?? sent)));
    // a peer that goes on after a refusal, as Gajim does, is out of turn
    assert.deepEqual(
      found.filter(([, code]) => code !== "order"),
      faults[name] ?? [],
    );
  });
