/** Message 1, the ESession request, as we write it (XEP-0116 §4.3, XEP-0155 §4.1, XEP-0217 §4.1). */
import type { Core, KeyPair } from "../core/types.js";
import { encodeBase64 } from "../wire/base64.js";
import type { Element } from "../wire/element.js";
import { buildForm, type FieldInit } from "../wire/forms.js";
import { FORM_TYPE } from "../wire/namespaces.js";
import { VERSION } from "./agreed.js";
import type { Offer } from "./offer.js";

export interface RequestInit {
  readonly offer: Offer;
  readonly nonceA: Uint8Array;
  /** In the order in which the groups are offered. */
  readonly pairs: readonly KeyPair[];
  /** Further fields of the application, appended. */
  readonly extra?: readonly FieldInit[] | undefined;
}

/**
 * formA. It has no empty element and no white space, so that its normal form is the same in both dialects, and by default
 * only the fields that every deployed peer knows.
 */
export function buildRequest(core: Core, { offer, nonceA, pairs, extra = [] }: RequestInit): Element {
  const list = (name: string, options: readonly string[]): FieldInit => ({
    var: name,
    type: "list-single",
    options,
  });
  // Deployed clients read lists from options and everything else from values; they themselves hide single choices.
  const choice = (name: string, options: readonly string[]): FieldInit =>
    offer.deployed ? { var: name, type: "hidden", values: options } : list(name, options);
  const hidden = (name: string, ...values: string[]): FieldInit => ({ var: name, type: "hidden", values });
  return buildForm("form", [
    hidden("FORM_TYPE", FORM_TYPE),
    { var: "accept", type: "boolean", values: ["1"] },
    list("logging", offer.logging),
    list("disclosure", ["never"]),
    list("security", offer.security),
    choice("crypt_algs", offer.ciphers),
    choice("hash_algs", offer.hashes),
    choice("compress", ["none"]),
    { var: "stanzas", type: "list-multi", options: offer.stanzas },
    list("init_pubkey", offer.initPubkey),
    list("resp_pubkey", offer.respPubkey),
    choice("ver", [VERSION]),
    hidden("rekey_freq", String(offer.rekeyFreq)),
    ...(offer.messages === 4 ? [choice("sas_algs", offer.sas)] : []),
    ...(offer.signing.length > 0 ? [choice("sign_algs", offer.signing)] : []),
    ...(offer.multisession ? [{ var: "multisession", type: "boolean", values: ["1"] }] : []),
    hidden("my_nonce", encodeBase64(nonceA)),
    list(
      "modp",
      pairs.map((pair) => String(pair.group)),
    ),
    offer.messages === 4
      ? hidden("dhhashes", ...pairs.map((pair) => encodeBase64(core.sha256(pair.publicKey))))
      : hidden("dhkeys", ...pairs.map((pair) => encodeBase64(pair.publicKey))),
    ...extra,
  ]);
}
