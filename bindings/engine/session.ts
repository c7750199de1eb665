/**
 * An established session (XEP-0200, XEP-0116 §5): its state, its trust, its end. Synchronous on every stanza.
 * The engine gives it what it needs of the world; it keeps no JID table and opens no store.
 */
import type { Role } from "../core/types.js";
import { EsessionError } from "../errors.js";
import type { StanzaKind } from "../negotiation/policy.js";
import type { Outcome } from "../negotiation/types.js";
import { wipeKeys } from "../negotiation/proof.js";
import { Channel, type Prepared } from "../session/channel.js";
import { Outbox } from "../session/outbox.js";
import { Sent } from "../session/sent.js";
import type { Verified } from "../trust/retained.js";
import { element, type Element } from "../wire/element.js";
import { readThread } from "../wire/negotiation.js";
import { readStanza, replaceContent, stanzaWriter } from "../wire/stanza.js";
import { errorStanza } from "../wire/stanza-errors.js";
import { sealAll, type Sealing } from "./sealing.js";
import { endSentence, violations } from "./session-end.js";
import type { SessionWorld } from "./session-world.js";
import { clearTermination, readTermination, terminationMessage } from "./termination.js";
import type { AnyStanza, Level, Session, SessionEnd, SessionInfo, SessionState } from "./types.js";

const DEPLOYED_RELEASE_MS = 10_000;

const levels: Record<Verified, Level> = { none: "unverified", weak: "verified-weak", full: "verified" };

/**
 * What became of a stanza: to be handed on (`clear`: not as the session's), nothing more to do, or, only where it was
 * asked for, not of this session's keys.
 */
export type SessionReceived =
  | { readonly kind: "stanza" | "clear"; readonly element: Element }
  | { readonly kind: "consumed" }
  | { readonly kind: "foreign" };
const consumed: SessionReceived = { kind: "consumed" };

export class LiveSession implements Session {
  readonly peer: string;
  readonly thread: string;
  readonly role: Role;
  readonly info: SessionInfo;
  readonly continued: boolean;
  readonly sas: string | undefined;
  readonly comparisonCode: string | undefined;
  readonly weakSas: string | undefined;
  readonly ended: Promise<SessionEnd>;

  readonly #world: SessionWorld;
  readonly #channel: Channel;
  readonly #waiting: { readonly prepared: Prepared; readonly original: AnyStanza }[] = [];
  readonly #outbox = new Outbox<AnyStanza>();
  readonly #sent = new Sent();
  readonly #timers = new Set<() => void>();
  #state: SessionState;
  #released = false;
  #verified: Verified;
  #heard = false;
  readonly #began: number;
  #closing: SessionEnd["reason"] = "closed-by-us";
  #finish!: (end: SessionEnd) => void;

  /** Takes the outcome's keys: copies them into the channel and wipes them. Throws core-full. */
  constructor(outcome: Outcome, world: SessionWorld) {
    const { role, agreed, dialect, initiatorKeys, responderKeys, initiatorCounter, responderCounter } =
      outcome;
    this.#world = world;
    this.#began = world.clock.now();
    this.peer = outcome.peer;
    this.thread = outcome.thread;
    this.role = role;
    this.info = {
      group: agreed.group,
      cipher: agreed.cipher,
      hash: agreed.hash,
      sasAlgorithm: agreed.sas,
      stanzas: agreed.stanzas,
      logging: agreed.logging,
      dialect,
      otherSecret: outcome.otherSecretUsed,
    };
    this.continued = outcome.sharedRetained !== undefined;
    const bound = agreed.sas === "sas28x5-bound";
    this.sas = bound ? outcome.sas : undefined;
    this.comparisonCode = outcome.comparisonCode;
    this.weakSas = bound ? undefined : outcome.sas;
    this.#verified = outcome.sharedRetained?.verified ?? "none";
    this.#state = outcome.confirmed ? "established" : "unconfirmed";
    this.ended = new Promise((resolve) => (this.#finish = resolve));
    const initiator = { keys: initiatorKeys, counter: initiatorCounter };
    const responder = { keys: responderKeys, counter: responderCounter };
    try {
      this.#channel = new Channel({
        core: world.core,
        agreed,
        dialect,
        peer: this.peer,
        thread: this.thread,
        sending: role === "initiator" ? initiator : responder,
        receiving: role === "initiator" ? responder : initiator,
        padTo: world.policy.padTo,
        fallbackBody: world.policy.fallbackBody,
      });
    } finally {
      wipeKeys(initiatorKeys, responderKeys);
      outcome.exchange?.own.secret.wipe();
    }
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Until the peer has proved that it holds the final keys, a secret that it named proves nothing. */
  get level(): Level {
    return this.#state === "unconfirmed" ? "unverified" : levels[this.#verified];
  }

  /** A stanza of the peer's has been accepted: it stands at the other end. */
  get heard(): boolean {
    return this.#heard;
  }

  /** Nothing was ever heard from the peer, in a time in which every initiator says something: it has no such session. */
  get leftOver(): boolean {
    const { clock, policy } = this.#world;
    return !this.#heard && this.role === "responder" && clock.now() - this.#began >= policy.halfOpenMs;
  }

  /** What an initiator says first, so that the responder knows that it holds the final keys. */
  begin(): void {
    const { policy } = this.#world;
    if (this.role === "initiator" && this.info.dialect === "xep")
      this.#transmitOwn(element("message", { to: this.peer }));
    if (this.#state !== "unconfirmed") return;
    // Deployed initiators say nothing by themselves; everybody else does so at once or has never got message 4.
    if (this.info.dialect === "xep") this.#after(policy.halfOpenMs, () => this.#neverConfirmed());
    else if (policy.releaseUnconfirmed) this.#after(DEPLOYED_RELEASE_MS, () => this.#release());
  }

  async confirmSas(): Promise<void> {
    if (this.sas === undefined)
      throw new EsessionError(
        "option-invalid",
        "this session has only the weak SAS: see weakSas and confirmWeakSas()",
      );
    await this.#verify("full");
  }

  async confirmWeakSas(): Promise<void> {
    if (this.weakSas === undefined)
      throw new EsessionError("option-invalid", "this session has the strong SAS: see sas and confirmSas()");
    await this.#verify("weak");
  }

  async #verify(kind: "weak" | "full"): Promise<void> {
    this.#mustLive();
    await this.#world.markVerified(kind);
    if (this.#verified !== "full") this.#verified = kind;
  }

  seal<T extends AnyStanza>(stanza: T): T {
    const { prepared, finish } = this.#prepare(stanza);
    return finish(this.#seal(prepared)) as T;
  }

  sealMany<T extends AnyStanza>(stanzas: readonly T[]): T[] {
    return sealAll(
      this.#world.core,
      stanzas.map((stanza) => this.sealing(stanza)),
    ) as T[];
  }

  /** A stanza that has its place in a list. Throws what seal() throws. */
  sealing(stanza: AnyStanza): Sealing {
    const { prepared, finish } = this.#prepare(stanza);
    this.#endIfExhausted(() => this.#channel.mustNotBeExhausted());
    return {
      item: this.#channel.item(prepared),
      finish: (sealed) => {
        this.#sent.add(prepared);
        return finish(this.#channel.wrap(prepared, sealed));
      },
    };
  }

  #prepare(stanza: AnyStanza): { prepared: Prepared; finish: (sealed: Element) => AnyStanza } {
    this.#mustLive();
    const { element: read, form } = readStanza(stanza);
    if (this.#state === "unconfirmed" && !this.#released)
      throw new EsessionError(
        "session-unconfirmed",
        "the peer has not confirmed the session yet; send() waits for that",
      );
    const write = stanzaWriter(form, (stanza as { ownerDocument?: never }).ownerDocument);
    return { prepared: this.#channel.prepare(read), finish: (sealed) => write(sealed) as AnyStanza };
  }

  send(stanza: AnyStanza): void {
    this.#mustLive();
    const prepared = this.#channel.prepare(readStanza(stanza).element);
    if (this.#state === "unconfirmed" && !this.#released) {
      if (this.#waiting.length >= this.#world.policy.queueLimit)
        throw new EsessionError(
          "queue-full",
          `${this.#waiting.length} stanzas wait for the peer's confirmation already`,
        );
      this.#waiting.push({ prepared, original: stanza });
      return;
    }
    this.#transmit(this.#seal(prepared), stanza);
  }

  #seal(prepared: Prepared): Element {
    const sealed = this.#endIfExhausted(() => this.#channel.seal(prepared));
    this.#sent.add(prepared);
    return sealed;
  }

  #endIfExhausted<T>(run: () => T): T {
    try {
      return run();
    } catch (error) {
      if (EsessionError.is(error, "key-exhausted")) this.#terminate("key-exhausted");
      throw error;
    }
  }

  /** Whether a clear stanza would answer a request that was sent sealed. */
  awaits(id: string | undefined): boolean {
    return this.#sent.awaits(id);
  }

  agreedOn(kind: StanzaKind): boolean {
    return this.info.stanzas.includes(kind);
  }

  open<T extends AnyStanza>(stanza: T): T | undefined {
    const { element: read, form } = readStanza(stanza);
    const kind = read.getName();
    const ours = kind !== "message" || readThread(read) === this.thread;
    if (read.attrs.from !== this.peer || !this.agreedOn(kind as StanzaKind) || !ours)
      throw new EsessionError(
        "stanza-not-in-session",
        "the stanza is not one of this session: its sender, its kind or its thread is another",
      );
    const received = this.receive(read);
    return received.kind === "stanza" ? (replaceContent(stanza, form, received.element) as T) : undefined;
  }

  /**
   * A sealed stanza of the peer's. Never throws for what a peer sent: it ends the session and says so.
   * `maybe`: it may be of another session of the pair; then a MAC that does not match is no violation.
   */
  receive(stanza: Element, { maybe = false } = {}): SessionReceived {
    if (this.#state === "ended") throw new EsessionError("session-ended", "the session has ended");
    let opened;
    try {
      opened = this.#channel.open(stanza);
    } catch (error) {
      if (!EsessionError.is(error)) throw error;
      if (maybe && error.code === "stanza-mac") return { kind: "foreign" };
      this.#violated(error, stanza);
      return consumed;
    }
    if (opened.kind === "duplicate") {
      this.#world.alert({
        kind: "duplicate",
        message: "a copy of a stanza that was received before was ignored",
      });
      return consumed;
    }
    if (opened.kind === "bounced") return { kind: "clear", element: opened.element };
    if (opened.residue.length > 0)
      this.#world.alert({
        kind: "clear-residue",
        message: `somebody added ${opened.residue.join(", ")} in clear to a sealed stanza; that was left out`,
      });
    return this.#accept(opened.element);
  }

  #accept(opened: Element): SessionReceived {
    const first = !this.#heard;
    this.#heard = true;
    if (this.#state === "unconfirmed") this.#confirm();
    if (first && this.role === "responder" && isBareConfirmation(opened)) return consumed;
    if (opened.getName() === "message") {
      const termination = readTermination(opened);
      if (termination !== undefined) {
        this.#terminated(termination);
        return consumed;
      }
    }
    if (opened.getName() === "iq" && !this.#matches(opened)) return consumed;
    // Confirming may have sent what waited, and that may have failed: what was opened is handed on all the same.
    if (this.#stillOpen() && this.#channel.exhausted) this.#terminate("key-exhausted");
    return { kind: "stanza", element: opened };
  }

  /** XEP-0200 leaves id and type of an iq unprotected, so a result must answer a request of this session. */
  #matches({ attrs: { type, id } }: Element): boolean {
    if (type !== "result" && type !== "error") return true;
    if (this.#sent.answered(id)) return true;
    this.#world.alert({
      kind: "unmatched-result",
      message: "a result came to a request that was not sent in this session",
    });
    return false;
  }

  #confirm(): void {
    this.#state = "established";
    this.#world.trace("confirmed by the initiator");
    this.#world.confirmed();
    this.#flush();
  }

  #release(): void {
    if (this.#state !== "unconfirmed") return;
    this.#released = true;
    this.#world.alert({
      kind: "released-unconfirmed",
      message: "what waited was sent although the peer has not proved that it holds the keys",
    });
    this.#flush();
  }

  /** In a time in which every initiator confirms, this one has not: if it is there, it shall know. */
  #neverConfirmed(): void {
    if (this.#state !== "unconfirmed") return;
    this.#sendTermination();
    if (this.#stillOpen()) this.#end("never-confirmed", false);
  }

  /**
   * The peer refuses or cancels in clear. That ends what is still a part of the negotiation, a session of which nothing
   * was heard (in `deployed`, whose initiators may stay silent: one that is unconfirmed). False: it changes nothing.
   */
  refusedInClear(): boolean {
    const open = this.#state === "unconfirmed" || (this.info.dialect === "xep" && !this.#heard);
    if (this.role !== "responder" || !open || this.#state === "ended") return false;
    this.#end("never-confirmed", false);
    return true;
  }

  #flush(): void {
    while (this.#waiting.length > 0 && this.#state !== "ended" && this.#state !== "ending") {
      const { prepared, original } = this.#waiting[0]!;
      let sealed: Element;
      try {
        sealed = this.#seal(prepared);
      } catch {
        return; // the keys are used up: what still waits is told when the session ends
      }
      this.#waiting.shift();
      this.#transmit(sealed, original);
    }
  }

  /** A gap in the counters cannot be repaired, so a stanza that could not be sent ends the session. */
  #transmit(sealed: Element, original: AnyStanza | undefined): void {
    const entry = this.#outbox.add(original);
    const failed = (cause: unknown) => {
      if (this.#state === "ended") return;
      this.sendFailed(cause, entry.failed());
    };
    try {
      const sent = this.#world.transmit(sealed);
      if (typeof sent?.then === "function") void Promise.resolve(sent).then(entry.sent, failed);
      else entry.sent();
    } catch (error) {
      failed(error);
    }
  }

  /** Ends the session because the client could not send: a sealed stanza, or the message that made the session. */
  sendFailed(cause: unknown, unsent: readonly AnyStanza[] = []): void {
    if (this.#state === "ended") return;
    const error = new EsessionError("send-failed", "the client could not send a sealed stanza", { cause });
    this.#world.alert({ kind: "send-failed", message: error.message, error });
    this.#end("send-failed", false, { unsent, error });
  }

  /** Seals and sends a message of the session's own: its confirmation, a termination. */
  #transmitOwn(message: Element): void {
    this.#transmit(this.#channel.seal(this.#channel.prepare(message), { last: true }), undefined);
  }

  close(): Promise<SessionEnd> {
    this.#terminate("closed-by-us");
    return this.ended;
  }

  #terminate(reason: SessionEnd["reason"]): void {
    if (this.#state === "ended" || this.#state === "ending") return;
    this.#state = "ending";
    this.#closing = reason;
    this.#world.trace("termination sent");
    this.#sendTermination();
    if (this.#stillOpen())
      this.#after(this.#world.policy.acknowledgementMs, () => this.#end("acknowledgement-missing", false));
  }

  #stillOpen(): boolean {
    return this.#state !== "ended";
  }

  #sendTermination(): void {
    this.#transmitOwn(terminationMessage(this.peer, "submit"));
    if (this.info.dialect === "deployed" && this.#stillOpen())
      this.#transmit(clearTermination(this.peer, this.thread), undefined);
  }

  /**
   * XEP-0116 §5: a termination is acknowledged at once; crossing ones acknowledge each other. Only an acknowledgement
   * shows that ours arrived; a termination shows that nothing of the peer's is missing.
   */
  #terminated(type: "submit" | "result"): void {
    if (this.#state === "ended") return;
    if (this.#state === "ending") {
      this.#world.trace("termination acknowledged");
      this.#end(this.#closing, true, { confirmed: type === "result" });
      return;
    }
    if (type === "submit") {
      this.#world.trace("termination received and acknowledged");
      this.#transmitOwn(terminationMessage(this.peer, "result"));
    }
    // An acknowledgement of nothing: the peer has ended the session all the same.
    if (this.#stillOpen()) this.#end("closed-by-peer", type === "submit");
  }

  /** A clear termination, which only a deployed peer may send; it proves nothing. */
  clearlyTerminated(): void {
    this.#end("closed-by-peer-unauthenticated", false);
  }

  peerUnavailable(tell: boolean): void {
    if (this.#state === "ended") return;
    if (tell && this.#state !== "ending") this.#sendTermination();
    this.#end("peer-unavailable", false);
  }

  /** The peer has started again, and this session with it is left over. */
  superseded(): void {
    this.#end("superseded", false);
  }

  /**
   * XEP-0200 §8: the session must be terminated. Our own direction is still in step, so the peer is told in a way that
   * it can believe; the error is for peers that look at nothing else. An error is never answered with an error.
   */
  #violated(error: EsessionError, stanza: Element): void {
    if (this.#state === "established") {
      const termination = this.#channel.prepare(terminationMessage(this.peer, "submit"));
      this.#tell(this.#channel.seal(termination, { last: true }));
      if (this.info.dialect === "deployed") this.#tell(clearTermination(this.peer, this.thread));
    }
    if (stanza.attrs.type !== "error")
      this.#tell(errorStanza({ to: this.peer, thread: this.thread, kind: "message" }, "not-acceptable"));
    this.#end(violations[error.code] ?? "content-malformed", false, { error });
  }

  /** A parting word: the session ends for its own reason, whether this can be sent or not. */
  #tell(stanza: Element): void {
    try {
      void Promise.resolve(this.#world.transmit(stanza)).catch(() => undefined);
    } catch {
      // told by the reason of the end
    }
  }

  #end(
    reason: SessionEnd["reason"],
    complete: boolean,
    {
      unsent = [],
      confirmed = false,
      error,
    }: { unsent?: readonly AnyStanza[]; confirmed?: boolean; error?: EsessionError } = {},
  ): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#channel.wipe();
    for (const cancel of this.#timers) cancel();
    const end: SessionEnd = {
      reason,
      complete,
      unconfirmed: confirmed ? { count: 0, ids: [] } : this.#sent.unconfirmed(),
      unsent: [...unsent, ...this.#waiting.splice(0).map(({ original }) => original)],
    };
    this.#world.trace(`session ended: ${reason}`);
    this.#world.ended(!["superseded", "never-confirmed", "send-failed"].includes(reason));
    this.#finish(end);
    this.#world.alert({
      kind: "session-ended",
      message: endSentence(this.peer, end),
      end,
      ...(error ? { error } : {}),
      ...(complete ? {} : { restart: () => this.#world.restart() }),
    });
  }

  #after(delayMs: number, run: () => void): void {
    const cancel = this.#world.clock.after(delayMs, () => {
      this.#timers.delete(cancel);
      run();
    });
    this.#timers.add(cancel);
  }

  #mustLive(): void {
    if (this.#state === "ended" || this.#state === "ending")
      throw new EsessionError("session-ended", `the session with ${this.peer} has ended; start a new one`);
  }
}

/** The initiator's first stanza when it has nothing to say: a message with a thread and nothing else. */
function isBareConfirmation(opened: Element): boolean {
  const own = Object.keys(opened.attrs).filter((name) => !["to", "from", "xmlns"].includes(name));
  return (
    opened.getName() === "message" &&
    own.length === 0 &&
    opened.children.every((child) => typeof child === "object" && child.getName() === "thread")
  );
}
