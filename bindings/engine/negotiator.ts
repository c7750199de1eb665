/**
 * Finds the negotiation that a message belongs to, and begins new ones: ours when the application starts one, a
 * peer's when it asks and may be answered.
 */
import { EsessionError } from "../errors.js";
import { newThread } from "../negotiation/ids.js";
import * as initiator from "../negotiation/initiator.js";
import { cancellation, refusalStanza, rejection } from "../negotiation/refusal.js";
import { readRequest } from "../negotiation/request.js";
import * as responder from "../negotiation/responder.js";
import type { Env, Message } from "../negotiation/types.js";
import { wipePeer } from "../trust/book.js";
import type { PeerRecord } from "../trust/peers.js";
import { usable } from "../trust/retained.js";
import type { Element } from "../wire/element.js";
import { bareOf, parseJid } from "../wire/jid.js";
import { readError } from "../wire/stanza-errors.js";
import { Driver } from "./driver.js";
import { judgeCrossing } from "./glare.js";
import { HalfOpenTable, asEsessionError } from "./half-open-table.js";
import {
  peerOf,
  type InitiatorHalf,
  type ResponderHalf,
  type StartPromise,
  type Waiting,
} from "./half-open.js";
import type { NegotiatorWorld } from "./negotiator-world.js";
import { startPromise } from "./starting.js";
import type { Session, SessionRequest, StartOptions } from "./types.js";

const MAX_ANSWERED = 64;

export class Negotiator {
  readonly #world: NegotiatorWorld;
  readonly #table: HalfOpenTable;
  readonly #driver: Driver;
  /** Threads of requests that one resource has answered: later ones are cancelled (XEP-0155 §4.4). */
  readonly #answered = new Map<string, string>();

  constructor(world: NegotiatorWorld) {
    this.#world = world;
    this.#table = new HalfOpenTable(world);
    this.#driver = new Driver(world, this.#table, (half, dialect) => this.#retry(half, dialect));
  }

  // --- starting ---------------------------------------------------------------------------------------------------

  start(jid: string, options: StartOptions): Promise<Session> {
    const { bare, full } = parseJid(jid);
    const { clock, policy } = this.#world;
    return startPromise(
      { ...options, timeoutMs: options.timeoutMs ?? policy.startTimeoutMs },
      clock,
      (promise) => this.#begin(full ?? bare, bare, promise),
      (promise, error) => {
        const half = this.#table.all().find((one) => one.start === promise);
        if (half) this.#table.abandon(half, error, true);
      },
    );
  }

  #begin(to: string, bare: string, start: StartPromise, retry?: "xep" | "deployed"): void {
    this.#table.mustHaveRoom(bare);
    const { core, book } = this.#world;
    const half: InitiatorHalf = {
      role: "initiator",
      to,
      bare,
      thread: newThread(core),
      env: this.#env(to),
      state: { kind: "looking-up" },
      ...this.#table.fresh(start),
    };
    this.#table.add(half);
    this.#table.task(half, async () => {
      await book.update(bare, (record) => (record.written ? record : { ...record, written: true }));
      const facts = await this.#factsOf(bare);
      if (half.over) return;
      await this.#driver.run(
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
    const crossing = judgeCrossing(ours, message);
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
    try {
      this.#table.mustHaveRoom(bare);
    } catch (error) {
      this.#table.trace(
        { bare, role: "responder", thread },
        "request left unanswered",
        asEsessionError(error).code,
      );
      start?.reject(asEsessionError(error));
      return;
    }
    const half: ResponderHalf = {
      role: "responder",
      from,
      bare,
      thread,
      env: this.#env(from, crossing.kind === "theirs-takes-messages-only"),
      request: message,
      facts: undefined,
      state: { kind: "deciding" },
      ...this.#table.fresh(start),
    };
    this.#table.add(half);
    this.#table.task(half, () => this.#decide(half));
  }

  /** XEP-0155 §10.1: whoever is not known learns nothing, not even by an error. */
  async #decide(half: ResponderHalf): Promise<void> {
    const { policy, book, clock, core } = this.#world;
    const record = await book.load(half.bare);
    half.facts = factsIn(record);
    const known = record.written || usable(record.retained, clock.now()).length > 0;
    wipePeer(record);
    if (half.over) return;
    const answered =
      half.start !== undefined || policy.answer === "everybody" || (policy.answer === "known" && known);
    if (answered) {
      await this.#driver.run(half, responder.receiveRequest(half.env, half.request, half.facts));
      return;
    }
    half.stranger = true;
    const strangers = this.#table.all().filter((one) => one.stranger).length;
    if (strangers > Math.max(1, Math.floor(core.sessions / 4))) {
      this.#table.abandon(half, new EsessionError("peer-limit", "too many strangers ask for a session"));
      return;
    }
    try {
      readRequest(half.request.form, half.env.policy);
    } catch (error) {
      this.#table.abandon(half, asEsessionError(error));
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
        this.#table.task(half, () =>
          this.#driver.run(half, responder.receiveRequest(half.env, half.request, half.facts!)),
        ),
      ),
      reject: (reason) =>
        once(() => {
          this.#table.transmit(half, rejection(half.from, half.thread, reason));
          this.#table.abandon(
            half,
            new EsessionError("negotiation-aborted", "the application declined the request"),
          );
        })(),
    };
  }

  #receiveResponse(message: Message): void {
    const bare = bareOf(message.from);
    const half = this.#table.find("initiator", (one) => one.thread === message.thread && one.bare === bare);
    const answeredBy = this.#answered.get(answerKey(bare, message.thread));
    if (answeredBy !== undefined || !half) {
      if (answeredBy !== undefined && answeredBy !== message.from)
        void this.#world.transmit(cancellation(message.from, message.thread));
      return;
    }
    this.#table.task(half, async () => {
      if (half.state.kind !== "awaiting-response") return;
      const next = initiator.receiveResponse(half.env, half.state, message);
      if (next.next.kind === "agreeing") this.#rememberAnswer(bare, message);
      await this.#driver.run(half, next);
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
        ? this.#table.find("initiator", (one) => one.thread === thread && peerOf(one) === from)
        : this.#table.find("responder", (one) => one.thread === thread && one.from === from);
    if (!half) return;
    this.#table.task(half, async () => {
      if (half.role === "initiator" && half.state.kind === "awaiting-final")
        await this.#driver.run(half, initiator.receiveFinal(half.env, half.state, message));
      if (half.role === "responder" && half.state.kind === "awaiting-identity")
        await this.#driver.run(half, responder.receiveIdentity(half.env, half.state, message));
    });
  }

  /** A message of one of our negotiations whose form cannot be read: that negotiation fails, and only that. */
  receiveMalformed(from: string, thread: string, id: string | undefined, error: EsessionError): void {
    const half = this.#table.match(from, thread);
    if (!half || half.state.kind === "deciding" || half.state.kind === "looking-up") return;
    this.#table.transmit(half, refusalStanza({ from, thread, id }, error));
    this.#table.abandon(half, error);
  }

  /** A clear error ends a negotiation, at most. True if it was one of ours. */
  receiveError(from: string, thread: string, stanza: Element): boolean {
    const half = this.#table.match(from, thread);
    const error = readError(stanza);
    if (!half || !error || half.state.kind === "deciding") return false;
    this.#table.task(half, async () => {
      const { state } = half;
      if (half.role === "initiator" && state.kind !== "looking-up")
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

  /** Keeps a sealed stanza until the session stands. `full`: there is no room, and the negotiation was given up. */
  wait(from: string, thread: string | undefined, waiting: Waiting): "queued" | "full" | "unknown" {
    const half = this.#table
      .all()
      .find(
        (one) =>
          peerOf(one) === from &&
          (thread === undefined || one.thread === thread) &&
          one.state.kind !== "deciding",
      );
    if (!half) return "unknown";
    if (half.waiting.length < this.#world.policy.queueLimit) {
      half.waiting.push(waiting);
      return "queued";
    }
    this.#table.abandon(
      half,
      new EsessionError("queue-full", `more than ${half.waiting.length} stanzas wait for the session`),
      true,
    );
    return "full";
  }

  close(): void {
    this.#table.close();
  }

  /** One more attempt, in the other dialect, under the same promise. */
  #retry(half: InitiatorHalf, dialect: "xep" | "deployed"): void {
    const start = half.start!;
    half.start = undefined;
    this.#table.remove(half);
    try {
      this.#begin(half.to, half.bare, start, dialect);
    } catch (error) {
      start.reject(asEsessionError(error));
    }
  }

  #env(jid: string, messagesOnly = false): Env {
    const { core, policy, clock, jid: own } = this.#world;
    const inUse = this.#world.kindsInUse(jid);
    const stanzas = policy.stanzas.filter(
      (kind) => kind === "message" || !(messagesOnly || inUse.includes(kind)),
    );
    return { core, jid: own, now: () => clock.now(), policy: { ...policy, stanzas } };
  }

  async #factsOf(bare: string) {
    const record = await this.#world.book.load(bare);
    wipePeer(record);
    return factsIn(record);
  }
}

function factsIn({ dialect, spokeXep, boundSas }: PeerRecord) {
  return { dialect, spokeXep, boundSas };
}

function answerKey(bare: string, thread: string): string {
  return `${bare}\n${thread}`;
}
