/** The inspector: stanzas in, a report out. Pure but for the core that it is given, which it leaves as it was. */
import type { Core, Role } from "../core/types.js";
import { EsessionError } from "../errors.js";
import { parseContent, parseStanza } from "../wire/gate.js";
import { element, type Element } from "../wire/element.js";
import { findC } from "../wire/encrypted.js";
import { field, single } from "../wire/forms.js";
import { named, namespaceOf, ns } from "../wire/namespaces.js";
import { readThread } from "../wire/negotiation.js";
import { serializeStanza } from "../wire/serialize.js";
import { readStanza } from "../wire/stanza.js";
import { readError } from "../wire/stanza-errors.js";
import { checkFields } from "./check-fields.js";
import { checkEarlyProof, checkFinal, checkIdentity } from "./check-proofs.js";
import { checkRequest } from "./check-request.js";
import { checkResponse } from "./check-response.js";
import { checkSealed } from "./check-sealed.js";
import { kindOf, titleOf } from "./classify.js";
import { encrypting } from "./fields.js";
import { Negotiations, learn, senderIn, type Address, type Negotiation } from "./negotiations.js";
import { checkOrder } from "./order.js";
import { readForm, type ReadForm } from "./read-form.js";
import { Sheet, sentenceOf } from "./sheet.js";
import type { Captured, InspectOptions, Kind, MessageReport, Report } from "./types.js";

/** A capture of more is cut: a conversation of a day has a few hundred. */
export const MAX_STANZAS = 20_000;

/** Reads a capture. Nothing in it makes this throw. */
export function inspect(captured: Iterable<Captured>, options: InspectOptions): Report {
  const state: State = { ...options, negotiations: new Negotiations() };
  const messages: MessageReport[] = [];
  let [number, others] = [0, 0];
  try {
    for (const one of captured) {
      if (++number > MAX_STANZAS) {
        const problem = `the capture has more than ${MAX_STANZAS} stanzas; the rest is not read`;
        messages.push(unreadable({ stanza: undefined, place: one.place, problem }, number));
        break;
      }
      const message = inspectOne(state, one, number);
      if (message) messages.push(message);
      else others += 1;
    }
  } finally {
    wipe(state.negotiations);
  }
  const wrong = messages.filter(({ mark }) => mark === "wrong").length;
  return { messages, others, negotiations: state.negotiations.count, wrong };
}

interface State extends InspectOptions {
  readonly negotiations: Negotiations;
}

interface Found {
  readonly kind: Kind;
  readonly name?: string;
  readonly one: Negotiation | undefined;
  readonly content?: string | undefined;
}

function inspectOne(state: State, captured: Captured, number: number): MessageReport | undefined {
  if (captured.stanza === undefined) return unreadable(captured, number);
  try {
    const stanza = strictly(captured.stanza);
    const sheet = new Sheet();
    const address: Address = {
      thread: readThread(stanza),
      from: stanza.attrs.from ?? captured.from,
      to: stanza.attrs.to ?? captured.to,
    };
    const found = look(state, stanza, address, sheet);
    if (!found) return undefined;
    const { kind, one, content } = found;
    const { name, section } = titleOf(kind, one?.flow ?? "four");
    return {
      number,
      place: captured.place ?? null,
      time: delayOf(stanza) ?? captured.time ?? null,
      from: address.from ?? null,
      to: address.to ?? null,
      sender: (one && senderIn(one, address)) ?? null,
      thread: address.thread ?? null,
      negotiation: one?.number ?? null,
      kind,
      name: found.name ?? name,
      section,
      mark: sheet.mark,
      fields: sheet.fields,
      findings: sheet.findings,
      content: content ?? null,
    };
  } catch (error) {
    if (!EsessionError.is(error)) throw error;
    return unreadable({ ...captured, problem: sentenceOf(error) }, number);
  }
}

/** What was not text becomes it first: then nothing is in the stanza that XML does not have. */
function strictly(captured: unknown): Element {
  const { element: read, form } = readStanza(captured);
  return form === "string" ? read : parseStanza(serializeStanza(read));
}

function unreadable({ place, time, from, to, problem }: Captured, number: number): MessageReport {
  const { name, section } = titleOf("unreadable", "four");
  return {
    number,
    place: place ?? null,
    time: time ?? null,
    from: from ?? null,
    to: to ?? null,
    sender: null,
    thread: null,
    negotiation: null,
    kind: "unreadable",
    name,
    section,
    mark: "wrong",
    fields: [],
    findings: [{ mark: "wrong", code: "unreadable", text: problem ?? "there is no stanza" }],
    content: null,
  };
}

function look(state: State, stanza: Element, address: Address, sheet: Sheet): Found | undefined {
  if (stanza.attrs.type === "error") return lookAtError(state, stanza, address, sheet);
  const read = readForm(stanza, sheet);
  if (read) return lookAtForm(state, read, address, sheet);
  const sealed = lookAtSealed(state, stanza, address, sheet);
  if (sealed) return sealed;
  const one = address.thread === undefined ? undefined : state.negotiations.find(address);
  if (!one) return undefined;
  sheet.note("clear", "in clear, on the thread of the negotiation: a server may have written it");
  return { kind: "clear", one };
}

function lookAtForm(state: State, { wrapper, form }: ReadForm, address: Address, sheet: Sheet): Found {
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

/** A request to a bare JID may be answered by several resources; the initiator goes on with one (XEP-0155 §4.4). */
function isOtherResource(one: Negotiation, { from, to }: Address, sender: Role | undefined): boolean {
  const party = sender === "initiator" ? to : from;
  if (!sender || !party?.includes("/") || !one.responder?.includes("/")) return false;
  return one.response !== undefined && party !== one.responder;
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

function lookAtSealed(state: State, stanza: Element, address: Address, sheet: Sheet): Found | undefined {
  const one = state.negotiations.find(address);
  const sender = one && senderIn(one, address);
  const sealed = checkSealed(state.core, stanza, one, sender, sheet);
  if (!sealed) return undefined;
  if (!one) sheet.note("no-negotiation", "sealed for a session whose negotiation is not in the capture");
  else checkOrder("sealed", one, sender, sheet);
  const { content } = sealed;
  const inside =
    one && content !== undefined ? terminationIn(content, stanza, one, sender, sheet) : undefined;
  const names = sheet.fields.map(({ name }) => name);
  const rekey = names.includes("key")
    ? ": a re-key exchange"
    : names.includes("new")
      ? " under new keys"
      : "";
  return {
    kind: inside ?? "sealed",
    name: inside ? `sealed ${titleOf(inside, "four").name}` : `sealed stanza${rekey}`,
    one,
    content,
  };
}

/** What was decrypted may be a form that ends the session; that it is XML at all is checked on the way. */
function terminationIn(
  content: string,
  stanza: Element,
  one: Negotiation,
  sender: Role | undefined,
  sheet: Sheet,
): "termination" | "acknowledgement" | undefined {
  const inside = sheet.attempt("content", undefined, () =>
    parseContent(content, { defaultNamespace: namespaceOf(stanza) ?? ns.client }),
  );
  if (!inside) return undefined;
  const read = readForm(element("message", { xmlns: ns.client }, ...inside), sheet);
  const kind = read && kindOf(read.wrapper, read.form).kind;
  if (kind !== "termination" && kind !== "acknowledgement") return undefined;
  checkOrder(kind, one, sender, sheet);
  if (kind === "termination") one.terminated ??= sender;
  return kind;
}

/** An error on the thread of a negotiation, or one that names its fields, or that returns a sealed stanza. */
function lookAtError(state: State, stanza: Element, address: Address, sheet: Sheet): Found | undefined {
  const one = address.thread === undefined ? undefined : state.negotiations.find(address);
  const error = readError(stanza);
  const sealed = sheet.attempt("c", undefined, () => findC(stanza)) ?? [];
  if (!error || (!one && sealed.length === 0)) return undefined;
  if (sealed.length > 0) {
    const which = lookAtSealed(state, stanza, address, sheet);
    return which && { ...which, name: `${which.name ?? "sealed stanza"}, in an error` };
  }
  const { condition, fields, text } = error;
  const about = fields.length > 0 ? `, for ${fields.join(", ")}` : "";
  sheet.note("refused", `${condition}${about}${text === undefined ? "" : `: ${text}`}`);
  if (
    stanza.children.some((child) =>
      ["feature", "init"].some((name) => named(child, name, ns.featureNeg) || named(child, name, ns.init)),
    )
  )
    sheet.note("form-in-error", "repeats a form, which deployed clients read as a new one");
  const sender = one && senderIn(one, address);
  if (one && !one.final && !isOtherResource(one, address, sender))
    one.ended ??= { by: sender, how: `refused with ${condition}` };
  return { kind: "refusal", one };
}

/** XEP-0203. */
function delayOf(stanza: Element): string | undefined {
  const delay = stanza.children.find((child) => named(child, "delay", ns.delay));
  const stamp = typeof delay === "object" ? delay.attrs.stamp : undefined;
  return stamp?.slice(0, 64);
}

function wipe(negotiations: Negotiations): void {
  for (const { contexts } of negotiations.all)
    for (const context of Object.values(contexts)) if (context !== "none") context.wipe();
}
