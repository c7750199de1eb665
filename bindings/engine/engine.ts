/**
 * The engine: one JID's sessions and negotiations. Routes every incoming stanza to the one it belongs to, and hands
 * on what is the application's. Opens no socket and owns no timer; store, clock and `send` are handed in.
 */
import { loadCore } from "../core/index.js";
import type { Core } from "../core/types.js";
import { EsessionError } from "../errors.js";
import type { StanzaKind } from "../negotiation/policy.js";
import type { Outcome } from "../negotiation/types.js";
import { openSealedStore, type SealedStore } from "../store/sealed.js";
import { openPeerBook, type PeerBook } from "../trust/book.js";
import { stretchOtherSecret } from "../trust/other-secret.js";
import type { Element } from "../wire/element.js";
import { findC } from "../wire/encrypted.js";
import { parseForm } from "../wire/forms.js";
import { bareOf, fullOf, parseJid } from "../wire/jid.js";
import { formLimits } from "../wire/limits.js";
import { readPayload, readThread } from "../wire/negotiation.js";
import { errorStanza } from "../wire/stanza-errors.js";
import { readStanza, replaceContent, writeStanza } from "../wire/stanza.js";
import { systemClock } from "./clock.js";
import { Events } from "./events.js";
import { Guesses } from "./guesses.js";
import type { Waiting } from "./half-open.js";
import { addMark, removeMark, takeMarks, type Mark } from "./marks.js";
import { Negotiator } from "./negotiator.js";
import { completePolicy } from "./policy.js";
import { confirmSuccessor, verifySuccessor, type Deferred, type Retaining } from "./retaining.js";
import { LiveSession } from "./session.js";
import { readTermination } from "./termination.js";
import type {
  AnyStanza,
  Clock,
  Delivered,
  Engine,
  EngineEvents,
  EngineOptions,
  Policy,
  Received,
  Session,
  StartOptions,
} from "./types.js";

/** Makes an engine: loads the core, opens the store, and tells which sessions an earlier process lost. */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const policy = completePolicy(options.policy);
  const jid = fullOf(options.jid);
  if (typeof options.send !== "function") throw invalid("send", "must be a function that sends a stanza");
  if (options.form !== undefined && !["element", "string"].includes(options.form))
    throw invalid("form", "must be 'element' or 'string'");
  if (options.store && !options.keys)
    throw invalid("keys", "must be given with a store: it holds the key that seals it");
  const core = options.core ?? (await loadCore(coreOptions(options)));
  const store =
    options.store && options.keys
      ? await openSealedStore({ core, blobs: options.store, keys: options.keys })
      : undefined;
  const book = await openPeerBook({ core, store });
  const engine = new SessionEngine({ ...options, jid }, policy, core, store, book);
  if (store) for (const mark of await takeMarks(store)) engine.reportLost(mark);
  return engine;
}

function coreOptions({ sessions, maxStanzaBytes }: EngineOptions) {
  return {
    ...(sessions === undefined ? {} : { sessions }),
    ...(maxStanzaBytes === undefined ? {} : { maxStanzaBytes }),
  };
}

const MAX_UNKNOWN = 256;

class SessionEngine implements Engine {
  readonly jid: string;
  readonly #options: EngineOptions;
  readonly #policy: Policy;
  readonly #core: Core;
  readonly #clock: Clock;
  readonly #store: SealedStore | undefined;
  readonly #book: PeerBook;
  readonly #events = new Events<EngineEvents>(["alert", "request"]);
  readonly #sessions = new Set<LiveSession>();
  readonly #guesses = new Guesses();
  readonly #negotiator: Negotiator;
  /** Sealed stanzas of no session are told once for each sender and thread. */
  readonly #unknown = new Set<string>();
  /** Writes that follow an event of an established session; close() waits for them. */
  #following: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(
    options: EngineOptions,
    policy: Policy,
    core: Core,
    store: SealedStore | undefined,
    book: PeerBook,
  ) {
    this.jid = options.jid;
    this.#options = options;
    this.#policy = policy;
    this.#core = core;
    this.#clock = options.clock ?? systemClock;
    this.#store = store;
    this.#book = book;
    this.#negotiator = new Negotiator({
      core,
      jid: this.jid,
      policy,
      clock: this.#clock,
      book,
      dialectOf: (jid) => options.dialectOf?.(jid),
      transmit: (stanza) => this.#transmit(stanza),
      alert: (alert) => this.#events.emit("alert", alert),
      trace: (trace) => this.#events.emit("trace", trace),
      request: (request) => this.#events.emit("request", request),
      liveSessions: () => this.#sessions.size,
      kindsInUse: (jid) => this.#kindsInUse(jid),
      mark: (outcome) => this.#mark(outcome),
      unmark: (outcome) => this.#unmark(outcome),
      establish: (outcome, deferred, waiting) => this.#establish(outcome, deferred, waiting),
      refusedLate: (bare, thread) => this.#countGuess(bare, thread),
    });
  }

  on<E extends keyof EngineEvents>(event: E, listener: (value: EngineEvents[E]) => void): () => void {
    return this.#events.on(event, listener);
  }

  get sessions(): readonly Session[] {
    return [...this.#sessions];
  }

  session(fullJid: string): Session | undefined {
    const peer = fullOf(fullJid);
    return [...this.#sessions].reverse().find((session) => session.peer === peer);
  }

  async start(jid: string, options: StartOptions = {}): Promise<Session> {
    this.#mustBeOpen();
    const { full } = parseJid(jid);
    if (full === this.jid) throw invalid("jid", "is the engine's own");
    if (full && this.session(full))
      throw new EsessionError("session-exists", `there is a session with ${full} already; close it first`);
    return this.#negotiator.start(jid, options);
  }

  async wroteTo(jid: string): Promise<void> {
    this.#mustBeOpen();
    await this.#book.update(bareOf(jid), (record) =>
      record.written ? record : { ...record, written: true },
    );
  }

  async setOtherSecret(jid: string, secret: string): Promise<void> {
    this.#mustBeOpen();
    const bare = bareOf(jid);
    const stretched = await stretchOtherSecret(this.#core, secret, bareOf(this.jid), bare);
    try {
      await this.#book.update(bare, (record) => ({ ...record, otherSecret: stretched }));
    } finally {
      stretched.wipe();
    }
  }

  // --- incoming ---------------------------------------------------------------------------------------------------

  receive<T extends AnyStanza>(stanza: T): T | undefined {
    const received = this.open(stanza);
    return received.kind === "stanza" ? (received.stanza as T) : undefined;
  }

  open(stanza: AnyStanza): Received {
    const { element, form } = readStanza(stanza);
    const clear: Received = { kind: "stanza", stanza, session: undefined };
    const kind = element.getName();
    const { from } = element.attrs;
    if (this.#closed || from === undefined || !isKind(kind)) return clear;
    let sender;
    try {
      sender = parseJid(from);
    } catch {
      return clear; // not an address that a session can be with
    }
    const thread = kind === "message" ? readThread(element) : undefined;
    if (hasC(element)) {
      if (!sender.full) return clear; // a copy of somebody's, from an archive say
      return this.#openSealed(stanza, element, kind, sender.full, thread, (opened) => replaceContent(stanza, form, opened) as AnyStanza); // prettier-ignore
    }
    if (kind === "message" && thread !== undefined) return this.#clearMessage(element, clear, sender, thread);
    if (kind === "iq" && sender.full) return this.#clearIq(element, clear, sender.full);
    if (kind === "presence" && element.attrs.type === "unavailable" && sender.full)
      this.#unavailable(sender.full);
    return clear;
  }

  #openSealed(
    original: AnyStanza,
    element: Element,
    kind: StanzaKind,
    from: string,
    thread: string | undefined,
    deliver: (opened: Element) => AnyStanza,
  ): Received {
    if (kind === "message" && thread === undefined) return this.#foreign(from, thread);
    const session = this.#sessionFor(kind, from, thread);
    if (session) {
      const received = session.receive(element);
      return received.kind === "consumed"
        ? received
        : { kind: "stanza", stanza: deliver(received.element), session };
    }
    // Elements may be changed by the client after this call, so what waits is a copy.
    const copy = readStanza(writeStanza(element, "string")).element;
    const whole = typeof original === "string" ? deliver : (opened: Element) => opened;
    const waiting = this.#negotiator.wait(from, thread, { element: copy, deliver: whole });
    if (waiting === "full")
      this.#events.emit("alert", {
        kind: "queue-full",
        jid: bareOf(from),
        message: "too many stanzas came before the session stood; it was given up",
      });
    return waiting === "unknown" ? this.#foreign(from, thread) : { kind: "consumed" };
  }

  /** iq and presence carry no thread: the pair's one session that agreed on the kind. */
  #sessionFor(kind: StanzaKind, from: string, thread: string | undefined): LiveSession | undefined {
    return [...this.#sessions].find(
      (session) =>
        session.peer === from && session.agreedOn(kind) && (kind !== "message" || session.thread === thread),
    );
  }

  #foreign(from: string, thread: string | undefined): Received {
    const key = `${from}\n${thread ?? ""}`;
    if (!this.#unknown.has(key)) {
      this.#unknown.add(key);
      if (this.#unknown.size > MAX_UNKNOWN) this.#unknown.delete(this.#unknown.values().next().value!);
      this.#events.emit("alert", {
        kind: "no-session",
        jid: bareOf(from),
        message: `${from} sent sealed stanzas of a session that is not known here; they cannot be read`,
        restart: () => this.start(from),
      });
    }
    return { kind: "consumed" };
  }

  #clearMessage(
    element: Element,
    clear: Received,
    { bare, full }: { bare: string; full: string | undefined },
    thread: string,
  ): Received {
    const from = full ?? bare;
    const session = [...this.#sessions].find((one) => one.peer === from && one.thread === thread);
    if (element.attrs.type === "error") {
      // A clear error ends a negotiation at most; an established session ignores it.
      return !session && this.#negotiator.receiveError(from, thread, element) ? { kind: "consumed" } : clear;
    }
    if (session) {
      if (session.info.dialect === "deployed" && readTermination(element) === "submit")
        session.clearlyTerminated();
      else
        this.#events.emit("alert", {
          kind: "clear-in-session",
          jid: bare,
          session,
          message: `a message of the session with ${from} came in clear and was refused: it may be anybody's`,
        });
      return { kind: "consumed" };
    }
    try {
      const payload = readPayload(element);
      if (!payload) return clear;
      if (!full) return { kind: "consumed" }; // a negotiation is with a resource
      const limits = { ...formLimits, size: this.#policy.maxFormBytes };
      const form = parseForm(payload.x, limits);
      this.#negotiator.receive({ from, thread, id: element.attrs.id, wrapper: payload.wrapper, form });
    } catch (error) {
      if (!EsessionError.is(error)) throw error;
      this.#negotiator.receiveMalformed(from, thread, element.attrs.id, error);
    }
    return { kind: "consumed" };
  }

  /** With iq agreed on, a clear request of the peer's is somebody else's, but for what servers and clients ask of all. */
  #clearIq(element: Element, clear: Received, from: string): Received {
    const session = [...this.#sessions].find((one) => one.peer === from && one.agreedOn("iq"));
    if (!session) return clear;
    const { type, id } = element.attrs;
    if (type === "get" || type === "set") {
      if (isBootstrap(element)) return clear;
      void Promise.resolve(
        this.#transmit(
          errorStanza({ to: from, ...(id === undefined ? {} : { id }), kind: "iq" }, "not-acceptable"),
        ),
      ).catch(() => undefined);
    } else if (!session.awaits(id)) return clear;
    this.#events.emit("alert", {
      kind: "clear-in-session",
      jid: bareOf(from),
      session,
      message: `an iq of ${from} came in clear although the session protects them; it was refused`,
    });
    return { kind: "consumed" };
  }

  #unavailable(from: string): void {
    const tell = !(this.#options.seesOurPresence?.(from) ?? false);
    for (const session of [...this.#sessions]) if (session.peer === from) session.peerUnavailable(tell);
  }

  // --- sessions ---------------------------------------------------------------------------------------------------

  #establish(outcome: Outcome, deferred: Deferred | undefined, waiting: readonly Waiting[]): Session {
    const bare = bareOf(outcome.peer);
    const retaining: Retaining = {
      book: this.#book,
      now: () => this.#clock.now(),
      retainedMs: this.#policy.retainedMs,
    };
    let later = deferred;
    const session: LiveSession = new LiveSession(outcome, {
      core: this.#core,
      policy: this.#policy,
      clock: this.#clock,
      transmit: (stanza) => this.#transmit(stanza),
      alert: (alert) => this.#events.emit("alert", { ...alert, jid: bare, session }),
      trace: (step) =>
        this.#events.emit("trace", { jid: bare, thread: outcome.thread, role: outcome.role, step }),
      confirmed: () => {
        const kept = later;
        later = undefined;
        this.#follow(confirmSuccessor(retaining, bare, outcome.successorId, kept));
      },
      markVerified: async (kind) => {
        if (later) later = { ...later, verified: kind };
        await verifySuccessor(retaining, bare, outcome.successorId, kind);
        this.#guesses.remove(bare, outcome.thread);
      },
      restart: () => this.start(outcome.peer),
      ended: () => {
        this.#sessions.delete(session);
        later?.secret.wipe();
        this.#unmark(outcome);
      },
    });
    this.#sessions.add(session);
    this.#replaceOlder(session);
    if (session.level === "unverified") this.#countGuess(bare, outcome.thread);
    if (outcome.continuityLost)
      this.#events.emit("alert", {
        kind: "continuity-lost",
        jid: bare,
        session,
        message: `${bare} was verified before, but this session shares no secret with those: compare again`,
      });
    session.begin();
    this.#events.emit("session", session);
    for (const { element, deliver } of waiting) {
      if (session.state === "ended") break;
      const received = session.receive(element);
      if (received.kind === "stanza") {
        const delivered: Delivered = { session, stanza: deliver(received.element) };
        this.#events.emit("stanza", delivered);
      }
    }
    return session;
  }

  /** A peer that proves the chain of retained secrets again has lost the session it had before. */
  #replaceOlder(session: LiveSession): void {
    if (!session.continued) return;
    for (const older of [...this.#sessions])
      if (older !== session && older.peer === session.peer && older.state !== "ending")
        older.peerUnavailable(false);
  }

  #countGuess(bare: string, key: string): void {
    if (!this.#guesses.add(bare, key, this.#clock.now())) return;
    this.#events.emit("alert", {
      kind: "sas-guessing",
      jid: bare,
      message: `three or more sessions with ${bare} within an hour failed late or were never compared: somebody may be guessing the SAS`,
    });
  }

  #kindsInUse(jid: string): StanzaKind[] {
    const { bare, full } = parseJid(jid);
    return [...this.#sessions]
      .filter((session) => (full ? session.peer === full : bareOf(session.peer) === bare))
      .flatMap((session) => session.info.stanzas);
  }

  async #mark({ peer, thread }: Outcome): Promise<void> {
    if (this.#store) await addMark(this.#store, { peer, thread, at: this.#clock.now() });
  }

  #unmark(outcome: Outcome): void {
    if (this.#store) this.#follow(removeMark(this.#store, outcome));
  }

  reportLost({ peer, at }: Mark): void {
    this.#events.emit("alert", {
      kind: "session-lost",
      jid: bareOf(peer),
      message: `the session with ${peer}, begun ${new Date(at).toISOString()}, ended with the process: the last messages may be missing`,
      restart: () => this.start(peer),
    });
  }

  // --- the world --------------------------------------------------------------------------------------------------

  #transmit(stanza: Element): void | Promise<void> {
    return this.#options.send(writeStanza(stanza, this.#options.form ?? "element") as AnyStanza);
  }

  /** A write that follows: its failure is told, and harms nothing that stands. */
  #follow(write: Promise<void>): void {
    const told = write.catch((cause: unknown) => {
      const error = EsessionError.is(cause)
        ? cause
        : new EsessionError("store-unavailable", "the store failed", { cause });
      this.#events.emit("alert", { kind: "store-failed", jid: this.jid, message: error.message, error });
    });
    this.#following = Promise.all([this.#following, told]);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#negotiator.close();
    await Promise.all([...this.#sessions].map((session) => session.close()));
    this.#closed = true;
    await this.#following;
    await this.#book.close();
    await this.#store?.close();
  }

  #mustBeOpen(): void {
    if (this.#closed) throw new EsessionError("engine-closed", "the engine was closed");
  }
}

function isKind(name: string): name is StanzaKind {
  return name === "message" || name === "iq" || name === "presence";
}

function hasC(stanza: Element): boolean {
  try {
    return findC(stanza).length > 0;
  } catch {
    return true; // too many of them: the session refuses it
  }
}

/** Discovery and ping go on in clear (XEP-0116 §3): they are what finds the peer in the first place. */
function isBootstrap(iq: Element): boolean {
  const bootstrap = [
    ["query", "http://jabber.org/protocol/disco#info"],
    ["query", "http://jabber.org/protocol/disco#items"],
    ["ping", "urn:xmpp:ping"],
  ] as const;
  return bootstrap.some(([name, xmlns]) => iq.getChild(name, xmlns) !== undefined);
}

function invalid(name: string, what: string): EsessionError {
  return new EsessionError("option-invalid", `the option '${name}' ${what}`);
}
