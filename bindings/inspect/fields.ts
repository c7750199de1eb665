/**
 * What each field of the forms means, in a sentence, where that is defined, and what its values must be
 * (XEP-0116 §4, §11.2; XEP-0155 §12.3; XEP-0217 §4; docs/sas28x5-bound.md). In which messages a field stands is below.
 */
import type { Kind } from "./types.js";

/** `list`: values that are chosen among those offered. */
export type ValueKind = "octets" | "boolean" | "number" | "list" | "text";

export interface FieldMeaning {
  readonly meaning: string;
  readonly section: string;
  readonly value: ValueKind;
  /** Fewest and most octets of each Base64 value. */
  readonly octets?: readonly [number, number];
}

const list = (section: string, meaning: string): FieldMeaning => ({ meaning, section, value: "list" });
const octets = (least: number, most: number, section: string, meaning: string): FieldMeaning => ({
  meaning,
  section,
  value: "octets",
  octets: [least, most],
});
const other = (value: ValueKind, section: string, meaning: string): FieldMeaning => ({
  meaning,
  section,
  value,
});

export const meanings: Readonly<Record<string, FieldMeaning>> = {
  FORM_TYPE: other("text", "XEP-0155 §4.1", "says that the form negotiates a session: urn:xmpp:ssn"),
  accept: other(
    "boolean",
    "XEP-0155 §4.1",
    "whether the sender wants the session; 0 or false ends the negotiation",
  ),
  reason: other("text", "XEP-0155 §4.3", "why the session is not wanted, for people"),
  logging: list("XEP-0155 §12.3", "whether messages may be logged: may or mustnot"),
  otr: other("list", "XEP-0217 §4.1", "what XEP-0155 calls logging: true is mustnot, false is may"),
  disclosure: list("XEP-0155 §12.3", "whether the software has a feature that discloses content or keys"),
  security: list(
    "XEP-0155 §12.3",
    "the least security: e2e asks for an encrypted session, c2s and none for less",
  ),
  multisession: other("boolean", "XEP-0155 §12.3", "whether several sessions at once are allowed"),
  continue: other("text", "XEP-0155 §5", "the resource with which the session goes on"),
  renegotiate: other("boolean", "XEP-0155 §6", "whether the running session is negotiated again"),
  terminate: other("boolean", "XEP-0155 §7", "ends the session, or acknowledges its end"),
  language: list("XEP-0155 §12.3", "the language in which is written"),
  modp: list("XEP-0116 §4.3", "the MODP group of the Diffie-Hellman exchange"),
  crypt_algs: list("XEP-0116 §4.3", "the block cipher, in counter mode"),
  hash_algs: list("XEP-0116 §4.3", "the hash of keys, MACs and commitments"),
  sign_algs: list("XEP-0116 §4.3", "the algorithm of the signatures, where there are public keys"),
  signs: list("XEP-0116 §11.2", "signatures of the form"),
  compress: list("XEP-0116 §4.3", "the compression before encryption"),
  stanzas: list("XEP-0116 §4.3", "the kinds of stanzas that are encrypted"),
  init_pubkey: list("XEP-0116 §4.3", "how the initiator's public key is sent: none, key or hash"),
  resp_pubkey: list("XEP-0116 §4.3", "how the responder's public key is sent: none, key or hash"),
  ver: list("XEP-0116 §4.3", "the version of the protocol; the only one there is, is 1.0"),
  rekey_freq: other(
    "number",
    "XEP-0116 §4.3",
    "the fewest stanzas between two key exchanges; 4294967295 is never",
  ),
  sas_algs: list("XEP-0116 §4.3", "how the string is made that the two users compare"),
  my_nonce: octets(1, 64, "XEP-0116 §4.3", "the sender's nonce: N_A of the initiator, N_B of the responder"),
  nonce: octets(1, 64, "XEP-0116 §4.5.2", "the receiver's nonce, sent back"),
  dhhashes: octets(
    32,
    32,
    "XEP-0116 §4.3",
    "He = HASH(e) for each group offered: e is shown in message 3 only",
  ),
  dhkeys: octets(
    1,
    1_025,
    "XEP-0116 §4.5.2",
    "the sender's Diffie-Hellman public value: e of the initiator, d of the responder",
  ),
  counter: octets(
    1,
    16,
    "XEP-0116 §4.5.2",
    "C_A, the first block counter of the initiator; C_B is it with the top bit changed",
  ),
  rshashes: octets(
    1,
    64,
    "XEP-0116 §4.6.2",
    "HMACs of the retained secrets that the initiator has for the contact, among random values",
  ),
  srshash: octets(
    32,
    64,
    "XEP-0116 §4.7.4",
    "an HMAC under the retained secret that both have, or a random value",
  ),
  identity: octets(
    1,
    1_024,
    "XEP-0116 §4.6.3",
    "the sender's proof, encrypted: a MAC of the negotiation, with public keys the signature too",
  ),
  mac: octets(
    32,
    64,
    "XEP-0116 §4.6.3",
    "the MAC of the encrypted proof: M_A of the initiator, M_B of the responder",
  ),
  sas_commit: octets(
    32,
    32,
    "docs/sas28x5-bound.md, 2",
    "SHA-256 of r, the responder's share of the strong string",
  ),
  sas_nonce: octets(32, 32, "docs/sas28x5-bound.md, 3", "r, which the strong string is made of"),
  expires: other("text", "XEP-0187", "until when options for offline sessions hold"),
  match_resource: other("text", "XEP-0187", "the resource that an offline session is for"),
};

/** For what no XEP of the family names. */
export const unknownMeaning: Pick<FieldMeaning, "meaning" | "section"> = {
  meaning: "not a field of these XEPs: another protocol's, which a peer may ignore unless it is required",
  section: "XEP-0155 §4.1",
};

/**
 * Negotiations of three messages reveal e at once, and are over with message 3 (XEP-0116 §4.2); so are those of XEP-0155
 * that ask for no encryption.
 */
export type Flow = "four" | "three" | "none";

/** Without any of these, encryption is not what is negotiated. */
export const encrypting: readonly string[] = ["modp", "crypt_algs", "my_nonce", "dhhashes", "dhkeys"];

type Needed = Partial<Record<Kind, readonly string[]>>;
const options = ["security", "crypt_algs", "hash_algs", "compress", "stanzas", "ver", "my_nonce", "modp"];

/** The fields that a message must have. */
export const needed: Readonly<Record<Flow, Needed>> = {
  four: {
    request: ["FORM_TYPE", "accept", ...options, "sas_algs", "dhhashes"],
    response: ["FORM_TYPE", "accept", "modp", "crypt_algs", "my_nonce", "nonce", "dhkeys", "counter"],
    identity: ["FORM_TYPE", "accept", "nonce", "dhkeys", "rshashes", "identity", "mac"],
    final: ["FORM_TYPE", "nonce", "srshash", "identity", "mac"],
  },
  three: {
    request: ["FORM_TYPE", "accept", ...options, "dhkeys"],
    response: [
      "FORM_TYPE",
      "accept",
      "modp",
      "crypt_algs",
      "my_nonce",
      "nonce",
      "dhkeys",
      "counter",
      "identity",
      "mac",
    ],
    identity: ["FORM_TYPE", "accept", "nonce", "identity", "mac"],
  },
  none: {
    request: ["FORM_TYPE", "accept"],
    response: ["FORM_TYPE", "accept"],
    identity: ["FORM_TYPE", "accept"],
  },
};

/** Fields that may be left out of the response: nothing is chosen by them, or nothing that the session needs. */
export const optional: readonly string[] = ["sign_algs", "signs", "multisession", "language", "continue", "renegotiate", "reason", "expires", "match_resource"]; // prettier-ignore

/** Fields of a request that a response does not answer by the same name (XEP-0116 §4.5.2). */
export const unanswered: readonly string[] = ["FORM_TYPE", "accept", "my_nonce", "dhhashes", "dhkeys"];

/** What the children of `<c/>` mean (XEP-0200). */
export const sealedMeanings: Readonly<Record<string, readonly [meaning: string, section: string]>> = {
  data: ["the encrypted content, in whole or begun blocks", "XEP-0200 §6"],
  key: ["a new public value: a re-key exchange is asked for, or accepted", "XEP-0200 §9"],
  new: ["how many <key/> the sender has taken over since its last stanza", "XEP-0200 §9.3"],
  old: [
    "a MAC key that is used no more, published so that everybody could have forged with it",
    "XEP-0200 §10",
  ],
  mac: ["the MAC of the other children and of the sender's block counter", "XEP-0200 §6"],
};
