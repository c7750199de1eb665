/**
 * Message 1, the ESession request (XEP-0116 §4.3, XEP-0217 §4.1): making the form, and reading one that came.
 */
import type { Cipher, Core, Dialect, KeyPair } from "../core/types.js";
import { EsessionError } from "../errors.js";
import { encodeBase64 } from "../wire/base64.js";
import type { Element } from "../wire/element.js";
import { buildForm, field, offered, type FieldInit, type Form } from "../wire/forms.js";
import { FORM_TYPE } from "../wire/namespaces.js";
import {
  MAX_NONCE_BYTES,
  NO_REKEY,
  SAS_ALGORITHMS,
  VERSION,
  firstCommon,
  type Agreed,
  type SasAlgorithm,
} from "./agreed.js";
import { boolean, octetList, octets, unacceptable } from "./fields.js";
import { usableGroups, type NegotiationPolicy, type StanzaKind } from "./policy.js";

export interface RequestInit {
  readonly policy: NegotiationPolicy;
  readonly dialect: Dialect | "auto";
  readonly nonceA: Uint8Array;
  readonly pairs: readonly KeyPair[];
  /** Further fields of the application, appended. */
  readonly extra?: readonly FieldInit[];
}

/**
 * The form of message 1. It has no empty element and no white space, so that its normal form is the same in both
 * dialects, and only the fields that every deployed peer knows.
 */
export function buildRequest(
  core: Core,
  { policy, dialect, nonceA, pairs, extra = [] }: RequestInit,
): Element {
  const deployed = dialect === "deployed";
  // Deployed clients read lists from options and everything else from values; they themselves hide single choices.
  const choice = (name: string, options: readonly string[]): FieldInit =>
    deployed ? { var: name, type: "hidden", values: options } : { var: name, type: "list-single", options };
  return buildForm("form", [
    { var: "FORM_TYPE", type: "hidden", values: [FORM_TYPE] },
    { var: "accept", type: "boolean", values: ["1"] },
    { var: "logging", type: "list-single", options: policy.logging },
    { var: "disclosure", type: "list-single", options: ["never"] },
    { var: "security", type: "list-single", options: ["e2e"] },
    choice("crypt_algs", offeredCiphers(policy, dialect)),
    choice("hash_algs", ["sha256"]),
    choice("compress", ["none"]),
    { var: "stanzas", type: "list-multi", options: offeredStanzas(policy, dialect) },
    { var: "init_pubkey", type: "list-single", options: ["none"] },
    { var: "resp_pubkey", type: "list-single", options: ["none"] },
    choice("ver", [VERSION]),
    { var: "rekey_freq", type: "hidden", values: [String(offeredRekey(policy, dialect))] },
    choice("sas_algs", offeredSas(dialect)),
    { var: "my_nonce", type: "hidden", values: [encodeBase64(nonceA)] },
    { var: "modp", type: "list-single", options: pairs.map((pair) => String(pair.group)) },
    {
      var: "dhhashes",
      type: "hidden",
      values: pairs.map((pair) => encodeBase64(core.sha256(pair.publicKey))),
    },
    ...extra,
  ]);
}

export function offeredCiphers(policy: NegotiationPolicy, dialect: Dialect | "auto"): readonly Cipher[] {
  return dialect === "deployed" ? ["aes128-ctr"] : policy.ciphers;
}

export function offeredStanzas(policy: NegotiationPolicy, dialect: Dialect | "auto"): readonly StanzaKind[] {
  return dialect === "deployed" ? ["message"] : policy.stanzas;
}

/** Deployed clients never exchange keys again, whatever they agree to. */
export function offeredRekey({ rekeyFreq }: NegotiationPolicy, dialect: Dialect | "auto"): number {
  return dialect === "deployed" ? NO_REKEY : rekeyFreq;
}

export function offeredSas(dialect: Dialect | "auto"): readonly SasAlgorithm[] {
  return dialect === "deployed" ? ["sas28x5"] : SAS_ALGORITHMS;
}

/** Message 1 as received: schema, sizes and counts checked, nothing chosen yet. */
export interface Request {
  readonly form: Form;
  readonly nonceA: Uint8Array;
  readonly agreed: Agreed;
  /** He for the chosen group. */
  readonly commitment: Uint8Array;
  /** The fields to answer, in the order in which they came. */
  readonly asked: readonly string[];
  /** `otr` is what XEP-0217 calls `logging`. */
  readonly loggingField: "logging" | "otr" | undefined;
}

/** What the options of a request must contain to be answered. */
const fixed: Readonly<Record<string, string>> = {
  disclosure: "never",
  security: "e2e",
  hash_algs: "sha256",
  compress: "none",
  init_pubkey: "none",
  resp_pubkey: "none",
  ver: VERSION,
};

/** Fields that XEP-0116 §4.3 lets nobody leave out. */
const needed = [
  "security",
  "crypt_algs",
  "hash_algs",
  "compress",
  "stanzas",
  "ver",
  "sas_algs",
  "my_nonce",
  "modp",
];

const known = new Set([...needed, ...Object.keys(fixed), "FORM_TYPE", "accept", "logging", "otr", "rekey_freq", "sign_algs", "dhhashes", "dhkeys", "multisession"]); // prettier-ignore

/**
 * Reads message 1 and chooses among its options by our preference (XEP-0116 §4.5.1).
 * Throws options-unacceptable with the names of all offending fields (§4.4), before anything costly is done.
 */
export function readRequest(form: Form, policy: NegotiationPolicy): Request {
  if (!boolean(form, "accept")) throw unacceptable("accept", "of a request must be true");
  // XEP-0116 §4.4: three-message negotiations carry dhkeys instead of dhhashes.
  if (field(form, "dhkeys") !== undefined)
    throw new EsessionError("options-unacceptable", "the three-message negotiation is not offered here", {
      condition: "feature-not-implemented",
      fields: ["dhkeys"],
    });
  // XEP-0155 §4.3: a required field that is not known is named in the error.
  const foreign = form.fields.filter((one) => one.required && !known.has(one.var)).map((one) => one.var);
  if (foreign.length > 0)
    throw new EsessionError(
      "options-unacceptable",
      `required fields are not known here: ${foreign.join(", ")}`,
      {
        condition: "feature-not-implemented",
        fields: foreign,
      },
    );

  const values = (name: string): readonly string[] => offered(field(form, name));
  const missing = needed.filter((name) => values(name).length === 0);
  const wrong = Object.entries(fixed).filter(
    ([name, value]) => field(form, name) && !values(name).includes(value),
  );

  const cipher = firstCommon(offeredCiphers(policy, policy.dialect), values("crypt_algs"));
  const sas = firstCommon(offeredSas(policy.dialect), values("sas_algs"));
  const group = firstCommon(usableGroups(policy), values("modp"));
  const stanzas = offeredStanzas(policy, policy.dialect).filter((kind) => values("stanzas").includes(kind));
  const { loggingField, logging } = chooseLogging(form, policy);
  const rekey = field(form, "rekey_freq") === undefined ? NO_REKEY : rekeyFrequency(values("rekey_freq"));

  const refused = new Set([...missing, ...wrong.map(([name]) => name)]);
  if (cipher === undefined) refused.add("crypt_algs");
  if (sas === undefined) refused.add("sas_algs");
  if (group === undefined) refused.add("modp");
  if (!stanzas.includes("message")) refused.add("stanzas");
  if (logging === undefined) refused.add(loggingField ?? "logging");
  if (rekey === undefined) refused.add("rekey_freq");
  if (refused.size > 0 || !cipher || !sas || !group || !logging)
    throw new EsessionError("options-unacceptable", `no acceptable option in: ${[...refused].join(", ")}`, {
      condition: "not-acceptable",
      fields: [...refused],
    });

  const nonceA = octets(form, "my_nonce", 1, MAX_NONCE_BYTES);
  // XEP-0116 §4.3: the hashes stand in the same order as the groups.
  const commitments = octetList(form, "dhhashes", 32, 32);
  if (commitments.length !== values("modp").length)
    throw unacceptable("dhhashes", `has ${commitments.length} values for ${values("modp").length} groups`);
  const commitment = commitments[values("modp").indexOf(String(group))]!;
  // XEP-0116 §4.5.2: as seldom as either wants.
  const rekeyFreq = Math.max(rekey ?? NO_REKEY, offeredRekey(policy, policy.dialect));
  return {
    form,
    nonceA,
    agreed: { group, cipher, hash: "sha256", sas, stanzas, logging, rekeyFreq },
    commitment,
    asked: form.fields.map((one) => one.var),
    loggingField,
  };
}

function chooseLogging(form: Form, policy: NegotiationPolicy) {
  if (field(form, "logging")) {
    return {
      loggingField: "logging",
      logging: firstCommon(policy.logging, offered(field(form, "logging"))),
    } as const;
  }
  if (field(form, "otr")) {
    const words = offered(field(form, "otr")).map((value) => (/^(1|true)$/.test(value) ? "mustnot" : /^(0|false)$/.test(value) ? "may" : "")); // prettier-ignore
    return { loggingField: "otr", logging: firstCommon(policy.logging, words) } as const;
  }
  // XEP-0155 §9 only recommends the field; without it our own first preference holds for us.
  return { loggingField: undefined, logging: policy.logging[0] } as const;
}

/** XEP-0116 §4.3: a number below 2^32. */
export function rekeyFrequency(values: readonly string[]): number | undefined {
  const [value] = values;
  return value !== undefined && /^[1-9][0-9]{0,9}$/.test(value) && Number(value) <= NO_REKEY
    ? Number(value)
    : undefined;
}
