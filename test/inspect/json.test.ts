/** docs/inspect.md: the shape of a message in the report, which programs rely on. */
import assert from "node:assert/strict";
import test from "node:test";
import type { MessageReport } from "esession/inspect";
import { printableJson } from "esession/inspect";
import { read } from "../house/tree.js";
import { inspected, talk } from "./support.js";

const members = ["number", "place", "time", "from", "to", "sender", "thread", "negotiation", "kind", "name", "section", "mark", "fields", "findings", "content"]; // prettier-ignore
const orNull = (type: string) => (value: unknown) => value === null || typeof value === type;

function assertShape(message: MessageReport): void {
  assert.deepEqual(Object.keys(message), members);
  assert.equal(typeof message.number, "number");
  for (const name of ["place", "time", "from", "to", "thread", "content"] as const)
    assert.ok(orNull("string")(message[name]), name);
  assert.ok(orNull("number")(message.negotiation));
  assert.ok([null, "initiator", "responder"].includes(message.sender));
  for (const name of ["kind", "name", "section"] as const) assert.equal(typeof message[name], "string");
  for (const { mark } of [message, ...message.findings]) assert.ok(["ok", "note", "wrong"].includes(mark));
  for (const one of message.findings) assert.deepEqual(Object.keys(one), ["mark", "code", "text"]);
  for (const one of message.fields) {
    assert.deepEqual(Object.keys(one), ["name", "values", "meaning", "section", "findings", "mark"]);
    assert.ok(one.values.every((value) => typeof value === "string"));
  }
}

test("every message has the same members, of the same types", async (t) => {
  const { stanzas } = await talk(t);
  const { messages } = inspected([...stanzas, "<broken", '<message type="error"/>']);
  assert.ok(messages.length > 6);
  for (const message of messages) {
    assertShape(message);
    assert.deepEqual(JSON.parse(printableJson(message)), message);
  }
});

test("docs/inspect.md names every member, every kind and every code that there is", async (t) => {
  const page = read("docs/inspect.md");
  const { stanzas } = await talk(t);
  const codes = inspected(stanzas).messages.flatMap(({ findings, fields }) => [
    ...findings.map(({ code }) => code),
    ...fields.flatMap((field) => field.findings.map(({ code }) => code)),
  ]);
  const kinds = /export type Kind =([^;]*);/.exec(read("bindings/inspect/types.ts"))![1]!;
  const words = [
    ...members,
    ...codes,
    ...[...kinds.matchAll(/"([a-z]+)"/g)].map(([, kind]) => kind!),
    ...inSources(),
  ];
  assert.deepEqual(
    [...new Set(words)].filter((word) => !page.includes(`\`${word}\``)),
    [],
  );
});

/** The first argument of every finding in the sources. */
function inSources(): string[] {
  const files = ["check-fields", "check-proofs", "check-request", "check-response", "check-sealed", "look", "look-at-form", "order", "public-values", "read-form"]; // prettier-ignore
  const found = files.flatMap((name) =>
    [
      ...read(`bindings/inspect/${name}.ts`).matchAll(
        /sheet\s*\.(?:ok|note|wrong|attempt)\(\s*"([a-z0-9-]+)"/g,
      ),
    ].map(([, code]) => code!),
  );
  assert.ok(new Set(found).size > 30);
  return found;
}
