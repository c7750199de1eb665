/** XEP-0155 §6: a session's parameters renegotiated inside the session, and what no renegotiation changes. */
import assert from "node:assert/strict";
import test from "node:test";
import type { TestContext } from "node:test";
import type { Policy, RenegotiatedField, Renegotiation } from "esession";
import { errorStanza, parseForm, parseStanza, readError, readPayload, serializeStanza } from "esession/wire";
import type { Element } from "esession/wire";
import { establish, pairOf } from "../support/pair.js";
import { arriving, shadows } from "../support/shadow.js";

const feature = "http://jabber.org/protocol/feature-neg";

async function standing(t: TestContext, policy: Partial<Policy> = {}) {
  const hand = shadows();
  const { world, alice, bob } = await pairOf(t, {
    alice: { wrap: (core) => hand.wrap(core), policy },
    bob: { policy },
  });
  const [session, other] = await establish(world, alice, bob);
  const asked: Renegotiation[] = [];
  const askedOfAlice: Renegotiation[] = [];
  bob.engine.on("renegotiation", (one) => asked.push(one));
  alice.engine.on("renegotiation", (one) => askedOfAlice.push(one));
  let read = world.log.length;
  hand.open(parseStanza(world.log.at(-1)!.text).getChild("c")!); // the confirmation
  hand.seal();
  /** What Alice has sent since the last call, opened. */
  const sent = () =>
    world.log
      .slice(read, (read = world.log.length))
      .filter(({ from }) => from === alice.jid)
      .map(({ text }) => {
        const stanza = parseStanza(text);
        const cs = [stanza, stanza.getChild("error")].map((one) => one?.getChild("c"));
        return { stanza, contents: cs.map((c) => c && hand.open(c)) };
      });
  /** Alice, or who has her keys, says something to Bob. */
  const say = async (...forms: string[]) => {
    for (const text of forms) world.deliver(arriving(alice.jid, bob.jid, other.thread, hand.seal(text)));
    await world.quiet();
  };
  const bobSent = () => world.log.filter(({ from }) => from === bob.jid).map(({ text }) => parseStanza(text));
  return { world, alice, bob, session, other, asked, askedOfAlice, sent, say, hand, bobSent };
}

const logging = (...options: string[]): RenegotiatedField => ({
  var: "logging",
  type: "list-single",
  options,
});
const form = (type: string, fields: string) =>
  `<feature xmlns="${feature}"><x xmlns="jabber:x:data" type="${type}"><field var="FORM_TYPE" type="hidden"><value>urn:xmpp:ssn</value></field>${fields}</x></feature>`;
const value = (name: string, ...values: string[]) =>
  `<field var="${name}">${values.map((one) => `<value>${one}</value>`).join("")}</field>`;
const renegotiate = value("renegotiate", "1");
const required = (name: string, ...options: string[]) =>
  `<field var="${name}" type="list-single">${options.map((one) => `<option><value>${one}</value></option>`).join("")}<required/></field>`;

test("XEP-0155 §6: a form with 'renegotiate' and without 'accept', sealed; accepted by a 'submit', complete with that", async (t) => {
  const { world, alice, bob, session, other, asked, sent } = await standing(t);
  const answer = session.renegotiate([logging("mustnot")]);
  await world.quiet();
  const [{ stanza, contents }] = sent() as [{ stanza: Element; contents: string[] }];
  assert.deepEqual(stanza.getChildElements().map(({ name }) => name), ["thread", "c"]); // prettier-ignore
  const payload = readPayload(parseStanza(`<message>${contents[0]}</message>`))!;
  assert.deepEqual(
    parseForm(payload.x).fields.map(({ var: name, values, options, required }) => [
      name,
      values,
      options,
      required,
    ]),
    [
      ["FORM_TYPE", ["urn:xmpp:ssn"], [], false],
      ["renegotiate", ["1"], [], true],
      ["logging", [], ["mustnot"], true],
    ],
  );
  assert.equal(payload.x.attrs["type"], "form");
  assert.deepEqual([session.info.logging, other.info.logging], ["may", "may"], "nothing changes before");
  const [request] = asked;
  assert.equal(request!.session, other);
  assert.deepEqual(request!.fields.map((one) => [one.var, one.options.map((option) => option.value), one.required]), [["logging", ["mustnot"], true]]); // prettier-ignore

  request!.accept({ logging: "mustnot" });
  assert.equal(other.info.logging, "mustnot", "complete as soon as the acceptance has been sent");
  assert.deepEqual(await answer, { accepted: true, values: { logging: ["mustnot"] } });
  assert.equal(session.info.logging, "mustnot", "and as soon as it was received");
  for (const { alerts } of [alice, bob])
    assert.deepEqual(alerts.map(({ kind }) => kind), ["logging"]); // prettier-ignore
  await world.quiet();
  assert.equal(world.log.at(-1)!.from, bob.jid, "no completion follows");
  assert.deepEqual([alice.received, bob.received], [[], []], "none of it is the application's");
});

test("XEP-0155 §6: the acceptance as it goes over the wire", async (t) => {
  const { world, asked, askedOfAlice, other, sent } = await standing(t);
  const answer = other.renegotiate([logging("mustnot", "may"), { var: "language", type: "list-single", options: ["en", "it"], required: false }]); // prettier-ignore
  await world.quiet();
  askedOfAlice[0]!.accept({ language: "it" });
  assert.deepEqual((await answer).values, { language: ["it"], logging: ["may"] });
  assert.equal(
    sent()[0]!.contents[0],
    form("submit", value("renegotiate", "1") + value("language", "it") + value("logging", "may")).replace(
      ` type="hidden"`,
      "",
    ),
  );
  assert.deepEqual(asked, []);
});

test("XEP-0155 §6: a rejection has 'renegotiate' 0, and everything stays as it was agreed", async (t) => {
  const { world, session, other, askedOfAlice, sent } = await standing(t);
  const answer = other.renegotiate([logging("mustnot")]);
  await world.quiet();
  askedOfAlice[0]!.reject();
  assert.deepEqual(await answer, { accepted: false, values: {} });
  assert.equal(
    sent()[0]!.contents[0],
    form("submit", value("renegotiate", "0")).replace(` type="hidden"`, ""),
  );
  assert.deepEqual([session.info.logging, other.info.logging], ["may", "may"]);
  assert.deepEqual([session.state, other.state], ["established", "established"]);
});

test("XEP-0155 §6: both may go on sending while there is no answer", async (t) => {
  const { world, alice, bob, session, other, asked } = await standing(t);
  const answer = session.renegotiate([logging("mustnot")]);
  session.send("<message><body>1</body></message>");
  other.send("<message><body>2</body></message>");
  await world.quiet();
  assert.deepEqual([alice.received.length, bob.received.length], [1, 1]);
  asked[0]!.accept();
  assert.equal((await answer).accepted, true);
});

test("XEP-0155 §6: what is left out of an acceptance stays as it was agreed: 'mustnot' is given up by both only", async (t) => {
  const { world, session, other, asked } = await standing(t, { logging: ["mustnot", "may"] });
  assert.equal(session.info.logging, "mustnot");
  const keeps = session.renegotiate([logging("may", "mustnot")]);
  await world.quiet();
  asked[0]!.accept();
  assert.deepEqual((await keeps).values, { logging: ["mustnot"] });
  const gives = session.renegotiate([logging("may", "mustnot")]);
  await world.quiet();
  asked[1]!.accept({ logging: "may" });
  await gives;
  assert.deepEqual([session.info.logging, other.info.logging], ["may", "may"]);
  const optional = session.renegotiate([{ ...logging("mustnot"), required: false }]);
  await world.quiet();
  asked[2]!.accept();
  assert.deepEqual(await optional, { accepted: true, values: {} });
  assert.equal(session.info.logging, "may");
});

test("XEP-0155 §6: an unknown required field is feature-not-implemented, named inside the seal", async (t) => {
  const { world, session, other, askedOfAlice, sent } = await standing(t);
  const answer = other.renegotiate([{ var: "urn:x:field", type: "boolean", values: ["1"] }]);
  await world.quiet();
  const [request] = askedOfAlice;
  assert.throws(() => request!.accept(), { code: "option-invalid" });
  assert.throws(() => request!.unsupported(), { code: "option-invalid" });
  request!.unsupported("urn:x:field");
  await assert.rejects(answer, { code: "options-unacceptable", fields: ["urn:x:field"] });
  const [{ stanza, contents }] = sent() as [{ stanza: Element; contents: (string | undefined)[] }];
  assert.equal(
    serializeStanza(stanza.getChild("error")!)
      .replace(/<c .*<\/c>/, "<c/>")
      .replace(/ xmlns="jabber:client"/, ""),
    `<error type="cancel" code="501"><feature-not-implemented xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/><c/></error>`,
  );
  assert.deepEqual(contents, [undefined, `<feature xmlns="${feature}"><field var="urn:x:field"/></feature>`]);
  assert.deepEqual([session.state, other.state, other.info.logging], ["established", "established", "may"]);
});

test("XEP-0155 §6: where no option of a required field can be accepted: not-acceptable, and the application is not asked", async (t) => {
  const { world, session, other, asked, say, bobSent } = await standing(t, { logging: ["may"] });
  await say(form("form", renegotiate + required("logging", "mustnot")));
  assert.deepEqual(asked, []);
  assert.equal(readError(bobSent().at(-1)!)!.condition, "not-acceptable");
  assert.deepEqual([other.info.logging, other.state], ["may", "established"]);
  assert.ok(session && world);
});

const unchangeable = ["modp", "crypt_algs", "dhkeys", "dhhashes", "stanzas", "rekey_freq", "sas_algs", "my_nonce", "ver", "accept", "terminate", "continue"]; // prettier-ignore

for (const name of unchangeable)
  test(`XEP-0155 §6: the parameter '${name}' cannot be renegotiated: not-acceptable, naming it`, async (t) => {
    const { alice, other, asked, say } = await standing(t);
    await assert.rejects(other.renegotiate([{ var: name, values: ["1"] }]), { code: "option-invalid" });
    await say(form("form", renegotiate + required(name, "1") + required("logging", "mustnot")));
    // Alice's engine asked nothing, so the error is her application's
    const error = readError(parseStanza(alice.received[0]!))!;
    assert.deepEqual([error.condition, error.fields], ["not-acceptable", [name]]);
    assert.deepEqual(asked, []);
    assert.deepEqual([other.state, other.info.logging], ["established", "may"]);
  });

test("XEP-0155 §6, XEP-0116 §7.6: disclosure and security can only stay what they are", async (t) => {
  const { asked, say, alice, other } = await standing(t);
  await say(
    form("form", renegotiate + required("disclosure", "enabled") + required("security", "none", "c2s")),
  );
  assert.deepEqual(readError(parseStanza(alice.received[0]!))!.fields, ["disclosure", "security"]);
  assert.equal(asked.length, 0);
  await say(
    form("form", renegotiate + required("disclosure", "enabled", "never") + required("security", "e2e")),
  );
  const request = asked[0]!;
  assert.throws(() => request.accept({ disclosure: "enabled" }), { code: "option-invalid" });
  request.accept();
  assert.equal(other.state, "established");
});

test("XEP-0155 §6: the application accepts only what was offered, once, and while the session stands", async (t) => {
  const { world, session, other, asked } = await standing(t);
  const answer = session.renegotiate([logging("mustnot")]);
  await world.quiet();
  const [request] = asked;
  for (const values of [
    { logging: "may" },
    { logging: [] },
    { logging: ["mustnot", "may"] },
    { language: "en" },
    { renegotiate: "1" },
  ])
    // prettier-ignore
    assert.throws(() => request!.accept(values), { code: "option-invalid" }, JSON.stringify(values));
  request!.accept();
  request!.reject();
  assert.equal((await answer).accepted, true);
  const second = session.renegotiate([logging("may")]);
  await world.quiet();
  const settled = assert.rejects(second, { code: "session-ended" });
  await other.close();
  await settled;
  assert.throws(() => asked[1]!.accept(), { code: "session-ended" });
});

const answers: Record<string, string> = {
  "a value that was not offered": value("logging", "may"),
  "a field that was not asked about": value("logging", "mustnot") + value("language", "en"),
  "a required field missing": "",
  "two values for one": value("logging", "mustnot", "may"),
};

for (const [what, fields] of Object.entries(answers))
  test(`an acceptance with ${what} ends the session: the two would not mean the same any more`, async (t) => {
    const { world, bob, other, say } = await standing(t);
    const answer = assert.rejects(other.renegotiate([logging("mustnot")]), { code: "options-unacceptable" });
    await world.quiet();
    world.hooks.push(() => false);
    await say(form("submit", renegotiate + fields));
    await answer;
    await world.clock.pass(30_000);
    assert.equal(other.info.logging, "may");
    assert.deepEqual(bob.alerts.map(({ kind }) => kind), ["session-ended"]); // prettier-ignore
  });

test("one at a time: neither side asks while there is a request without an answer", async (t) => {
  const { world, session, other, asked, askedOfAlice } = await standing(t);
  const answer = session.renegotiate([logging("mustnot")]);
  await assert.rejects(session.renegotiate([logging("mustnot")]), { code: "renegotiation-open" });
  await world.quiet();
  await assert.rejects(other.renegotiate([logging("mustnot")]), { code: "renegotiation-open" });
  asked[0]!.reject();
  await answer;
  const next = other.renegotiate([logging("mustnot")]);
  await world.quiet();
  askedOfAlice[0]!.accept();
  assert.equal((await next).accepted, true);
});

test("a peer that asks again before it was answered is answered not-acceptable; its first request stands", async (t) => {
  const { asked, say, alice, other } = await standing(t);
  const ask = (option: string) => form("form", renegotiate + required("logging", option));
  await say(ask("mustnot"), ask("may"));
  assert.equal(asked.length, 1);
  assert.deepEqual(readError(parseStanza(alice.received[0]!))!.fields, ["renegotiate"]);
  asked[0]!.accept();
  assert.equal(other.info.logging, "mustnot");
});

test("renegotiations that cross: the one of the session's initiator goes on, on both sides", async (t) => {
  const { world, session, other, asked, askedOfAlice } = await standing(t);
  const answer = session.renegotiate([logging("mustnot")]);
  const dropped = assert.rejects(other.renegotiate([logging("may")]), { code: "renegotiation-open" });
  await world.quiet();
  await dropped;
  assert.deepEqual(askedOfAlice, []);
  asked[0]!.accept();
  assert.equal((await answer).accepted, true);
  assert.deepEqual([session.info.logging, other.info.logging], ["mustnot", "mustnot"]);
});

test("D21: in clear no renegotiation is begun, accepted or refused", async (t) => {
  const { world, alice, bob, session, other, asked } = await standing(t);
  const answer = session.renegotiate([logging("mustnot")]);
  await world.quiet();
  const clear = (from: string, to: string, inside: string, type = "") =>
    world.deliver(
      `<message from="${from}" to="${to}"${type}><thread>${session.thread}</thread>${inside}</message>`,
    );
  const error = (condition: string) => errorStanza({ to: "", kind: "message" }, condition as "bad-request", { fields: ["logging"] }).getChild("error")!.toString(); // prettier-ignore
  clear(bob.jid, alice.jid, form("submit", renegotiate + value("logging", "mustnot")));
  clear(bob.jid, alice.jid, form("submit", value("renegotiate", "0")));
  clear(bob.jid, alice.jid, error("not-acceptable"), ` type="error"`);
  clear(alice.jid, bob.jid, form("form", renegotiate + required("logging", "may")));
  await world.quiet();
  assert.deepEqual([session.info.logging, other.info.logging, asked.length], ["may", "may", 1]);
  assert.deepEqual(alice.alerts.map(({ kind }) => kind), ["clear-in-session", "clear-in-session"]); // prettier-ignore
  assert.deepEqual(bob.alerts.map(({ kind }) => kind), ["clear-in-session"]); // prettier-ignore
  asked[0]!.accept();
  assert.equal((await answer).accepted, true);
});

test("B2: a server that calls an acceptance an error, or moves its <c/> into an <error/>, makes no refusal of it", async (t) => {
  for (const inside of [false, true]) {
    const { world, session, asked } = await standing(t);
    const answer = session.renegotiate([logging("mustnot")]);
    await world.quiet();
    world.hooks.push((stanza) => {
      const c = stanza.getChild("c")!;
      const error = errorStanza({ to: "", kind: "message" }, "not-acceptable", { fields: ["logging"] }).getChild("error")!; // prettier-ignore
      stanza.attrs["type"] = "error";
      stanza.append(error);
      if (!inside) return;
      stanza.children = stanza.children.filter((child) => child !== c);
      error.append(c);
    });
    asked[0]!.accept();
    await world.quiet();
    let settled = false;
    void answer.finally(() => (settled = true)).catch(() => undefined);
    await world.quiet();
    assert.equal(settled, false);
    assert.equal(session.info.logging, "may");
    world.hooks.pop();
    await session.close();
  }
});

test("a form of a renegotiation that cannot be read is refused, and is not the application's", async (t) => {
  const { alice, bob, asked, say, other } = await standing(t);
  await say(form("form", renegotiate + value("logging", "may") + value("logging", "mustnot")));
  assert.deepEqual([asked, bob.received], [[], []]);
  assert.deepEqual(readError(parseStanza(alice.received[0]!))!.fields, ["logging"]);
  await say(form("form", renegotiate));
  assert.deepEqual(readError(parseStanza(alice.received[1]!))!.fields, ["renegotiate"]);
  await say(form("result", renegotiate), form("submit", renegotiate));
  assert.deepEqual([asked, other.state], [[], "established"]);
});

test("what cannot be asked is told before anything is sent", async (t) => {
  const { world, session } = await standing(t, { logging: ["may"] });
  const { length } = world.log;
  for (const fields of [
    [],
    [logging("mustnot")],
    [logging("may"), logging("may")],
    [{ var: "FORM_TYPE", values: ["x"] }],
  ])
    // prettier-ignore
    await assert.rejects(session.renegotiate(fields), { code: "option-invalid" });
  await assert.rejects(session.renegotiate([{ var: "x", values: [] }]), { code: "form-malformed" });
  assert.equal(world.log.length, length);
});

test("deployed clients do not read forms in a session: nothing is sent to them", async (t) => {
  const policy = { dialect: "deployed" } as const;
  const { world, alice, bob } = await pairOf(t, { alice: { policy }, bob: { policy } });
  const [session] = await establish(world, alice, bob);
  const { length } = world.log;
  await assert.rejects(session.renegotiate([logging("mustnot")]), { code: "peer-unsupported" });
  await assert.rejects(session.continueOn("PDA"), { code: "peer-unsupported" });
  assert.equal(world.log.length, length);
});

test("what the asker's own policy forbids is not agreed to because the kind of the field leaves the peer free", async (t) => {
  const asks: [RenegotiatedField, Record<string, string>][] = [
    [{ var: "multisession", type: "boolean", values: ["0"] }, { multisession: "1" }],
    [{ var: "logging", type: "text-single", values: ["mustnot"] }, { logging: "may" }],
  ];
  for (const [field, answer] of asks) {
    const { world, alice, bob } = await pairOf(t, {
      alice: { policy: { logging: ["mustnot"] } },
      bob: { policy: { multisession: true } },
    });
    const [session] = await establish(world, alice, bob);
    const before = session.info;
    bob.engine.on("renegotiation", (one) => one.accept(answer));
    await assert.rejects(session.renegotiate([field]), { code: "options-unacceptable" });
    await world.quiet();
    assert.deepEqual(session.info, before);
    assert.equal((await session.ended).reason, "protocol-violation");
  }
});

test("an acceptance that cannot be sent ends the session, and nothing is told of it after that", async (t) => {
  let broken = false;
  const sending = () => {
    if (broken) throw new Error("no connection");
  };
  const { world, alice, bob } = await pairOf(t, { bob: { sending } });
  const [session, other] = await establish(world, alice, bob);
  bob.engine.on("renegotiation", (one) => {
    broken = true;
    one.accept({ logging: "mustnot" });
  });
  session.renegotiate([logging("mustnot")]).catch(() => undefined);
  await world.quiet();
  assert.equal((await other.ended).reason, "send-failed");
  assert.deepEqual(bob.alerts.map(({ kind }) => kind), ["send-failed", "session-ended"]); // prettier-ignore
  assert.equal(other.info.logging, "may");
});

test("a sealed error that names other fields is the application's, and no answer to what was asked", async (t) => {
  const { world, alice, session, other, asked } = await standing(t);
  const answer = session.renegotiate([logging("mustnot")]);
  await world.quiet();
  other.send(
    `<message type="error"><error type="cancel"><gone xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/><feature xmlns="${feature}"><field var="of another form"/></feature></error></message>`,
  );
  await world.quiet();
  assert.deepEqual(readError(parseStanza(alice.received[0]!))?.fields, ["of another form"]);
  asked[0]!.accept();
  assert.equal((await answer).accepted, true);
  assert.deepEqual([session.info.logging, other.info.logging], ["mustnot", "mustnot"]);
});

test("XEP-0155 §6: where the application does not listen, unknown required fields are named, and anything else is rejected", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  const [session, other] = await establish(world, alice, bob);
  assert.equal((await session.renegotiate([logging("mustnot")])).accepted, false);
  const language = { var: "language", type: "list-single", options: ["it"], required: true };
  await assert.rejects(session.renegotiate([language]), {
    code: "options-unacceptable",
    fields: ["language"],
  });
  bob.engine.on("renegotiation", (one) => one.accept());
  assert.equal((await session.renegotiate([logging("mustnot")])).accepted, true);
  alice.engine.on("renegotiation", (one) => one.accept());
  assert.equal((await other.renegotiate([logging("may")])).accepted, true, "both may ask again");
});
