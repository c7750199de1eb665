/** The inspector: stanzas in, a report out. Pure but for the core that it is given, which it leaves as it was. */
import { EsessionError } from "../errors.js";
import type { Element } from "../wire/element.js";
import { parseStanza } from "../wire/gate.js";
import { named, ns } from "../wire/namespaces.js";
import { readThread } from "../wire/negotiation.js";
import { serializeStanza } from "../wire/serialize.js";
import { readStanza } from "../wire/stanza.js";
import { titleOf } from "./classify.js";
import { look, type State } from "./look.js";
import { Negotiations, senderIn, type Address } from "./negotiations.js";
import { Sheet, sentenceOf } from "./sheet.js";
import type { Captured, InspectOptions, MessageReport, Report } from "./types.js";

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
