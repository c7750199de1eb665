/**
 * Message 1, the ESession request, as it comes (XEP-0116 §4.3-5, XEP-0155 §4.3, XEP-0217 §4.1): checked, and one of each
 * list of options chosen by our preference, before anything costly is done.
 */
import type { Cipher, Group, Hash } from "../core/types.js";
import { EsessionError } from "../errors.js";
import { signingAlgorithm } from "../identity/algorithms.js";
import { field, offered, type Form } from "../wire/forms.js";
import { toMpi } from "../wire/integers.js";
import {
  MAX_NONCE_BYTES,
  MAX_PUBLIC_BYTES,
  NO_REKEY,
  VERSION,
  firstCommon,
  type Agreed,
  type SasAlgorithm,
} from "./agreed.js";
import { boolean, octetList, octets, rekeyFrequency, unacceptable } from "./fields.js";
import { chooseLogging, chooseMultisession, foreignFields, knownFields } from "./ssn-fields.js";
import { offeredCiphers, offeredHashes, offeredRekey, offeredSas, offeredStanzas } from "./offer.js";
import { usableGroups, type Logging, type NegotiationPolicy, type StanzaKind } from "./policy.js";
import {
  acceptedModes,
  isMode,
  noKeys,
  offeredAlgorithms,
  shownModes,
  signerFor,
  withoutNone,
} from "./pubkeys.js";
import type { OwnKey, OwnKeys, PeerFacts, SignAlgorithm } from "./types.js";

/** Message 1 as received: schema, sizes and counts checked, one of each list of options chosen. */
export interface Request {
  readonly form: Form;
  readonly nonceA: Uint8Array;
  readonly agreed: Agreed;
  /** He for the chosen group; in a negotiation of three messages e itself, shortest form. */
  readonly commitment: Uint8Array;
  /** The fields to answer, in the order in which they came. */
  readonly asked: readonly string[];
  /** `otr` is what XEP-0217 calls `logging`. */
  readonly loggingField: "logging" | "otr" | undefined;
  /** The key of ours that we show. */
  readonly signer: OwnKey | undefined;
  /** The algorithms in which the initiator may sign. */
  readonly algorithms: readonly SignAlgorithm[];
}

export interface RequestFacts {
  readonly own?: OwnKeys | undefined;
  readonly facts?: Pick<PeerFacts, "keyed" | "keyRequired" | "otherSecret"> | undefined;
  /** What the application answers to its fields; `any`: it has not been asked yet. */
  readonly answers?: Agreed["fields"] | "any" | undefined;
}

/** What the options of a request must contain to be answered. */
const fixed: Readonly<Record<string, string>> = {
  disclosure: "never",
  security: "e2e",
  compress: "none",
  ver: VERSION,
};

/** Fields that XEP-0116 §4.3 lets nobody leave out. */
const needed = ["security", "crypt_algs", "hash_algs", "compress", "stanzas", "ver", "my_nonce", "modp"];

/** Known fields to which message 2 has nothing to say. XEP-0155 §4.2: who requires an answer is told so. */
const unanswered: ReadonlySet<string> = new Set(
  "reason terminate rshashes srshash sas_commit sas_nonce identity mac".split(" "),
);

/**
 * Throws options-unacceptable with the names of all offending fields (XEP-0116 §4.4).
 */
export function readRequest(
  form: Form,
  policy: NegotiationPolicy,
  { own, facts, answers = {} }: RequestFacts = {},
): Request {
  if (!boolean(form, "accept")) throw unacceptable("accept", "of a request must be true");
  const messages = messagesOf(form, policy, facts?.otherSecret === true);
  refuseForeign(form, answers);

  const values = (name: string): readonly string[] => offered(field(form, name));
  const refused = new Set(needed.filter((name) => values(name).length === 0));
  for (const [name, value] of Object.entries(fixed))
    if (field(form, name) && !values(name).includes(value)) refused.add(name);
  const chosen = <T>(name: string, choice: T | undefined): T | undefined => {
    if (choice === undefined) refused.add(name);
    return choice;
  };
  const cipher = chosen<Cipher>("crypt_algs", firstCommon(offeredCiphers(policy, policy.dialect), values("crypt_algs"))); // prettier-ignore
  const hash = chosen<Hash>("hash_algs", firstCommon(offeredHashes(policy, policy.dialect), values("hash_algs"))); // prettier-ignore
  const group = chosen<Group>("modp", firstCommon(usableGroups(policy), values("modp")));
  const sas = messages === 4 ? chosen<SasAlgorithm>("sas_algs", firstCommon(offeredSas(policy.dialect), values("sas_algs"))) : undefined; // prettier-ignore
  if (messages === 3 && field(form, "sas_algs")) refused.add("sas_algs"); // XEP-0116 §4.3
  const stanzas: readonly StanzaKind[] = offeredStanzas(policy, policy.dialect).filter((kind) => values("stanzas").includes(kind)); // prettier-ignore
  if (!stanzas.includes("message")) refused.add("stanzas");
  const { loggingField, choice } = chooseLogging(form, policy);
  const logging = chosen<Logging>(loggingField ?? "logging", choice);
  const rekey = field(form, "rekey_freq") ? rekeyFrequency(values("rekey_freq")) : NO_REKEY;
  if (rekey === undefined) refused.add("rekey_freq");
  const keys = choosePubkeys(form, policy, { own, facts, messages });
  for (const name of keys.refused) refused.add(name);
  const multisession = chooseMultisession(form, policy);
  for (const { var: name, required } of form.fields)
    if (required && (unanswered.has(name) || (name === "otr" && loggingField !== "otr"))) refused.add(name);
  if (refused.size > 0 || !cipher || !hash || !group || !logging)
    throw new EsessionError("options-unacceptable", `no acceptable option in: ${[...refused].join(", ")}`, {
      condition: "not-acceptable",
      fields: [...refused],
    });

  const { initPubkey, respPubkey, signing, signer, algorithms } = keys;
  return {
    form,
    nonceA: octets(form, "my_nonce", 1, MAX_NONCE_BYTES),
    agreed: {
      messages,
      group,
      cipher,
      hash,
      sas,
      stanzas,
      logging,
      // XEP-0116 §4.5.2: as seldom as either wants
      rekeyFreq: Math.max(rekey ?? NO_REKEY, offeredRekey(policy, policy.dialect)),
      initPubkey,
      respPubkey,
      signing,
      multisession,
      disclosure: field(form, "disclosure") ? "never" : undefined,
      fields: answers === "any" ? {} : asked(form, answers),
    },
    commitment: ofTheGroup(form, messages, group),
    asked: form.fields.map((one) => one.var),
    loggingField,
    signer,
    algorithms,
  };
}

/**
 * XEP-0116 §4.3-4: three-message negotiations carry dhkeys instead of dhhashes. `needsFour`: nobody gets round the Other
 * Shared Secret by asking for the negotiation that has none.
 */
function messagesOf(form: Form, policy: NegotiationPolicy, needsFour: boolean): 3 | 4 {
  if (field(form, "dhkeys") === undefined) return 4;
  if (policy.threeMessages !== "accept" || policy.dialect === "deployed" || needsFour)
    throw new EsessionError("options-unacceptable", "the three-message negotiation is not offered here", {
      condition: "feature-not-implemented",
      fields: ["dhkeys"],
    });
  if (field(form, "dhhashes")) throw unacceptable("dhhashes", "must not be beside dhkeys");
  return 3;
}

/** XEP-0155 §4.3: a required field that is not known, and that nobody answers, is named in the error. */
function refuseForeign(form: Form, answers: Agreed["fields"] | "any"): void {
  if (answers === "any") return;
  const foreign = form.fields
    .filter((one) => one.required && !knownFields.has(one.var) && !Object.hasOwn(answers, one.var))
    .map((one) => one.var);
  if (foreign.length === 0) return;
  throw new EsessionError(
    "options-unacceptable",
    `required fields are not known here: ${foreign.join(", ")}`,
    { condition: "feature-not-implemented", fields: foreign },
  );
}

/** Nothing is answered that was not asked. */
function asked(form: Form, answers: Agreed["fields"]): Agreed["fields"] {
  const names = foreignFields(form);
  return Object.fromEntries(Object.entries(answers).filter(([name]) => names.includes(name)));
}

function choosePubkeys(
  form: Form,
  policy: NegotiationPolicy,
  { own, facts, messages }: Pick<RequestFacts, "own" | "facts"> & { messages: 3 | 4 },
) {
  const refused: string[] = [];
  const values = (name: string): readonly string[] =>
    field(form, name) ? offered(field(form, name)) : noKeys;
  const deployed = policy.dialect === "deployed";
  const allowed = (modes: readonly ("key" | "hash" | "none")[]) =>
    messages === 3 ? withoutNone(modes) : deployed ? noKeys : modes;
  const accepted = allowed(acceptedModes(policy.initPubkey, { own, ...facts }));
  const shown = allowed(shownModes(policy.respPubkey, own));
  const initPubkey = firstCommon(accepted, values("init_pubkey"));
  // only the initiator knows whether it can tell a fingerprint's key: by default its order holds for what we show
  const liked = policy.respPubkey === undefined ? values("resp_pubkey").filter(isMode) : shown;
  let respPubkey = liked.find((mode) => shown.includes(mode) && values("resp_pubkey").includes(mode));
  if (initPubkey === undefined) refused.push("init_pubkey");
  if (respPubkey === undefined) refused.push("resp_pubkey");

  const named = offered(field(form, "sign_algs")).map(signingAlgorithm);
  const algorithms = offeredAlgorithms(own).filter((name) => named.includes(name));
  let signer = respPubkey === "none" ? undefined : signerFor(own, named);
  if (respPubkey !== undefined && respPubkey !== "none" && signer === undefined) {
    // none of our keys is one that it could verify
    if (shown.includes("none") && values("resp_pubkey").includes("none")) respPubkey = "none";
    else refused.push("sign_algs");
  }
  if (respPubkey === "none") signer = undefined;
  const required = field(form, "sign_algs")?.required === true;
  if (algorithms.length === 0 && (required || (initPubkey ?? "none") !== "none")) refused.push("sign_algs");
  const keyless = (initPubkey ?? "none") === "none" && signer === undefined;
  return {
    refused,
    initPubkey: initPubkey ?? "none",
    respPubkey: respPubkey ?? "none",
    signer,
    algorithms,
    signing: keyless ? undefined : (signer?.algorithm ?? algorithms[0]),
  } as const;
}

/** XEP-0116 §4.3: the hashes, or the values, stand in the same order as the groups. */
function ofTheGroup(form: Form, messages: 3 | 4, group: Group): Uint8Array {
  const groups = offered(field(form, "modp"));
  const name = messages === 3 ? "dhkeys" : "dhhashes";
  const all = octetList(form, name, messages === 3 ? 1 : 32, messages === 3 ? MAX_PUBLIC_BYTES : 32);
  if (all.length !== groups.length)
    throw unacceptable(name, `has ${all.length} values for ${groups.length} groups`);
  const one = all[groups.indexOf(String(group))]!;
  return messages === 3 ? toMpi(one) : one;
}
