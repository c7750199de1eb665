/** Message 2 as the initiator reads it (XEP-0116 §4.6.1, XEP-0155 §4.2 to §4.4). */
import test from "node:test";
import assert from "node:assert/strict";
import { serializeStanza, type Element } from "esession/wire";
import { counted, noCount } from "../support/counted.js";
import { base64, copyOf, fieldOf, octetsOf, removeField, setValues, valueOf } from "../support/forms.js";
import { expectState, envOf, failureOf, identify, request, respond, sent } from "../support/machines.js";
import { aliceJid, bobJid } from "../support/pair.js";
import { refusal } from "../support/refusal.js";
import { mpi, prime } from "../support/scripted-peer.js";

const count = noCount();
const alice = await envOf(aliceJid, "receiving a response", { groups: [1, 2] }, counted(count));
const bob = await envOf(bobJid, "sending a response");

/** A new request, its answer changed, and what the initiator makes of that. */
function receive(change: (stanza: Element, request: Element) => void = () => {}) {
  const first = request(alice);
  const message1 = sent(first);
  const message2 = copyOf(sent(respond(bob, message1)));
  change(message2, message1);
  const agreements = count.agree;
  const step = identify(alice, first.next, message2);
  const { pairs } = expectState(first.next, "awaiting-response");
  return { step, pairs, message1, message2, agreements: count.agree - agreements };
}

/** Refused with the XEP's error for that field, before any exponentiation, and nothing secret is left. */
function refusedFor(name: string, code: string, change: (stanza: Element, request: Element) => void): void {
  const { step, pairs, agreements } = receive(change);
  assert.equal(serializeStanza(sent(step)), refusal(bobJid, "not-acceptable", name));
  assert.equal(failureOf(step).error.code, code);
  assert.equal(agreements, 0);
  assert.ok(
    pairs.every(({ secret }) => secret.wiped),
    "an exponent is left",
  );
}

test("XEP-0116 §4.6.1: an acceptable response is followed by message 3, and the other groups' exponents are wiped", () => {
  const { step, pairs, agreements } = receive();
  expectState(step.next, "awaiting-final");
  assert.equal(agreements, 1);
  assert.deepEqual(
    pairs.map(({ secret }) => secret.wiped),
    [false, true],
    "a key re-exchange goes on from the one that was chosen",
  );
});

const notOffered: readonly (readonly [string, readonly string[]])[] = [
  ["disclosure", ["enabled"]],
  ["hash_algs", ["whirlpool"]],
  ["compress", ["lzw"]],
  ["ver", ["1.3"]],
  ["init_pubkey", ["key"]],
  ["resp_pubkey", ["hash"]],
  ["modp", ["14"]],
  ["modp", ["3"]],
  ["crypt_algs", ["twofish256-ctr"]],
  ["crypt_algs", ["aes256-ctr", "aes128-ctr"]],
  ["sas_algs", ["sas99"]],
  ["stanzas", ["call"]],
  ["stanzas", ["message", "message"]],
  ["stanzas", []],
  ["logging", ["perhaps"]],
];
for (const [name, values] of notOffered)
  test(`XEP-0116 §4.6.1: ${name} ${values.join(" and ") || "without a value"} was not offered and is refused`, () =>
    refusedFor(name, "options-unacceptable", (one) => setValues(one, name, ...values)));

for (const name of [
  "disclosure",
  "security",
  "modp",
  "crypt_algs",
  "hash_algs",
  "compress",
  "stanzas",
  "ver",
  "sas_algs",
  "logging",
  "rekey_freq",
  "my_nonce",
  "dhkeys",
  "nonce",
  "counter",
  "sas_commit",
  "accept",
])
  test(`XEP-0116 §4.6.1: a response without ${name} is refused, naming it`, () =>
    refusedFor(name, "options-unacceptable", (one) => removeField(one, name)));

test("XEP-0116 §4.6.1: the response must carry the nonce of the request", () => {
  refusedFor("nonce", "nonce-mismatch", (one) => setValues(one, "nonce", base64(new Uint8Array(16))));
});

test("XEP-0116 §4.5.2: N_B must not be N_A, which would be our own message reflected", () => {
  refusedFor("my_nonce", "nonce-mismatch", (one, ours) =>
    setValues(one, "my_nonce", valueOf(ours, "my_nonce")),
  );
});

test("XEP-0116 §4.5.1: N_B of 1 to 64 octets is accepted, of 0 or 65 refused", () => {
  const nonce = (length: number) => (one: Element) =>
    setValues(one, "my_nonce", base64(new Uint8Array(length).fill(3)));
  for (const length of [1, 8, 64]) expectState(receive(nonce(length)).step.next, "awaiting-final");
  for (const length of [0, 65]) refusedFor("my_nonce", "options-unacceptable", nonce(length));
});

test("XEP-0116 §4.5.1: a counter of more than 16 octets, or of none, is refused", () => {
  for (const length of [0, 17])
    refusedFor("counter", "options-unacceptable", (one) =>
      setValues(one, "counter", base64(new Uint8Array(length))),
    );
});

test("XEP-0116 §4.5.2: a response with dhhashes is refused", () => {
  refusedFor("dhhashes", "options-unacceptable", (one) =>
    setValues(one, "dhhashes", base64(new Uint8Array(32))),
  );
});

const badValues: readonly (readonly [string, Uint8Array])[] = [
  ["0", mpi(0n)],
  ["1", mpi(1n)],
  ["p - 1", mpi(prime - 1n)],
  ["p", mpi(prime)],
  ["p + 2", mpi(prime + 2n)],
  ["longer than p", new Uint8Array(97).fill(1)],
  // p = 7 mod 8, so -1 is no residue and -2 neither
  ["no quadratic residue", mpi(prime - 2n)],
];
for (const [name, d] of badValues)
  test(`XEP-0116 §4.6.1: not-acceptable unless 1 < d < p - 1: d is ${name}`, () =>
    refusedFor("dhkeys", "dh-public-value", (one) => setValues(one, "dhkeys", base64(d))));

test("XEP-0116 §4.6.1: our own value sent back as d is refused", () => {
  const first = request(alice);
  const own = expectState(first.next, "awaiting-response").pairs[0]!.publicKey;
  const message2 = copyOf(sent(respond(bob, sent(first))));
  setValues(message2, "dhkeys", base64(own));
  assert.equal(
    serializeStanza(sent(identify(alice, first.next, message2))),
    refusal(bobJid, "not-acceptable", "dhkeys"),
  );
});

test("XEP-0116 §6.1: leading zero octets of d are tolerated, and not part of its value", () => {
  const { step, message2 } = receive((one) =>
    setValues(one, "dhkeys", base64(Buffer.concat([Buffer.alloc(3), octetsOf(one, "dhkeys")]))),
  );
  const { response } = expectState(step.next, "awaiting-final");
  assert.equal(octetsOf(message2, "dhkeys")[0], 0);
  assert.notEqual(response.publicKey[0], 0);
});

test("sas28x5-bound: a commitment of other than 32 octets is refused, and one beside sas28x5 as well", () => {
  for (const length of [0, 31, 33])
    refusedFor("sas_commit", "options-unacceptable", (one) =>
      setValues(one, "sas_commit", base64(new Uint8Array(length))),
    );
  refusedFor("sas_commit", "options-unacceptable", (one) => setValues(one, "sas_algs", "sas28x5"));
});

for (const level of ["c2s", "none"])
  test(`XEP-0116 §4.4: security ${level} where e2e was wanted ends the attempt, sends nothing and is told`, () => {
    const { step, pairs, agreements } = receive((one) => setValues(one, "security", level));
    assert.deepEqual(step.send, []);
    assert.equal(failureOf(step).error.code, "negotiation-refused");
    assert.ok(step.raise.some((raised) => raised.kind === "alert" && raised.alert === "security-declined"));
    assert.equal(agreements, 0);
    assert.ok(pairs.every(({ secret }) => secret.wiped));
  });

test("XEP-0155 §4.3: a declined request ends the attempt with the peer's reason, and nothing is sent", () => {
  for (const word of ["0", "false"]) {
    const { step, pairs } = receive((one) => {
      for (const field of fieldOf(one, "accept")!.parent!.getChildElements())
        if (!["FORM_TYPE", "accept"].includes(field.attrs.var!)) removeField(one, field.attrs.var!);
      setValues(one, "accept", word);
      setValues(one, "reason", "Not now");
    });
    assert.deepEqual(step.send, []);
    assert.equal(failureOf(step).error.code, "negotiation-refused");
    assert.match(failureOf(step).error.message, /Not now/);
    assert.ok(pairs.every(({ secret }) => secret.wiped));
  }
});

test("XEP-0155 §4.2: a response of another type than submit is out of order", () => {
  const { step, agreements } = receive((one) => {
    fieldOf(one, "accept")!.parent!.attrs["type"] = "result";
  });
  assert.equal(failureOf(step).error.code, "message-unexpected");
  assert.equal(agreements, 0);
});
