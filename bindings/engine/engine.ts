/**
 * The engine: one JID's sessions and negotiations. Opens no socket and owns no timer; store, clock and `send` are
 * handed in. What a stanza is, routing.ts finds out; who may negotiate, negotiator.ts; what stands, sessions.ts.
 */
import { loadCore } from "../core/index.js";
import type { Core } from "../core/types.js";
import { EsessionError } from "../errors.js";
import { DSA_SHA256 } from "../identity/algorithms.js";
import { openSealedStore, type SealedStore } from "../store/sealed.js";
import { openPeerBook } from "../trust/book.js";
import { stretchOtherSecret } from "../trust/other-secret.js";
import { features } from "../wire/disco.js";
import { bareOf, fullOf, parseJid } from "../wire/jid.js";
import { formOf } from "../wire/stanza.js";
import { systemClock } from "./clock.js";
import { unsupported } from "./disco.js";
import { Events } from "./events.js";
import { inTheCore } from "./exponentiations.js";
import { identityOf } from "./identity.js";
import { checkStart } from "./start-options.js";
import { takeMarks, type Mark } from "./marks.js";
import { Negotiator } from "./negotiator.js";
import { checkTime, completePolicy, isUncommon } from "./policy.js";
import { Routing } from "./routing.js";
import { sealAll } from "./sealing.js";
import { Sessions } from "./sessions.js";
import type { Trust } from "./trust-types.js";
import type {
  AnyStanza,
  Engine,
  EngineEvents,
  EngineOptions,
  Received,
  Session,
  StartOptions,
} from "./types.js";
import { deliver, type World } from "./world.js";

/** Makes an engine: loads the core, opens the store, and tells which sessions an earlier process lost. */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const policy = completePolicy(options.policy);
  const jid = fullOf(options.jid);
  if (typeof options.send !== "function") throw invalid("send", "must be a function that sends a stanza");
  if (options.form !== undefined && !["element", "string"].includes(options.form))
    throw invalid("form", "must be 'element' or 'string'");
  if (options.store && !options.keys)
    throw invalid("keys", "must be given with a store: it holds the key that seals it");
  const uncommon = isUncommon(policy);
  if (uncommon && options.core && options.core.algorithms !== "all")
    throw invalid("core", "lacks algorithms of the policy: load it with { algorithms: 'all' }");
  const core = options.core ?? (await loadCore(coreOptions(options, uncommon)));
  // Even an empty stanza is padded, and a session is ended by one.
  if (4 * Math.ceil(policy.padTo / 3) + 2048 > core.maxStanzaBytes)
    throw invalid("policy", `'padTo' leaves no room in stanzas of ${core.maxStanzaBytes} octets`);
  const store = await openStore(core, options);
  try {
    const book = await openPeerBook({ core, store });
    const clock = options.clock ?? systemClock;
    const events = new Events<EngineEvents>(["alert", "request"]);
    const engine = new SessionEngine({ jid, core, policy, clock, book, store, options, events });
    if (store) await takeMarks(store, jid, (lost) => engine.reportLost(lost));
    return engine;
  } catch (error) {
    await store?.close();
    throw error;
  }
}

async function openStore(core: Core, { store, keys }: EngineOptions): Promise<SealedStore | undefined> {
  return store && keys ? openSealedStore({ core, blobs: store, keys }) : undefined;
}

function coreOptions({ sessions, maxStanzaBytes, identity = [] }: EngineOptions, uncommon: boolean) {
  const signers = "sign" in identity ? [identity] : identity;
  const all = uncommon || signers.some((one) => one.algorithm === DSA_SHA256);
  return {
    ...(all ? { algorithms: "all" as const } : {}),
    ...(sessions === undefined ? {} : { sessions }),
    ...(maxStanzaBytes === undefined ? {} : { maxStanzaBytes }),
  };
}

class SessionEngine implements Engine {
  readonly #world: World;
  readonly #sessions: Sessions;
  readonly #negotiator: Negotiator;
  readonly #routing: Routing;
  #closing: Promise<void> | undefined;
  #closed = false;

  constructor(world: World) {
    const restart = (jid: string) => this.start(jid);
    this.#world = world;
    const sessions = new Sessions(world, restart);
    this.#sessions = sessions;
    this.#negotiator = new Negotiator({
      ...world,
      get jid() {
        return world.jid;
      },
      exponentiations: world.options.exponentiations ?? inTheCore,
      identity: identityOf(world.core, world.options.identity),
      answerFields: world.options.answerFields,
      dialectOf: (jid) => world.options.dialectOf?.(jid),
      deliver: (stanza) => deliver(world, stanza),
      alert: (alert) => world.events.emit("alert", alert),
      trace: (trace) => world.events.emit("trace", trace),
      request: (request) => world.events.emit("request", request),
      liveSessions: (bareJid) => sessions.count(bareJid),
      kindsInUse: (jid, lost) => sessions.kindsInUse(jid, lost),
      judge: (jid, outcome, elsewhere) => sessions.trust.judge(jid, outcome, elsewhere),
      unknownFingerprint: (bareJid, peer) =>
        sessions.trust.unknownFingerprint(bareJid, () => this.start(peer, { respPubkey: ["key"] })),
      note: (trust) => sessions.trust.note(trust),
      mark: (outcome) => sessions.mark(outcome),
      unmark: (outcome) => sessions.unmark(outcome),
      establish: (outcome, deferred, half) => sessions.establish(outcome, deferred, half),
      sequence: () => sessions.sequence(),
      refusedLate: (bareJid, thread) => sessions.countGuess(bareJid, thread),
    });
    this.#routing = new Routing(world, sessions, this.#negotiator, restart);
  }

  get features(): readonly string[] {
    return features;
  }

  get jid(): string {
    return this.#world.jid;
  }

  on<E extends keyof EngineEvents>(event: E, listener: (value: EngineEvents[E]) => void): () => void {
    return this.#world.events.on(event, listener);
  }

  get sessions(): readonly Session[] {
    return this.#sessions.all();
  }

  get trust(): Trust {
    return this.#sessions.trust.api;
  }

  session(fullJid: string): Session | undefined {
    return this.#sessions.with(fullOf(fullJid));
  }

  async start(jid: string, options: StartOptions = {}): Promise<Session> {
    this.#mustBeOpen();
    const { full } = parseJid(jid);
    if (full === this.jid) throw invalid("jid", "is the engine's own");
    if (options.timeoutMs !== undefined) checkTime(options.timeoutMs, "timeoutMs");
    checkStart(options, this.#world);
    if (full && this.#sessions.excludes(full))
      throw new EsessionError("session-exists", `there is a session with ${full} already; close it first`);
    if (full && this.#world.options.supports?.(full) === false) throw unsupported(full);
    return this.#negotiator.start(jid, options);
  }

  moved(jid: string): void {
    this.#mustBeOpen();
    const former = this.jid;
    const next = fullOf(jid);
    if (bareOf(next) !== bareOf(former)) throw invalid("jid", "has another bare JID than the engine's");
    if (next === former) return;
    this.#world.jid = next;
    this.#negotiator.arrived();
    this.#sessions.arrived(former);
  }

  async wroteTo(jid: string): Promise<void> {
    this.#mustBeOpen();
    const { book } = this.#world;
    await book.update(bareOf(jid), (record) => (record.written ? record : { ...record, written: true }));
  }

  async setOtherSecret(jid: string, secret: string): Promise<void> {
    this.#mustBeOpen();
    const { core, book } = this.#world;
    const bare = bareOf(jid);
    const stretched = await stretchOtherSecret(core, secret, bareOf(this.jid), bare);
    try {
      await book.update(bare, (record) => ({ ...record, otherSecret: stretched }));
    } finally {
      stretched.wipe();
    }
  }

  receive<T extends AnyStanza>(stanza: T): T | undefined {
    const received = this.open(stanza);
    return received.kind === "stanza" ? (received.stanza as T) : undefined;
  }

  open(stanza: AnyStanza): Received {
    return this.#closed ? { kind: "stanza", stanza, session: undefined } : this.#routing.open(stanza);
  }

  openMany(stanzas: readonly AnyStanza[]): Received[] {
    // What is no stanza is found out before the first one is opened: what was opened then could not be handed out.
    for (const stanza of stanzas) formOf(stanza);
    return stanzas.map((stanza) => this.open(stanza));
  }

  sealMany<T extends AnyStanza>(list: readonly { readonly session: Session; readonly stanza: T }[]): T[] {
    const sealings = list.map(({ session, stanza }) => {
      if (!this.#sessions.has(session))
        throw new EsessionError("session-ended", "the session has ended, or is one of another engine");
      return session.sealing(stanza);
    });
    return sealAll(this.#world.core, sealings) as T[];
  }

  reportLost({ peer, at }: Partial<Mark>): void {
    const began = at === undefined ? "" : `, begun ${new Date(at).toISOString()},`;
    this.#world.events.emit("alert", {
      kind: "session-lost",
      jid: peer === undefined ? this.jid : bareOf(peer),
      message: `${peer === undefined ? "a session" : `the session with ${peer}`}${began} ended with the process: the last messages may be missing`,
      ...(peer === undefined ? {} : { restart: () => this.start(peer) }),
    });
  }

  /** The second call waits for the first. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#negotiator.close();
    await this.#sessions.close();
    this.#closed = true;
    await this.#world.book.close();
    await this.#world.store?.close();
  }

  #mustBeOpen(): void {
    if (this.#closing) throw new EsessionError("engine-closed", "the engine was closed");
  }
}

function invalid(name: string, what: string): EsessionError {
  return new EsessionError("option-invalid", `the option '${name}' ${what}`);
}
