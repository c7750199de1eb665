/** Who rewrites messages on the way to get the weak SAS, the old dialect or clear text does not get it unnoticed. */
import test from "node:test";
import assert from "node:assert/strict";
import { bareOf, parseStanza, type Element } from "esession/wire";
import { fieldOf, messageNumber, removeField, setValues } from "../support/forms.js";
import { establish, join, leave, pairOf, seedOf, type Pair } from "../support/pair.js";
import {
  cipherOf,
  keyPair,
  scriptedFinal,
  scriptedIdentity,
  scriptedRequest,
  scriptedResponse,
  type Exchange,
} from "../support/scripted-peer.js";

type Change = (stanza: Element) => void;
const stripR: Change = (one) => removeField(one, "sas_nonce");
const choose =
  (name: string, ...values: string[]): Change =>
  (one) =>
    setValues(one, name, ...values);

const rewriting: readonly (readonly [string, Partial<Record<1 | 2 | 3 | 4, Change>>])[] = [
  ["strips sas28x5-bound from the offer", { 1: choose("sas_algs", "sas28x5") }],
  ["strips aes256-ctr from the offer", { 1: choose("crypt_algs", "aes128-ctr") }],
  ["strips iq and presence from the offer", { 1: choose("stanzas", "message") }],
  ["strips one kind of logging from the offer", { 1: choose("logging", "mustnot") }],
  ["makes a deployed offer of it", { 1: looksDeployed }],
  ["answers sas28x5", { 2: weakSas }],
  ["answers sas28x5 and strips r", { 2: weakSas, 4: stripR }],
  ["answers aes128-ctr", { 2: choose("crypt_algs", "aes128-ctr") }],
  ["answers as a deployed client would", { 2: deployedAnswer }],
  ["answers as a deployed client would and strips r", { 2: deployedAnswer, 4: stripR }],
  ["changes N_B", { 2: choose("my_nonce", "AAAAAAAAAAA=") }],
  ["changes the counter", { 2: choose("counter", "Bw==") }],
  ["answers message only", { 2: choose("stanzas", "message") }],
  ["answers logging mustnot", { 2: choose("logging", "mustnot") }],
  ["strips r", { 4: stripR }],
];

function looksDeployed(one: Element): void {
  setValues(one, "crypt_algs", "aes128-ctr");
  setValues(one, "sas_algs", "sas28x5");
  setValues(one, "stanzas", "message");
  for (const option of fieldOf(one, "modp")!.getChildren("option")) option.attrs["label"] = "None";
}

function weakSas(one: Element): void {
  setValues(one, "sas_algs", "sas28x5");
  removeField(one, "sas_commit");
}

function deployedAnswer(one: Element): void {
  weakSas(one);
  setValues(one, "crypt_algs", "aes128-ctr");
  setValues(one, "stanzas", "message");
  setValues(one, "accept", "true");
  setValues(one, "my_nonce", "AAAAAAAAAAA=");
  for (const field of fieldOf(one, "accept")!.parent!.getChildElements()) field.attrs["type"] = "text-single";
}

for (const [name, changes] of rewriting)
  test(`XEP-0116 §4.8.2: the initiator gets no session where somebody on the way ${name}`, async (t) => {
    const { world, alice, bob } = await pairOf(t);
    world.hooks.push((stanza) => {
      const number = messageNumber(stanza);
      if (number !== undefined) changes[number]?.(stanza);
    });
    const starting = assert.rejects(alice.engine.start(bob.jid));
    await world.clock.pass(60_000);
    await starting;
    assert.deepEqual(alice.sessions, []);
    assert.equal((await alice.record(bareOf(bob.jid))).retained.length, 0);
  });

/** A scripted peer in Bob's place answers Alice's next start, with sas28x5 and in the dialect of the XEPs. */
async function answerAsBob({ world, alice, bob }: Pair) {
  const pair = keyPair();
  let exchange: Exchange;
  const hook = (stanza: Element): false => {
    const message = parseStanza(stanza.toString());
    if (messageNumber(message) === 1) {
      const response = scriptedResponse(message, { from: bob.jid, pair });
      exchange = { request: message, response, cipher: cipherOf(response) };
      world.deliver(response);
    } else if (messageNumber(message) === 3) world.deliver(scriptedFinal(exchange, message, pair));
    return false;
  };
  world.hooks.unshift(hook);
  const [settled] = await Promise.allSettled([alice.engine.start(bob.jid)]);
  await world.quiet();
  world.hooks.shift();
  return settled;
}

test("sas-downgrade: a JID seen with sas28x5-bound is refused sas28x5 as responder, and the user is told", async (t) => {
  const pair = await pairOf(t);
  const { world, alice, bob } = pair;
  await (await establish(world, alice, bob))[0].close();
  const settled = await answerAsBob(pair);
  assert.equal(settled.status, "rejected");
  assert.deepEqual((settled.reason as { fields: string[] }).fields, ["sas_algs"]);
  assert.equal(alice.alerts.filter(({ kind }) => kind === "sas-downgrade").length, 1);
  const refusal = parseStanza(world.log.at(-1)!.text).getChild("error")!;
  assert.deepEqual(
    refusal.getChildElements().map(({ name }) => name),
    ["not-acceptable", "feature"],
  );
});

test("sas-downgrade: the same as initiator", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  await (await establish(world, alice, bob))[0].close();
  const messages = world.messages(2).length;
  world.hooks.push(() => false);
  bob.engine.receive(scriptedRequest({ from: alice.jid, to: bob.jid, pair: keyPair() }).toString());
  await world.quiet();
  assert.equal(world.messages(2).length, messages, "message 2 was sent");
  assert.equal(bob.alerts.filter(({ kind }) => kind === "sas-downgrade").length, 1);
});

test("sas-downgrade: another resource of that JID is refused as well, another JID is not", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  await (await establish(world, alice, bob))[0].close();
  world.hooks.push(() => false);
  for (const [from, answers] of [
    ["alice@example.org/other", 0],
    ["carol@example.org/pda", 1],
  ] as const) {
    const before = world.messages(2).length;
    bob.engine.receive(scriptedRequest({ from, to: bob.jid, pair: keyPair() }).toString());
    await world.quiet();
    assert.equal(world.messages(2).length - before, answers, from);
  }
});

test("dialect-downgrade: as initiator the alert comes, its acceptance lets the old client in, and only then", async (t) => {
  const pair = await pairOf(t);
  const { world, alice, bob } = pair;
  // Bob once answered with a client that speaks the XEP's dialect with the weak SAS
  const first = await answerAsBob(pair);
  assert.equal(first.status, "fulfilled");
  assert.equal(first.value.info.dialect, "xep");
  void first.value.close();
  await world.clock.pass(30_000);
  leave(world, bob);
  await join(t, world, bob.jid, seedOf(t), { policy: { dialect: "deployed", stanzas: ["message"] } });

  await assert.rejects(alice.engine.start(bob.jid));
  assert.equal(alice.sessions.length, 1);
  const alert = alice.alerts.find(({ kind }) => kind === "dialect-downgrade");
  assert.equal(alert?.jid, bareOf(bob.jid));
  await alert.accept!();
  assert.equal((await alice.engine.start(bob.jid)).info.dialect, "deployed");
});

test("XEP-0116 §4.5.3: a responder of the deployed dialect is found out by one refusal of message 3", async (t) => {
  const { world, alice, bob } = await pairOf(t, {
    bob: { policy: { dialect: "deployed", stanzas: ["message"] } },
  });
  const [ours, theirs] = await establish(world, alice, bob);
  assert.deepEqual([ours.info.dialect, theirs.info.dialect], ["deployed", "deployed"]);
  assert.equal(ours.weakSas, theirs.weakSas);
  assert.equal(world.messages(1).length, 2, "one attempt in each dialect");
  await ours.close();
  await world.clock.pass(30_000);
  assert.equal((await establish(world, alice, bob))[0].info.dialect, "deployed");
  assert.equal(world.messages(1).length, 3, "the dialect is remembered");
});

test("an engine that is fixed to the deployed dialect agrees as responder on what those clients know", async (t) => {
  const { world, alice, bob } = await pairOf(t, { bob: { policy: { dialect: "deployed" } } });
  const [ours] = await establish(world, alice, bob);
  assert.deepEqual(ours.info.stanzas, ["message"]);
});

test("dialect-downgrade: as responder the alert comes, its acceptance lets the old client in, and only then", async (t) => {
  const pair = await pairOf(t);
  const { world, alice, bob } = pair;
  // Alice once came with a client that speaks the XEP's dialect with the weak SAS
  await asAlice(pair, "xep");
  for (const session of bob.engine.sessions) void session.close();
  await world.clock.pass(30_000);
  const before = bob.sessions.length;

  await asAlice(pair, "deployed");
  assert.equal(bob.sessions.length, before);
  const alert = bob.alerts.find(({ kind }) => kind === "dialect-downgrade");
  assert.equal(alert?.jid, bareOf(alice.jid));
  await alert.accept!();
  await asAlice(pair, "deployed");
  assert.equal(bob.sessions.length, before + 1);
  assert.equal(bob.sessions.at(-1)!.info.dialect, "deployed");
});

/** A scripted initiator in Alice's place, in the dialect given. */
async function asAlice({ world, alice, bob }: Pair, dialect: "xep" | "deployed"): Promise<void> {
  world.hooks.push(() => false);
  const own = keyPair();
  const request = scriptedRequest({ from: alice.jid, to: bob.jid, pair: own });
  bob.engine.receive(request.toString());
  await world.quiet();
  const response = parseStanza(world.log.findLast(({ from }) => from === bob.jid)!.text);
  assert.equal(messageNumber(response), 2);
  bob.engine.receive(
    scriptedIdentity({ request, response, cipher: cipherOf(response, dialect) }, own).toString(),
  );
  await world.quiet();
  world.hooks.pop();
}

test("the deployed dialect is never thought of where the answer rules those clients out", async (t) => {
  const { world, alice, bob } = await pairOf(t, { alice: { dialectOf: () => "deployed" } });
  const [ours] = await establish(world, alice, bob);
  assert.deepEqual([ours.info.dialect, ours.info.cipher], ["xep", "aes256-ctr"]);
});

test("XEP-0116 §4.4: an answer of c2s or none ends the attempt with an alert, and nothing is sent", async (t) => {
  for (const level of ["c2s", "none"]) {
    const { world, alice, bob } = await pairOf(t);
    world.hooks.push((stanza) => {
      if (messageNumber(stanza) === 2) setValues(stanza, "security", level);
    });
    await assert.rejects(alice.engine.start(bob.jid), { code: "negotiation-refused" });
    await world.quiet();
    assert.ok(alice.alerts.some(({ kind }) => kind === "security-declined"));
    assert.equal(world.log.filter(({ from }) => from === alice.jid).length, 1);
  }
});

test("what is remembered of a peer survives the process: the downgrade is noticed after a restart", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  await (await establish(world, alice, bob))[0].close();
  leave(world, bob);
  const again = await join(t, world, bob.jid, seedOf(t), { store: bob.blobs, keys: bob.keys });
  world.hooks.push(() => false);
  again.engine.receive(scriptedRequest({ from: alice.jid, to: bob.jid, pair: keyPair() }).toString());
  await world.quiet();
  assert.ok(again.alerts.some(({ kind }) => kind === "sas-downgrade"));
});
