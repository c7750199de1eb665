/** Message 2: what was chosen, beside what was offered (XEP-0116 §4.5, §4.6.1). */
import type { Core } from "../core/types.js";
import { EsessionError } from "../errors.js";
import { NO_REKEY } from "../negotiation/agreed.js";
import { parseBoolean } from "../wire/booleans.js";
import { field, offered, single, type Form } from "../wire/forms.js";
import { isSafeCounter, padCounter } from "../wire/integers.js";
import { beyondProfile, cipherOf, dialectGuess, groupOf, octetsIn, octetsOf, sasOf } from "./choices.js";
import { numberOf } from "./check-fields.js";
import { meanings, optional, unanswered, type Flow } from "./fields.js";
import type { Negotiation } from "./negotiations.js";
import { checkPublicValue } from "./public-values.js";
import { isKnown } from "./read-form.js";
import type { Sheet } from "./sheet.js";

export function checkResponse(core: Core, one: Negotiation, form: Form, sheet: Sheet): void {
  const { request } = one;
  const security = single(form, "security");
  if (security !== undefined && security !== "e2e")
    sheet.note("security", "less than e2e is wanted: no session is encrypted (XEP-0116 §4.4)", "security");
  if (request) {
    checkChoices(request, form, one.flow, sheet);
    checkNonces(core, request, form, sheet);
  }
  if (one.flow === "none") return;
  checkCounter(form, sheet);
  const group = groupOf(form);
  const d = octetsIn(form, "dhkeys");
  if (group !== undefined && d) checkPublicValue(core, group, d, "dhkeys", sheet, threeMessageE(one, group));
  else if (d) sheet.note("group", "not checked: the group is not known here", "dhkeys");
  if (field(form, "dhhashes")) sheet.wrong("unexpected-field", "belongs to message 1", "dhhashes");
  checkBound(form, sheet);

  const dialect = dialectGuess(form);
  if (dialect === "deployed")
    sheet.note("dialect", "has the shape that deployed clients give it: dialect deployed is guessed");
  else if (dialect === "xep") sheet.note("dialect", "dialect xep is guessed");
  else if (cipherOf(form) === undefined)
    sheet.note("engine", "a cipher that this engine does not know", "crypt_algs");
  if (one.flow === "four" && beyondProfile(form).length === 0)
    sheet.note("profile", "what was chosen is within the profile of XEP-0217");
}

/** e of a request of three messages, so that d is not the same value sent back. */
function threeMessageE({ request, flow }: Negotiation, group: number): Uint8Array | undefined {
  if (flow !== "three" || !request) return undefined;
  const at = offered(field(request, "modp")).indexOf(String(group));
  return octetsOf(field(request, "dhkeys")?.values[at]);
}

function checkChoices(request: Form, form: Form, flow: Flow, sheet: Sheet): void {
  for (const asked of request.fields) {
    const { var: name } = asked;
    if (!isKnown(name) || unanswered.includes(name)) continue;
    const answer = field(form, name);
    if (!answer) {
      const needless = optional.includes(name) || (flow === "none" && !asked.required);
      sheet.add(
        needless ? "note" : "wrong",
        "unanswered",
        `the field '${name}' of the request is not answered (XEP-0116 §4.5.2)`,
      );
      continue;
    }
    const values = answer.values.filter((value) => value !== "");
    if (name === "rekey_freq") checkRekey(request, form, sheet);
    else if (meanings[name]!.value === "list" || meanings[name]!.value === "boolean")
      if (values.every((value) => isOffered(offered(asked), value))) {
        if (values.length > 0) sheet.ok("chosen", `was offered: ${offered(asked).join(", ")}`, name);
        else sheet.note("chosen", "is answered without a value: taken for none", name);
      } else sheet.wrong("not-offered", `was not offered; offered were: ${offered(asked).join(", ")}`, name);
  }
  for (const { var: name } of form.fields)
    if (isKnown(name) && meanings[name]!.value === "list" && !field(request, name))
      sheet.note("unasked", "answers what was not asked", name);
}

/** A boolean may be written in two ways. */
function isOffered(options: readonly string[], value: string): boolean {
  const truth = parseBoolean(value);
  return options.some((one) => one === value || (truth !== undefined && parseBoolean(one) === truth));
}

/** XEP-0116 §4.5.2: no less than the initiator asked for. */
function checkRekey(request: Form, form: Form, sheet: Sheet): void {
  try {
    const [least, chosen] = [numberOf(request, "rekey_freq"), numberOf(form, "rekey_freq")];
    if (chosen < least)
      sheet.wrong("rekey", `is less than the ${least} of the request (XEP-0116 §4.5.2)`, "rekey_freq");
    else if (chosen === NO_REKEY) sheet.ok("rekey", "keys are never exchanged again", "rekey_freq");
    else sheet.note("rekey", "keys may be exchanged again after so many stanzas", "rekey_freq");
  } catch (error) {
    // said where the field itself was looked at
    if (!EsessionError.is(error)) throw error;
  }
}

function checkNonces(core: Core, request: Form, form: Form, sheet: Sheet): void {
  const [asked, back, own] = [
    octetsIn(request, "my_nonce"),
    octetsIn(form, "nonce"),
    octetsIn(form, "my_nonce"),
  ];
  checkNonce(core, asked, back, "N_A", sheet);
  if (asked && own && core.equal(asked, own))
    sheet.wrong("nonce", "is the initiator's own nonce, sent back as another (XEP-0116 §7.2)", "my_nonce");
}

/** That a nonce came back as it was sent. */
export function checkNonce(
  core: Core,
  sent: Uint8Array | undefined,
  back: Uint8Array | undefined,
  letter: string,
  sheet: Sheet,
): void {
  if (!sent || !back) return;
  if (core.equal(sent, back)) sheet.ok("nonce", `is ${letter}`, "nonce");
  else sheet.wrong("nonce", `is not ${letter}, the nonce of the other side`, "nonce");
}

function checkCounter(form: Form, sheet: Sheet): void {
  const counter = padCounter(octetsIn(form, "counter") ?? new Uint8Array());
  if (counter && !isSafeCounter(counter))
    sheet.note(
      "counter",
      "its top octet may become zero, and then deployed clients refuse each other's stanzas",
      "counter",
    );
}

function checkBound(form: Form, sheet: Sheet): void {
  const bound = sasOf(form) === "sas28x5-bound";
  if (bound && !field(form, "sas_commit"))
    sheet.wrong("sas-commit", "the field 'sas_commit' is missing (docs/sas28x5-bound.md, 2)");
  if (!bound && field(form, "sas_commit"))
    sheet.wrong("sas-commit", "belongs to sas28x5-bound, which was not chosen", "sas_commit");
  if (sasOf(form) === "sas28x5")
    sheet.note(
      "sas-weak",
      "an active attacker can make both users see the same string in seconds",
      "sas_algs",
    );
}
