/** A man in the middle against the short authentication strings (XEP-0116 §4.7.2, docs/sas28x5-bound.md). */
import test from "node:test";
import assert from "node:assert/strict";
import { serializeStanza } from "esession/wire";
import { flipBit, octetsOf, setValues, valueOf } from "../support/forms.js";
import { answer, envOf, expectState, outcomeOf, respond, sent } from "../support/machines.js";
import { aliceJid, bobJid, pairOf, seedOf } from "../support/pair.js";
import {
  cipherOf,
  keyPair,
  random,
  sasNumber,
  scriptedIdentity,
  scriptedRequest,
  sha256,
} from "../support/scripted-peer.js";
import { boundSasOf, finalFor, grindRshashes, standBetween } from "./mitm.js";

const bits = process.env["ESESSION_LONG"] === "1" ? 24 : 16;

test(`sas28x5 is matched by who grinds rshashes (on the last ${bits} bits), and is never more than verified-weak`, async (t) => {
  const pair = await pairOf(t);
  const { alice, bob } = pair;
  const middle = await standBetween(pair, "sas28x5");
  const { tries, message3 } = grindRshashes(middle, bits);
  t.diagnostic(`${tries} tries`);
  await middle.toBob(message3);
  await middle.toAlice(finalFor(middle));
  assert.equal((await middle.starting).status, "fulfilled");

  const [ours, theirs] = [alice.sessions[0]!, bob.sessions[0]!];
  const [a, b] = [sasNumber(ours.weakSas!), sasNumber(theirs.weakSas!)];
  assert.equal(a % 2 ** bits, b % 2 ** bits, "the attack of the paper has failed");
  if (bits === 24) assert.equal(ours.weakSas, theirs.weakSas);
  for (const session of [ours, theirs]) {
    assert.equal(session.sas, undefined);
    assert.equal(session.comparisonCode, undefined);
    await assert.rejects(session.confirmSas(), { code: "option-invalid" });
    await session.confirmWeakSas();
    assert.equal(session.level, "verified-weak");
  }
});

test("sas28x5-bound: a man in the middle who ends both legs has two different strings, and one try", async (t) => {
  const pair = await pairOf(t);
  const { alice, bob } = pair;
  const middle = await standBetween(pair, "sas28x5-bound");
  const predicted = boundSasOf(middle);
  await middle.toBob(scriptedIdentity(middle.withBob.exchange, middle.withBob.pair));
  await middle.toAlice(finalFor(middle, { r: middle.withAlice.r }));
  assert.equal((await middle.starting).status, "fulfilled");
  const [ours, theirs] = [alice.sessions[0]!, bob.sessions[0]!];
  assert.equal(ours.sas, predicted, "his own values were fixed before he could know it");
  assert.notEqual(ours.sas, theirs.sas);
  assert.notEqual(ours.comparisonCode, theirs.comparisonCode);
  assert.equal(ours.weakSas, undefined);
  await assert.rejects(ours.confirmWeakSas(), { code: "option-invalid" });
});

test("sas28x5-bound: nothing that he may still vary in message 3 changes what the responder shows", async (t) => {
  const seed = seedOf(t);
  const pair = keyPair();
  const message1 = scriptedRequest({ from: aliceJid, to: bobJid, pair, sas: ["sas28x5-bound"] });
  const shown = new Set<string>();
  for (let time = 0; time < 16; time++) {
    // the same random octets of the responder each time: only message 3 differs
    const bob = await envOf(bobJid, seed);
    const second = respond(bob, message1);
    const message2 = sent(second);
    message2.attrs["from"] = bobJid;
    const exchange = { request: message1, response: message2, cipher: cipherOf(message2) };
    shown.add(outcomeOf(answer(bob, second.next, scriptedIdentity(exchange, pair, [random(32)]))).sas!);
  }
  assert.equal(shown.size, 1);
});

test("sas28x5-bound: to reveal another value than the one committed to ends the negotiation before anything is shown", async (t) => {
  const pair = await pairOf(t);
  const { alice } = pair;
  const middle = await standBetween(pair, "sas28x5-bound");
  await middle.toAlice(finalFor(middle, { r: random(32) }));
  const settled = await middle.starting;
  assert.equal(settled.status, "rejected");
  assert.equal((settled.reason as { code: string }).code, "commitment-mismatch");
  assert.deepEqual(alice.sessions, []);
});

test("sas28x5-bound: who poses as initiator and breaks off has learnt nothing, and the user is shown nothing", async (t) => {
  const bob = await envOf(bobJid, seedOf(t));
  const pair = keyPair();
  const message1 = scriptedRequest({ from: aliceJid, to: bobJid, pair, sas: ["sas28x5-bound"] });
  const second = respond(bob, message1);
  const r = expectState(second.next, "awaiting-identity").sasNonce!;
  const message2 = sent(second);
  // what he holds: a hash of r, and nothing that r could be found from
  const encoded = Buffer.from(r).toString("base64");
  assert.ok(!serializeStanza(message2).includes(encoded));
  assert.deepEqual(octetsOf(message2, "sas_commit"), sha256(r));

  // a message 3 that does not prove him gets an error, not r
  message2.attrs["from"] = bobJid;
  const exchange = { request: message1, response: message2, cipher: cipherOf(message2) };
  const spoiled = scriptedIdentity(exchange, pair);
  flipBit(spoiled, "mac");
  const refused = answer(bob, second.next, spoiled);
  assert.ok(!refused.send.some((stanza) => serializeStanza(stanza).includes(encoded)));
  assert.ok(!refused.raise.some(({ kind }) => kind === "established"));
});

test("sas28x5-bound: an engine shows no string before the session stands", async (t) => {
  const { world, bob } = await pairOf(t);
  const pair = keyPair();
  world.deliver(scriptedRequest({ from: aliceJid, to: bobJid, pair, sas: ["sas28x5-bound"] }));
  await world.clock.pass(120_000);
  assert.deepEqual([bob.sessions, bob.engine.sessions], [[], []]);
  const told = JSON.stringify([bob.traces, bob.alerts]);
  assert.ok(!/"sas":"(?!sas28x5)/.test(told), told);
});

test("sas28x5-bound: the string depends on every value that it covers", async (t) => {
  const pair = await pairOf(t);
  const middle = await standBetween(pair, "sas28x5-bound");
  const shown = boundSasOf(middle);
  const { exchange } = middle.withAlice;
  for (const name of ["my_nonce", "counter", "logging"]) {
    const before = valueOf(exchange.response, name);
    setValues(
      exchange.response,
      name,
      name === "logging" ? "mustnot" : valueOf(exchange.request, "my_nonce"),
    );
    assert.notEqual(boundSasOf(middle), shown, name);
    setValues(exchange.response, name, before);
  }
  assert.equal(boundSasOf(middle), shown);
});
