/** A form: which message it is, whose turn it was, and what is in it. */
import type { Core, Role } from "../core/types.js";
import { field, single } from "../wire/forms.js";
import { checkFields } from "./check-fields.js";
import { checkEarlyProof, checkFinal, checkIdentity } from "./check-proofs.js";
import { checkRequest } from "./check-request.js";
import { checkResponse } from "./check-response.js";
import { kindOf, titleOf } from "./classify.js";
import { encrypting } from "./fields.js";
import type { Found, State } from "./look.js";
import { isOtherResource, learn, senderIn, type Address, type Negotiation } from "./negotiations.js";
import { checkOrder } from "./order.js";
import type { ReadForm } from "./read-form.js";
import type { Sheet } from "./sheet.js";
import type { Kind } from "./types.js";

export function lookAtForm(state: State, { wrapper, form }: ReadForm, address: Address, sheet: Sheet): Found {
  const { core, negotiations } = state;
  const { kind, misplaced } = kindOf(wrapper, form);
  if (address.thread === undefined) sheet.wrong("thread", "has no <thread/>, or several (XEP-0155 §4.1)");
  const one = negotiationFor(state, kind, address);
  if (!one) {
    sheet.wrong("limit", `one of more than ${negotiations.count} negotiations: not looked into`);
    return { kind, one };
  }
  const sender = kind === "request" ? "initiator" : senderIn(one, address);
  learn(one, address, sender);
  settleFlow(kind, one, form);
  checkFields(form, kind, one.flow, sheet);
  if (misplaced)
    sheet.wrong(
      "wrapper",
      `<${wrapper}/> with a form of type ${form.type} is not how this message is sent (${titleOf(kind, one.flow).section})`,
    );
  if (isOtherResource(one, address, sender)) {
    sheet.note("other-resource", "another resource than the one that the negotiation goes on with");
    return { kind, one };
  }
  checkOrder(kind, one, sender, sheet);
  checks[kind]?.(core, one, { wrapper, form }, sender, sheet);
  return { kind, one };
}

/** A request begins a negotiation; what has none before it, too. */
function negotiationFor(state: State, kind: Kind, address: Address): Negotiation | undefined {
  const { negotiations, keys = [] } = state;
  const before = negotiations.find(address);
  if (before && kind !== "request") return before;
  const fromResponder = kind === "response" || kind === "final" || kind === "rejection";
  const made = negotiations.begin(address, fromResponder ? "responder" : "initiator");
  if (made) made.keys = keys.find(({ thread }) => thread === undefined || thread === address.thread);
  return made;
}

/** What is negotiated shows in the request; a response may settle for less than encryption (XEP-0116 §4.4). */
function settleFlow(kind: Kind, one: Negotiation, form: ReadForm["form"]): void {
  const has = (name: string) => field(form, name) !== undefined;
  if (kind === "request")
    one.flow = !encrypting.some(has) ? "none" : has("dhkeys") && !has("dhhashes") ? "three" : "four";
  const less = ["c2s", "none"].includes(single(form, "security") ?? "e2e");
  if (kind === "response" && less && !has("dhkeys")) one.flow = "none";
}

type Check = (core: Core, one: Negotiation, read: ReadForm, sender: Role | undefined, sheet: Sheet) => void;

/** What is known of a message is kept before it is looked at: the strings are made of all of it. */
const checks: Partial<Record<Kind, Check>> = {
  request: (core, one, { form }, _sender, sheet) => {
    one.request = form;
    checkRequest(core, one, form, sheet);
  },
  response: (core, one, { form }, _sender, sheet) => {
    one.response ??= form;
    checkResponse(core, one, form, sheet);
    if (one.flow === "three") checkEarlyProof(one, form, sheet);
  },
  identity: (core, one, { form }, _sender, sheet) => {
    one.identity ??= form;
    if (one.flow !== "none") checkIdentity(core, one, form, sheet);
  },
  final: (core, one, { form }, _sender, sheet) => {
    one.final ??= form;
    checkFinal(core, one, form, sheet);
  },
  rejection: (_core, one, { form }, sender, sheet) => {
    one.ended ??= { by: sender, how: "declined" };
    if (sender === "initiator")
      sheet.note(
        "cancelled",
        "an initiator cancels by a form of type result (XEP-0155 §4.4); deployed clients write submit",
      );
    reason(form, sheet);
  },
  cancellation: (_core, one, { form }, sender, sheet) => {
    one.ended ??= { by: sender, how: "cancelled" };
    reason(form, sheet);
  },
  termination: (_core, one, _read, sender, sheet) => {
    one.terminated ??= sender;
    sheet.note(
      "clear-termination",
      "in clear: who receives it cannot know who wrote it, nor that nothing is missing (XEP-0116 §5 seals it); deployed clients write it so",
    );
  },
  acknowledgement: (_core, _one, _read, _sender, sheet) =>
    sheet.note("clear-termination", "in clear: it proves nothing (XEP-0116 §5 seals it)"),
};

function reason(form: ReadForm["form"], sheet: Sheet): void {
  const text = single(form, "reason");
  sheet.note(
    "over",
    text === undefined ? "the negotiation ends here" : `the negotiation ends here: ${text.slice(0, 256)}`,
  );
}
