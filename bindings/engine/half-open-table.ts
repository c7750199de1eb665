/**
 * The half-open negotiations: who they are with, how many there may be, and how one ends. What runs for one of them
 * runs in order, and what ends one wipes its secrets.
 */
import { EsessionError, type ErrorCode } from "../errors.js";
import { cancellation, rejection } from "../negotiation/refusal.js";
import { wipeHeld } from "../negotiation/wipe.js";
import { wipePeer } from "../trust/book.js";
import type { Element } from "../wire/element.js";
import { bareOf } from "../wire/jid.js";
import { peerOf, type HalfOpen, type InitiatorHalf, type StartPromise } from "./half-open.js";
import type { NegotiatorWorld } from "./negotiator-world.js";

export const MAX_OPEN_PER_JID = 2;
/** A peer that leaves sessions behind must not take all places. */
const MAX_LIVE_PER_JID = 8;
/** Threads of ended requests that are remembered. */
const MAX_ENDED = 64;

export class HalfOpenTable {
  readonly #world: NegotiatorWorld;
  readonly #open = new Set<HalfOpen>();
  /** Threads of our own requests that are over: whoever answers late is told so (XEP-0155 §4.4). */
  readonly #ended = new Map<string, string>();
  #closed = false;

  constructor(world: NegotiatorWorld) {
    this.#world = world;
  }

  all(): readonly HalfOpen[] {
    return [...this.#open];
  }

  /** Throws engine-closed, peer-limit, core-full. A live session never makes room. */
  mustHaveRoom(bare: string): void {
    const { core } = this.#world;
    if (this.#closed) throw new EsessionError("engine-closed", "the engine was closed");
    if ([...this.#open].filter((half) => half.bare === bare).length >= MAX_OPEN_PER_JID)
      throw new EsessionError("peer-limit", `${MAX_OPEN_PER_JID} negotiations with ${bare} are open already`);
    const limit = Math.min(MAX_LIVE_PER_JID, Math.max(2, Math.floor(core.sessions / 4)));
    if (this.#world.liveSessions(bare) >= limit)
      throw new EsessionError("peer-limit", `there are ${limit} sessions with ${bare} already; end one`);
    const full = this.#open.size + this.#world.liveSessions() >= core.sessions;
    // A core may be shared: the contexts of this negotiation's session must be free when it stands.
    if (full || core.usage.freeContexts < 2 * (this.#open.size + 1))
      throw new EsessionError(
        "core-full",
        `all ${core.sessions} places are taken; end a session or load a larger core`,
      );
  }

  find<R extends HalfOpen["role"]>(role: R, matches: (half: Extract<HalfOpen, { role: R }>) => boolean) {
    return [...this.#open].find(
      (half): half is Extract<HalfOpen, { role: R }> =>
        half.role === role && matches(half as Extract<HalfOpen, { role: R }>),
    );
  }

  /** The negotiation that a stanza of this thread belongs to; before an answer, any resource of the JID speaks for it. */
  match(from: string, thread: string): HalfOpen | undefined {
    const bare = bareOf(from);
    return [...this.#open].find((half) => {
      if (half.thread !== thread) return false;
      const peer = peerOf(half);
      return peer === undefined ? half.bare === bare : peer === from;
    });
  }

  /** Ends a half-open negotiation with its reason, for who waits for it. */
  fail(half: HalfOpen, error: EsessionError): void {
    if (half.over) return;
    const { start } = half;
    const tell = half.role === "responder" && half.state.kind !== "deciding";
    this.remove(half);
    if (half.role === "initiator" && half.identitySent && !ownDoing.has(error.code))
      this.#world.refusedLate(half.bare, half.thread);
    if (start) start.reject(error);
    else if (tell)
      this.#world.alert({ kind: "negotiation-failed", jid: half.bare, message: error.message, error });
  }

  /** `tell`: the peer too, if it waits for us; `reason`: for its user. */
  abandon(half: HalfOpen, error: EsessionError, tell = false, reason?: string): void {
    if (half.over) return;
    // XEP-0155 §4.3-4: who has answered, or was answered, is told, so that neither waits in vain
    if (tell && half.role === "initiator" && half.peer !== undefined)
      this.tell(cancellation(half.peer, half.thread, reason));
    if (tell && half.role === "responder" && "nonceB" in half.state)
      this.tell(rejection(half.from, half.thread, reason));
    this.trace(half, "negotiation given up", error.code);
    this.fail(half, error);
  }

  remove(half: HalfOpen): void {
    half.over = true;
    half.onOver();
    half.cancelExpiry();
    this.#open.delete(half);
    if (half.role === "initiator") this.#rememberEnded(half);
    this.wipeState(half.state);
    if (half.borrowed) wipePeer(half.borrowed);
    half.borrowed = undefined;
  }

  wipeState(state: HalfOpen["state"]): void {
    wipeHeld(state);
  }

  /** Sends a message of the negotiation; a failure ends that. The promise never rejects: it has the cause. */
  transmit(half: HalfOpen, stanza: Element): Promise<unknown> {
    return this.#world.deliver(stanza).then((cause) => {
      if (cause !== undefined) this.fail(half, sendFailure(cause));
      return cause;
    });
  }

  /** Sends what nothing depends on. */
  tell(stanza: Element): void {
    void this.#world.deliver(stanza);
  }

  /** The resource that answered a request of ours that has ended, or "" where none was accepted. */
  endedWith(bare: string, thread: string): string | undefined {
    return this.#ended.get(endedKey(bare, thread));
  }

  #rememberEnded(half: InitiatorHalf): void {
    this.#ended.set(endedKey(half.bare, half.thread), half.peer ?? "");
    if (this.#ended.size > MAX_ENDED) this.#ended.delete(this.#ended.keys().next().value!);
  }

  fresh(start: StartPromise | undefined) {
    return {
      began: this.#world.sequence(),
      stranger: false,
      over: false,
      onOver: () => undefined,
      start,
      borrowed: undefined,
      elsewhere: undefined,
      trust: undefined,
      waiting: [],
      lastId: undefined,
      tasks: Promise.resolve(),
      cancelExpiry: () => undefined,
    };
  }

  /** `lifeMs`: for a negotiation that somebody waits for with a time of his own. */
  add(half: HalfOpen, lifeMs = this.#world.policy.halfOpenMs): void {
    this.#open.add(half);
    half.cancelExpiry = this.#world.clock.after(lifeMs, () =>
      this.abandon(
        half,
        new EsessionError("negotiation-timeout", `the negotiation with ${half.bare} came to no end`),
        true,
      ),
    );
  }

  task(half: HalfOpen, run: () => Promise<void>): void {
    half.tasks = half.tasks.then(async () => {
      if (half.over) return;
      try {
        await run();
      } catch (error) {
        this.fail(half, asEsessionError(error));
      }
    });
  }

  trace(
    { bare, thread, role }: Pick<HalfOpen, "bare" | "thread" | "role">,
    step: string,
    code: string,
  ): void {
    this.#world.trace({ jid: bare, thread, role, step, detail: { code } });
  }

  /** Resolves when what the negotiations were writing is done with. */
  async close(): Promise<void> {
    this.#closed = true;
    const running = this.all();
    for (const half of running)
      this.abandon(half, new EsessionError("engine-closed", "the engine was closed"), true);
    await Promise.all(running.map((half) => half.tasks));
  }
}

/** Ends that are not the peer's doing, and so no guess of its at the SAS. */
const ownDoing: ReadonlySet<ErrorCode> = new Set([
  "negotiation-aborted",
  "engine-closed",
  "send-failed",
  "queue-full",
  "core-full",
  "pool-unavailable",
  "random-failure",
  "store-conflict",
  "store-locked",
  "store-unavailable",
  "record-damaged",
] as const);

function endedKey(bare: string, thread: string): string {
  return `${bare}\n${thread}`;
}

function sendFailure(cause: unknown): EsessionError {
  return new EsessionError("send-failed", "the client could not send a message of the negotiation", {
    cause,
  });
}

/** What went wrong, as an error of ours. */
export function asEsessionError(error: unknown): EsessionError {
  if (EsessionError.is(error)) return error;
  return new EsessionError("negotiation-failed", "the negotiation failed for a reason of our own", {
    cause: error,
  });
}
