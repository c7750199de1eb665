/** Demands of XEP-0116 on signed identities that no other test shows: read with Node's own cryptography, docs/conformance.md. */
import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import test, { type TestContext } from "node:test";
import type { Element } from "esession/wire";
import { base64, octetsOf, setValues, valuesOf } from "../support/forms.js";
import { recorder } from "../support/memory-search.js";
import { aliceJid, bobJid, seedOf } from "../support/pair.js";
import { prove, refusalText, sideOf } from "../support/proving.js";
import { cipherOf, encrypt, finalSecret, hmac, keysOf, mpi, normal, otherCounter, prime, sha256, utf8 } from "../support/scripted-peer.js"; // prettier-ignore
import { aliceKey, bobKey, known } from "../support/signers.js";

type Octets = Uint8Array;

/** Two that know each other's keys, and K as Alice had it. */
async function proved(t: TestContext, mode: "key" | "hash", messages: 3 | 4) {
  const made = recorder();
  const seed = seedOf(t);
  const policy = { initPubkey: [mode], respPubkey: [mode], threeMessages: "accept", groups: [1], insecureBrokenGroups: true } as const; // prettier-ignore
  const alice = await sideOf(aliceJid, seed, { signers: [aliceKey], known: [known(bobKey)], policy, wrap: (core) => made.wrap(core) }); // prettier-ignore
  const bob = await sideOf(bobJid, seed, { signers: [bobKey], known: [known(aliceKey)], policy });
  const proof = await prove(alice, bob, { init: { messages } });
  assert.ok(proof.alice.outcome && proof.bob.outcome);
  const k = [...made.secrets].find(([name]) => name.startsWith("K "))![1];
  return { ...proof, k };
}

interface Proof {
  readonly k: Octets;
  readonly role: "Initiator" | "Responder";
  readonly counter: Octets;
  /** The last of the prover's messages, which has the proof. */
  readonly stanza: Element;
  readonly input: (key: Octets) => readonly Octets[];
}

/** XEP-0116 §4.5.4, §4.6.3: what stands in an identity, and whether it is what the text says. */
function check(
  { k, role, counter, stanza, input }: Proof,
  mode: "key" | "hash",
  { keyValue }: { readonly keyValue: string },
  response: Element,
): void {
  const cipher = cipherOf(response);
  const keys = keysOf(k, role, cipher);
  const text = Buffer.from(encrypt(keys, counter, octetsOf(stanza, "identity"), cipher)).toString("latin1");
  const [, shown, signature] =
    /^(.*)<SignatureValue xmlns="http:\/\/www\.w3\.org\/2000\/09\/xmldsig#">([A-Za-z0-9+/=]+)<\/SignatureValue>$/.exec(
      text,
    )!;
  const fingerprint = `<fingerprint>${base64(sha256(utf8(keyValue)))}</fingerprint>`;
  assert.equal(shown, mode === "key" ? keyValue : fingerprint);

  const [, n, e] = /<Modulus>(.*)<\/Modulus><Exponent>(.*)<\/Exponent>/.exec(keyValue)!;
  const url = (value: string) => Buffer.from(value, "base64").toString("base64url");
  const key = createPublicKey({ key: { kty: "RSA", n: url(n!), e: url(e!) }, format: "jwk" });
  const signed = (data: Octets) => verify("sha256", data, key, Buffer.from(signature!, "base64"));
  const mac = hmac(keys.sigma, ...input(utf8(keyValue)));
  assert.ok(signed(mac), "it is the signature of the HMAC");
  assert.ok(!signed(hmac(keys.sigma, ...input(new Uint8Array()))), "over the key too");
}

for (const mode of ["key", "hash"] as const)
  test(`XEP-0116 §4.5.4, §4.6.3: with ${mode} an identity is the ${mode === "key" ? "<KeyValue/>" : "fingerprint"} and the <SignatureValue/> of the MAC, as Node verifies it`, async (t) => {
    const { messages, k } = await proved(t, mode, 4);
    const [request, response, identity, final] = messages as [Element, Element, Element, Element];
    const cipher = cipherOf(response);
    const nonces = [request, response].map((one) => octetsOf(one, "my_nonce")) as [Octets, Octets];
    const counter = octetsOf(response, "counter");
    const proofFields = ["identity", "mac"];
    const initiator: Proof = {
      k,
      role: "Initiator",
      counter,
      stanza: identity,
      input: (key) => [nonces[1], nonces[0], octetsOf(identity, "dhkeys"), key, normal(request, cipher), normal(identity, cipher, proofFields)], // prettier-ignore
    };
    check(initiator, mode, known(aliceKey), response);
    const responder: Proof = {
      k: finalSecret(k),
      role: "Responder",
      counter: otherCounter(counter),
      stanza: final,
      input: (key) => [...nonces, octetsOf(response, "dhkeys"), key, normal(response, cipher), normal(final, cipher, proofFields)], // prettier-ignore
    };
    check(responder, mode, known(bobKey), response);
  });

test("XEP-0116 §4.5.4, §4.6.2: with three messages the responder's identity in message 2 is signed over d, its key and its form", async (t) => {
  const { messages, k } = await proved(t, "key", 3);
  const [request, response] = messages as [Element, Element];
  const nonces = [request, response].map((one) => octetsOf(one, "my_nonce"));
  const form = normal(response, cipherOf(response), ["identity", "mac"]);
  const responder: Proof = {
    k,
    role: "Responder",
    counter: otherCounter(octetsOf(response, "counter")),
    stanza: response,
    input: (key) => [...nonces, octetsOf(response, "dhkeys"), key, form],
  };
  check(responder, "key", known(bobKey), response);
});

for (const [what, e] of [
  ["0", new Uint8Array(1)],
  ["1", mpi(1n)],
  ["p - 1", mpi(prime - 1n)],
  ["p", mpi(prime)],
] as const)
  test(`XEP-0116 §4.5.1: three messages: feature-not-implemented unless 1 < e < p - 1: e is ${what}`, async (t) => {
    const seed = seedOf(t);
    const policy = { threeMessages: "accept", groups: [1], insecureBrokenGroups: true } as const;
    const alice = await sideOf(aliceJid, seed, { signers: [aliceKey], policy });
    const bob = await sideOf(bobJid, seed, { signers: [bobKey], policy });
    const change = { 1: (stanza: Element) => setValues(stanza, "dhkeys", base64(e)) };
    const proof = await prove(alice, bob, { init: { messages: 3 }, change });
    assert.deepEqual(valuesOf(proof.messages[0]!, "modp"), ["1"]);
    assert.match(refusalText(proof), /<feature-not-implemented .*<field var="dhkeys"\/>/);
    assert.deepEqual(bob.asked, [], "nothing was calculated");
  });
