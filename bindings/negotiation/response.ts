/**
 * Message 2, the ESession response (XEP-0116 §4.5): making the form, and checking one that came. Everything in a
 * received one is unauthenticated until mac_B has verified.
 */
import type { Cipher, Core, Dialect, Group } from "../core/types.js";
import { EsessionError } from "../errors.js";
import { encodeBase64 } from "../wire/base64.js";
import type { Element } from "../wire/element.js";
import { buildForm, field, type FieldInit, type Form } from "../wire/forms.js";
import { padCounter, toMpi } from "../wire/integers.js";
import { FORM_TYPE } from "../wire/namespaces.js";
import { MAX_NONCE_BYTES, VERSION, type Agreed, type SasAlgorithm } from "./agreed.js";
import { boolean, octets, text, unacceptable } from "./fields.js";
import type { NegotiationPolicy, StanzaKind } from "./policy.js";
import {
  offeredCiphers,
  offeredRekey,
  offeredSas,
  offeredStanzas,
  rekeyFrequency,
  type Request,
} from "./request.js";

/** The longest public value: 8192 bits. Leading zeros are tolerated up to that length. */
export const MAX_PUBLIC_BYTES = 1024;

export interface ResponseInit {
  readonly request: Request;
  readonly nonceB: Uint8Array;
  readonly counterA: Uint8Array;
  readonly publicKey: Uint8Array;
  /** SHA-256(r), with sas28x5-bound only. */
  readonly sasCommit: Uint8Array | undefined;
}

/** formB: an answer for every known field of the request but dhhashes (XEP-0116 §4.5.2). */
export function buildResponse({ request, nonceB, counterA, publicKey, sasCommit }: ResponseInit): Element {
  const { agreed, asked, loggingField } = request;
  const answers: Record<string, readonly string[]> = {
    disclosure: ["never"],
    security: ["e2e"],
    modp: [String(agreed.group)],
    crypt_algs: [agreed.cipher],
    hash_algs: [agreed.hash],
    compress: ["none"],
    stanzas: agreed.stanzas,
    init_pubkey: ["none"],
    resp_pubkey: ["none"],
    ver: [VERSION],
    rekey_freq: [String(agreed.rekeyFreq)],
    sas_algs: [agreed.sas],
  };
  if (loggingField === "logging") answers.logging = [agreed.logging];
  if (loggingField === "otr") answers.otr = [String(agreed.logging === "mustnot")];
  const answered = asked.filter((name) => Object.hasOwn(answers, name));
  const fields: FieldInit[] = [
    { var: "FORM_TYPE", values: [FORM_TYPE] },
    { var: "accept", values: ["1"] },
    ...answered.map((name) => ({ var: name, values: answers[name]! })),
    { var: "my_nonce", values: [encodeBase64(nonceB)] },
    { var: "dhkeys", values: [encodeBase64(publicKey)] },
    { var: "nonce", values: [encodeBase64(request.nonceA)] },
    { var: "counter", values: [encodeBase64(counterA)] },
  ];
  if (sasCommit) fields.push({ var: "sas_commit", values: [encodeBase64(sasCommit)] });
  return buildForm("submit", fields);
}

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
}

export interface Offered {
  readonly policy: NegotiationPolicy;
  readonly dialect: Dialect | "auto";
  readonly groups: readonly Group[];
  readonly nonceA: Uint8Array;
}

/** The security level that the peer wants instead of e2e (XEP-0116 §4.4), if that is what it says. */
export function declinedSecurity(form: Form): string | undefined {
  const security = field(form, "security")?.values[0];
  return security !== undefined && security !== "e2e" ? security : undefined;
}

/** XEP-0116 §4.6.1: verifies that what the peer chose is among what was offered. Throws options-unacceptable. */
export function readResponse(core: Core, form: Form, { policy, dialect, groups, nonceA }: Offered): Response {
  if (!boolean(form, "accept"))
    throw unacceptable("accept", "must be true in a response that carries options");
  const chosen = <T extends string>(name: string, allowed: readonly T[]): T => {
    const value = text(form, name);
    // Ours, not the peer's: that one keeps the text of its whole form alive as long as the session.
    const ours = allowed.find((one) => one === value);
    if (ours === undefined) throw unacceptable(name, "has a value that was not offered");
    return ours;
  };
  chosen("disclosure", ["never"]);
  chosen("security", ["e2e"]);
  chosen("hash_algs", ["sha256"]);
  chosen("compress", ["none"]);
  chosen("ver", [VERSION]);
  for (const name of ["init_pubkey", "resp_pubkey"])
    if (field(form, name)?.values.length !== 0) chosen(name, ["none"]);
  // XEP-0116 §4.5.2: a number below 2^32, and no smaller than ours.
  const rekeyFreq = rekeyFrequency([text(form, "rekey_freq")]);
  if (rekeyFreq === undefined || rekeyFreq < offeredRekey(policy, dialect))
    throw unacceptable("rekey_freq", "is not a number of at least the one that was offered");
  const agreed: Agreed = {
    group: Number(chosen("modp", groups.map(String))) as Group,
    cipher: chosen<Cipher>("crypt_algs", offeredCiphers(policy, dialect)),
    hash: "sha256",
    sas: chosen<SasAlgorithm>("sas_algs", offeredSas(dialect)),
    stanzas: chosenStanzas(form, offeredStanzas(policy, dialect)),
    logging: chosen("logging", policy.logging),
    rekeyFreq,
  };
  const nonce = octets(form, "nonce", 1, MAX_NONCE_BYTES);
  if (!core.equal(nonce, nonceA))
    throw new EsessionError("nonce-mismatch", "the field 'nonce' is not the nonce of our request", {
      condition: "not-acceptable",
      fields: ["nonce"],
    });
  const nonceB = octets(form, "my_nonce", 1, MAX_NONCE_BYTES);
  if (core.equal(nonceB, nonceA))
    throw new EsessionError("nonce-mismatch", "the peer's nonce is our own, reflected", {
      condition: "not-acceptable",
      fields: ["my_nonce"],
    });
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
  };
}

function chosenStanzas(form: Form, offered: readonly StanzaKind[]): StanzaKind[] {
  const values = field(form, "stanzas")?.values ?? [];
  if (!values.includes("message") || new Set(values).size !== values.length)
    throw unacceptable("stanzas", "must name message, and each kind once");
  const chosen = offered.filter((kind) => values.includes(kind));
  if (chosen.length !== values.length) throw unacceptable("stanzas", "names a kind that was not offered");
  return chosen;
}
