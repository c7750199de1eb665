/** The engine against a peer written from the text alone, with other arithmetic: both roles, both ciphers, both dialects. */
import test from "node:test";
import assert from "node:assert/strict";
import { base64, octetsOf, setValues, valueOf } from "../support/forms.js";
import {
  answer,
  conclude,
  envOf,
  identify,
  outcomeOf,
  request,
  respond,
  sent,
  expectState,
} from "../support/machines.js";
import { aliceJid, bobJid, seedOf } from "../support/pair.js";
import * as scripted from "../support/scripted-peer.js";
import {
  keyPair,
  modPow,
  normal,
  otherCounter,
  prime,
  random,
  sas28x5,
  sas28x5Bound,
} from "../support/scripted-peer.js";

test("RFC 2409 §6.1: the prime of the scripted peer is the engine's", async (t) => {
  const env = await envOf(aliceJid, seedOf(t));
  assert.equal(modPow(2n, (prime - 1n) / 2n, prime), 1n);
  const ours = env.core.dh.generate(1);
  const theirs = keyPair();
  const value = scripted.toNumber(ours.publicKey);
  assert.ok(value > 1n && value < prime - 1n);
  assert.equal(env.core.dh.check(1, theirs.value), undefined);
});

for (const cipher of ["aes128-ctr", "aes256-ctr"] as const)
  for (const sas of ["sas28x5", "sas28x5-bound"] as const)
    test(`XEP-0116 §4.5 to §4.7: as responder the engine agrees with it on ${cipher} and ${sas}`, async (t) => {
      const bob = await envOf(bobJid, seedOf(t));
      const pair = keyPair();
      const message1 = scripted.scriptedRequest({
        from: aliceJid,
        to: bobJid,
        pair,
        sas: [sas],
        ciphers: [cipher],
      });
      const second = respond(bob, message1);
      const message2 = withFrom(sent(second), bobJid);
      const exchange = { request: message1, response: message2, cipher: scripted.cipherOf(message2) };
      const message3 = scripted.scriptedIdentity(exchange, pair);
      const fourth = answer(bob, second.next, message3);
      const outcome = outcomeOf(fourth);

      // what the engine sent as message 4 is what the text says
      const message4 = sent(fourth);
      const k = scripted.finalSecret(scripted.agree(pair, octetsOf(message2, "dhkeys")));
      const counterB = otherCounter(octetsOf(message2, "counter"));
      const formB2 = normal(message4, exchange.cipher, ["identity", "mac"]);
      const [nonceA, nonceB] = [octetsOf(message1, "my_nonce"), octetsOf(message2, "my_nonce")];
      const formB = normal(message2, exchange.cipher);
      const d = octetsOf(message2, "dhkeys");
      const proof = scripted.prove(
        scripted.keysOf(k, "Responder", exchange.cipher),
        counterB,
        [nonceA, nonceB, d, formB, formB2],
        exchange.cipher,
      );
      assert.equal(valueOf(message4, "identity"), base64(proof.identity));
      assert.equal(valueOf(message4, "mac"), base64(proof.mac));
      const bound = {
        nonceA,
        nonceB,
        e: pair.value,
        d,
        formA: normal(message1, exchange.cipher),
        formB,
        r: octetsOf(message4, "sas_nonce"),
      };
      assert.equal(
        outcome.sas,
        sas === "sas28x5" ? sas28x5(octetsOf(message3, "mac"), formB) : sas28x5Bound(bound),
      );
      assert.deepEqual(outcome.initiatorCounter, scripted.counterPlus(octetsOf(message2, "counter"), 2n));
      assert.deepEqual(outcome.responderCounter, scripted.counterPlus(counterB, 2n));
      // XEP-0116 §4.7.4: the retained secret
      const successor = fourth.write.find((write) => write.kind === "retain")!.secret;
      assert.deepEqual(
        bob.core.keys.hmac(random(16).fill(1), successor),
        scripted.hmac(random(16).fill(1), scripted.hmac(k, "New Retained Secret")),
      );
    });

for (const dialect of ["xep", "deployed"] as const)
  test(`XEP-0116 §4.6 and §4.8: as initiator the engine agrees with it in the dialect ${dialect}`, async (t) => {
    const alice = await envOf(aliceJid, seedOf(t), { dialect });
    const first = request(alice);
    const message1 = withFrom(sent(first), aliceJid);
    const pair = keyPair();
    const message2 = scripted.scriptedResponse(message1, { from: bobJid, pair });
    const exchange = { request: message1, response: message2, cipher: scripted.cipherOf(message2, dialect) };
    const third = identify(alice, first.next, message2);
    const message3 = sent(third);

    const keys = scripted.keysOf(
      scripted.agree(pair, octetsOf(message3, "dhkeys")),
      "Initiator",
      exchange.cipher,
    );
    const proof = scripted.prove(
      keys,
      octetsOf(message2, "counter"),
      [
        octetsOf(message2, "my_nonce"),
        octetsOf(message1, "my_nonce"),
        octetsOf(message3, "dhkeys"),
        normal(message1, exchange.cipher),
        normal(message3, exchange.cipher, ["identity", "mac"]),
      ],
      exchange.cipher,
    );
    assert.equal(valueOf(message3, "identity"), base64(proof.identity));
    assert.equal(valueOf(message3, "mac"), base64(proof.mac));

    const fourth = conclude(alice, third.next, scripted.scriptedFinal(exchange, message3, pair));
    const outcome = outcomeOf(fourth);
    assert.equal(outcome.dialect, dialect);
    assert.equal(outcome.sas, sas28x5(octetsOf(message3, "mac"), normal(message2, exchange.cipher)));
  });

test("XEP-0116 §4.7.4: sas28x5-bound is checked against its commitment by the engine as initiator", async (t) => {
  const alice = await envOf(aliceJid, seedOf(t));
  const first = request(alice);
  const message1 = withFrom(sent(first), aliceJid);
  const [pair, r] = [keyPair(), random(32)];
  const message2 = scripted.scriptedResponse(message1, { from: bobJid, pair, sas: "sas28x5-bound", r });
  const exchange = { request: message1, response: message2, cipher: scripted.cipherOf(message2) };
  const third = identify(alice, first.next, message2);
  const message3 = sent(third);
  const outcome = outcomeOf(
    conclude(alice, third.next, scripted.scriptedFinal(exchange, message3, pair, { r })),
  );
  const bound = {
    nonceA: octetsOf(message1, "my_nonce"),
    nonceB: octetsOf(message2, "my_nonce"),
    e: octetsOf(message3, "dhkeys"),
    d: pair.value,
    formA: normal(message1, exchange.cipher),
    formB: normal(message2, exchange.cipher),
    r,
  };
  assert.equal(outcome.sas, sas28x5Bound(bound));
});

test("XEP-0116 §4.5.1: a counter shorter than 16 octets is padded on the left", async (t) => {
  const alice = await envOf(aliceJid, seedOf(t));
  const first = request(alice);
  const message1 = withFrom(sent(first), aliceJid);
  const pair = keyPair();
  const counter = new Uint8Array(16);
  counter.set([7, 200], 14);
  const message2 = scripted.scriptedResponse(message1, { from: bobJid, pair, counter });
  setValues(message2, "counter", base64(counter.slice(14)));
  const third = identify(alice, first.next, message2);
  assert.deepEqual(expectState(third.next, "awaiting-final").response.counterA, counter);
  const exchange = { request: message1, response: message2, cipher: scripted.cipherOf(message2) };
  const padded = scripted.prove(
    scripted.keysOf(scripted.agree(pair, octetsOf(sent(third), "dhkeys")), "Initiator", exchange.cipher),
    counter,
    [
      octetsOf(message2, "my_nonce"),
      octetsOf(message1, "my_nonce"),
      octetsOf(sent(third), "dhkeys"),
      normal(message1, exchange.cipher),
      normal(sent(third), exchange.cipher, ["identity", "mac"]),
    ],
    exchange.cipher,
  );
  assert.equal(valueOf(sent(third), "mac"), base64(padded.mac));
});

function withFrom<T extends { attrs: Record<string, string> }>(stanza: T, from: string): T {
  stanza.attrs["from"] = from;
  return stanza;
}
