/**
 * A session's state, and how it ends (XEP-0116 §5, XEP-0155 §7, XEP-0200 §8): by a termination and its
 * acknowledgement, by what the peer may not do, or because the world does not let it go on.
 */
import type { Dialect } from "../core/types.js";
import { EsessionError } from "../errors.js";
import type { Channel } from "../session/channel.js";
import type { Element } from "../wire/element.js";
import { errorStanza } from "../wire/stanza-errors.js";
import type { Dispatch } from "./dispatch.js";
import { endSentence, violations } from "./session-end.js";
import type { SessionWorld } from "./session-world.js";
import { clearTermination, terminationMessage } from "./termination.js";
import type { AnyStanza, SessionEnd, SessionState } from "./types.js";

export interface LifeOptions {
  readonly peer: string;
  readonly thread: string;
  readonly dialect: Dialect;
  readonly state: SessionState;
  readonly world: SessionWorld;
  readonly channel: Channel;
  readonly dispatch: Dispatch;
}

export class Life {
  readonly ended: Promise<SessionEnd>;
  readonly #options: LifeOptions;
  readonly #timers = new Set<() => void>();
  #state: SessionState;
  #closing: SessionEnd["reason"] = "closed-by-us";
  #finish!: (end: SessionEnd) => void;

  constructor(options: LifeOptions) {
    this.#options = options;
    this.#state = options.state;
    this.ended = new Promise((resolve) => (this.#finish = resolve));
  }

  get state(): SessionState {
    return this.#state;
  }

  get over(): boolean {
    return this.#state === "ended";
  }

  /** Neither ended nor about to. */
  get lives(): boolean {
    return this.#state === "unconfirmed" || this.#state === "established";
  }

  /** Throws session-ended. */
  mustLive(): void {
    if (!this.lives)
      throw new EsessionError(
        "session-ended",
        `the session with ${this.#options.peer} has ended; start a new one`,
      );
  }

  confirm(): void {
    this.#state = "established";
  }

  /** Once, unless the session ends before, or has: sending may have ended it within the same call. */
  after(delayMs: number, run: () => void): () => void {
    if (this.over) return () => undefined;
    const stop = this.#options.world.clock.after(delayMs, () => {
      this.#timers.delete(cancel);
      run();
    });
    const cancel = () => {
      this.#timers.delete(cancel);
      stop();
    };
    this.#timers.add(cancel);
    return cancel;
  }

  /** The end has been told already, by the message that made the session. */
  sendNoMore(): void {
    if (this.lives) this.#state = "ending";
  }

  terminate(reason: SessionEnd["reason"]): void {
    if (!this.lives) return;
    const { world } = this.#options;
    this.#state = "ending";
    this.#closing = reason;
    world.trace("termination sent");
    this.#sendTermination();
    if (!this.over)
      this.after(world.policy.acknowledgementMs, () => this.end("acknowledgement-missing", false));
  }

  #sendTermination(): void {
    const { peer, thread, dialect, dispatch } = this.#options;
    dispatch.transmitOwn(terminationMessage(peer, "submit"));
    if (dialect === "deployed" && !this.over) dispatch.transmit(clearTermination(peer, thread));
  }

  /**
   * XEP-0116 §5: a termination is acknowledged at once; crossing ones acknowledge each other. Only an acknowledgement
   * shows that ours arrived; a termination shows that nothing of the peer's is missing.
   */
  terminated(type: "submit" | "result"): void {
    const { peer, world, dispatch } = this.#options;
    if (this.over) return;
    if (this.#state === "ending") {
      world.trace("termination acknowledged");
      this.end(this.#closing, true, { confirmed: type === "result" });
      return;
    }
    if (type === "submit") {
      world.trace("termination received and acknowledged");
      dispatch.transmitOwn(terminationMessage(peer, "result"));
    }
    // An acknowledgement of nothing: the peer has ended the session all the same.
    this.end("closed-by-peer", type === "submit");
  }

  peerUnavailable(tell: boolean): void {
    if (this.over) return;
    if (tell && this.#state !== "ending") this.#sendTermination();
    this.end("peer-unavailable", false);
  }

  /** In a time in which every initiator confirms, this one has not: if it is there, it shall know. */
  neverConfirmed(): void {
    if (this.#state !== "unconfirmed") return;
    this.#sendTermination();
    this.end("never-confirmed", false);
  }

  /** The client could not send a sealed stanza, or the message that made the session. */
  sendFailed(cause: unknown, unsent: readonly AnyStanza[] = []): void {
    if (this.over) return;
    const error = new EsessionError("send-failed", "the client could not send a sealed stanza", { cause });
    this.#options.world.alert({ kind: "send-failed", message: error.message, error });
    this.end("send-failed", false, { unsent, error });
  }

  /**
   * XEP-0200 §8: the session must be terminated. Our own direction is still in step, so the peer is told in a way that
   * it can believe; the error is for peers that look at nothing else. An error is never answered with an error.
   */
  violated(error: EsessionError, stanza: Element): void {
    const { peer, thread, dialect, dispatch } = this.#options;
    if (this.#state === "established") {
      dispatch.tell(dispatch.sealOwn(terminationMessage(peer, "submit")));
      if (dialect === "deployed") dispatch.tell(clearTermination(peer, thread));
    }
    if (stanza.attrs.type !== "error")
      dispatch.tell(errorStanza({ to: peer, thread, kind: "message" }, "not-acceptable"));
    this.end(violations[error.code] ?? "content-malformed", false, { error });
  }

  /** `confirmed`: all of ours arrived. The first reason counts. */
  end(
    reason: SessionEnd["reason"],
    complete: boolean,
    {
      unsent = [],
      confirmed = false,
      error,
    }: { unsent?: readonly AnyStanza[]; confirmed?: boolean; error?: EsessionError } = {},
  ): void {
    if (this.over) return;
    const { peer, world, channel, dispatch } = this.#options;
    this.#state = "ended";
    channel.wipe();
    for (const cancel of [...this.#timers]) cancel();
    const end: SessionEnd = {
      reason,
      complete,
      unconfirmed: confirmed ? { count: 0, ids: [] } : dispatch.unconfirmed(),
      unsent: [...unsent, ...dispatch.unsent()],
    };
    world.trace(`session ended: ${reason}`);
    world.ended(!["superseded", "never-confirmed", "send-failed"].includes(reason));
    this.#finish(end);
    world.alert({
      kind: "session-ended",
      message: endSentence(peer, end),
      end,
      ...(error ? { error } : {}),
      ...(complete ? {} : { restart: () => world.restart() }),
    });
  }
}
