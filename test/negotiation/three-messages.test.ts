/** The negotiation of three messages (SIGMA-I, XEP-0116 §4.2-4.7), for sessions of a client with a service. */
import test, { type TestContext } from "node:test";
import assert from "node:assert/strict";
import { parseStanza as parse, type Element } from "esession/wire";
import type { Policy, SessionEnd } from "esession";
import { fieldOf, flipBit, removeField, setValues, valueOf, valuesOf } from "../support/forms.js";
import { settled } from "../support/settled.js";
import { counted, noCount } from "../support/counted.js";
import { aliceJid, bobJid, pairOf, seedOf, type Party, type PartyOptions } from "../support/pair.js";
import { prove, refusalText, sideOf, type Side, type SideOptions } from "../support/proving.js";
import { aliceKey, bobKey, known, malloryKey, watched } from "../support/signers.js";

const accept = { threeMessages: "accept" } as const satisfies Partial<Policy>;
const three = { init: { messages: 3 } } as const;

async function sides(t: TestContext, alice: SideOptions = {}, bob: SideOptions = {}): Promise<[Side, Side]> {
  const seed = seedOf(t);
  return [
    await sideOf(aliceJid, seed, { signers: [aliceKey], ...alice }),
    await sideOf(bobJid, seed, { signers: [bobKey], ...bob, policy: { ...accept, ...bob.policy } }),
  ];
}

const party = (signer = aliceKey, policy: Partial<Policy> = {}): PartyOptions => ({
  identity: signer,
  policy: { ...accept, ...policy },
});

test("XEP-0116 §4.3: the request has dhkeys instead of dhhashes, no sas_algs, and none for nobody", async (t) => {
  const { messages } = await prove(...(await sides(t)), three);
  const [request] = messages;
  assert.equal(valuesOf(request!, "dhkeys").length, valuesOf(request!, "modp").length);
  for (const name of ["dhhashes", "sas_algs"]) assert.equal(fieldOf(request!, name), undefined, name);
  assert.deepEqual(valuesOf(request!, "init_pubkey"), ["key", "hash"]);
  assert.deepEqual(valuesOf(request!, "resp_pubkey"), ["key"]);
});

test("XEP-0116 §4.5.5, §4.6.4: message 2 has the proof last, message 3 no dhkeys and no rshashes, and there is no fourth", async (t) => {
  const { messages, alice, bob } = await prove(...(await sides(t)), three);
  assert.equal(messages.length, 3);
  const names = (stanza: Element) =>
    stanza.getChild("feature")!.getChild("x")!.getChildElements().map((one) => one.attrs.var); // prettier-ignore
  assert.deepEqual(names(messages[1]!).slice(-2), ["identity", "mac"]);
  assert.deepEqual(names(messages[2]!), ["FORM_TYPE", "accept", "nonce", "identity", "mac"]);
  const [ours, theirs] = [alice.outcome!, bob.outcome!];
  assert.deepEqual([ours.agreed.messages, ours.agreed.sas, ours.sas, ours.sharedRetained], [3, undefined, undefined, undefined]); // prettier-ignore
  assert.equal(ours.peerKey!.fingerprint, known(bobKey).fingerprint);
  assert.equal(theirs.peerKey!.fingerprint, known(aliceKey).fingerprint);
  assert.ok(
    alice.writes.concat(bob.writes).every((one) => one.kind !== "retain"),
    "no secret is retained",
  );
});

test("XEP-0116 §4.5.1: K and the signature are made before message 2, and one exponentiation after the other", async (t) => {
  const [a, b] = await sides(t);
  await prove(a, b, three);
  assert.deepEqual(b.asked, ["generate", "agree", "sign", "verify"]);
  assert.deepEqual(a.asked, ["generate", "agree", "verify", "sign"]);
});

test("XEP-0116 §4.4: by default the answer is feature-not-implemented for dhkeys, before anything costly", async (t) => {
  const count = noCount();
  const signer = watched(bobKey);
  const [a, b] = await sides(t, {}, { policy: { threeMessages: "refuse" }, signers: [signer], wrap: counted(count) }); // prettier-ignore
  const proof = await prove(a, b, three);
  assert.equal(
    refusalText(proof),
    `<message xmlns="jabber:client" type="error" to="${aliceJid}"><thread>thread-1</thread>` +
      '<error type="cancel" code="501"><feature-not-implemented xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/>' +
      '<feature xmlns="http://jabber.org/protocol/feature-neg"><field var="dhkeys"/></feature></error></message>',
  );
  assert.deepEqual([count, signer.signed.length], [noCount(), 0]);
});

const refusals: readonly [string, SideOptions, (stanza: Element) => void, string, string[]][] = [
  [
    "sas_algs beside dhkeys",
    {},
    (one) => setValues(one, "sas_algs", "sas28x5"),
    "not-acceptable",
    ["sas_algs"],
  ],
  ["dhhashes beside dhkeys", {}, (one) => setValues(one, "dhhashes", "AAAA"), "not-acceptable", ["dhhashes"]],
  [
    "none for the initiator",
    {},
    (one) => setValues(one, "init_pubkey", "none"),
    "not-acceptable",
    ["init_pubkey"],
  ],
  [
    "none for the responder",
    {},
    (one) => setValues(one, "resp_pubkey", "none"),
    "not-acceptable",
    ["resp_pubkey"],
  ],
  ["no init_pubkey at all", {}, (one) => removeField(one, "init_pubkey"), "not-acceptable", ["init_pubkey"]],
  ["no sign_algs", {}, (one) => removeField(one, "sign_algs"), "not-acceptable", ["sign_algs"]],
  ["a responder without an identity", { signers: [] }, () => undefined, "not-acceptable", ["init_pubkey", "resp_pubkey"]], // prettier-ignore
  ["e = 1", {}, (one) => setValues(one, "dhkeys", "AQ=="), "feature-not-implemented", ["dhkeys"]],
  ["e too long", {}, (one) => setValues(one, "dhkeys", Buffer.alloc(1025, 1).toString("base64")), "not-acceptable", ["dhkeys"]], // prettier-ignore
  [
    "two values for one group",
    {},
    (one) => setValues(one, "dhkeys", "AQ==", "Ag=="),
    "not-acceptable",
    ["dhkeys"],
  ],
];
for (const [what, options, change, condition, fields] of refusals)
  test(`XEP-0116 §4.3-5: a request with ${what} is refused with ${condition}, before any exponentiation`, async (t) => {
    const count = noCount();
    const [a, b] = await sides(t, {}, { ...options, wrap: counted(count) });
    const proof = await prove(a, b, { ...three, change: { 1: change } });
    assert.deepEqual([...proof.bob.failure!.fields], fields);
    assert.match(refusalText(proof), new RegExp(`<${condition} `));
    assert.deepEqual(count, noCount());
  });

test("XEP-0116 §4.6.2: a proof of the responder's that fails is answered with feature-not-implemented, the same octets for each fault", async (t) => {
  const told = new Set<string>();
  const changes: readonly ((one: Element) => void)[] = [
    (one) => flipBit(one, "identity"),
    (one) => flipBit(one, "mac"),
    (one) => setValues(one, "logging", "mustnot"),
  ];
  for (const change of changes) {
    const proof = await prove(...(await sides(t)), { ...three, change: { 2: change } });
    assert.ok(proof.alice.failure);
    assert.equal(proof.alice.outcome, undefined);
    told.add(refusalText(proof));
  }
  const unknown = { known: [known(malloryKey)], policy: { respPubkey: ["hash"] } } as const;
  const proof = await prove(...(await sides(t, unknown)), three);
  assert.equal(proof.alice.failure!.code, "key-unknown");
  told.add(refusalText(proof));
  assert.equal(told.size, 1);
  assert.match([...told][0]!, /<feature-not-implemented [^>]*\/><\/error>/);
});

test("XEP-0116 §4.7.1: so is one of the initiator's", async (t) => {
  const told = new Set<string>();
  for (const name of ["identity", "mac"]) {
    const change = (one: Element) => flipBit(one, name);
    const proof = await prove(...(await sides(t)), { ...three, change: { 3: change } });
    assert.equal(proof.bob.outcome, undefined);
    told.add(refusalText(proof));
  }
  const added = (one: Element) => setValues(one, "terminate", "1");
  const proof = await prove(...(await sides(t)), { ...three, change: { 3: (one) => moveFirst(one, added) } });
  assert.equal(proof.bob.failure!.code, "signature-mismatch", "what was not signed does not terminate");
  told.add(refusalText(proof));
  assert.equal(told.size, 1);
});

/** Adds a field before the proof. */
function moveFirst(stanza: Element, add: (stanza: Element) => void): void {
  add(stanza);
  const x = stanza.getChild("feature")!.getChild("x")!;
  x.children.unshift(x.children.pop()!);
}

test("XEP-0116 §4.7.1: a nonce that is not ours is answered with feature-not-implemented for nonce", async (t) => {
  const nonce = (one: Element) => flipBit(one, "nonce");
  const proof = await prove(...(await sides(t)), { ...three, change: { 3: nonce } });
  assert.match(refusalText(proof), /<feature-not-implemented .*<field var="nonce"\/>/);
});

/** The first stanza that waited for the session. */
const delivered = ({ delivered: [first] }: Party): string => first?.stanza as string;

test("two engines: the session stands at both ends, without SAS, and stanzas go both ways", async (t) => {
  const { world, alice, bob } = await pairOf(t, { alice: party(), bob: party(bobKey) });
  const session = await alice.engine.start(bob.jid, { messages: 3 });
  await settled(world, () => bob.sessions.length > 0);
  const other = bob.engine.session(alice.jid)!;
  assert.deepEqual([session.info.messages, session.info.sasAlgorithm, session.sas, session.weakSas, session.state, other.state], [3, undefined, undefined, undefined, "established", "established"]); // prettier-ignore
  session.send(`<message to="${bob.jid}"><body>to Bob</body></message>`);
  other.send(`<message to="${alice.jid}"><body>to Alice</body></message>`);
  await settled(world);
  assert.match(bob.received.join(), /to Bob/);
  assert.match(alice.received.join(), /to Alice/);
  assert.equal((await alice.record("bob@example.com")).keys.length, 1);
});

test("XEP-0116 §4.6.4: a first stanza travels sealed in message 3 and arrives when the identity is verified", async (t) => {
  const { world, alice, bob } = await pairOf(t, { alice: party(), bob: party(bobKey) });
  const content = "<message type='chat'><body>first</body></message>";
  const session = await alice.engine.start("bob@example.com", { messages: 3, content });
  await settled(world, () => bob.delivered.length > 0);
  assert.match(world.log[2]!.text, /<c .*<feature /);
  assert.doesNotMatch(world.log[2]!.text, /first/);
  assert.match(delivered(bob), /first/);
  assert.doesNotMatch(delivered(bob), /<feature/);
  session.send(`<message to="${bob.jid}"><body>second</body></message>`);
  await settled(world);
  assert.match(bob.received.join(), /second/);
});

test("XEP-0116 §4.7.1: content beside a proof that is refused is ignored", async (t) => {
  const { world, alice, bob } = await pairOf(t, { alice: party(), bob: party(bobKey) });
  world.hooks.push((stanza) => {
    if (stanza.getChild("c") && stanza.getChild("feature")) flipBit(stanza, "identity");
  });
  await alice.engine.start(bob.jid, { messages: 3, content: "<message><body>first</body></message>" });
  await settled(world, () => world.log.length > 3);
  assert.deepEqual([bob.sessions, bob.delivered, bob.received], [[], [], []]);
  assert.match(world.log[3]!.text, /<feature-not-implemented /);
});

test("XEP-0116 §4.6.4: with terminate the session ends at once, which is object encryption", async (t) => {
  const { world, alice, bob } = await pairOf(t, { alice: party(), bob: party(bobKey) });
  const ends: SessionEnd[] = [];
  const session = await alice.engine.start(bob.jid, {
    messages: 3,
    content: "<message><body>only</body></message>",
    terminate: true,
  });
  await settled(world, () => bob.delivered.length > 0);
  ends.push(await session.ended, await bob.sessions[0]!.ended);
  assert.deepEqual(
    ends.map(({ reason, complete }) => [reason, complete]),
    [
      ["closed-by-us", false],
      ["closed-by-peer", true],
    ],
  );
  assert.match(delivered(bob), /only/);
  assert.equal(valueOf(parse(world.log[2]!.text), "terminate"), "1");
  assert.equal(world.log.length, 3, "nothing follows");
  assert.deepEqual([alice.engine.sessions, bob.engine.sessions], [[], []]);
  for (const { core } of [alice, bob]) assert.equal(core.core.usage.contexts, 0);
});

test("what start cannot do with three messages it says before anything is sent", async (t) => {
  const { world, alice, bob } = await pairOf(t, { alice: party() });
  const wrong = { code: "option-invalid" };
  await assert.rejects(bob.engine.start(alice.jid, { messages: 3 }), wrong);
  const content = "<message><body>x</body></message>";
  await assert.rejects(alice.engine.start(bob.jid, { content }), wrong);
  await assert.rejects(alice.engine.start(bob.jid, { messages: 3, terminate: true }), wrong);
  await assert.rejects(alice.engine.start(bob.jid, { messages: 3, content: "<iq/>" }), wrong);
  assert.deepEqual(world.log, []);
});

test("XEP-0116 §4.7.4: a first stanza of the responder's that travels in message 4 of four arrives when that is verified", async (t) => {
  for (const right of [true, false]) {
    const { world, alice, bob } = await pairOf(t);
    let final: Element | undefined;
    // Bob's client puts both into one stanza
    world.hooks.push((stanza) => {
      const init = stanza.getChild("init");
      if (init && !stanza.getChild("c")) {
        final = stanza;
        return false;
      }
      if (!final || stanza.attrs.from !== bob.jid) return undefined;
      stanza.append(final.getChild("init")!);
      if (!right) flipBit(stanza, "identity");
      final = undefined;
      return undefined;
    });
    bob.engine.on("session", (session) =>
      session.send(`<message to="${alice.jid}"><body>first</body></message>`),
    );
    const starting = alice.engine.start(bob.jid);
    if (right) assert.equal((await starting).state, "established");
    else await assert.rejects(starting, { code: "identity-mismatch" });
    assert.equal(alice.delivered.length, right ? 1 : 0);
    if (right) assert.match(delivered(alice), /<body>first<\/body>/);
  }
});
