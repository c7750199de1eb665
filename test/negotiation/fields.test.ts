/** What XEP-0155 negotiates beside the encryption (§4, §9): levels, disclosure, sessions beside one another, and the application's own fields. */
import test from "node:test";
import assert from "node:assert/strict";
import { element, type FieldInit } from "esession/wire";
import { counted, noCount } from "../support/counted.js";
import { fieldOf, messageNumber, setValues, valueOf, valuesOf } from "../support/forms.js";
import { createWorld, establish, join, pairOf, seedOf } from "../support/pair.js";
import { keyPair, scriptedRequest } from "../support/scripted-peer.js";

const language: FieldInit = { var: "language", type: "list-single", options: ["en", "it"] };
const asks = { policy: { answer: "nobody" } } as const;

test("XEP-0155 §9: e2e alone is offered; further levels only by policy, and never instead of it", async (t) => {
  const { world, alice, bob } = await pairOf(t, { alice: { policy: { security: ["e2e", "c2s"] } } });
  await establish(world, alice, bob);
  assert.deepEqual(valuesOf(world.messages(1)[0]!, "security"), ["e2e", "c2s"]);
  assert.deepEqual(valuesOf(world.messages(2)[0]!, "security"), ["e2e"]);
  await assert.rejects(join(t, createWorld(), alice.jid, seedOf(t), { policy: { security: ["c2s"] } }), {
    code: "option-invalid",
  });
});

for (const level of ["c2s", "none"])
  test(`XEP-0116 §4.4: an answer of the level ${level} ends the attempt with an alert, and nothing is sent`, async (t) => {
    const { world, alice, bob } = await pairOf(t, {
      alice: { policy: { security: ["e2e", "c2s", "none"] } },
    });
    world.hooks.push((stanza) => {
      if (messageNumber(stanza) === 2) setValues(stanza, "security", level);
    });
    await assert.rejects(alice.engine.start(bob.jid), { code: "negotiation-refused" });
    await world.quiet();
    assert.deepEqual([alice.alerts.map(({ kind }) => kind), world.log.length], [["security-declined"], 2]);
  });

test("XEP-0116 §7.6: what was agreed on disclosure is said: never, the only value that is agreed to", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  const sessions = await establish(world, alice, bob);
  assert.deepEqual(sessions.map(({ info }) => info.disclosure), ["never", "never"]); // prettier-ignore
});

test("XEP-0155 §9: multisession is neither offered nor allowed by default", async (t) => {
  const { world, alice, bob } = await pairOf(t, { alice: { policy: { multisession: true } } });
  const sessions = await establish(world, alice, bob);
  assert.equal(valueOf(world.messages(1)[0]!, "multisession"), "1");
  assert.equal(valueOf(world.messages(2)[0]!, "multisession"), "0");
  assert.deepEqual(sessions.map(({ info }) => info.multisession), [false, false]); // prettier-ignore
  const plain = await pairOf(t);
  await establish(plain.world, plain.alice, plain.bob);
  assert.equal(fieldOf(plain.world.messages(1)[0]!, "multisession"), undefined);
});

test("XEP-0155 §9: multisession is agreed where both want it", async (t) => {
  const both = { policy: { multisession: true } };
  const { world, alice, bob } = await pairOf(t, { alice: both, bob: both });
  const sessions = await establish(world, alice, bob);
  assert.deepEqual(sessions.map(({ info }) => info.multisession), [true, true]); // prettier-ignore
});

test("XEP-0155 §9: an answer that allows what was not offered is refused", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  world.hooks.push((stanza) => {
    if (messageNumber(stanza) === 2) setValues(stanza, "multisession", "1");
  });
  await assert.rejects(alice.engine.start(bob.jid), { code: "options-unacceptable" });
  assert.match(world.log[2]!.text, /<not-acceptable .*<field var="multisession"\/>/);
});

test("XEP-0155 §4.1-2: fields of the application are shown to the other's, answered by it, and seen by both", async (t) => {
  const { world, alice, bob } = await pairOf(t, { bob: asks });
  const starting = alice.engine.start(bob.jid, { fields: [language, { var: "x", values: ["1"] }] });
  await world.quiet();
  const [request] = bob.requests;
  const shown = request!.form.find((one) => one.var === "language")!;
  assert.deepEqual(
    { ...shown },
    {
      var: "language",
      type: "list-single",
      label: undefined,
      required: false,
      values: [],
      options: ["en", "it"].map((value) => ({ value, label: undefined })),
      known: false,
    },
  );
  assert.deepEqual(request!.form.filter(({ known }) => !known).map((one) => one.var), ["language", "x"]); // prettier-ignore
  request!.accept({ fields: { language: ["it"] } });
  const session = await starting;
  assert.deepEqual(session.info.fields, { language: ["it"] });
  assert.deepEqual(bob.sessions[0]!.info.fields, { language: ["it"] });
});

test("XEP-0155 §4.2: an answer that the peer did not ask for, could not read, or that is the engine's, is no answer", async (t) => {
  const { world, alice, bob } = await pairOf(t, { bob: asks });
  const starting = alice.engine.start(bob.jid, { fields: [language] });
  await world.quiet();
  const wrong: Record<string, string[]>[] = [
    { colour: ["red"] },
    { language: ["la"] },
    { language: [] },
    { language: ["en", "it"] },
    { language: [""] },
    { logging: ["may"] },
  ];
  for (const fields of wrong)
    assert.throws(
      () => bob.requests[0]!.accept({ fields }),
      { code: "option-invalid" },
      JSON.stringify(fields),
    );
  bob.requests[0]!.accept();
  assert.deepEqual((await starting).info.fields, {});
});

test("XEP-0155 §4.3: a required field that nobody answers is refused by its name; answered, the request is taken", async (t) => {
  for (const [answers, taken] of [
    [{}, false],
    [{ language: ["it"] }, true],
  ] as const) {
    const count = noCount();
    const { world, bob } = await pairOf(t, { bob: { ...asks, wrap: counted(count) } });
    const stanza = scriptedRequest({ to: bob.jid, from: "alice@example.org/pda", pair: keyPair() });
    setValues(stanza, "language", "en");
    const field = fieldOf(stanza, "language")!;
    field.attrs.label = "Primary written language";
    field.append(element("required"));
    world.deliver(stanza);
    await world.quiet();
    const shown = bob.requests[0]!.form.find((one) => one.var === "language")!;
    assert.deepEqual([shown.label, shown.required, shown.values], ["Primary written language", true, ["en"]]);
    bob.requests[0]!.accept({ fields: answers });
    await world.quiet();
    const [first] = world.log;
    if (taken) assert.deepEqual(valuesOf(world.messages(2)[0]!, "language"), ["it"]);
    else assert.match(first!.text, /<feature-not-implemented .*<field var="language"\/><\/feature>/);
    assert.equal(count.generate, taken ? 1 : 0);
  }
});

for (const [what, verdict, reason] of [
  ["false", false, undefined],
  ["a reason", { reason: "I forgot what I wanted to say!" }, "I forgot what I wanted to say!"],
] as const)
  test(`XEP-0155 §4.4: a review that says ${what} cancels with accept 0, before any agreement`, async (t) => {
    const count = noCount();
    const { world, alice, bob } = await pairOf(t, { alice: { wrap: counted(count) }, bob: asks });
    const seen: unknown[] = [];
    const starting = alice.engine.start(bob.jid, {
      fields: [language],
      review: (fields, jid) => (seen.push(fields, jid), Promise.resolve(verdict)),
    });
    const rejected = assert.rejects(starting, { code: "negotiation-aborted" });
    await world.quiet();
    bob.requests[0]!.accept({ fields: { language: ["it"] } });
    await rejected;
    await world.quiet();
    assert.deepEqual(seen, [{ language: ["it"] }, bob.jid]);
    assert.equal(
      world.log[2]!.text.replace(/<thread>.*<\/thread>/, "").replace(/ from="[^"]*"/, ""),
      `<message xmlns="jabber:client" to="${bob.jid}"><feature xmlns="http://jabber.org/protocol/feature-neg">` +
        '<x xmlns="jabber:x:data" type="result"><field var="FORM_TYPE"><value>urn:xmpp:ssn</value></field>' +
        '<field var="accept"><value>0</value></field>' +
        (reason === undefined ? "" : `<field var="reason"><value>${reason}</value></field>`) +
        "</x></feature></message>",
    );
    assert.equal(count.agree, 0);
    for (const { core } of [alice, bob]) assert.equal(core.core.usage.secrets, 1, "the key of the book is all that is left"); // prettier-ignore
  });

test("XEP-0155 §4.4: a review that agrees completes; one that throws cancels, and start says why", async (t) => {
  const { alice, bob } = await pairOf(t);
  await assert.rejects(
    alice.engine.start(bob.jid, { review: () => Promise.reject(new Error("no user is there")) }),
    (error: Error) => error.cause instanceof Error && /no user/.test(error.cause.message),
  );
  const session = await alice.engine.start(bob.jid, { review: () => true });
  assert.equal(session.state, "established");
});

test("XEP-0155 §4.4: a signal that says why cancels with the reason, after message 2 too", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  const stop = new AbortController();
  world.hooks.push((stanza) => {
    if (messageNumber(stanza) !== 4) return undefined;
    stop.abort("Sorry, the phone rings");
    return false;
  });
  await assert.rejects(alice.engine.start(bob.jid, { signal: stop.signal }), { code: "negotiation-aborted" });
  await world.quiet();
  const last = world.log.at(-1)!.text;
  assert.match(last, /type="result".*<value>0<\/value>.*<field var="reason"><value>Sorry, the phone rings</);
});

test("XEP-0155 §4.2-3: requests that are answered without asking have the application's answers too", async (t) => {
  for (const [answerFields, values] of [
    [() => ({ language: ["it"] }), ["it"]],
    [() => ({}), []],
    [() => ({ language: ["la"] }), undefined],
    [
      () => {
        throw new Error("no idea");
      },
      undefined,
    ],
  ] as const) {
    const asked: string[] = [];
    const { world, alice } = await pairOf(t, {
      bob: {
        answerFields: ({ from, form }) => {
          asked.push(from, ...form.filter(({ known }) => !known).map((one) => one.var));
          return answerFields();
        },
      },
    });
    const starting = alice.engine.start("bob@example.com/laptop", { fields: [language] });
    starting.catch(() => undefined);
    await world.quiet();
    assert.deepEqual(asked, [alice.jid, "language"]);
    if (values) assert.deepEqual((await starting).info.fields, values.length > 0 ? { language: values } : {});
    else {
      await assert.rejects(starting, { code: "negotiation-refused" });
      assert.match(world.log[1]!.text, /<not-acceptable .*<field var="language"\/>/);
    }
  }
});
