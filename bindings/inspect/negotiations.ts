/**
 * Which negotiation a stanza belongs to: by thread and by the two parties, whose addresses may be bare before the
 * responder has answered, and one of which a client's own capture may lack. Sealed iq and presence have no thread and go
 * to the latest negotiation of the pair.
 */
import type { StanzaContext, Role } from "../core/types.js";
import { EsessionError } from "../errors.js";
import type { Form } from "../wire/forms.js";
import { bareOf } from "../wire/jid.js";
import type { Flow } from "./fields.js";
import type { RecordedKeys } from "./keys.js";

/** More are counted, but not followed. */
const MAX_NEGOTIATIONS = 1_000;

export interface Negotiation {
  readonly number: number;
  readonly thread: string | undefined;
  initiator: string | undefined;
  responder: string | undefined;
  flow: Flow;
  request: Form | undefined;
  response: Form | undefined;
  identity: Form | undefined;
  final: Form | undefined;
  /** How it ended, and who said so. */
  ended: { readonly by: Role | undefined; readonly how: string } | undefined;
  terminated: Role | undefined;
  /** Sealed stanzas since the last exchange of keys. */
  sealed: number;
  readonly macs: Set<string>;
  /** Of a test run. */
  keys: RecordedKeys | undefined;
  contexts: Partial<Record<Role, StanzaContext | "none">>;
}

export interface Address {
  readonly thread: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

export class Negotiations {
  readonly #all: Negotiation[] = [];
  readonly #byThread = new Map<string, Negotiation[]>();

  get count(): number {
    return this.#all.length;
  }

  get all(): readonly Negotiation[] {
    return this.#all;
  }

  /** undefined where there are too many. */
  begin({ thread, from, to }: Address, sender: Role): Negotiation | undefined {
    if (this.#all.length === MAX_NEGOTIATIONS) return undefined;
    const [initiator, responder] = sender === "initiator" ? [from, to] : [to, from];
    const made: Negotiation = {
      number: this.#all.length + 1,
      thread,
      initiator,
      responder,
      flow: "four",
      request: undefined,
      response: undefined,
      identity: undefined,
      final: undefined,
      ended: undefined,
      terminated: undefined,
      sealed: 0,
      macs: new Set(),
      keys: undefined,
      contexts: {},
    };
    this.#all.push(made);
    if (thread !== undefined) this.#byThread.set(thread, [...(this.#byThread.get(thread) ?? []), made]);
    return made;
  }

  /** The latest with this thread between these two; without a thread, the latest between them. */
  find({ thread, from, to }: Address): Negotiation | undefined {
    const among = thread === undefined ? this.#all : (this.#byThread.get(thread) ?? []);
    if (thread === undefined && (from === undefined || to === undefined)) return undefined;
    return among.findLast(
      (one) =>
        (fits(from, one.initiator) && fits(to, one.responder)) ||
        (fits(from, one.responder) && fits(to, one.initiator)),
    );
  }
}

/** Who sent it. A bare JID fits each of its resources. */
export function senderIn({ initiator, responder }: Negotiation, { from, to }: Address): Role | undefined {
  const [asInitiator, asResponder] = [
    closeness(from, initiator) + closeness(to, responder),
    closeness(from, responder) + closeness(to, initiator),
  ];
  if (asInitiator === asResponder) return undefined;
  return asInitiator > asResponder ? "initiator" : "responder";
}

/** A request to a bare JID may be answered by several resources; the initiator goes on with one (XEP-0155 §4.4). */
export function isOtherResource(one: Negotiation, { from, to }: Address, sender: Role | undefined): boolean {
  const party = sender === "initiator" ? to : from;
  if (!sender || !party?.includes("/") || !one.responder?.includes("/")) return false;
  return one.response !== undefined && party !== one.responder;
}

/** What is learnt of the addresses: the responder's resource, and those that a capture had left out. */
export function learn(one: Negotiation, { from, to }: Address, sender: Role | undefined): void {
  const [initiator, responder] = sender === "responder" ? [to, from] : [from, to];
  one.initiator = moreExact(one.initiator, initiator);
  one.responder = moreExact(one.responder, responder);
}

function moreExact(known: string | undefined, seen: string | undefined): string | undefined {
  return known === undefined || (seen?.includes("/") && !known.includes("/")) ? (seen ?? known) : known;
}

const fits = (seen: string | undefined, known: string | undefined): boolean =>
  seen === undefined || known === undefined || bare(seen) === bare(known);

function closeness(seen: string | undefined, known: string | undefined): number {
  if (seen === undefined || known === undefined) return 0;
  return seen === known ? 2 : bare(seen) === bare(known) ? 1 : -1;
}

/** Captures have few addresses, and each is compared with those of many negotiations. */
const known = new Map<string, string>();

function bare(jid: string): string {
  const before = known.get(jid);
  if (before !== undefined) return before;
  if (known.size === 1_024) known.clear();
  const found = bareOrBegin(jid);
  known.set(jid, found);
  return found;
}

/** Gajim 0.16 writes `user@host/`, which is no JID. */
function bareOrBegin(jid: string): string {
  try {
    return bareOf(jid);
  } catch (error) {
    if (!EsessionError.is(error)) throw error;
    return jid.split("/", 1)[0]!;
  }
}
