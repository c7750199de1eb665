/**
 * A peer of the four-message negotiation, written from the text of XEP-0116 §4 and XEP-0217 with BigInt and Node's
 * cryptography, and nothing of the core: it checks the engine's arithmetic, and plays the attackers. It checks
 * nothing that it receives. MODP group 1, key mode `none`.
 */
import { createCipheriv, createHash, createHmac, randomBytes } from "node:crypto";
import { buildForm, buildMessage, normalForm, readPayload, type Dialect, type Element, type FieldInit } from "esession/wire"; // prettier-ignore
import { base64, octetsOf, valueOf } from "./forms.js";

/** RFC 2409 §6.1, the First Oakley Group: 768 bits, generator 2. */
export const prime = BigInt(
  "0xffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404dd" +
    "ef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a63a3620ffffffffffffffff",
);

export type Octets = Uint8Array;

/** XEP-0116 §6.1: big-endian, no leading zero octets. */
export function mpi(value: bigint): Octets {
  const hex = value.toString(16);
  return new Uint8Array(Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex"));
}

export const toNumber = (octets: Octets): bigint => BigInt(`0x${Buffer.from(octets).toString("hex") || "0"}`);

export function modPow(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (let power = base % modulus, rest = exponent; rest > 0n; rest >>= 1n, power = (power * power) % modulus)
    if (rest & 1n) result = (result * power) % modulus;
  return result;
}

export const sha256 = (...parts: Octets[]): Octets => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
};

export const hmac = (key: Octets, ...parts: (Octets | string)[]): Octets => {
  const mac = createHmac("sha256", key);
  for (const part of parts) mac.update(part);
  return new Uint8Array(mac.digest());
};

export const utf8 = (text: string): Octets => new TextEncoder().encode(text);
export const random = (length: number): Octets => new Uint8Array(randomBytes(length));

/** XEP-0116 §4.5.3. `deployed`: the whole HMAC output is the cipher key, and the counter is raised first. */
export interface Cipher {
  readonly bits: 128 | 256;
  readonly dialect: Dialect;
}

export interface Keys {
  readonly cipher: Octets;
  readonly mac: Octets;
  readonly sigma: Octets;
}

export function keysOf(k: Octets, role: "Initiator" | "Responder", { bits, dialect }: Cipher): Keys {
  const length = dialect === "deployed" ? 32 : bits / 8;
  return {
    cipher: hmac(k, `${role} Cipher Key`).slice(-length),
    mac: hmac(k, `${role} MAC Key`),
    sigma: hmac(k, `${role} SIGMA Key`),
  };
}

export const counterPlus = (counter: Octets, blocks: bigint): Octets => {
  const hex = ((toNumber(counter) + blocks) % 2n ** 128n).toString(16).padStart(32, "0");
  return new Uint8Array(Buffer.from(hex, "hex"));
};

/** XEP-0116 §4.5.1: C_B = C_A xor 2^127. */
export const otherCounter = (counter: Octets): Octets => counterPlus(counter, 2n ** 127n);

export function encrypt(keys: Keys, counter: Octets, text: Octets, { dialect }: Cipher): Octets {
  const first = dialect === "deployed" ? counterPlus(counter, 1n) : counter;
  const cipher = createCipheriv(`aes-${keys.cipher.length * 8}-ctr`, keys.cipher, first);
  return new Uint8Array(cipher.update(text));
}

/** XEP-0116 §4.5.4: ID and M of a mac. */
export function prove(keys: Keys, counter: Octets, input: readonly Octets[], cipher: Cipher): { identity: Octets; mac: Octets } { // prettier-ignore
  const identity = encrypt(keys, counter, hmac(keys.sigma, ...input), cipher);
  return { identity, mac: hmac(keys.mac, mpi(toNumber(counter)), identity) };
}

/** The normal form of a stanza's form. */
export const normal = (stanza: Element, { dialect }: Cipher, without: readonly string[] = []): Octets =>
  normalForm(readPayload(stanza)!.x, dialect, without);

const digits = "acdefghikmopqruvwxy123456789";
/** The last 24 bits of a hash in base 28. */
export function fiveDigits(hash: Octets): string {
  let rest = Number(toNumber(hash.slice(-3)));
  let text = "";
  for (let digit = 0; digit < 5; digit++, rest = Math.floor(rest / 28)) text = digits.charAt(rest % 28) + text;
  return text;
}

/** The number that five digits stand for. */
export const sasNumber = (text: string): number =>
  [...text].reduce((value, digit) => value * 28 + digits.indexOf(digit), 0);

/** XEP-0116, "The sas28x5 SAS Algorithm". */
export const sas28x5 = (mA: Octets, formB: Octets): string =>
  fiveDigits(sha256(mA, formB, utf8("Short Authentication String")));

export interface BoundInput {
  readonly nonceA: Octets;
  readonly nonceB: Octets;
  readonly e: Octets;
  readonly d: Octets;
  readonly formA: Octets;
  readonly formB: Octets;
  readonly r: Octets;
}

/** docs/sas28x5-bound.md */
export function sas28x5Bound({ nonceA, nonceB, e, d, formA, formB, r }: BoundInput): string {
  const framed = [nonceA, nonceB, e, d, formA, formB, r].flatMap((value) => {
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, value.length);
    return [length, value];
  });
  return fiveDigits(sha256(utf8("ESession SAS"), ...framed));
}

export interface ScriptedKeyPair {
  readonly secret: bigint;
  /** g^x mod p, shortest form. */
  readonly value: Octets;
}

export function keyPair(secret = toNumber(random(32)) | (1n << 255n)): ScriptedKeyPair {
  return { secret, value: mpi(modPow(2n, secret, prime)) };
}

/** K = HASH(MPI(shared)). */
export const agree = ({ secret }: ScriptedKeyPair, value: Octets): Octets =>
  sha256(mpi(modPow(toNumber(value), secret, prime)));

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
export function scriptedRequest({ to, from, thread = base64(random(12)), pair, nonce = random(16), sas = ["sas28x5"], ciphers = ["aes128-ctr"], stanzas = ["message"] }: RequestOptions): Element { // prettier-ignore
  const list = (name: string, options: readonly string[]): FieldInit => ({ var: name, type: "list-single", options });
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
export function scriptedResponse(request: Element, { from, pair, nonce = random(16), counter = random(16), sas = "sas28x5", cipher = "aes128-ctr", stanzas = ["message"], r }: ResponseOptions): Element { // prettier-ignore
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
  return buildMessage({ to: request.attrs.from!, from, thread: request.getChildText("thread")! }, "feature", form);
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
export function scriptedIdentity(exchange: Exchange, pair: ScriptedKeyPair, rshashes = [random(32)]): Element {
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
export function scriptedFinal(exchange: Exchange, identity: Element, pair: ScriptedKeyPair, { srshash = random(32), r, secrets }: FinalOptions = {}): Element { // prettier-ignore
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
