/**
 * Which message a form is (XEP-0116 §4, XEP-0155 §4, §7): by its wrapper and type, and where the two fit none, by the
 * fields that only one of the messages has.
 */
import { parseBoolean } from "../wire/booleans.js";
import { field, single, type Form } from "../wire/forms.js";
import type { Wrapper } from "../wire/negotiation.js";
import type { Flow } from "./fields.js";
import type { Kind } from "./types.js";

export interface Title {
  readonly kind: Kind;
  readonly name: string;
  readonly section: string;
}

const shapes: Readonly<Record<string, Kind>> = {
  "feature form": "request",
  "feature submit": "response",
  "feature result": "identity",
  "init result": "final",
};

/** `misplaced`: the wrapper or the type is not the one of that message. */
export function kindOf(wrapper: Wrapper, form: Form): { kind: Kind; misplaced: boolean } {
  const shape = shapes[`${wrapper} ${form.type}`];
  if (field(form, "terminate"))
    return {
      kind: form.type === "result" ? "acknowledgement" : "termination",
      misplaced: wrapper !== "feature",
    };
  if (parseBoolean(single(form, "accept")) === false)
    return { kind: form.type === "result" ? "cancellation" : "rejection", misplaced: wrapper !== "feature" };
  const has = (name: string) => field(form, name) !== undefined;
  if (shape === "final" || has("srshash")) return { kind: "final", misplaced: shape !== "final" };
  if (shape !== undefined) return { kind: shape, misplaced: false };
  const kind = has("identity")
    ? "identity"
    : has("counter")
      ? "response"
      : has("my_nonce")
        ? "request"
        : "form";
  return { kind, misplaced: true };
}

/** Sessions that are not encrypted. */
const plain: Partial<Record<Kind, string>> = {
  request: "session request without encryption, message 1 of 3",
  response: "session response without encryption, message 2 of 3",
  identity: "completion of a session without encryption, message 3 of 3",
};

export function titleOf(kind: Kind, flow: Flow): Title {
  if (flow === "none" && kind in plain) return { kind, name: plain[kind]!, section: "XEP-0155 §4" };
  const of = flow === "three" ? "of 3" : "of 4";
  const last =
    flow === "three" ? "identity of the initiator, which ends the negotiation" : "identity of the initiator";
  const titles: Readonly<Record<Kind, readonly [string, string]>> = {
    request: [`ESession request, message 1 ${of}`, "XEP-0116 §4.3"],
    response: [`ESession response, message 2 ${of}`, "XEP-0116 §4.5"],
    identity: [`${last}, message 3 ${of}`, "XEP-0116 §4.6.4"],
    final: ["identity of the responder, message 4 of 4", "XEP-0116 §4.7.4"],
    rejection: ["rejection: the contact declines", "XEP-0155 §4.3"],
    cancellation: ["cancellation: the negotiation is given up", "XEP-0155 §4.4"],
    refusal: ["refusal with an error", "XEP-0116 §4.4"],
    termination: ["termination of the session", "XEP-0116 §5"],
    acknowledgement: ["acknowledgement of the termination", "XEP-0116 §5"],
    sealed: ["sealed stanza", "XEP-0200 §6"],
    form: ["form of no message that is known", "XEP-0155 §4"],
    clear: ["stanza in clear", "XEP-0200 §5"],
    unreadable: ["stanza that cannot be read", "RFC 6120 §11"],
  };
  const [name, section] = titles[kind];
  return { kind, name, section };
}
