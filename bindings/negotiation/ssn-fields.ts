/** What XEP-0155 asks for beside the encryption (§9), and the fields that are the application's own. */
import { parseBoolean } from "../wire/booleans.js";
import { ownCopy } from "../wire/characters.js";
import { field, offered, type Form } from "../wire/forms.js";
import { firstCommon, type Agreed } from "./agreed.js";
import { boolean } from "./fields.js";
import type { NegotiationPolicy } from "./policy.js";

/** Those of the negotiation itself (XEP-0116 §13.2, XEP-0155 §9); every other one is passed to the application. */
export const knownFields: ReadonlySet<string> = new Set(
  (
    "FORM_TYPE accept reason logging otr disclosure security multisession modp crypt_algs hash_algs sign_algs compress " +
    "sas_algs stanzas init_pubkey resp_pubkey ver rekey_freq my_nonce nonce counter dhhashes dhkeys sas_commit sas_nonce " +
    "rshashes srshash identity mac terminate"
  ).split(" "),
);

export const foreignFields = (form: Form): string[] =>
  form.fields.map((one) => one.var).filter((name) => !knownFields.has(name));

/** What the responder says to the fields of the application. Copies: a form keeps its whole text alive. */
export function answersIn(form: Form): Agreed["fields"] {
  return Object.fromEntries(
    foreignFields(form).map((name) => [ownCopy(name), field(form, name)!.values.map(ownCopy)]),
  );
}

export function chooseLogging(form: Form, policy: NegotiationPolicy) {
  if (field(form, "logging")) {
    return {
      loggingField: "logging",
      choice: firstCommon(policy.logging, offered(field(form, "logging"))),
    } as const;
  }
  if (field(form, "otr")) {
    const words = offered(field(form, "otr")).map((value) => {
      const otr = parseBoolean(value);
      return otr === undefined ? "" : otr ? "mustnot" : "may";
    });
    return { loggingField: "otr", choice: firstCommon(policy.logging, words) } as const;
  }
  // XEP-0155 §9 only recommends the field; without it our own first preference holds for us.
  return { loggingField: undefined, choice: policy.logging[0] } as const;
}

/** XEP-0155 §9: only where both want it. The field says what the other side prefers. */
export function chooseMultisession(form: Form, policy: NegotiationPolicy): boolean {
  return field(form, "multisession") !== undefined && boolean(form, "multisession") && policy.multisession;
}
