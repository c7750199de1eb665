/**
 * Drives the state machines of the negotiation: finds the one a message is for, answers what it asks, and carries
 * out its steps in their order: store, send, tell. Owns the half-open negotiations and their limits.
 */
import type { Core, KeyPair } from "../core/types.js";
import type { Secret } from "../core/secret.js";
import { EsessionError } from "../errors.js";
import { newThread } from "../negotiation/ids.js";
import * as initiator from "../negotiation/initiator.js";
import type { StanzaKind } from "../negotiation/policy.js";
import { cancellation, refusalStanza, rejection } from "../negotiation/refusal.js";
import { readRequest } from "../negotiation/request.js";
import * as responder from "../negotiation/responder.js";
import type { AgreedSecret, Ask, Env, Generated, Message, Outcome, Raise, Step, Write } from "../negotiation/types.js";
import type { PeerBook } from "../trust/book.js";
import { wipePeer } from "../trust/book.js";
import type { PeerRecord } from "../trust/peers.js";
import { addSuccessor, usable, type Verified } from "../trust/retained.js";
import { decodeBase64 } from "../wire/base64.js";
import type { Element } from "../wire/element.js";
import { single } from "../wire/forms.js";
import { bareOf, parseJid } from "../wire/jid.js";
import { readError } from "../wire/stanza-errors.js";
import { peerOf, type HalfOpen, type InitiatorHalf, type ResponderHalf, type StartPromise, type Waiting } from "./half-open.js";
import type { Alert, Clock, Policy, Session, SessionRequest, StartOptions, Trace } from "./types.js";

/** A successor that found no place beside the staged ones: kept until the peer has confirmed it. */
export interface Deferred {
  readonly secret: Secret;
  readonly from: string | undefined;
  readonly verified: Verified;
}

/** What the engine does for its negotiations. */
export interface NegotiatorWorld {
  readonly core: Core;
  readonly jid: string;
  readonly policy: Policy;
  readonly clock: Clock;
  readonly book: PeerBook;
  dialectOf(fullJid: string): "xep" | "deployed" | undefined;
  transmit(stanza: Element): void | Promise<void>;
  alert(alert: Alert): void;
  trace(trace: Trace): void;
  request(request: SessionRequest): void;
  /** Sessions that stand. */
  liveSessions(): number;
  /** iq and presence carry no thread, so only one session of a pair may have them. */
  kindsInUse(jid: string): readonly StanzaKind[];
  /** Marks the session that is about to stand, durably. */
  mark(outcome: Outcome): Promise<void>;
  establish(outcome: Outcome, deferred: Deferred | undefined, waiting: readonly Waiting[]): Session;
  /** A negotiation of ours was refused after message 3. */
  refusedLate(bareJid: string, thread: string): void;
}

const MAX_OPEN_PER_JID = 2;
const MAX_ANSWERED = 64;

type AnyStep = Step<HalfOpen["state"]>;

export class Negotiator {
  readonly #world: NegotiatorWorld;
  readonly #open = new Set<HalfOpen>();
  /** Threads of requests that one resource has answered: later ones are cancelled (XEP-0155 §4.4). */
  readonly #answered = new Map<string, string>();
  #closed = false;

  constructor(world: NegotiatorWorld) {
    this.#world = world;
  }

  get openCount(): number {
    return this.#open.size;
  }

  // --- starting ---------------------------------------------------------------------------------------------------

  start(jid: string, { signal, timeoutMs = this.#world.policy.startTimeoutMs }: StartOptions): Promise<Session> {
    const { bare, full } = parseJid(jid);
    return new Promise<Session>((resolve, reject) => {
      if (signal?.aborted) throw aborted();
      const release: (() => void)[] = [];
      const settle = () => release.forEach((undo) => undo());
      const promise: StartPromise = {
        resolve: (session) => {
          settle();
          resolve(session);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      };
      const giveUp = (error: EsessionError) => {
        const half = [...this.#open].find((one) => one.start === promise);
        if (half) this.#abandon(half, error, true);
        promise.reject(error);
      };
      const onAbort = () => giveUp(aborted());
      signal?.addEventListener("abort", onAbort, { once: true });
      release.push(() => signal?.removeEventListener("abort", onAbort));
      release.push(
        this.#world.clock.after(timeoutMs, () =>
          giveUp(new EsessionError("negotiation-timeout", `${jid} did not complete a session within ${timeoutMs} ms`)),
        ),
      );
      try {
        this.#begin(full ?? bare, bare, promise);
      } catch (error) {
        promise.reject(asEsessionError(error));
      }
    });
  }

  #begin(to: string, bare: string, start: StartPromise, retry?: "xep" | "deployed"): void {
    this.#mustHaveRoom(bare);
    const { core, book } = this.#world;
    const half: InitiatorHalf = {
      role: "initiator",
      to,
      bare,
      thread: newThread(core),
      env: this.#env(to),
      state: { kind: "looking-up" },
      ...this.#fresh(start),
    };
    this.#add(half);
    this.#task(half, async () => {
      await book.update(bare, (record) => (record.written ? record : { ...record, written: true }));
      const facts = await this.#factsOf(bare);
      if (half.over) return;
      await this.#run(
        half,
        initiator.startInitiator(half.env, {
          to,
          thread: half.thread,
          facts,
          software: to.includes("/") ? this.#world.dialectOf(to) : undefined,
          retry,
        }),
      );
    });
  }

  #mustHaveRoom(bare: string): void {
    const { core } = this.#world;
    if (this.#closed) throw new EsessionError("engine-closed", "the engine was closed");
    if ([...this.#open].filter((half) => half.bare === bare).length >= MAX_OPEN_PER_JID)
      throw new EsessionError("peer-limit", `${MAX_OPEN_PER_JID} negotiations with ${bare} are open already`);
    if (this.#open.size + this.#world.liveSessions() >= core.sessions)
      throw new EsessionError("core-full", `all ${core.sessions} places are taken; end a session or load a larger core`);
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
    if (this.#find("responder", (half) => half.from === from && half.thread === thread)) return;
    const nonceA = nonceOf(message);
    const ours = [...this.#open].filter((half) => half.role === "initiator");
    if (ours.some((half) => same(ownNonce(half), nonceA))) return; // reflected
    const glare = ours.find((half) => half.to === from && half.state.kind === "awaiting-response");
    const winner = glare && nonceA && precedes(ownNonce(glare), nonceA) ? glare : undefined;
    if (glare && !winner) return; // the peer drops its request and answers ours
    const start = winner?.start;
    if (winner) {
      winner.start = undefined;
      this.#abandon(winner, new EsessionError("negotiation-aborted", "both sides asked; the peer's request goes on"));
    }
    try {
      this.#mustHaveRoom(bare);
    } catch (error) {
      this.#trace({ bare, role: "responder", thread }, "request left unanswered", asEsessionError(error).code);
      start?.reject(asEsessionError(error));
      return;
    }
    const half: ResponderHalf = {
      role: "responder",
      from,
      bare,
      thread,
      env: this.#env(from),
      request: message,
      facts: undefined,
      state: { kind: "deciding" },
      ...this.#fresh(start),
    };
    this.#add(half);
    this.#task(half, () => this.#decide(half));
  }

  /** XEP-0155 §10.1: whoever is not known learns nothing, not even by an error. */
  async #decide(half: ResponderHalf): Promise<void> {
    const { policy, book, clock, core } = this.#world;
    const record = await book.load(half.bare);
    half.facts = factsIn(record);
    const known = record.written || usable(record.retained, clock.now()).length > 0;
    wipePeer(record);
    if (half.over) return;
    const answered = half.start !== undefined || policy.answer === "everybody" || (policy.answer === "known" && known);
    if (answered) {
      await this.#run(half, responder.receiveRequest(half.env, half.request, half.facts));
      return;
    }
    half.stranger = true;
    const strangers = [...this.#open].filter((one) => one.stranger).length;
    if (strangers > Math.max(1, Math.floor(core.sessions / 4))) {
      this.#abandon(half, new EsessionError("peer-limit", "too many strangers ask for a session"));
      return;
    }
    try {
      readRequest(half.request.form, half.env.policy);
    } catch (error) {
      this.#abandon(half, asEsessionError(error));
      return;
    }
    this.#world.request(this.#asRequest(half));
  }

  #asRequest(half: ResponderHalf): SessionRequest {
    const once = (run: () => void) => () => {
      if (half.over || !half.stranger) return;
      half.stranger = false;
      run();
    };
    return {
      from: half.from,
      thread: half.thread,
      fields: Object.fromEntries(
        half.request.form.fields.map((one) => [one.var, one.options.length > 0 ? one.options : one.values]),
      ),
      accept: once(() =>
        this.#task(half, () => this.#run(half, responder.receiveRequest(half.env, half.request, half.facts!))),
      ),
      reject: (reason) =>
        once(() => {
          this.#transmit(half, rejection(half.from, half.thread, reason));
          this.#abandon(half, new EsessionError("negotiation-aborted", "the application declined the request"));
        })(),
    };
  }

  #receiveResponse(message: Message): void {
    const bare = bareOf(message.from);
    const half = this.#find("initiator", (one) => one.thread === message.thread && one.bare === bare);
    const answeredBy = this.#answered.get(answerKey(bare, message.thread));
    if (answeredBy !== undefined || !half) {
      if (answeredBy !== undefined && answeredBy !== message.from)
        void this.#world.transmit(cancellation(message.from, message.thread));
      return;
    }
    this.#task(half, async () => {
      if (half.state.kind !== "awaiting-response") return;
      const next = initiator.receiveResponse(half.env, half.state, message);
      if (next.next.kind === "agreeing") this.#rememberAnswer(bare, message);
      await this.#run(half, next);
    });
  }

  #rememberAnswer(bare: string, { thread, from }: Message): void {
    this.#answered.set(answerKey(bare, thread), from);
    if (this.#answered.size > MAX_ANSWERED) this.#answered.delete(this.#answered.keys().next().value!);
  }

  #receiveProof(message: Message): void {
    const { from, thread, wrapper } = message;
    const half =
      wrapper === "init"
        ? this.#find("initiator", (one) => one.thread === thread && peerOf(one) === from)
        : this.#find("responder", (one) => one.thread === thread && one.from === from);
    if (!half) return;
    this.#task(half, async () => {
      if (half.role === "initiator" && half.state.kind === "awaiting-final")
        await this.#run(half, initiator.receiveFinal(half.env, half.state, message));
      if (half.role === "responder" && half.state.kind === "awaiting-identity")
        await this.#run(half, responder.receiveIdentity(half.env, half.state, message));
    });
  }

  /** A message of one of our negotiations whose form cannot be read: that negotiation fails, and only that. */
  receiveMalformed(from: string, thread: string, id: string | undefined, error: EsessionError): void {
    const half = this.#match(from, thread);
    if (!half || half.state.kind === "deciding" || half.state.kind === "looking-up") return;
    this.#transmit(half, refusalStanza({ from, thread, id }, error));
    this.#abandon(half, error);
  }

  /** A clear error ends a negotiation, at most. True if it was one of ours. */
  receiveError(from: string, thread: string, stanza: Element): boolean {
    const half = this.#match(from, thread);
    const error = readError(stanza);
    if (!half || !error || half.state.kind === "deciding") return false;
    this.#task(half, async () => {
      const { state } = half;
      if (half.role === "initiator" && state.kind !== "looking-up")
        await this.#run(half, initiator.receiveError(half.env, state as initiator.Initiator, error.condition, error.fields));
      else
        this.#abandon(half, new EsessionError("negotiation-refused", `${from} answered ${error.condition}`));
    });
    return true;
  }

  /** Keeps a sealed stanza until the session stands. `full`: there is no room, and the negotiation was given up. */
  wait(from: string, thread: string | undefined, waiting: Waiting): "queued" | "full" | "unknown" {
    const half = [...this.#open].find(
      (one) => peerOf(one) === from && (thread === undefined || one.thread === thread) && one.state.kind !== "deciding",
    );
    if (!half) return "unknown";
    if (half.waiting.length < this.#world.policy.queueLimit) {
      half.waiting.push(waiting);
      return "queued";
    }
    this.#abandon(half, new EsessionError("queue-full", `more than ${half.waiting.length} stanzas wait for the session`), true);
    return "full";
  }

  close(): void {
    this.#closed = true;
    for (const half of [...this.#open]) this.#abandon(half, new EsessionError("engine-closed", "the engine was closed"), true);
  }

  // --- carrying out -----------------------------------------------------------------------------------------------

  async #run(half: HalfOpen, first: AnyStep): Promise<void> {
    for (let step = first; ; ) {
      half.state = step.next as never;
      const established = step.raise.find((one) => one.kind === "established");
      let deferred: Deferred | undefined;
      try {
        deferred = await this.#write(step.write);
        if (established) await this.#world.mark(established.outcome);
      } catch (error) {
        wipeOutcome(established);
        this.#fail(half, asEsessionError(error));
        return;
      }
      if (half.over) {
        wipeOutcome(established);
        deferred?.secret.wipe();
        return;
      }
      for (const stanza of step.send) this.#transmit(half, stanza);
      if (half.over) {
        wipeOutcome(established);
        deferred?.secret.wipe();
        return;
      }
      for (const raised of step.raise) this.#raise(half, raised, deferred);
      if (step.ask === undefined || half.over) return;
      step = await this.#advance(half, step.ask);
      if (half.over) {
        this.#wipeState(step.next);
        return;
      }
    }
  }

  /** The answer to what was asked is the next input. */
  async #advance(half: HalfOpen, ask: Ask): Promise<AnyStep> {
    const { core, book } = this.#world;
    if (ask.kind === "generate") {
      const pairs: KeyPair[] = [];
      try {
        for (const group of ask.groups) pairs.push(core.dh.generate(group));
      } catch (error) {
        pairs.forEach((pair) => pair.secret.wipe());
        throw error;
      }
      const generated: Generated = { pairs };
      return half.role === "initiator"
        ? initiator.sendRequest(half.env, half.state as initiator.Offering, generated)
        : responder.sendResponse(half.env, half.state as responder.Preparing, generated);
    }
    const record = await book.load(ask.bareJid);
    if (half.over) {
      wipePeer(record);
      return { next: half.state, write: [], send: [], raise: [] };
    }
    half.borrowed = record;
    const agreed: AgreedSecret = {
      k: core.dh.agree(ask.pair, ask.value),
      peer: { retained: usable(record.retained, this.#world.clock.now()), otherSecret: record.otherSecret },
    };
    return half.role === "initiator"
      ? initiator.sendIdentity(half.env, half.state as initiator.Agreeing, agreed)
      : responder.sendFinal(half.env, half.state as responder.Verifying, agreed);
  }

  /** Durable when it resolves, so that nothing that depends on it is sent before. */
  async #write(writes: readonly Write[]): Promise<Deferred | undefined> {
    const [first] = writes;
    if (!first) return undefined;
    const { book, clock, policy } = this.#world;
    let deferred: Deferred | undefined;
    let kept: Secret | undefined;
    try {
      await book.update(first.bareJid, (record) => {
        deferred = undefined;
        let next: PeerRecord = record;
        for (const write of writes) {
          if (write.kind === "remember") {
            const { dialect, boundSas } = write;
            next = {
              ...next,
              dialect,
              spokeXep: next.spokeXep || dialect === "xep",
              boundSas: next.boundSas || boundSas,
            };
            continue;
          }
          const { id, secret, from, staged } = write;
          const change = addSuccessor(next.retained, { id, secret, from, verified: "none" }, clock.now(), {
            staged,
            lifetimeMs: policy.retainedMs,
          });
          next = { ...next, retained: change.list };
          if (change.deferred) {
            const parent = record.retained.find((one) => one.id === from);
            deferred = { secret, from, verified: parent?.verified ?? "none" };
          }
        }
        return next;
      });
      kept = deferred?.secret;
      return deferred;
    } finally {
      for (const write of writes) if (write.kind === "retain" && write.secret !== kept) write.secret.wipe();
    }
  }

  #raise(half: HalfOpen, raised: Raise, deferred: Deferred | undefined): void {
    switch (raised.kind) {
      case "trace":
        this.#world.trace({
          jid: half.bare,
          thread: half.thread,
          role: half.role,
          step: raised.step,
          ...(raised.detail ? { detail: raised.detail } : {}),
        });
        return;
      case "alert":
        this.#world.alert({
          kind: raised.alert,
          jid: half.bare,
          message: raised.message,
          ...(raised.alert === "dialect-downgrade" ? { accept: () => this.#acceptDowngrade(half.bare) } : {}),
        });
        return;
      case "failed":
        if (raised.afterIdentity) this.#world.refusedLate(half.bare, half.thread);
        if (raised.retryDialect && half.role === "initiator" && half.start) this.#retry(half, raised.retryDialect);
        else this.#fail(half, raised.error);
        return;
      case "established": {
        const { start } = half;
        half.start = undefined;
        this.#remove(half);
        try {
          const session = this.#world.establish(raised.outcome, deferred, half.waiting);
          start?.resolve(session);
        } catch (error) {
          start?.reject(asEsessionError(error));
        }
      }
    }
  }

  /** One more attempt, in the other dialect, under the same promise. */
  #retry(half: InitiatorHalf, dialect: "xep" | "deployed"): void {
    const start = half.start!;
    half.start = undefined;
    this.#remove(half);
    try {
      this.#begin(half.to, half.bare, start, dialect);
    } catch (error) {
      start.reject(asEsessionError(error));
    }
  }

  async #acceptDowngrade(bare: string): Promise<void> {
    await this.#world.book.update(bare, (record) => ({ ...record, spokeXep: false }));
  }

  /** Ends a half-open negotiation with its reason, for who waits for it. */
  #fail(half: HalfOpen, error: EsessionError): void {
    if (half.over) return;
    const { start } = half;
    this.#remove(half);
    if (start) start.reject(error);
    else if (half.role === "responder" && half.state.kind !== "deciding")
      this.#world.alert({ kind: "negotiation-failed", jid: half.bare, message: error.message, error });
  }

  #abandon(half: HalfOpen, error: EsessionError, tell = false): void {
    if (half.over) return;
    const { state } = half;
    if (half.role === "initiator" && state.kind !== "looking-up")
      for (const stanza of initiator.abandon(state as initiator.Initiator, error, tell).send) this.#transmit(half, stanza);
    this.#trace(half, "negotiation given up", error.code);
    this.#fail(half, error);
  }

  #remove(half: HalfOpen): void {
    half.over = true;
    half.cancelExpiry();
    this.#open.delete(half);
    this.#wipeState(half.state);
    if (half.borrowed) wipePeer(half.borrowed);
    half.borrowed = undefined;
  }

  #wipeState(state: HalfOpen["state"]): void {
    initiator.wipeInitiator(state as initiator.Initiator);
    responder.wipeResponder(state as responder.Responder);
  }

  #transmit(half: HalfOpen, stanza: Element): void {
    const failed = (cause: unknown) =>
      this.#fail(half, new EsessionError("send-failed", "the client could not send a message of the negotiation", { cause }));
    try {
      const sent = this.#world.transmit(stanza);
      if (sent instanceof Promise) sent.catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  // --- small things -----------------------------------------------------------------------------------------------

  #fresh(start: StartPromise | undefined) {
    return {
      stranger: false,
      over: false,
      start,
      borrowed: undefined,
      waiting: [],
      tasks: Promise.resolve(),
      cancelExpiry: () => undefined,
    };
  }

  #add(half: HalfOpen): void {
    this.#open.add(half);
    half.cancelExpiry = this.#world.clock.after(this.#world.policy.halfOpenMs, () =>
      this.#abandon(half, new EsessionError("negotiation-timeout", `the negotiation with ${half.bare} came to no end`), true),
    );
  }

  #task(half: HalfOpen, run: () => Promise<void>): void {
    half.tasks = half.tasks.then(async () => {
      if (half.over) return;
      try {
        await run();
      } catch (error) {
        this.#fail(half, asEsessionError(error));
      }
    });
  }

  #env(jid: string): Env {
    const { core, policy, clock, jid: own } = this.#world;
    const inUse = this.#world.kindsInUse(jid);
    const stanzas = policy.stanzas.filter((kind) => kind === "message" || !inUse.includes(kind));
    return { core, jid: own, now: () => clock.now(), policy: { ...policy, stanzas } };
  }

  async #factsOf(bare: string) {
    const record = await this.#world.book.load(bare);
    wipePeer(record);
    return factsIn(record);
  }

  #find<R extends HalfOpen["role"]>(role: R, matches: (half: Extract<HalfOpen, { role: R }>) => boolean) {
    return [...this.#open].find(
      (half): half is Extract<HalfOpen, { role: R }> => half.role === role && matches(half as Extract<HalfOpen, { role: R }>),
    );
  }

  /** The negotiation that a stanza of this thread belongs to; before an answer, any resource of the JID speaks for it. */
  #match(from: string, thread: string): HalfOpen | undefined {
    const bare = bareOf(from);
    return [...this.#open].find((half) => {
      if (half.thread !== thread) return false;
      const peer = peerOf(half);
      return peer === undefined ? half.bare === bare : peer === from;
    });
  }

  #trace({ bare, thread, role }: Pick<HalfOpen, "bare" | "thread" | "role">, step: string, code: string): void {
    this.#world.trace({ jid: bare, thread, role, step, detail: { code } });
  }
}

function factsIn({ dialect, spokeXep, boundSas }: PeerRecord) {
  return { dialect, spokeXep, boundSas };
}

function answerKey(bare: string, thread: string): string {
  return `${bare}\n${thread}`;
}

function ownNonce(half: InitiatorHalf): Uint8Array | undefined {
  return "nonceA" in half.state ? half.state.nonceA : undefined;
}

function nonceOf({ form }: Message): Uint8Array | undefined {
  try {
    return decodeBase64(single(form, "my_nonce") ?? "");
  } catch {
    return undefined;
  }
}

function same(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a !== undefined && b !== undefined && a.length === b.length && a.every((octet, index) => octet === b[index]);
}

/** The lexicographic order of octet strings. */
function precedes(a: Uint8Array | undefined, b: Uint8Array): boolean {
  if (!a) return true;
  const index = a.findIndex((octet, i) => octet !== b[i]);
  return index < 0 ? a.length < b.length : index >= b.length ? false : a[index]! < b[index]!;
}

function wipeOutcome(raised: Raise | undefined): void {
  if (raised?.kind !== "established") return;
  for (const keys of [raised.outcome.initiatorKeys, raised.outcome.responderKeys]) {
    keys.cipher.wipe();
    keys.mac.wipe();
    keys.sigma.wipe();
  }
}

function aborted(): EsessionError {
  return new EsessionError("negotiation-aborted", "the application gave the negotiation up");
}

function asEsessionError(error: unknown): EsessionError {
  if (EsessionError.is(error)) return error;
  return new EsessionError("negotiation-failed", "the negotiation failed for a reason of our own", { cause: error });
}
