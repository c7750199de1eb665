/**
 * Finds out what an incoming stanza is: sealed, a message of a negotiation, clear where it should not be, or none of
 * our business. Never throws for what a stranger sent.
 */
import { EsessionError } from "../errors.js";
import type { StanzaKind } from "../negotiation/policy.js";
import { readDelay } from "../wire/delay.js";
import type { Element } from "../wire/element.js";
import { findC } from "../wire/encrypted.js";
import { parseBoolean } from "../wire/booleans.js";
import { parseForm, single } from "../wire/forms.js";
import { bareOf, parseJid, type Jid } from "../wire/jid.js";
import { formLimits } from "../wire/limits.js";
import { namespaceOf, ns } from "../wire/namespaces.js";
import { readPayload, readThread } from "../wire/negotiation.js";
import { errorStanza, readError } from "../wire/stanza-errors.js";
import { readStanza, replaceContent, writeStanza } from "../wire/stanza.js";
import type { Negotiator } from "./negotiator.js";
import type { Sessions } from "./sessions.js";
import { readTermination } from "./termination.js";
import type { AnyStanza, Received, Session } from "./types.js";
import { deliver, type World } from "./world.js";

/** The namespaces of stanzas: of a client's stream, and of a component's. */
const STANZA_NAMESPACES = [undefined, ns.client, "jabber:component:accept"];
const MAX_UNKNOWN = 256;
const consumed: Received = { kind: "consumed" };

/** A stanza on its way through: as it came, read, and how to hand it on opened, in the form in which it came. */
interface Incoming {
  readonly element: Element;
  readonly clear: Received;
  readonly kind: StanzaKind;
  readonly sender: Jid;
  /** The sender as it stands in `from`: full where it can be. */
  readonly from: string;
  readonly thread: string | undefined;
  readonly deliver: (opened: Element) => AnyStanza;
}

export class Routing {
  readonly #world: World;
  readonly #sessions: Sessions;
  readonly #negotiator: Negotiator;
  readonly #restart: (jid: string) => Promise<Session>;
  /** Sealed stanzas of no session are told once for each sender and thread. */
  readonly #unknown = new Set<string>();

  constructor(
    world: World,
    sessions: Sessions,
    negotiator: Negotiator,
    restart: (jid: string) => Promise<Session>,
  ) {
    this.#world = world;
    this.#sessions = sessions;
    this.#negotiator = negotiator;
    this.#restart = restart;
  }

  open(stanza: AnyStanza): Received {
    const clear: Received = { kind: "stanza", stanza, session: undefined };
    const incoming = this.#read(stanza, clear);
    if (!incoming) return clear;
    const { element, kind, sender, thread } = incoming;
    if (hasC(element)) return sender.full === undefined ? clear : this.#sealed(incoming);
    if (kind === "message" && thread !== undefined) return this.#clearMessage(incoming, thread);
    if (kind === "iq" && sender.full !== undefined) return this.#clearIq(incoming);
    if (kind === "presence" && element.attrs.type === "unavailable") this.#unavailable(incoming.from);
    return clear;
  }

  #read(stanza: AnyStanza, clear: Received): Incoming | undefined {
    try {
      const { element, form } = readStanza(stanza);
      const kind = element.getName();
      if (!isKind(kind) || !STANZA_NAMESPACES.includes(namespaceOf(element))) return undefined;
      if (element.attrs.from === undefined) return undefined;
      const sender = parseJid(element.attrs.from);
      return {
        element,
        clear,
        kind,
        sender,
        from: sender.full ?? sender.bare,
        thread: kind === "message" ? readThread(element) : undefined,
        deliver: (opened) => replaceContent(stanza, form, opened) as AnyStanza,
      };
    } catch (error) {
      if (!EsessionError.is(error) || error.code === "stanza-unsupported") throw error;
      // Not an address, or XML beyond our limits: nothing that a session can have to do with.
      if (error.code !== "jid-malformed")
        this.#world.events.emit("alert", {
          kind: "unreadable",
          jid: this.#world.jid,
          message: `a stanza was passed on unread: ${error.message}`,
          error,
        });
      return undefined;
    }
  }

  #sealed(incoming: Incoming): Received {
    const { element, kind, from, thread, clear } = incoming;
    if (kind === "message" && thread === undefined) return this.#foreign(incoming);
    const sessions = this.#sessions.for(kind, from, thread);
    for (const session of sessions) {
      const received = session.receive(element, { maybe: session !== sessions.at(-1) });
      if (received.kind === "foreign") continue;
      this.#sessions.heardFrom(session, from);
      if (received.kind === "consumed") return consumed;
      const stanza = incoming.deliver(received.element);
      return { kind: "stanza", stanza, session: received.kind === "clear" ? undefined : session };
    }
    if (!this.#negotiator.expects(from, thread))
      return element.attrs.type === "error" ? clear : this.#foreign(incoming);
    try {
      // The client may change the stanza after this call, so what waits is a copy.
      const text = writeStanza(element, "string");
      const copy = readStanza(text).element;
      const proof = takeWrapper(copy) ? readStanza(text).element : undefined;
      this.#negotiator.wait(from, thread, { element: copy, deliver: incoming.deliver });
      // only now: what waits is ignored if the proof beside it is refused
      if (proof && thread !== undefined) this.#negotiation({ ...incoming, element: proof }, thread);
    } catch (error) {
      if (!EsessionError.is(error)) throw error;
      this.#negotiator.receiveMalformed(from, thread ?? "", element.attrs.id, error);
    }
    return consumed;
  }

  #foreign({ from, thread, sender }: Incoming): Received {
    const key = `${from}\n${thread ?? ""}`;
    if (this.#unknown.has(key) || this.#sessions.hasEnded(from, thread)) return consumed;
    this.#unknown.add(key);
    if (this.#unknown.size > MAX_UNKNOWN) this.#unknown.delete(this.#unknown.values().next().value!);
    this.#world.events.emit("alert", {
      kind: "no-session",
      jid: sender.bare,
      message: `${from} sent sealed stanzas of a session that is not known here; they cannot be read`,
      restart: () => this.#restart(from),
    });
    return consumed;
  }

  #clearMessage(incoming: Incoming, thread: string): Received {
    const { element, clear, from } = incoming;
    const session = this.#sessions.all().find((one) => one.peer === from && one.thread === thread);
    // A clear error ends a negotiation at most, of which confirming is a part; an established session ignores it.
    if (element.attrs.type === "error") {
      if (session) return session.refusedInClear() ? consumed : clear;
      // what a peer sends beside its sealed termination, for those that look at nothing else
      const known =
        this.#sessions.hasEnded(from, thread) && readError(element)?.condition === "not-acceptable";
      return known || this.#negotiator.receiveError(from, thread, element) ? consumed : clear;
    }
    if (session) {
      if (session.info.dialect === "deployed" && readTermination(element) === "submit")
        session.clearlyTerminated();
      else if (!(cancels(element) && session.refusedInClear()))
        this.#refused(
          session,
          `a message of the session with ${from} came in clear and was refused: it may be anybody's`,
        );
      return consumed;
    }
    return this.#negotiation(incoming, thread);
  }

  #negotiation({ element, clear, sender, from }: Incoming, thread: string): Received {
    const { id, to } = element.attrs;
    try {
      const payload = readPayload(element);
      if (!payload) return clear;
      if (sender.full === undefined) return consumed; // a negotiation is with a resource
      const asks = payload.wrapper === "feature" && payload.x.attrs.type === "form";
      if (asks && this.#wasStored(element)) {
        this.#tellStored(element, from);
        return consumed;
      }
      const form = parseForm(payload.x, { ...formLimits, size: this.#world.policy.maxFormBytes });
      this.#negotiator.receive({ from, to, thread, id, wrapper: payload.wrapper, form });
    } catch (error) {
      if (!EsessionError.is(error)) throw error;
      if (!this.#wasStored(element)) this.#negotiator.receiveMalformed(from, thread, id, error);
    }
    return consumed;
  }

  /**
   * XEP-0155 §4.2: any answer to a request that was kept while we were away would tell that we were; the application may
   * start a session of its own. A time that cannot be read is one that has passed.
   */
  #wasStored(message: Element): boolean {
    const at = readDelay(message);
    const { clock, policy } = this.#world;
    return at !== undefined && !(clock.now() - at <= policy.storedRequestMs);
  }

  #tellStored(request: Element, from: string): void {
    const at = readDelay(request);
    this.#world.events.emit("alert", {
      kind: "request-stored",
      jid: bareOf(from),
      message: `${from} asked for a session while we were away; that was not answered`,
      ...(at === undefined || Number.isNaN(at) ? {} : { at }),
      restart: () => this.#restart(from),
    });
  }

  /** With iq agreed on, a clear request of the peer's is somebody else's, but for what servers and clients ask of all. */
  #clearIq({ element, clear, from }: Incoming): Received {
    const session = this.#sessions.all().find((one) => one.peer === from && one.agreedOn("iq"));
    if (!session) return clear;
    const { type, id } = element.attrs;
    if (type === "get" || type === "set") {
      if (isBootstrap(element)) return clear;
      const address = { to: from, ...(id === undefined ? {} : { id }), kind: "iq" } as const;
      void deliver(this.#world, errorStanza(address, "not-acceptable"));
    } else if (!session.awaits(id)) return clear;
    this.#refused(
      session,
      `an iq of ${from} came in clear although the session protects them; it was refused`,
    );
    return consumed;
  }

  #refused(session: Session, message: string): void {
    const jid = bareOf(session.peer);
    this.#world.events.emit("alert", { kind: "clear-in-session", jid, session, message });
  }

  #unavailable(from: string): void {
    const tell = !(this.#world.options.seesOurPresence?.(from) ?? false);
    this.#negotiator.peerUnavailable(from);
    for (const session of this.#sessions.all()) if (session.peer === from) session.peerUnavailable(tell);
  }
}

/**
 * XEP-0116 §4.6.4, §4.7.4: the last message of a negotiation may carry the first stanza of the session; its form is taken
 * out of the copy that waits. True: there was one.
 */
function takeWrapper(copy: Element): boolean {
  if (!readPayload(copy)) return false;
  const wraps = (child: unknown) =>
    typeof child === "object" && ["feature", "init"].includes((child as Element).getName());
  copy.children = copy.children.filter((child) => !wraps(child));
  return true;
}

function isKind(name: string): name is StanzaKind {
  return name === "message" || name === "iq" || name === "presence";
}

/** XEP-0155 §4.3-4: a form whose `accept` is 0. */
function cancels(message: Element): boolean {
  try {
    const payload = readPayload(message);
    return payload !== undefined && parseBoolean(single(parseForm(payload.x), "accept")) === false;
  } catch {
    return false;
  }
}

function hasC(stanza: Element): boolean {
  try {
    return findC(stanza).length > 0;
  } catch {
    return true; // too many of them: opening it says so
  }
}

/** Discovery and ping go on in clear (XEP-0116 §3): they are what finds the peer in the first place. */
function isBootstrap(iq: Element): boolean {
  const [only, second] = iq.getChildElements();
  if (iq.attrs.type !== "get" || !only || second) return false;
  const xmlns = namespaceOf(only);
  return only.getName() === "ping"
    ? xmlns === "urn:xmpp:ping"
    : only.getName() === "query" &&
        (xmlns === "http://jabber.org/protocol/disco#info" ||
          xmlns === "http://jabber.org/protocol/disco#items");
}
