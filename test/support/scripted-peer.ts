/**
 * A peer of the four-message negotiation, written from the text of XEP-0116 §4 and XEP-0217: it checks the engine's
 * arithmetic, and plays the attackers. It checks nothing that it receives.
 */
import {
  buildForm,
  buildMessage,
  normalForm,
  readPayload,
  type Dialect,
  type Element,
  type FieldInit,
} from "esession/wire";
import { base64, octetsOf, valueOf } from "./forms.js";
import {
  agree,
  keysOf,
  otherCounter,
  prove,
  random,
  sha256,
  type Cipher,
  type Octets,
  type ScriptedKeyPair,
} from "./scripted-crypto.js";

export * from "./scripted-crypto.js";

/** The normal form of a stanza's form. */
export const normal = (stanza: Element, { dialect }: Cipher, without: readonly string[] = []): Octets =>
  normalForm(readPayload(stanza)!.x, dialect, without);

/** What is fixed by messages 1 and 2. */
export interface Exchange {
  readonly request: Element;
  readonly response: Element;
  readonly cipher: Cipher;
}

export interface RequestOptions {
  readonly to: string;
  readonly from: string;
  readonly thread?: string;
  readonly pair: ScriptedKeyPair;
  readonly nonce?: Octets;
  readonly sas?: readonly string[];
  readonly ciphers?: readonly string[];
  readonly stanzas?: readonly string[];
}

/** Message 1, as the example of XEP-0217 §4.1. */
export function scriptedRequest({
  to,
  from,
  thread = base64(random(12)),
  pair,
  nonce = random(16),
  sas = ["sas28x5"],
  ciphers = ["aes128-ctr"],
  stanzas = ["message"],
}: RequestOptions): Element {
  const list = (name: string, options: readonly string[]): FieldInit => ({
    var: name,
    type: "list-single",
    options,
  });
  const form = buildForm("form", [
    { var: "FORM_TYPE", type: "hidden", values: ["urn:xmpp:ssn"] },
    { var: "accept", type: "boolean", values: ["1"] },
    list("logging", ["may", "mustnot"]),
    list("disclosure", ["never"]),
    list("security", ["e2e"]),
    list("modp", ["1"]),
    list("crypt_algs", ciphers),
    list("hash_algs", ["sha256"]),
    list("compress", ["none"]),
    { var: "stanzas", type: "list-multi", options: stanzas },
    list("init_pubkey", ["none"]),
    list("resp_pubkey", ["none"]),
    list("ver", ["1.0"]),
    { var: "rekey_freq", type: "hidden", values: ["4294967295"] },
    { var: "my_nonce", type: "hidden", values: [base64(nonce)] },
    list("sas_algs", sas),
    { var: "dhhashes", type: "hidden", values: [base64(sha256(pair.value))] },
  ]);
  return buildMessage({ to, from, thread }, "feature", form);
}

export interface ResponseOptions {
  readonly from: string;
  readonly pair: ScriptedKeyPair;
  readonly nonce?: Octets;
  /** C_A. */
  readonly counter?: Octets;
  readonly sas?: "sas28x5" | "sas28x5-bound";
  readonly cipher?: string;
  readonly stanzas?: readonly string[];
  /** r of sas28x5-bound. */
  readonly r?: Octets;
}

/** Message 2, as the example of XEP-0217 §4.3.2. */
export function scriptedResponse(
  request: Element,
  {
    from,
    pair,
    nonce = random(16),
    counter = random(16),
    sas = "sas28x5",
    cipher = "aes128-ctr",
    stanzas = ["message"],
    r,
  }: ResponseOptions,
): Element {
  const one = (name: string, ...values: string[]): FieldInit => ({ var: name, values });
  const form = buildForm("submit", [
    one("FORM_TYPE", "urn:xmpp:ssn"),
    one("accept", "1"),
    one("logging", "may"),
    one("disclosure", "never"),
    one("security", "e2e"),
    one("modp", "1"),
    one("crypt_algs", cipher),
    one("hash_algs", "sha256"),
    one("compress", "none"),
    one("stanzas", ...stanzas),
    one("init_pubkey", "none"),
    one("resp_pubkey", "none"),
    one("ver", "1.0"),
    one("rekey_freq", "4294967295"),
    one("my_nonce", base64(nonce)),
    one("sas_algs", sas),
    one("dhkeys", base64(pair.value)),
    one("nonce", valueOf(request, "my_nonce")),
    one("counter", base64(counter)),
    ...(r ? [one("sas_commit", base64(sha256(r)))] : []),
  ]);
  return buildMessage(
    { to: request.attrs.from!, from, thread: request.getChildText("thread")! },
    "feature",
    form,
  );
}

/** Of the cipher that message 2 chose. */
export const cipherOf = (response: Element, dialect: Dialect = "xep"): Cipher => ({
  bits: valueOf(response, "crypt_algs") === "aes256-ctr" ? 256 : 128,
  dialect,
});

/** formA2 without the proof; `rshashes` stands last, where it can be varied cheaply. */
export function identityFields({ response }: Exchange, e: Octets, rshashes: readonly Octets[]): FieldInit[] {
  return [
    { var: "FORM_TYPE", values: ["urn:xmpp:ssn"] },
    { var: "accept", values: ["1"] },
    { var: "nonce", values: [valueOf(response, "my_nonce")] },
    { var: "dhkeys", values: [base64(e)] },
    { var: "rshashes", values: rshashes.map(base64) },
  ];
}

/** Message 3 (XEP-0217 §4.4.3-4). */
export function scriptedIdentity(
  exchange: Exchange,
  pair: ScriptedKeyPair,
  rshashes = [random(32)],
): Element {
  const { request, response, cipher } = exchange;
  const fields = identityFields(exchange, pair.value, rshashes);
  const k = agree(pair, octetsOf(response, "dhkeys"));
  const input = [
    octetsOf(response, "my_nonce"),
    octetsOf(request, "my_nonce"),
    pair.value,
    normal(request, cipher),
    normalForm(buildForm("result", fields), cipher.dialect),
  ];
  const proof = prove(keysOf(k, "Initiator", cipher), octetsOf(response, "counter"), input, cipher);
  const thread = request.getChildText("thread")!;
  const form = buildForm("result", [
    ...fields,
    { var: "identity", values: [base64(proof.identity)] },
    { var: "mac", values: [base64(proof.mac)] },
  ]);
  return buildMessage({ to: response.attrs.from!, from: request.attrs.from, thread }, "feature", form);
}

export interface FinalOptions {
  readonly srshash?: Octets;
  readonly r?: Octets;
  /** SRS and OSS. */
  readonly secrets?: readonly Octets[];
}

/** K after message 3 (XEP-0116 §4.7.3). */
export const finalSecret = (k: Octets, secrets: readonly Octets[] = []): Octets => sha256(k, ...secrets);

/** Message 4 (XEP-0217 §4.5.5). */
export function scriptedFinal(
  exchange: Exchange,
  identity: Element,
  pair: ScriptedKeyPair,
  { srshash = random(32), r, secrets }: FinalOptions = {},
): Element {
  const { request, response, cipher } = exchange;
  const fields: FieldInit[] = [
    { var: "FORM_TYPE", values: ["urn:xmpp:ssn"] },
    { var: "nonce", values: [valueOf(request, "my_nonce")] },
    { var: "srshash", values: [base64(srshash)] },
    ...(r ? [{ var: "sas_nonce", values: [base64(r)] }] : []),
  ];
  const k = finalSecret(agree(pair, octetsOf(identity, "dhkeys")), secrets);
  const input = [
    octetsOf(request, "my_nonce"),
    octetsOf(response, "my_nonce"),
    pair.value,
    normal(response, cipher),
    normalForm(buildForm("result", fields), cipher.dialect),
  ];
  const counter = otherCounter(octetsOf(response, "counter"));
  const proof = prove(keysOf(k, "Responder", cipher), counter, input, cipher);
  const form = buildForm("result", [
    ...fields,
    { var: "identity", values: [base64(proof.identity)] },
    { var: "mac", values: [base64(proof.mac)] },
  ]);
  const thread = request.getChildText("thread")!;
  return buildMessage({ to: request.attrs.from!, from: response.attrs.from, thread }, "init", form);
}
