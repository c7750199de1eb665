/** What two engines say to each other is right, named and explained. */
import assert from "node:assert/strict";
import test from "node:test";
import { explain, inspect } from "esession/inspect";
import { element, parseStanza } from "esession/wire";
import { runs } from "../interop/runs.js";
import { pairOf } from "../support/pair.js";
import { core, inspected, kinds, notes, talk, wrongs } from "./support.js";

test("a negotiation of two engines, a session and its end: every message is named, nothing is wrong", async (t) => {
  const { stanzas } = await talk(t);
  const report = inspected(stanzas);
  assert.deepEqual(wrongs(report), []);
  assert.deepEqual(kinds(report).slice(0, 4), ["request", "response", "identity", "final"]);
  assert.ok(
    kinds(report)
      .slice(4)
      .every((kind) => kind === "sealed"),
  );
  assert.deepEqual([report.negotiations, report.others, report.wrong], [1, 0, 0]);
  assert.deepEqual(
    report.messages.slice(0, 4).map(({ sender }) => sender),
    ["initiator", "responder", "initiator", "responder"],
  );
  assert.deepEqual(notes(report, "dialect"), ["dialect xep is guessed"]);
});

test("every field of every form is explained, with the section that defines it", async (t) => {
  const { stanzas } = await talk(t);
  for (const { fields } of inspected(stanzas).messages) {
    assert.ok(fields.length > 0);
    for (const { name, meaning, section } of fields) {
      assert.match(section, /^(XEP-\d{4} §[\d.]+|docs\/sas28x5-bound\.md, \d)$/, name);
      assert.doesNotMatch(meaning, /^not a field/, name);
    }
  }
});

test("docs/sas28x5-bound.md: the strong string and the comparison code are those that both users see", async (t) => {
  const { stanzas, sas, comparisonCode } = await talk(t);
  const [note] = notes(inspected(stanzas), "sas");
  assert.ok(sas !== undefined && comparisonCode !== undefined);
  assert.match(note!, new RegExp(`^both users see ${sas}, comparison code ${comparisonCode};`));
});

test("XEP-0116 §9: so is sas28x5, and its weakness is told", async (t) => {
  const { stanzas, weakSas } = await talk(t, { alice: { policy: { dialect: "deployed" } } });
  const report = inspected(stanzas);
  assert.deepEqual(wrongs(report), []);
  assert.match(notes(report, "sas")[0]!, new RegExp(`^both users see ${weakSas!};`));
  assert.equal(notes(report, "sas-weak").length, 1);
});

test("addresses and time that a stanza lacks are those of the capture", async (t) => {
  const { log } = await talk(t);
  const captured = log.map(({ from, to, text }, at) => {
    const stanza = parseStanza(text);
    Reflect.deleteProperty(stanza.attrs, "from");
    Reflect.deleteProperty(stanza.attrs, "to");
    return { stanza, from, to, time: `t${at}` };
  });
  const report = inspect(captured, { core });
  assert.deepEqual(wrongs(report), []);
  assert.equal(report.negotiations, 1);
  assert.deepEqual([report.messages[3]?.from, report.messages[3]?.time], [log[3]!.from, "t3"]);
});

test("a client that leaves its own address out is recognised by the other's", async (t) => {
  const { log } = await talk(t);
  const own = log[0]!.from;
  const captured = log.map(({ from, text }) => {
    const stanza = parseStanza(text);
    Reflect.deleteProperty(stanza.attrs, from === own ? "from" : "to");
    return { stanza };
  });
  const report = inspect(captured, { core });
  assert.deepEqual(wrongs(report), []);
  assert.deepEqual([report.negotiations, report.messages[1]?.sender], [1, "responder"]);
});

test("negotiations of several pairs and threads in one capture are kept apart", async (t) => {
  const { log } = await talk(t);
  const renamed = log.map(({ text }) => text.replaceAll("alice@", "carol@").replaceAll("bob@", "dave@"));
  const mixed = log.flatMap(({ text }, at) => [text, renamed[at]!]);
  const report = inspected(mixed);
  assert.deepEqual(wrongs(report), []);
  assert.equal(report.negotiations, 2);
});

test("other stanzas are counted, and a message in clear on the thread is named", async (t) => {
  const { stanzas } = await talk(t);
  const [request] = stanzas;
  const clear = element("message", request!.attrs, element("thread", {}, request!.getChildText("thread")!), element("body", {}, "psst")); // prettier-ignore
  const report = inspected([
    ...stanzas,
    clear,
    '<presence from="a@b/c"/>',
    "<message><body>x</body></message>",
  ]);
  assert.equal(kinds(report).at(-1), "clear");
  assert.equal(report.others, 2);
});

test("for people there is a block with number, direction, name, fields and marks", async (t) => {
  const { stanzas } = await talk(t);
  const [first] = inspected(stanzas).messages;
  const block = explain(first!);
  assert.match(block, /^1\. alice@example\.org\/pda \(initiator\) > bob@example\.com\/laptop$/m);
  assert.match(block, /^ {3}ESession request, message 1 of 4 \(XEP-0116 §4\.3\): note$/m);
  assert.match(block, /^ {3}ok {4}my_nonce: \S{24}\n {9}the sender's nonce.*\(XEP-0116 §4\.3\)$/m);
  const coloured = explain(first!, (format, words) => `<${format}>${words}</>`);
  assert.match(coloured, /<green>ok {3}<\/> my_nonce/);
});

test("what an engine answers to a client that offers more than it speaks is right", async (t) => {
  const gajim = runs.find(({ id }) => id === "gajim-04-modp14")!.stanzas[0]!.xml;
  const { world } = await pairOf(t, { bob: { policy: { groups: [14] } } });
  world.deliver(gajim);
  await world.quiet();
  const answer = world.log.at(-1)!.text;
  const report = inspected([gajim, answer]);
  assert.deepEqual([kinds(report), wrongs(report)], [["request", "response"], []]);
  // sign_algs: there are no keys to sign with
  assert.equal(notes(report, "unanswered").length, 1);
});
