/** Messages 3 and 4: the proofs of both sides, as far as they are public (XEP-0116 §4.6, §4.7, §4.8). */
import type { Core, Dialect, Role } from "../core/types.js";
import { requireProofLast } from "../negotiation/fields.js";
import { macInput } from "../negotiation/proof.js";
import { sasCommit } from "../trust/sas.js";
import { maxRshashes } from "../trust/shared-retained.js";
import { field, offered, single, type Form } from "../wire/forms.js";
import { padCounter, toMpi, xorTopBit } from "../wire/integers.js";
import {
  cipherOf,
  dialectGuess,
  groupOf,
  hashOctets,
  isCommonSuite,
  octetsIn,
  octetsOf,
  sasOf,
  strongString,
  weakString,
} from "./choices.js";
import { checkNonce } from "./check-response.js";
import { dialectOf, withKeys } from "./keys.js";
import type { Negotiation } from "./negotiations.js";
import { checkPublicValue } from "./public-values.js";
import type { Sheet } from "./sheet.js";

/** The responder's proof stands in message 2 where there are three (XEP-0116 §4.5.5). */
export function checkEarlyProof(one: Negotiation, form: Form, sheet: Sheet): void {
  sheet.attempt("proof-last", undefined, () => requireProofLast(form));
  checkProofLength(one, form, sheet);
}

/** Message 3. */
export function checkIdentity(core: Core, one: Negotiation, form: Form, sheet: Sheet): void {
  const { response } = one;
  sheet.attempt("proof-last", undefined, () => requireProofLast(form));
  checkNonce(core, octetsIn(response, "my_nonce"), octetsIn(form, "nonce"), "N_B", sheet);
  checkProofLength(one, form, sheet);
  if (one.flow === "four") {
    checkE(core, one, form, sheet);
    countHashes(form, sheet);
  }
  checkProof(core, one, "initiator", sheet);
  tellStrings(core, one, "weak", sheet);
}

/** Message 4. */
export function checkFinal(core: Core, one: Negotiation, form: Form, sheet: Sheet): void {
  sheet.attempt("proof-last", undefined, () => requireProofLast(form));
  checkNonce(core, octetsIn(one.request, "my_nonce"), octetsIn(form, "nonce"), "N_A", sheet);
  checkProofLength(one, form, sheet);
  if (field(form, "srshash"))
    sheet.note("retained", "only who has a retained secret can tell whether one was shared", "srshash");
  checkSasNonce(core, one, form, sheet);
  checkProof(core, one, "responder", sheet);
  tellStrings(core, one, "strong", sheet);
}

/** XEP-0116 §4.7.1: HASH(e) is He of the chosen group, and 1 < e < p - 1. */
function checkE(core: Core, one: Negotiation, form: Form, sheet: Sheet): void {
  const { request, response } = one;
  const e = octetsIn(form, "dhkeys");
  const group = groupOf(response);
  if (!e || group === undefined) return;
  checkPublicValue(core, group, e, "dhkeys", sheet, octetsIn(response, "dhkeys"));
  const at = request ? offered(field(request, "modp")).indexOf(String(group)) : -1;
  const promised = request && field(request, "dhhashes")?.values[at];
  if (promised === undefined) return;
  const hash = octetsOf(promised);
  if (hash && core.equal(core.sha256(toMpi(e)), hash))
    sheet.ok("commitment", `its SHA-256 is He of group ${group} in message 1`, "dhkeys");
  else
    sheet.wrong(
      "commitment",
      `its SHA-256 is not He of group ${group} in message 1 (XEP-0116 §4.7.1)`,
      "dhkeys",
    );
}

function countHashes(form: Form, sheet: Sheet): void {
  const count = (field(form, "rshashes")?.values ?? []).filter((value) => value !== "").length;
  if (count > maxRshashes) sheet.wrong("retained", `more than ${maxRshashes} hashes`, "rshashes");
  else if (count > 0)
    sheet.note(
      "retained",
      `${count} hash${count === 1 ? "" : "es"}; which of them are random, only the two can tell`,
      "rshashes",
    );
  else
    sheet.note(
      "retained",
      "none: who listens knows that no secret is retained (XEP-0116 §4.6.2)",
      "rshashes",
    );
}

/** Without public keys the proof is one MAC. MACs, and hashes of retained secrets, are as long as the hash agreed on. */
function checkProofLength(one: Negotiation, form: Form, sheet: Sheet): void {
  const lengths = hashOctets(one.response);
  const due = lengths.join(" or ");
  for (const name of ["mac", "srshash"]) {
    const length = octetsIn(form, name)?.length;
    // a length that no hash has was found where the field itself was looked at
    if ((length === 32 || length === 64) && !lengths.includes(length))
      sheet.wrong("value", `holds ${length} octets, and those of the hash chosen are ${due}`, name);
  }
  const identity = octetsIn(form, "identity");
  if (!identity) return;
  if (hasPublicKeys(one))
    sheet.note("public-keys", `${howProved(one)}: encrypted, so that only the two can verify it`, "identity");
  else if (!lengths.includes(identity.length))
    sheet.wrong(
      "identity",
      `holds ${identity.length} octets, and without public keys it is one MAC of ${due}`,
      "identity",
    );
}

/** What init_pubkey and resp_pubkey say is in the two proofs. */
function howProved({ response }: Negotiation): string {
  const [ours, theirs] = ["init_pubkey", "resp_pubkey"].map((name) => {
    const mode = (response && single(response, name)) ?? "none";
    return mode === "key" ? "key and signature" : mode === "hash" ? "hash of the key and signature" : "no key"; // prettier-ignore
  });
  return `of the initiator ${ours}, of the responder ${theirs}`;
}

export function hasPublicKeys({ response }: Negotiation): boolean {
  return ["init_pubkey", "resp_pubkey"].some((name) =>
    (response ? (field(response, name)?.values ?? []) : []).some((value) => value !== "" && value !== "none"),
  );
}

function checkSasNonce(core: Core, { response }: Negotiation, form: Form, sheet: Sheet): void {
  const bound = sasOf(response) === "sas28x5-bound";
  if (bound && !field(form, "sas_nonce"))
    sheet.wrong("sas-nonce", "the field 'sas_nonce' is missing (docs/sas28x5-bound.md, 3)");
  if (response && !bound && field(form, "sas_nonce"))
    sheet.wrong("sas-nonce", "belongs to sas28x5-bound, which was not chosen", "sas_nonce");
  const [r, commit] = [octetsIn(form, "sas_nonce"), octetsIn(response, "sas_commit")];
  if (!bound || !r || !commit) return;
  if (
    core.equal(
      sasCommit(r, (...parts) => core.sha256(...parts)),
      commit,
    )
  )
    sheet.ok("sas-nonce", "its SHA-256 is sas_commit of message 2", "sas_nonce");
  else
    sheet.wrong(
      "sas-nonce",
      "its SHA-256 is not sas_commit of message 2 (docs/sas28x5-bound.md, 4)",
      "sas_nonce",
    );
}

const KEYS_UNUSED = "keys of recordings are used with AES and SHA-256 only";

/** The identity MACs, with the keys of a test run. */
function checkProof(core: Core, one: Negotiation, role: Role, sheet: Sheet): void {
  const { keys, request, response, identity, final, flow } = one;
  const cipher = cipherOf(response);
  const counterA = padCounter(octetsIn(response, "counter") ?? new Uint8Array());
  if (!keys || !request || !response || !cipher || !counterA || flow === "three" || hasPublicKeys(one))
    return;
  if (!isCommonSuite(response)) {
    sheet.note("proof", KEYS_UNUSED);
    return;
  }
  const dialect = dialectOf(keys, cipher);
  const [own, second] = role === "initiator" ? [identity, identity] : [response, final];
  const [nonceA, nonceB] = [octetsIn(request, "my_nonce"), octetsIn(response, "my_nonce")];
  const [value, proof, mac] = [
    octetsIn(own, "dhkeys"),
    octetsIn(second, "identity"),
    octetsIn(second, "mac"),
  ];
  if (!nonceA || !nonceB || !value || !proof || !mac || !second) return;
  const input = macInput(
    {
      nonces: role === "initiator" ? [nonceB, nonceA] : [nonceA, nonceB],
      publicKey: toMpi(value),
      forms: [role === "initiator" ? request.element : response.element, second.element],
    },
    dialect,
  );
  const counter = role === "initiator" ? counterA : xorTopBit(counterA);
  const received = { identity: proof, mac };
  const suffix = role === "initiator" ? "_provisory" : "";
  const fault = withKeys(core, keys, role, suffix, ["cipher", "mac", "sigma"], (all) => ({
    found: core.identity.fault(all, counter, input, received, dialect),
  }));
  if (!fault) return;
  const letter = role === "initiator" ? "A" : "B";
  if (fault.found === undefined)
    sheet.ok("proof", `mac_${letter} and M_${letter} are right, in the dialect ${dialect}`, "mac");
  else if (fault.found === "mac")
    sheet.wrong("proof", `M_${letter} does not match under the keys of the recording`, "mac");
  else
    sheet.wrong(
      "proof",
      `mac_${letter} does not match: the forms, nonces or public values are not those that were proved`,
      "identity",
    );
}

/** Functions of public values only: whoever listens can make them too, and that is no fault. */
function tellStrings(core: Core, one: Negotiation, which: "weak" | "strong", sheet: Sheet): void {
  const bound = sasOf(one.response) === "sas28x5-bound";
  if (!one.response || bound !== (which === "strong")) return;
  // XEP-0116 §4.3: three messages agree on no string; the suite of 2007 shows one nevertheless
  if (one.flow === "three" && dialectGuess(one.response) !== "deployed") return;
  const make = which === "weak" ? weakString : strongString;
  const guess: Dialect = dialectGuess(one.response) ?? "xep";
  const other: Dialect = guess === "xep" ? "deployed" : "xep";
  const [strings, others] = [make(core, one, guess), make(core, one, other)];
  if (!strings || !others) return;
  const code = strings.comparisonCode === undefined ? "" : `, comparison code ${strings.comparisonCode}`;
  sheet.note("sas", `both users see ${strings.sas}${code}; whoever listens can compute it`);
  // where the forms have empty elements or white space in them
  if (others.sas !== strings.sas) sheet.note("sas", `${others.sas} if they speak the dialect ${other}`);
}
