/**
 * What must become of each change, in the words of XEP-0116: who notices it, and by which field; the first line that
 * fits holds. `proof`: nothing but the proof of identity can notice it, and the error names no field.
 */
export type Number = 1 | 2 | 3 | 4;

type Rule = readonly [number: readonly Number[], field: RegExp, kind: RegExp, verdict: string];

const any = /^/;
const lists = /^(logging|disclosure|security|crypt_algs|hash_algs|compress|stanzas|init_pubkey|resp_pubkey|ver|sas_algs|modp)$/; // prettier-ignore
const gone = /^(removed|renamed)$/;
const decoration =
  /^(of another type|with a label|required|one place later|with its values in another order)$/;
const flipped = /flipped/;

/** `*` stands for the field that was changed. */
const rules: readonly Rule[] = [
  // Without FORM_TYPE it is no message of a negotiation, and on another way it is none of this one.
  [[1, 2, 3, 4], /^FORM_TYPE$/, /^(removed|renamed|without a value|with an empty value|of an unknown value)$/, "silence"], // prettier-ignore
  [[1], /^$/, /^(a form of type|in <|in another|without a thread|from)/, "silence"],
  [[2], /^$/, /^(a form of type (result|cancel)|in <|in another|without a thread|from)/, "silence"],
  // It is a request then, of somebody who asks at the same time (D19).
  [[2], /^$/, /^a form of type form$/, "silence, or alice: dhkeys"],
  [[3, 4], /^$/, /^(a form of type|in <|in another|without a thread|from)/, "silence"],

  [[2], /^$/, /^with its nonces swapped$/, "alice: nonce"],
  [[2], /^$/, /^with the nonce reflected$/, "alice: my_nonce"],

  // What the schema does not allow (D7).
  [[1, 3], any, /^(doubled|with the form twice|with text in the form)$/, "bob: *"],
  [[2, 4], any, /^(doubled|with the form twice|with text in the form)$/, "alice: *"],
  [[1], lists, /^with the same value twice$/, "bob: *"],

  // No MAC covers the proof itself, and nothing reads how its fields are decorated.
  [[3, 4], /^(identity|mac)$/, /^(of another type|with a label|required)$/, "accepted"],
  // identity and mac stand last (XEP-0116 §4.5.4).
  [[3], /^(rshashes|identity)$/, /^one place later$/, "bob: identity"],
  [[4], /^(sas_nonce|identity)$/, /^one place later$/, "alice: identity"],
  [[3], /^mac$/, /^removed$/, "bob: identity"],
  [[4], /^mac$/, /^removed$/, "alice: identity"],

  // Message 1 (§4.4). Lists are read from options, everything else from values.
  [[1], lists, /^of another type$/, "bob: *"],
  [[1], /^modp$/, /^(with one value more|without its (first|last) value|saying 2)$/, "bob: dhhashes"],
  [[1], /^(modp|dhhashes)$/, /^with its values in another order$/, "bob: dhkeys"],
  [[1], /^dhhashes$/, /flipped in its (first|last) octet/, "bob: dhkeys"],
  [[1], /^dhhashes$/, /flipped in its last value/, "bob: proof"],
  [[1], /^my_nonce$/, /flipped|shorter/, "alice: nonce"],
  // What nobody has to ask for is missing in the answer.
  [[1], /^(logging|disclosure|init_pubkey|resp_pubkey|rekey_freq)$/, gone, "alice: *"],
  // One of several options is changed; others are left. But nothing comes after sas28x5-bound (D16), nor instead of
  // messages.
  [[1], /^(sas_algs|stanzas)$/, /^(with an empty value|of an unknown value|without its first value)$/, "bob: *"], // prettier-ignore
  [[1], /^(logging|crypt_algs|sas_algs|stanzas|modp)$/, /^(with an empty value|of an unknown value|without its (first|last) value)$/, "bob: proof"], // prettier-ignore
  [[1], /^(logging|crypt_algs|accept|rekey_freq)$/, /^saying (mustnot|aes128-ctr|true|1|50)$/, "bob: proof"], // prettier-ignore
  [[1], /^(FORM_TYPE|rekey_freq)$/, /^with (one value more|the same value twice)$/, "bob: proof"],
  [[1], lists, /^with one value more$/, "bob: proof"],

  // Message 2 (§4.6.1).
  [[2], /^accept$/, /^saying (0|false)$/, "declined"],
  [[2], /^security$/, /^(with an empty value|of an unknown value|saying .*)$/, "declined"],
  [[2], /^FORM_TYPE$/, /^with (one value more|the same value twice)$/, "alice: proof"],
  // The deployed bot writes a field without a value where there is no key.
  [[2], /_pubkey$/, /^without a value$/, "alice: proof"],
  [[2], /^(logging|stanzas|accept)$/, /^(saying (mustnot|true)|without its last value)$/, "alice: proof"],
  [[2], /^rekey_freq$/, /^saying 50$/, "alice: proof"],
  [[2], /^crypt_algs$/, /^saying aes128-ctr$/, "bob: proof"],
  [[2], /^sas_algs$/, /^saying sas28x5$/, "alice: sas_commit"],
  [[2], /^modp$/, /^saying 2$/, "alice: dhkeys, or bob: dhkeys"],
  [[2], /^my_nonce$/, /flipped|shorter/, "bob: nonce"],
  [[2], /^counter$/, /flipped|shorter/, "bob: proof"],
  // Every other number is no residue.
  [[2], /^dhkeys$/, /flipped|shorter/, "alice: *, or bob: proof"],
  [[2], /^sas_commit$/, flipped, "alice: sas_nonce"],

  // Message 3 (§4.7.1).
  [[3], /^accept$/, /^saying (0|false)$/, "silence"],
  [[3], /^accept$/, /^saying true$/, "bob: proof"],
  [[3], /^FORM_TYPE$/, /^with (one value more|the same value twice)$/, "bob: proof"],
  [[3], /^rshashes$/, /^(removed|renamed|without a value|with one value more|with the same value twice|without its (first|last) value)$/, "bob: proof"], // prettier-ignore
  [[3], /^(rshashes|identity|mac)$/, /flipped|shorter/, "bob: proof"],

  // Message 4 (§4.8.2).
  [[4], /^FORM_TYPE$/, /^with (one value more|the same value twice)$/, "alice: proof"],
  [[4], /^(identity|mac)$/, /flipped|shorter/, "alice: proof"],
  [[4], /^srshash$/, flipped, "alice: proof"],

  // The forms are MACed as they came, so whatever has no meaning is noticed in the end.
  [[1, 3], any, decoration, "bob: proof"],
  [[2, 4], any, decoration, "alice: proof"],
  [[1, 3], /^$/, /^with a (title|field more)$/, "bob: proof"],
  [[2, 4], /^$/, /^with a (title|field more)$/, "alice: proof"],
  [[1, 3], any, any, "bob: *"],
  [[2, 4], any, any, "alice: *"],
];

/** All verdicts that are right. */
export function rightVerdicts(number: Number, field = "", kind: string): readonly string[] {
  const rule = rules.find(
    ([numbers, fields, kinds]) => numbers.includes(number) && fields.test(field) && kinds.test(kind),
  );
  return rule![3].split(", or ").map((verdict) => verdict.replace("*", field));
}
