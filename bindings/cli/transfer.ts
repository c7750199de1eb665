/** Sends a corpus through a session, one way, and checks that each stanza arrives equal. */
import type { Session } from "../engine/types.js";
import { EsessionError } from "../errors.js";
import { utf8Length } from "../wire/characters.js";
import type { Element } from "../wire/element.js";
import { element } from "../wire/element.js";
import { serializeStanza } from "../wire/serialize.js";
import { difference } from "./compare.js";
import type { Party } from "./parties.js";
import { copy, readdress } from "./readdress.js";
import type { FoundStanza } from "./read-stanzas.js";
import type { Router } from "./router.js";

export interface Mismatch {
  /** Of the corpus. */
  readonly line: number;
  readonly from: string;
  readonly what: string;
}

export interface Transfer {
  readonly from: string;
  readonly to: string;
  /** Stanzas that arrived equal. */
  readonly equal: number;
  /** Requests and answers added so that every iq has its counterpart (RFC 6120 §8.2.3). */
  readonly carriers: number;
  /** Octets of the stanzas in clear. */
  readonly bytes: number;
  readonly mismatches: readonly Mismatch[];
}

export interface Route {
  readonly from: Party;
  readonly to: Party;
  /** The session of each end. */
  readonly sending: Session;
  readonly receiving: Session;
  readonly router: Router;
}

export async function transfer(
  route: Route,
  corpus: readonly FoundStanza[],
  onStanza: (done: number) => void,
): Promise<Transfer> {
  const { from, to, sending } = route;
  const back: Route = { ...route, from: to, to: from, sending: route.receiving, receiving: sending };
  const mismatches: Mismatch[] = [];
  let carriers = 0;
  let bytes = 0;
  for (const [at, { line, stanza }] of corpus.entries()) {
    const made = readdress(stanza, {
      from: from.jid,
      to: to.jid,
      thread: sending.thread,
      id: `demo-${at + 1}`,
    });
    bytes += utf8Length(serializeStanza(made));
    const { request, answer } = counterparts(made);
    const what = (request && pass(back, request)) ?? pass(route, made) ?? (answer && pass(back, answer));
    if (what !== undefined) mismatches.push({ line, from: from.jid, what });
    carriers += Number(request !== undefined) + Number(answer !== undefined);
    onStanza(at + 1);
    // lets timers and the terminal have their turn
    if (at % 64 === 63) await new Promise(setImmediate);
  }
  return {
    from: from.jid,
    to: to.jid,
    equal: corpus.length - mismatches.length,
    carriers,
    bytes,
    mismatches,
  };
}

/** Sends one stanza; what is wrong with its arrival, undefined if nothing is. */
function pass({ from, to, sending, receiving, router }: Route, stanza: Element): string | undefined {
  to.inbox.length = 0;
  const alerts = from.alerts.length + to.alerts.length;
  try {
    sending.send(copy(stanza));
    router.drain();
  } catch (error) {
    if (EsessionError.is(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
  const [arrived, second] = to.inbox.splice(0);
  if (!arrived) return `it did not arrive${alertsSince(alerts, from, to)}`;
  if (second) return "it arrived more than once";
  if (arrived.session !== receiving) return "it arrived without the protection of the session";
  return difference(stanza, arrived.stanza);
}

function alertsSince(count: number, ...parties: readonly Party[]): string {
  const all = parties.flatMap(({ alerts }) => alerts);
  return all.length > count ? ` (${all.at(-1)!})` : "";
}

/** An answer is let through to who asked only; and who asks is answered. */
function counterparts(stanza: Element): { request?: Element; answer?: Element } {
  if (stanza.getName() !== "iq") return {};
  const { from, to, id, type } = stanza.attrs;
  const attrs = { from: to!, to: from!, id: id! };
  if (type === "get" || type === "set") return { answer: element("iq", { ...attrs, type: "result" }) };
  if (type === "result" || type === "error")
    return { request: element("iq", { ...attrs, type: "get" }, element("ping", { xmlns: "urn:xmpp:ping" })) };
  return {};
}
