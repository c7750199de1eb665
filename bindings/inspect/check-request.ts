/** Message 1: what is offered (XEP-0116 §4.3, XEP-0155 §4.1, XEP-0217 §4.1). */
import type { Core, Group } from "../core/types.js";
import { EsessionError } from "../errors.js";
import { hasDeployedOffer } from "../negotiation/dialect.js";
import { readRequest } from "../negotiation/request.js";
import { field, offered, type Form } from "../wire/forms.js";
import { beyondProfile, isGroup, laxFacts, laxPolicy, octetsOf } from "./choices.js";
import type { Negotiation } from "./negotiations.js";
import { checkPublicValue } from "./public-values.js";
import { sentenceOf, type Sheet } from "./sheet.js";

/** RFC 2409 §6.3, §6.4: groups over elliptic curves. */
const CURVES: readonly string[] = ["3", "4"];

export function checkRequest(core: Core, one: Negotiation, form: Form, sheet: Sheet): void {
  if (!offered(field(form, "security")).includes("e2e"))
    sheet.note("no-e2e", "asks for no encryption: XEP-0116 begins where security offers e2e", "security");
  if (one.flow === "none") return;
  checkGroups(core, one, form, sheet);
  if (one.flow === "three")
    sheet.note(
      "three-messages",
      "a negotiation of three messages: e is shown at once (XEP-0116 §4.2); this engine takes it only by policy",
    );
  if (hasDeployedOffer(form))
    sheet.note(
      "dialect",
      'label="None" on the groups: written by deployed clients (Gajim, the suite of 2007), dialect deployed',
      "modp",
    );
  const beyond = beyondProfile(form);
  if (one.flow === "four" && beyond.length === 0)
    sheet.note("profile", "within the profile of XEP-0217: who speaks no more than that can answer");
  else if (one.flow === "four")
    sheet.note("profile", `who speaks no more than XEP-0217 cannot answer: ${beyond.join(", ")}`);
  if (sheet.mark !== "wrong" && one.flow === "four") engineVerdict(form, sheet);
}

/** XEP-0116 §4.3: one hash, or one value, for each group and in the same order. */
function checkGroups(core: Core, { flow }: Negotiation, form: Form, sheet: Sheet): void {
  const groups = offered(field(form, "modp"));
  for (const group of groups)
    if (CURVES.includes(group)) sheet.wrong("group", `${group} is no MODP group (RFC 2409 §6)`, "modp");
    else if (!isGroup(group)) sheet.note("group", "offers a group that is not known here", "modp");
    else if (group === "1" || group === "2")
      sheet.note("group", `group ${group} is broken in practice`, "modp");
    else if (group === "5") sheet.note("group", "group 5 is too short by today's measure", "modp");
  const name = flow === "three" ? "dhkeys" : "dhhashes";
  const values = field(form, name)?.values ?? [];
  if (field(form, name) && values.length !== groups.length)
    sheet.wrong("count", `has ${values.length} values for ${groups.length} groups`, name);
  else if (values.length > 0) sheet.ok("count", "one for each group offered", name);
  if (flow === "three")
    values.forEach((value, at) => {
      const group = groups[at];
      if (!isGroup(group)) return;
      const octets = octetsOf(value);
      if (octets) checkPublicValue(core, Number(group) as Group, octets, "dhkeys", sheet);
    });
}

/** What keeps to the XEPs may still be something that this engine does not know. */
function engineVerdict(form: Form, sheet: Sheet): void {
  try {
    readRequest(form, laxPolicy, laxFacts);
  } catch (error) {
    if (!EsessionError.is(error)) throw error;
    sheet.note("engine", `this engine would refuse it: ${sentenceOf(error)}`, error.fields[0]);
  }
}
