/**
 * Peers that offer what is weak, old or absurd, and answers to them: each gets the refusal that the XEPs have for it, octet
 * for octet, and costs no exponentiation and no signature that an honest one would not have cost by then.
 */
import test, { type TestContext } from "node:test";
import assert from "node:assert/strict";
import type { Core } from "esession";
import type { Element } from "esession/wire";
import { element, readPayload } from "esession/wire";
import { counted, noCount, type Count } from "../support/counted.js";
import { base64, messageNumber, removeField, setValues } from "../support/forms.js";
import { aliceJid, bobJid, pairOf, seedOf } from "../support/pair.js";
import { prove, refusalText, sideOf } from "../support/proving.js";
import { settled } from "../support/settled.js";
import { aliceKey, bobKey, watched } from "../support/signers.js";

type Change = (stanza: Element) => void;
type Row = readonly [what: string, change: Change, condition: string, ...fields: string[]];

const says =
  (name: string, ...values: string[]): Change =>
  (stanza) =>
    setValues(stanza, name, ...values);
const octets = (length: number, filled = 7) => base64(new Uint8Array(length).fill(filled));
const many = (count: number, value: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => value(at));
const add = (stanza: Element, ...fields: Element[]) => readPayload(stanza)!.x.append(...fields);
const field = (name: string, ...values: string[]) =>
  element("field", { var: name }, ...values.map((value) => element("value", {}, value)));

const brokenSignatures: Change = (stanza) => {
  setValues(stanza, "sign_algs", "http://www.w3.org/2000/09/xmldsig#rsa-sha1");
  setValues(stanza, "resp_pubkey", "key");
};

/** What any form may suffer. */
const forms: readonly Row[] = [
  ["ten FORM_TYPEs", (one) => add(one, ...many(9, () => "").map(() => field("FORM_TYPE", "urn:xmpp:ssn"))), "not-acceptable", "FORM_TYPE"], // prettier-ignore
  [
    "200 fields",
    (one) => add(one, ...many(200, (at) => `f${at}`).map((name) => field(name, "x"))),
    "bad-request",
  ],
  ["300 values in a field", says("unknown", ...many(300, String)), "not-acceptable", "unknown"],
  ["a value of a megabyte", says("unknown", "x".repeat(1_048_576)), "bad-request"],
  [
    "a form within a form",
    (one) => readPayload(one)!.x.append(element("x", { xmlns: "jabber:x:data" })),
    "bad-request",
  ],
];

/** Message 1 (XEP-0116 §4.4). */
const requests: readonly Row[] = [
  ...["1", "2", "3", "4", "5", "19", "-14", "14.0", "1e1"].map((group): Row => [`group ${group} alone`, says("modp", group), "not-acceptable", "modp"]), // prettier-ignore
  ...["sha1", "md5", "SHA256", "sha512"].map((name): Row => [`${name} alone`, says("hash_algs", name), "not-acceptable", "hash_algs"]), // prettier-ignore
  ...["zlib", "lzw"].map((name): Row => [`compression ${name} alone`, says("compress", name), "not-acceptable", "compress"]), // prettier-ignore
  ...["none", "aes128-cbc", "3des-ctr", "serpent256-ctr"].map((name): Row => [`the cipher ${name} alone`, says("crypt_algs", name), "not-acceptable", "crypt_algs"]), // prettier-ignore
  ...["0", "4294967296", "-1", "1.5", "", "01", "Infinity"].map((value): Row => [`rekey_freq ${value || "nothing"}`, says("rekey_freq", value), "not-acceptable", "rekey_freq"]), // prettier-ignore
  ...["1.2", "1.3", "2.0"].map((ver): Row => [
    `version ${ver} only`,
    says("ver", ver),
    "not-acceptable",
    "ver",
  ]),
  ...["disabled", "enabled"].map((value): Row => [`disclosure ${value} alone`, says("disclosure", value), "not-acceptable", "disclosure"]), // prettier-ignore
  ["security c2s alone", says("security", "c2s"), "not-acceptable", "security"],
  ["no SAS that is known", says("sas_algs", "sas32x4"), "not-acceptable", "sas_algs"],
  ["stanzas without message", says("stanzas", "iq", "presence"), "not-acceptable", "stanzas"],
  ["keys of a kind that is not known", says("init_pubkey", "x509"), "not-acceptable", "init_pubkey"],
  ["a signing algorithm that is broken, and keys alone", brokenSignatures, "not-acceptable", "sign_algs"], // prettier-ignore
  ["a nonce of no octets", says("my_nonce", ""), "not-acceptable", "my_nonce"],
  ["a nonce of 65 octets", says("my_nonce", octets(65)), "not-acceptable", "my_nonce"],
  ["a nonce that is no Base64", says("my_nonce", "Zg="), "not-acceptable", "my_nonce"],
  ["two nonces", says("my_nonce", octets(16), octets(16, 8)), "not-acceptable", "my_nonce"],
  ["no hash for its group", (one) => removeField(one, "dhhashes"), "not-acceptable", "dhhashes"],
  ["two hashes for one group", says("dhhashes", octets(32), octets(32, 8)), "not-acceptable", "dhhashes"],
  ["a hash of 31 octets", says("dhhashes", octets(31)), "not-acceptable", "dhhashes"],
  ["a hash of 64 octets", says("dhhashes", octets(64)), "not-acceptable", "dhhashes"],
  ["three messages", says("dhkeys", octets(96)), "feature-not-implemented", "dhkeys"],
  ["multisession maybe", says("multisession", "maybe"), "not-acceptable", "multisession"],
  ["a required field that nobody knows", (one) => add(one, element("field", { var: "blood" }, element("value", {}, "0+"), element("required"))), "feature-not-implemented", "blood"], // prettier-ignore
  ["accept 2", says("accept", "2"), "not-acceptable", "accept"],
  ["everything wrong at once", (one) => ["modp", "hash_algs", "ver", "compress"].forEach((name) => says(name, "x")(one)), "not-acceptable", "compress", "ver", "hash_algs", "modp"], // prettier-ignore
];

/** Message 2 (XEP-0116 §4.6.1). */
const responses: readonly Row[] = [
  ["a group that was not offered", says("modp", "2"), "not-acceptable", "modp"],
  ["a cipher that was not offered", says("crypt_algs", "none"), "not-acceptable", "crypt_algs"],
  ["a hash that was not offered", says("hash_algs", "md5"), "not-acceptable", "hash_algs"],
  ["compression", says("compress", "zlib"), "not-acceptable", "compress"],
  ["disclosure", says("disclosure", "enabled"), "not-acceptable", "disclosure"],
  ["another version", says("ver", "1.3"), "not-acceptable", "ver"],
  ...["0", "4294967296", "-1"].map((value): Row => [`rekey_freq ${value}`, says("rekey_freq", value), "not-acceptable", "rekey_freq"]), // prettier-ignore
  ["two ciphers", says("crypt_algs", "aes256-ctr", "aes128-ctr"), "not-acceptable", "crypt_algs"],
  ["a kind of key that was not offered", says("resp_pubkey", "hash"), "not-acceptable", "resp_pubkey"],
  ["a signing algorithm that was not offered", says("sign_algs", "http://www.w3.org/2000/09/xmldsig#dsa-sha256"), "not-acceptable", "sign_algs"], // prettier-ignore
  ["no signing algorithm", (one) => removeField(one, "sign_algs"), "not-acceptable", "sign_algs"],
  ["d = 0", says("dhkeys", "AA=="), "not-acceptable", "dhkeys"],
  ["d = 1", says("dhkeys", "AQ=="), "not-acceptable", "dhkeys"],
  ["d of 1025 octets", says("dhkeys", octets(1025)), "not-acceptable", "dhkeys"],
  ["d longer than p", says("dhkeys", octets(97)), "not-acceptable", "dhkeys"],
  ["two values of d", says("dhkeys", octets(96), octets(96, 8)), "not-acceptable", "dhkeys"],
  ["hashes too", says("dhhashes", octets(32)), "not-acceptable", "dhhashes"],
  ["a counter of 17 octets", says("counter", octets(17)), "not-acceptable", "counter"],
  ["no counter", (one) => removeField(one, "counter"), "not-acceptable", "counter"],
  ["a nonce of 65 octets", says("my_nonce", octets(65)), "not-acceptable", "my_nonce"],
  ["another nonce than ours", says("nonce", octets(16)), "not-acceptable", "nonce"],
  ["a commitment of 31 octets", says("sas_commit", octets(31)), "not-acceptable", "sas_commit"],
];

/** Message 3 (XEP-0116 §4.7.1), before there is an exponentiation. */
const identities: readonly Row[] = [
  ["another nonce than ours", says("nonce", octets(16)), "feature-not-implemented", "nonce"],
  ["another e than was committed to", says("dhkeys", octets(96)), "feature-not-implemented", "dhkeys"],
  ["e of 1025 octets", says("dhkeys", octets(1025)), "not-acceptable", "dhkeys"],
  ["257 rshashes", says("rshashes", ...many(257, (at) => base64(new Uint8Array([at >> 8, at])))), "not-acceptable", "rshashes"], // prettier-ignore
  ["an identity of 4097 octets", says("identity", octets(4097)), "not-acceptable", "identity"],
  ["an identity of no octets", says("identity", ""), "not-acceptable", "identity"],
  ["a mac of 65 octets", says("mac", octets(65)), "not-acceptable", "mac"],
  [
    "an identity that does not stand last",
    (one) => add(one, field("more", "x")),
    "not-acceptable",
    "identity",
  ],
];

/** Message 4 (XEP-0116 §4.8). */
const finals: readonly Row[] = [
  ["another nonce than ours", says("nonce", octets(16)), "feature-not-implemented", "nonce"],
  ["another r than was committed to", says("sas_nonce", octets(32)), "feature-not-implemented", "sas_nonce"],
  ["an srshash of 31 octets", says("srshash", octets(31)), "not-acceptable", "srshash"],
  ["an identity of 4097 octets", says("identity", octets(4097)), "not-acceptable", "identity"],
  ["a mac of 65 octets", says("mac", octets(65)), "not-acceptable", "mac"],
];

const types: Record<string, readonly [code: string, type: string]> = {
  "bad-request": ["400", "modify"],
  "feature-not-implemented": ["501", "cancel"],
  "not-acceptable": ["406", "cancel"],
};

function errorText(to: string, condition: string, fields: readonly string[]): string {
  const [code, type] = types[condition]!;
  const named = fields.map((name) => `<field var="${name}"/>`).join("");
  return (
    `<message xmlns="jabber:client" type="error" to="${to}"><thread/>` +
    `<error type="${type}" code="${code}"><${condition} xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/>` +
    (named && `<feature xmlns="http://jabber.org/protocol/feature-neg">${named}</feature>`) +
    "</error></message>"
  );
}

/** What an honest negotiation has cost the receiver of each message when it has read it: generations, agreements, signatures. */
const honest = { 1: [0, 0, 0], 2: [1, 0, 0], 3: [1, 0, 0], 4: [1, 1, 1] } as const;

async function refuses(
  t: TestContext,
  at: 1 | 2 | 3 | 4,
  [what, change, condition, ...fields]: Row,
): Promise<string[]> {
  const counts: [Count, Count] = [noCount(), noCount()];
  const signers = [watched(aliceKey), watched(bobKey)] as const;
  const { world, alice, bob } = await pairOf(t, {
    alice: { identity: signers[0], wrap: counted(counts[0]) },
    bob: {
      identity: signers[1],
      wrap: counted(counts[1]),
      // a group that is refused may be one that the tests use otherwise
      policy: /^group /.test(what) ? { groups: [14], insecureBrokenGroups: false } : {},
    },
  });
  world.hooks.push((stanza) => {
    if (messageNumber(stanza) === at) change(stanza);
  });
  const stop = new AbortController();
  const starting = alice.engine.start(bob.jid, { signal: stop.signal }).catch(() => undefined);
  await settled(world, () => world.log.length > at);
  stop.abort();
  await starting;
  const [reader, sender] = at % 2 === 1 ? ([1, aliceJid] as const) : ([0, bobJid] as const);
  const answer = world.log[at]?.text
    .replace(/ from="[^"]*"/, "")
    .replace(/<thread>.*<\/thread>/, "<thread/>");
  const faults: string[] = [];
  if (answer !== errorText(sender, condition, fields)) faults.push(`message ${at}, ${what}: ${answer}`);
  const { generate, agree } = counts[reader];
  const spent = [generate, agree, signers[reader].signed.length];
  if (String(spent) !== String(honest[at])) faults.push(`message ${at}, ${what}: cost ${spent.join(", ")}`);
  return faults;
}

for (const [at, section, rows] of [
  [1, "§4.4", [...forms, ...requests]],
  [2, "§4.6.1", [...forms, ...responses]],
  [3, "§4.7.1", identities],
  [4, "§4.8", finals],
] as const)
  test(`XEP-0116 ${section}: message ${at} with what is weak, old or absurd gets its refusal, octet for octet, for nothing`, async (t) => {
    const faults = await Promise.all(rows.map((row) => refuses(t, at, row)));
    assert.deepEqual(faults.flat(), []);
  });

/** Proofs whose M is right and whose content is absurd. */
const rsaValue = (bits: number) =>
  `<KeyValue xmlns="http://www.w3.org/2000/09/xmldsig#"><RSAKeyValue><Modulus>${octets(bits / 8, 0xc1)}</Modulus><Exponent>AQAB</Exponent></RSAKeyValue></KeyValue>`;
const signature = (length: number) =>
  `<SignatureValue xmlns="http://www.w3.org/2000/09/xmldsig#">${octets(length)}</SignatureValue>`;
const contents: Readonly<Record<string, string>> = {
  "RSA of 512 bits": rsaValue(512) + signature(64),
  "RSA of 16384 bits": rsaValue(16_384) + signature(64),
  "a signature of 2000 octets": rsaValue(2048) + signature(2000),
  "no signature": rsaValue(2048),
  "nothing but zeros": "\0".repeat(600),
  "a fingerprint where the key was agreed on": `<fingerprint>${octets(32)}</fingerprint>${signature(256)}`,
  "a key that nobody signed with": rsaValue(2048) + signature(256),
  "an entity": `<!DOCTYPE x [<!ENTITY a "b">]>${rsaValue(2048)}${signature(256)}`,
};

for (const messages of [4, 3] as const)
  test(`XEP-0116 §4.7.1: absurd keys and signatures in message 3 of ${messages} get one refusal, after the work of an honest one`, async (t) => {
    const told = new Set<string>();
    const asked = new Set<string>();
    for (const [what, content] of Object.entries(contents)) {
      const seed = seedOf(t);
      const a = await sideOf(aliceJid, seed, { signers: [aliceKey], wrap: sealing(content) });
      const b = await sideOf(bobJid, seed, { signers: [bobKey], policy: { threeMessages: "accept" } });
      const proof = await prove(a, b, { init: { messages } });
      assert.ok(proof.bob.failure, what);
      assert.equal(proof.bob.outcome, undefined, what);
      told.add(refusalText(proof));
      asked.add(b.asked.join(" "));
    }
    assert.deepEqual([...told].map((text) => text.replace(/<thread>.*<\/thread>/, "<thread/>")), [errorText(aliceJid, "feature-not-implemented", [])]); // prettier-ignore
    assert.equal(asked.size, 1);
    assert.match([...asked][0]!, /verify$/, "and none of ours is signed after it");
  });

/** A core that seals something else as the identity. */
const sealing =
  (content: string) =>
  (core: Core): Core => {
    const identity: Core["identity"] = {
      ...core.identity,
      sealContent: (keys, counter) =>
        core.identity.sealContent(keys, counter, new TextEncoder().encode(content)),
    };
    return Object.create(core, { identity: { value: identity } }) as Core;
  };
