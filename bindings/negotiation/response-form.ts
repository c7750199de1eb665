/** Message 2, the ESession response, as we write it (XEP-0116 §4.5.2). */
import { encodeBase64 } from "../wire/base64.js";
import { field, type FieldInit } from "../wire/forms.js";
import { FORM_TYPE } from "../wire/namespaces.js";
import { VERSION } from "./agreed.js";
import type { Request } from "./request.js";

export interface ResponseInit {
  readonly request: Request;
  readonly nonceB: Uint8Array;
  readonly counterA: Uint8Array;
  readonly publicKey: Uint8Array;
  /** SHA-256(r), with sas28x5-bound only. */
  readonly sasCommit: Uint8Array | undefined;
}

/** formB: an answer for every known field of the request but dhhashes, and for those that the application answers. */
export function responseFields({
  request,
  nonceB,
  counterA,
  publicKey,
  sasCommit,
}: ResponseInit): readonly FieldInit[] {
  const { agreed, asked, loggingField } = request;
  const answers: Record<string, readonly string[]> = {
    ...agreed.fields,
    disclosure: ["never"],
    security: ["e2e"],
    modp: [String(agreed.group)],
    crypt_algs: [agreed.cipher],
    hash_algs: [agreed.hash],
    compress: ["none"],
    stanzas: agreed.stanzas,
    init_pubkey: [agreed.initPubkey],
    resp_pubkey: [agreed.respPubkey],
    ver: [VERSION],
    rekey_freq: [String(agreed.rekeyFreq)],
    multisession: [agreed.multisession ? "1" : "0"],
  };
  if (agreed.sas !== undefined) answers.sas_algs = [agreed.sas];
  // XEP-0155 §4.2: what is required is answered, also where nobody signs
  const signing =
    agreed.signing ?? (field(request.form, "sign_algs")?.required ? request.algorithms[0] : undefined);
  if (signing !== undefined) answers.sign_algs = [signing];
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
  return fields;
}
