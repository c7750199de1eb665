/**
 * What the two agreed on, as far as their forms say it, and what follows for who listens: the dialect that is guessed, the
 * profile, the strings that the users see. All of it is public (XEP-0116 §4.7.2; docs/sas28x5-bound.md).
 */
import { hashLengths, isCommon } from "../core/suites.js";
import type { Cipher, Core, Dialect, Group, Hash } from "../core/types.js";
import {
  VERSION,
  NO_REKEY,
  SAS_ALGORITHMS,
  SIGN_ALGORITHMS,
  type SasAlgorithm,
} from "../negotiation/agreed.js";
import { guessDialect } from "../negotiation/dialect.js";
import { dummyKey } from "../negotiation/dummy-key.js";
import { defaultNegotiationPolicy, type NegotiationPolicy, type StanzaKind } from "../negotiation/policy.js";
import { PROOF_FIELDS } from "../negotiation/proof.js";
import type { RequestFacts } from "../negotiation/request.js";
import { sas28x5, sas28x5Bound } from "../trust/sas.js";
import { decodeBase64 } from "../wire/base64.js";
import { normalForm } from "../wire/canonical.js";
import { field, offered, single, type Form } from "../wire/forms.js";
import { toMpi } from "../wire/integers.js";
import type { Negotiation } from "./negotiations.js";
import { EsessionError } from "../errors.js";

/** What this engine can be talked into at all: whatever it refuses beyond that, it does not know. */
export const laxPolicy: NegotiationPolicy = {
  ...defaultNegotiationPolicy,
  groups: [14, 15, 16],
  acceptedGroups: [17, 18],
  legacy: true,
  insecureBrokenGroups: true,
  ciphers: [
    ...(["aes256-ctr", "aes192-ctr", "aes128-ctr"] as const),
    ...(["serpent256-ctr", "serpent192-ctr", "serpent128-ctr"] as const),
    ...(["twofish256-ctr", "twofish192-ctr", "twofish128-ctr", "none"] as const),
  ],
  hashes: ["sha256", "whirlpool"],
  initPubkey: ["key", "hash", "none"],
  respPubkey: ["key", "hash", "none"],
  threeMessages: "accept",
};

/** Of somebody with keys of every kind, who knows the peer's. */
export const laxFacts: RequestFacts = {
  own: {
    signers: SIGN_ALGORITHMS.map((algorithm) => ({
      algorithm,
      publicKey: dummyKey(algorithm),
      keyValue: "",
    })),
    verifies: SIGN_ALGORITHMS,
  },
  facts: { keyed: true, keyRequired: false },
};

const GROUPS: readonly string[] = ["1", "2", "5", "14", "15", "16", "17", "18"];
const CIPHERS: readonly string[] = laxPolicy.ciphers;

export function isGroup(text: string | undefined): boolean {
  return text !== undefined && GROUPS.includes(text);
}

export function groupOf(response: Form | undefined): Group | undefined {
  const text = response && single(response, "modp");
  return isGroup(text) ? (Number(text) as Group) : undefined;
}

export function cipherOf(response: Form | undefined): Cipher | undefined {
  const text = response && single(response, "crypt_algs");
  return CIPHERS.find((name) => name === text) as Cipher | undefined;
}

/** sha256 where nothing is said, as in XEP-0217. */
export function hashOf(response: Form | undefined): Hash | undefined {
  const text = (response && single(response, "hash_algs")) ?? "sha256";
  return laxPolicy.hashes.find((name) => name === text);
}

/** How many octets MACs and hashes may have: those of the hash that was chosen, or of any where that is not known. */
export function hashOctets(response: Form | undefined): readonly number[] {
  const hash = response && hashOf(response);
  return hash === undefined ? Object.values(hashLengths) : [hashLengths[hash]];
}

/** Recordings have keys of AES and SHA-256 alone. */
export function isCommonSuite(response: Form | undefined): boolean {
  const [cipher, hash] = [cipherOf(response), hashOf(response)];
  return cipher !== undefined && cipher !== "none" && isCommon(cipher) && hash === "sha256";
}

export function sasOf(response: Form | undefined): SasAlgorithm | undefined {
  const text = response && single(response, "sas_algs");
  return SAS_ALGORITHMS.find((name) => name === text);
}

/** The octets of a field with one value; undefined where it has none that can be read, which is found elsewhere. */
export function octetsIn(form: Form | undefined, name: string): Uint8Array | undefined {
  return octetsOf(form && single(form, name));
}

export function octetsOf(text: string | undefined): Uint8Array | undefined {
  if (text === undefined || text === "") return undefined;
  try {
    return decodeBase64(text);
  } catch (error) {
    if (!EsessionError.is(error)) throw error;
    return undefined;
  }
}

/** The dialect that the initiator would guess; undefined where message 2 does not say enough. */
export function dialectGuess(response: Form): Dialect | undefined {
  // negotiations of three messages do not agree on one
  const sas = field(response, "sas_algs") ? sasOf(response) : "sas28x5";
  const [group, cipher] = [groupOf(response), cipherOf(response)];
  if (group === undefined || cipher === undefined || sas === undefined) return undefined;
  const stanzas = (field(response, "stanzas")?.values ?? ["message"]) as readonly StanzaKind[];
  const agreed = { cipher, hash: "sha256", signing: undefined, sas, stanzas } as const;
  return guessDialect(agreed, defaultNegotiationPolicy, response, {});
}

/** What XEP-0217 §4.1 leaves of XEP-0116. */
const profile: Readonly<Record<string, string>> = {
  crypt_algs: "aes128-ctr",
  hash_algs: "sha256",
  compress: "none",
  stanzas: "message",
  init_pubkey: "none",
  resp_pubkey: "none",
  rekey_freq: String(NO_REKEY),
  sas_algs: "sas28x5",
  ver: VERSION,
};

/** The fields in which a form goes beyond the profile of XEP-0217; `ver` of the XEPs' own examples is let pass. */
export function beyondProfile(form: Form): string[] {
  return Object.entries(profile)
    .filter(([name, value]) => {
      const values = offered(field(form, name)).filter((one) => one !== "");
      return values.length > 0 && !values.includes(value);
    })
    .map(([name]) => name);
}

export interface Strings {
  readonly sas: string;
  readonly comparisonCode?: string;
}

/** `sas28x5`, known with message 3. */
export function weakString(core: Core, one: Negotiation, dialect: Dialect): Strings | undefined {
  const mA = octetsIn(one.identity, "mac");
  if (!mA || !one.response) return undefined;
  const formB = normalForm(one.response.element, dialect, one.flow === "three" ? PROOF_FIELDS : []);
  return { sas: sas28x5(mA, formB, (...parts) => core.sha256(...parts)) };
}

/** `sas28x5-bound`, known with message 4. */
export function strongString(core: Core, one: Negotiation, dialect: Dialect): Strings | undefined {
  const { request, response, identity, final } = one;
  const [nonceA, nonceB] = [octetsIn(request, "my_nonce"), octetsIn(response, "my_nonce")];
  const [e, d, r] = [
    octetsIn(identity, "dhkeys"),
    octetsIn(response, "dhkeys"),
    octetsIn(final, "sas_nonce"),
  ];
  if (!request || !response || !nonceA || !nonceB || !e || !d || !r) return undefined;
  const [formA, formB] = [normalForm(request.element, dialect), normalForm(response.element, dialect)];
  return sas28x5Bound({ nonceA, nonceB, e: toMpi(e), d: toMpi(d), formA, formB, r }, (...parts) =>
    core.sha256(...parts),
  );
}
