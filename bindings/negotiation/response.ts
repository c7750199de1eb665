/**
 * Message 2, the ESession response, as it comes (XEP-0116 §4.6.1): held against what was offered. Everything in it is
 * unauthenticated until mac_B has verified.
 */
import type { Core, Group } from "../core/types.js";
import { EsessionError } from "../errors.js";
import { signingAlgorithm } from "../identity/algorithms.js";
import { field, type Form } from "../wire/forms.js";
import { padCounter, toMpi } from "../wire/integers.js";
import { MAX_NONCE_BYTES, MAX_PUBLIC_BYTES, VERSION, type Agreed, type SasAlgorithm } from "./agreed.js";
import {
  boolean,
  octets,
  readSealed,
  rekeyFrequency,
  requireProofLast,
  text,
  unacceptable,
} from "./fields.js";
import type { Sealed } from "./identity.js";
import type { Offer } from "./offer.js";
import type { PubkeyMode, StanzaKind } from "./policy.js";
import { answersIn } from "./ssn-fields.js";
import type { SignAlgorithm } from "./types.js";

/** What a well-formed message 2 says. */
export interface Response {
  readonly form: Form;
  readonly agreed: Agreed;
  readonly nonceB: Uint8Array;
  /** C_A, 16 octets. */
  readonly counterA: Uint8Array;
  /** d, shortest form. */
  readonly publicKey: Uint8Array;
  readonly sasCommit: Uint8Array | undefined;
  /** ID_B and M_B, in a negotiation of three messages only. */
  readonly proof: Sealed | undefined;
}

export interface Offered {
  readonly offer: Offer;
  readonly groups: readonly Group[];
  readonly nonceA: Uint8Array;
}

/** The security level that the peer wants instead of e2e (XEP-0116 §4.4), if that is what it says. */
export function declinedSecurity(form: Form): string | undefined {
  const security = field(form, "security")?.values[0];
  return security !== undefined && security !== "e2e" ? security : undefined;
}

/** XEP-0116 §4.6.1: verifies that what the peer chose is among what was offered. Throws options-unacceptable. */
export function readResponse(core: Core, form: Form, { offer, groups, nonceA }: Offered): Response {
  if (!boolean(form, "accept"))
    throw unacceptable("accept", "must be true in a response that carries options");
  const agreed = readChoices(form, offer, groups);
  const nonce = octets(form, "nonce", 1, MAX_NONCE_BYTES);
  if (!core.equal(nonce, nonceA))
    throw nonceFault("nonce", "the field 'nonce' is not the nonce of our request");
  const nonceB = octets(form, "my_nonce", 1, MAX_NONCE_BYTES);
  if (core.equal(nonceB, nonceA)) throw nonceFault("my_nonce", "the peer's nonce is our own, reflected");
  const counterA = padCounter(octets(form, "counter", 1, 16));
  if (counterA === undefined) throw unacceptable("counter", "is longer than a block");
  if (field(form, "dhhashes")) throw unacceptable("dhhashes", "must not be in a response");
  const bound = agreed.sas === "sas28x5-bound";
  if (!bound && field(form, "sas_commit")) throw unacceptable("sas_commit", "belongs to sas28x5-bound only");
  return {
    form,
    agreed,
    nonceB,
    counterA,
    publicKey: toMpi(octets(form, "dhkeys", 1, MAX_PUBLIC_BYTES)),
    sasCommit: bound ? octets(form, "sas_commit", 32, 32) : undefined,
    proof: offer.messages === 3 ? proofIn(form) : undefined,
  };
}

function proofIn(form: Form): Sealed {
  requireProofLast(form);
  return readSealed(form);
}

function readChoices(form: Form, offer: Offer, groups: readonly Group[]): Agreed {
  const chosen = <T extends string>(name: string, allowed: readonly T[]): T => {
    const value = text(form, name);
    // Ours, not the peer's: that one keeps the text of its whole form alive as long as the session.
    const ours = allowed.find((one) => one === value);
    if (ours === undefined) throw unacceptable(name, "has a value that was not offered");
    return ours;
  };
  chosen("security", ["e2e"]);
  chosen("compress", ["none"]);
  chosen("ver", [VERSION]);
  // XEP-0116 §4.5.2: a number below 2^32, and no smaller than ours
  const rekeyFreq = rekeyFrequency([text(form, "rekey_freq")]);
  if (rekeyFreq === undefined || rekeyFreq < offer.rekeyFreq)
    throw unacceptable("rekey_freq", "is not a number of at least the one that was offered");
  // Deployed clients may leave them without a value.
  const pubkey = (name: string, allowed: readonly PubkeyMode[]): PubkeyMode =>
    field(form, name)?.values.length === 0 && allowed.includes("none") ? "none" : chosen(name, allowed);
  const initPubkey = pubkey("init_pubkey", offer.initPubkey);
  const respPubkey = pubkey("resp_pubkey", offer.respPubkey);
  const keyless = initPubkey === "none" && respPubkey === "none";
  if (offer.messages === 3 && field(form, "sas_algs"))
    throw unacceptable("sas_algs", "has no place in a negotiation of three messages");
  return {
    messages: offer.messages,
    group: Number(chosen("modp", groups.map(String))) as Group,
    cipher: chosen("crypt_algs", offer.ciphers),
    hash: chosen("hash_algs", offer.hashes),
    sas: offer.messages === 3 ? undefined : chosen<SasAlgorithm>("sas_algs", offer.sas),
    stanzas: chosenStanzas(form, offer.stanzas),
    logging: chosen("logging", offer.logging),
    rekeyFreq,
    initPubkey,
    respPubkey,
    signing: keyless ? undefined : chosenAlgorithm(form, offer.signing),
    multisession: chosenMultisession(form, offer),
    disclosure: chosen<"never">("disclosure", ["never"]),
    fields: answersIn(form),
  };
}

/** SIGN, which the responder has chosen (XEP-0116 §4.5.4). */
function chosenAlgorithm(form: Form, allowed: readonly SignAlgorithm[]): SignAlgorithm {
  const algorithm = signingAlgorithm(text(form, "sign_algs"));
  if (algorithm === undefined || !allowed.includes(algorithm))
    throw unacceptable("sign_algs", "has a value that was not offered");
  return algorithm;
}

function chosenMultisession(form: Form, { multisession }: Offer): boolean {
  if (!field(form, "multisession")) return false;
  const chosen = boolean(form, "multisession");
  if (chosen && !multisession) throw unacceptable("multisession", "allows what was not offered");
  return chosen;
}

function chosenStanzas(form: Form, offered: readonly StanzaKind[]): StanzaKind[] {
  const values = field(form, "stanzas")?.values ?? [];
  if (!values.includes("message") || new Set(values).size !== values.length)
    throw unacceptable("stanzas", "must name message, and each kind once");
  const chosen = offered.filter((kind) => values.includes(kind));
  if (chosen.length !== values.length) throw unacceptable("stanzas", "names a kind that was not offered");
  return chosen;
}

const nonceFault = (name: string, what: string): EsessionError =>
  new EsessionError("nonce-mismatch", what, { condition: "not-acceptable", fields: [name] });
