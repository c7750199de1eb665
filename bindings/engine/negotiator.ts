/**
 * Finds the negotiation that a message belongs to, and begins new ones: ours when the application starts one, a
 * peer's when it asks and may be answered.
 */
import type { Dialect } from "../core/types.js";
import { EsessionError } from "../errors.js";
import type { Agreed } from "../negotiation/agreed.js";
import { newThread } from "../negotiation/ids.js";
import { receiveFinal } from "../negotiation/initiator-final.js";
import * as initiator from "../negotiation/initiator.js";
import { cancellation, refusalStanza } from "../negotiation/refusal.js";
import { readRequest } from "../negotiation/request.js";
import * as responder from "../negotiation/responder.js";
import type { Env, Message, PeerFacts } from "../negotiation/types.js";
import { wipePeer } from "../trust/book.js";
import { usable } from "../trust/retained.js";
import type { Element } from "../wire/element.js";
import { parseBoolean } from "../wire/booleans.js";
import { single } from "../wire/forms.js";
import { bareOf, parseJid } from "../wire/jid.js";
import { readError } from "../wire/stanza-errors.js";
import { unsupportedBy } from "./disco.js";
import { Driver } from "./driver.js";
import { isPending, judgeCrossing } from "./glare.js";
import { HalfOpenTable, MAX_OPEN_PER_JID, asEsessionError } from "./half-open-table.js";
import {
  peerOf,
  type HalfOpen,
  type InitiatorHalf,
  type ResponderHalf,
  type StartPromise,
  type Waiting,
} from "./half-open.js";
import type { NegotiatorWorld } from "./negotiator-world.js";
import { answersOf, sessionRequest } from "./session-request.js";
import { startPromise } from "./starting.js";
import type { Policy, Session, StartOptions } from "./types.js";

export class Negotiator {
  readonly #world: NegotiatorWorld;
  readonly #table: HalfOpenTable;
  readonly #driver: Driver;

  constructor(world: NegotiatorWorld) {
    this.#world = world;
    this.#table = new HalfOpenTable(world);
    this.#driver = new Driver(world, this.#table, (half, dialect) => this.#retry(half, dialect));
  }

  // --- starting ---------------------------------------------------------------------------------------------------

  start(jid: string, options: StartOptions): Promise<Session> {
    const { bare, full } = parseJid(jid);
    const { clock, policy } = this.#world;
    const timeoutMs = options.timeoutMs ?? policy.startTimeoutMs;
    return startPromise(
      { ...options, timeoutMs },
      clock,
      (promise) =>
        this.#begin(
          { to: full ?? bare, bare, lifeMs: Math.max(timeoutMs, policy.halfOpenMs), options },
          promise,
        ),
      (promise, error, reason) => {
        const half = this.#table.all().find((one) => one.start === promise);
        if (half) this.#table.abandon(half, error, true, reason);
      },
    );
  }

  #begin(init: Beginning, start: StartPromise): void {
    const { to, bare, lifeMs, options, retry } = init;
    if (this.#table.find("initiator", (half) => half.to === to))
      throw new EsessionError("session-exists", `a negotiation with ${to} is under way already`);
    this.#table.mustHaveRoom(bare);
    const { core, book } = this.#world;
    const half: InitiatorHalf = {
      role: "initiator",
      to,
      bare,
      peer: undefined,
      lifeMs,
      options,
      identitySent: false,
      thread: newThread(core),
      env: this.#env(to, bare),
      state: { kind: "looking-up" },
      ...this.#table.fresh(start),
    };
    this.#table.add(half, lifeMs);
    this.#table.task(half, async () => {
      await book.update(bare, (record) => (record.written ? record : { ...record, written: true }));
      const { facts, provable } = await this.#lookUp(bare);
      if (half.over) return;
      half.env = this.#env(to, bare, { self: half, ...(provable ? { lost: bare } : {}) });
      await this.#driver.run(
        half,
        initiator.startInitiator(half.env, {
          to,
          thread: half.thread,
          facts,
          software: to.includes("/") ? this.#world.dialectOf(to) : undefined,
          retry,
          extra: options.fields,
          messages: options.messages,
          reviews: options.review !== undefined,
          terminates: options.terminate,
        }),
      );
    });
  }

  // --- messages ---------------------------------------------------------------------------------------------------

  /** A message of a negotiation. Nothing is answered before it is known whom it is for. */
  receive(message: Message): void {
    const { form, wrapper } = message;
    if (form.type === "form" && wrapper === "feature") this.#receiveRequest(message);
    else if (form.type === "submit" && wrapper === "feature") this.#receiveResponse(message);
    else if (form.type === "result") this.#receiveProof(message);
  }

  #receiveRequest(message: Message): void {
    const { from, thread } = message;
    const bare = bareOf(from);
    if (this.#table.find("responder", (half) => half.from === from && half.thread === thread)) return;
    const ours = this.#table.all().filter((half) => half.role === "initiator");
    const crossing = judgeCrossing(this.#world.jid, ours, message);
    if (crossing.kind === "reflected" || crossing.kind === "ours-goes-on") return;
    let start: StartPromise | undefined;
    if (crossing.kind === "theirs-goes-on") {
      ({ start } = crossing.ours);
      crossing.ours.start = undefined;
      this.#table.abandon(
        crossing.ours,
        new EsessionError("negotiation-aborted", "both sides asked; the peer's request goes on"),
      );
    }
    this.#forgetOldest(from, bare);
    try {
      this.#mustHaveRoomFor(bare);
    } catch (cause) {
      const error = asEsessionError(cause);
      this.#table.trace({ bare, role: "responder", thread }, "request left unanswered", error.code);
      if (start) start.reject(error);
      else if (this.#world.liveSessions(bare) > 0)
        this.#world.alert({ kind: "negotiation-failed", jid: bare, message: error.message, error });
      return;
    }
    const half: ResponderHalf = {
      role: "responder",
      from,
      bare,
      thread,
      env: this.#env(from, bare),
      request: message,
      yields: crossing.kind === "theirs-takes-messages-only",
      undecided: false,
      state: { kind: "deciding" },
      ...this.#table.fresh(start),
    };
    this.#table.add(half);
    this.#table.task(half, () => this.#decide(half));
  }

  /** Who asks once more than may be open has forgotten what it asked before: it has crashed meanwhile, say. */
  #forgetOldest(from: string, bare: string): void {
    const open = this.#table.all().filter((half) => half.bare === bare);
    const oldest = open.find((half) => half.role === "responder" && half.from === from && !half.undecided);
    if (oldest && open.length >= MAX_OPEN_PER_JID)
      this.#table.abandon(oldest, new EsessionError("negotiation-refused", `${from} began again`));
  }

  /** A flood of requests must not take all places in the time in which their senders are looked up. */
  #mustHaveRoomFor(bare: string): void {
    this.#table.mustHaveRoom(bare);
    const lookedUp = this.#table.all().filter((half) => half.state.kind === "deciding");
    if (lookedUp.filter((half) => half.role === "responder" && !half.undecided).length >= 2 * this.#quarter())
      throw new EsessionError("peer-limit", "too many requests came at once");
  }

  #quarter(): number {
    return Math.max(2, Math.floor(this.#world.core.sessions / 4));
  }

  /** XEP-0155 §10.1: whoever is not known learns nothing, not even by an error. */
  async #decide(half: ResponderHalf): Promise<void> {
    const { policy } = this.#world;
    const known = await this.#knows(half.bare);
    if (half.over) return;
    half.stranger = !known && half.start === undefined;
    const strangers = this.#table.all().filter((one) => one.stranger).length;
    if (half.stranger && strangers > this.#quarter()) {
      this.#table.abandon(half, new EsessionError("peer-limit", "too many strangers ask for a session"));
      return;
    }
    const answered =
      half.start !== undefined || policy.answer === "everybody" || (policy.answer === "known" && known);
    if (answered) {
      await this.#respondUnasked(half);
      return;
    }
    try {
      const { facts } = await this.#lookUp(half.bare);
      if (half.over) return;
      readRequest(half.request.form, half.env.policy, { own: half.env.own, facts, answers: "any" });
    } catch (error) {
      this.#table.abandon(half, asEsessionError(error));
      return;
    }
    half.undecided = true;
    const accept = (answers: Agreed["fields"]) => this.#table.task(half, () => this.#respond(half, answers));
    this.#world.request(sessionRequest(half, this.#table, accept));
  }

  async #respondUnasked(half: ResponderHalf): Promise<void> {
    let answers: Agreed["fields"];
    try {
      answers = answersOf(half, this.#world.answerFields);
    } catch (cause) {
      const error = asEsessionError(cause);
      this.#table.tell(refusalStanza(half.request, error));
      this.#table.abandon(half, error);
      return;
    }
    await this.#respond(half, answers);
  }

  async #respond(half: ResponderHalf, answers: Agreed["fields"] = {}): Promise<void> {
    const { facts, provable } = await this.#lookUp(half.bare);
    if (half.over) return;
    // With a secret that proves it, the session that this peer has lost is replaced when the new one stands.
    half.env = this.#env(half.from, half.bare, { self: half, ...(provable ? { lost: half.from } : {}) });
    await this.#driver.run(half, responder.receiveRequest(half.env, half.request, facts, answers));
  }

  /** A retained secret is shared with it, or the application has written to it. A store that fails is told of. */
  async #knows(bare: string): Promise<boolean> {
    const { book, clock } = this.#world;
    try {
      const record = await book.load(bare);
      const known = record.written || usable(record.retained, clock.now()).length > 0;
      wipePeer(record);
      return known;
    } catch (cause) {
      const error = asEsessionError(cause);
      this.#world.alert({
        kind: "store-failed",
        jid: bare,
        message: `what is known of ${bare} cannot be read: ${error.message}`,
        error,
      });
      throw error;
    }
  }

  #receiveResponse(message: Message): void {
    const { from, thread, form } = message;
    const bare = bareOf(from);
    const accepts = parseBoolean(single(form, "accept"));
    if (accepts === false && this.#cancelled(message)) return;
    const half = this.#table.find("initiator", (one) => one.thread === thread && one.bare === bare);
    const answeredBy = half ? half.peer : this.#table.endedWith(bare, thread);
    if (answeredBy !== undefined) {
      // XEP-0155 §4.4: the exponents of a request serve one response
      if (accepts === true && answeredBy !== from) this.#table.tell(cancellation(from, thread));
      return;
    }
    if (!half) return;
    this.#table.task(half, async () => {
      if (half.state.kind === "awaiting-response")
        await this.#driver.run(half, initiator.receiveResponse(half.env, half.state, message));
      else if (accepts === true && half.peer !== from) this.#table.tell(cancellation(from, thread));
    });
  }

  /** `accept` 0 after the first answer: whichever side sends it, the negotiation is over. */
  #cancelled({ from, thread }: Message): boolean {
    const half = this.#table.all().find((one) => one.thread === thread && peerOf(one) === from);
    if (!half || half.state.kind === "deciding") return false;
    this.#table.abandon(half, new EsessionError("negotiation-refused", `${from} cancelled the negotiation`));
    return true;
  }

  #receiveProof(message: Message): void {
    const { from, thread, wrapper, form } = message;
    if (wrapper === "feature" && parseBoolean(single(form, "accept")) === false && this.#cancelled(message))
      return;
    const half =
      wrapper === "init"
        ? this.#table.find("initiator", (one) => one.thread === thread && peerOf(one) === from)
        : this.#table.find("responder", (one) => one.thread === thread && one.from === from);
    if (!half) return;
    this.#table.task(half, async () => {
      if (half.role === "initiator" && half.state.kind === "awaiting-final")
        await this.#driver.run(half, receiveFinal(half.env, half.state, message));
      if (half.role === "responder" && half.state.kind === "awaiting-identity")
        await this.#driver.run(half, responder.receiveIdentity(half.env, half.state, message));
      if (half.role === "responder" && half.state.kind === "awaiting-opening")
        await this.#driver.run(half, responder.receiveOpening(half.env, half.state, message));
    });
  }

  /**
   * A message whose form cannot be read. If it belongs to a negotiation, that fails, and only that; a request is
   * answered if its sender may know that we are there.
   */
  receiveMalformed(from: string, thread: string, id: string | undefined, error: EsessionError): void {
    const half = this.#table.match(from, thread);
    if (!half) {
      const { policy } = this.#world;
      void this.#knows(bareOf(from)).then(
        (known) => {
          if (policy.answer === "everybody" || (policy.answer === "known" && known))
            this.#table.tell(refusalStanza({ from, thread, id }, error));
        },
        () => undefined,
      );
      return;
    }
    if (half.state.kind === "deciding" || half.state.kind === "looking-up") return;
    this.#table.tell(refusalStanza({ from, thread, id }, error));
    this.#table.abandon(half, error);
  }

  /** A clear error ends a negotiation, at most. True if it was one of ours. */
  receiveError(from: string, thread: string, stanza: Element): boolean {
    const half = this.#table.match(from, thread);
    const error = readError(stanza);
    if (!half || !error || half.state.kind === "deciding") return false;
    this.#table.task(half, async () => {
      const { state } = half;
      const unsupported = state.kind === "awaiting-response" ? unsupportedBy(from, error) : undefined;
      if (unsupported) this.#table.abandon(half, unsupported);
      else if (half.role === "initiator" && state.kind !== "looking-up")
        await this.#driver.run(
          half,
          initiator.receiveError(half.env, state as initiator.Initiator, error.condition, error.fields),
        );
      else
        this.#table.abandon(
          half,
          new EsessionError("negotiation-refused", `${from} answered ${error.condition}`),
        );
    });
    return true;
  }

  /** Whether sealed stanzas of this sender may be of a session that is about to stand. */
  expects(from: string, thread: string | undefined): boolean {
    return this.#expecting(from, thread) !== undefined;
  }

  #expecting(from: string, thread: string | undefined): HalfOpen | undefined {
    return this.#table
      .all()
      .find(
        (half) =>
          peerOf(half) === from &&
          (thread === undefined || half.thread === thread) &&
          half.state.kind !== "deciding",
      );
  }

  /** Keeps a sealed stanza until the session stands; with too many of them the negotiation is given up. */
  wait(from: string, thread: string | undefined, waiting: Waiting): void {
    const half = this.#expecting(from, thread);
    if (!half) return;
    half.waiting.push(waiting);
    if (half.waiting.length <= this.#world.policy.queueLimit) return;
    const message = `more than ${this.#world.policy.queueLimit} stanzas came before the session stood; it was given up`;
    this.#world.alert({ kind: "queue-full", jid: half.bare, message });
    this.#table.abandon(half, new EsessionError("queue-full", message), true);
  }

  /** Its server says that it is gone: nothing more will come of what is half open with it. */
  peerUnavailable(from: string): void {
    for (const half of this.#table.all())
      if (peerOf(half) === from)
        this.#table.abandon(half, new EsessionError("negotiation-refused", `${from} has become unavailable`));
  }

  /** Our client is at another resource: what was asked from the former one, or of it, cannot be answered any more. */
  arrived(): void {
    const error = new EsessionError("negotiation-aborted", "our client has moved to another resource");
    for (const half of this.#table.all()) this.#table.abandon(half, error);
  }

  close(): Promise<void> {
    return this.#table.close();
  }

  /** One more attempt, in the other dialect, under the same promise. */
  #retry(half: InitiatorHalf, dialect: Dialect): void {
    const start = half.start!;
    const { to, bare } = half;
    half.start = undefined;
    this.#table.fail(
      half,
      new EsessionError("negotiation-refused", "message 3 was refused; the other dialect is tried"),
    );
    try {
      this.#begin({ to, bare, lifeMs: half.lifeMs, options: half.options, retry: dialect }, start);
    } catch (error) {
      start.reject(asEsessionError(error));
    }
  }

  /**
   * iq and presence carry no thread, so they go to one session of a pair: whoever stands or is under way has them.
   * `lost`: a full JID whose session with us is to be replaced.
   */
  #env(jid: string, bare: string, { self, lost }: { self?: HalfOpen; lost?: string } = {}): Env {
    const { core, policy, clock, jid: ownJid, identity } = this.#world;
    const inUse = this.#world.kindsInUse(jid, lost);
    const yields = self?.role === "responder" && self.yields;
    // Of two that are under way the first has them.
    const before = this.#table.all().filter((half) => self === undefined || half.began < self.began);
    const withSame = (half: HalfOpen) => {
      const peer = peerOf(half);
      return peer === undefined || jid === bare ? half.bare === bare : peer === jid;
    };
    const underWay = before.some((half) => withSame(half) && !(half.role === "initiator" && isPending(half)));
    const stanzas = policy.stanzas.filter(
      (kind) => kind === "message" || !(yields || underWay || inUse.includes(kind)),
    );
    const liked = self?.role === "initiator" ? pubkeysOf(policy, self.options) : {};
    const { own } = identity;
    return { core, jid: ownJid, own, now: () => clock.now(), policy: { ...policy, ...liked, stanzas } };
  }

  /** `provable`: a secret is shared that can prove who the peer is. */
  async #lookUp(bare: string): Promise<{ facts: PeerFacts; provable: boolean }> {
    const { book, clock, policy } = this.#world;
    const record = await book.load(bare);
    wipePeer(record);
    const { dialect, spokeXep, boundSas, retained, keys } = record;
    const keyRequired = record.keyRequired && policy.onKeyAlarm === "refuse";
    const facts = { dialect, spokeXep, boundSas, keyed: keys.length > 0, keyRequired };
    return { facts, provable: usable(retained, clock.now()).length > 0 };
  }
}

/** One attempt may differ from the policy in how the two identify themselves. */
function pubkeysOf(policy: Policy, { initPubkey, respPubkey }: StartOptions) {
  return {
    initPubkey: initPubkey ?? policy.initPubkey,
    respPubkey: respPubkey ?? policy.respPubkey,
  };
}

interface Beginning {
  readonly to: string;
  readonly bare: string;
  readonly lifeMs: number;
  readonly options: StartOptions;
  readonly retry?: Dialect;
}
