/**
 * An established session (XEP-0200, XEP-0116 §5): its state, its trust, its end. Synchronous on every stanza.
 * The engine gives it what it needs of the world; it keeps no JID table and opens no store.
 */
import type { Core, Role } from "../core/types.js";
import { EsessionError } from "../errors.js";
import type { StanzaKind } from "../negotiation/policy.js";
import type { Outcome } from "../negotiation/types.js";
import { wipeKeys } from "../negotiation/proof.js";
import { Channel } from "../session/channel.js";
import type { Verified } from "../trust/retained.js";
import type { Element } from "../wire/element.js";
import { readStanza, replaceContent, writeStanza } from "../wire/stanza.js";
import { errorStanza } from "../wire/stanza-errors.js";
import { clearTermination, readTermination, terminationMessage } from "./termination.js";
import type {
  Alert,
  AnyStanza,
  Clock,
  Level,
  Policy,
  Session,
  SessionEnd,
  SessionInfo,
  SessionState,
} from "./types.js";

/** What the engine does for a session. */
export interface SessionWorld {
  readonly core: Core;
  readonly policy: Policy;
  readonly clock: Clock;
  /** Hands a stanza of ours to the client; rejects or throws if it could not be sent. */
  transmit(stanza: Element): void | Promise<void>;
  alert(alert: Omit<Alert, "jid" | "session">): void;
  trace(step: string): void;
  /** The peer has proved that it holds the final keys: the staged successor becomes the retained secret. */
  confirmed(): void;
  /** Stores that the users compared. */
  markVerified(kind: "weak" | "full"): Promise<void>;
  restart(): Promise<Session>;
  ended(): void;
}

/** How many of our ids, and of our pending requests, are remembered. */
const MAX_IDS = 256;
const MAX_PENDING = 1024;
const DEPLOYED_RELEASE_MS = 10_000;

const levels: Record<Verified, Level> = { none: "unverified", weak: "verified-weak", full: "verified" };

/** What became of a stanza: to be handed on, or nothing more to do. */
export type SessionReceived =
  { readonly kind: "stanza"; readonly element: Element } | { readonly kind: "consumed" };
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
  readonly #waiting: AnyStanza[] = [];
  readonly #sentIds: string[] = [];
  #sentCount = 0;
  /** Ids of our own iq requests that are not answered yet. */
  readonly #pending = new Set<string>();
  readonly #timers = new Set<() => void>();
  #state: SessionState;
  #released = false;
  #verified: Verified;
  #awaitsConfirmation: boolean;
  #finish!: (end: SessionEnd) => void;

  /** Takes the outcome's keys: copies them into the channel and wipes them. Throws core-full. */
  constructor(outcome: Outcome, world: SessionWorld) {
    const { role, agreed, dialect, initiatorKeys, responderKeys, initiatorCounter, responderCounter } =
      outcome;
    this.#world = world;
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
    };
    this.continued = outcome.sharedRetained !== undefined;
    const bound = agreed.sas === "sas28x5-bound";
    this.sas = bound ? outcome.sas : undefined;
    this.comparisonCode = outcome.comparisonCode;
    this.weakSas = bound ? undefined : outcome.sas;
    this.#verified = outcome.sharedRetained?.verified ?? "none";
    this.#state = outcome.confirmed ? "established" : "unconfirmed";
    this.#awaitsConfirmation = role === "responder";
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
    }
  }

  get state(): SessionState {
    return this.#state;
  }

  get level(): Level {
    return levels[this.#verified];
  }

  /** What an initiator says first, so that the responder knows that it holds the final keys. */
  begin(): void {
    if (this.role === "initiator" && this.info.dialect === "xep")
      this.#transmit(this.#channel.sealEmpty(), undefined);
    if (
      this.#state === "unconfirmed" &&
      this.info.dialect === "deployed" &&
      this.#world.policy.releaseUnconfirmed
    )
      this.#after(DEPLOYED_RELEASE_MS, () => this.#release());
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
    const { element, form } = readStanza(stanza);
    const sealed = this.#seal(element);
    return writeStanza(sealed, form, documentOf(stanza)) as T;
  }

  send(stanza: AnyStanza): void {
    this.#mustLive();
    if (this.#state === "unconfirmed" && !this.#released) {
      if (this.#waiting.length >= this.#world.policy.queueLimit)
        throw new EsessionError(
          "queue-full",
          `${this.#waiting.length} stanzas wait for the peer's confirmation already`,
        );
      this.#waiting.push(stanza);
      return;
    }
    this.#sendNow(stanza);
  }

  #sendNow(stanza: AnyStanza): void {
    this.#transmit(this.#seal(readStanza(stanza).element), stanza);
  }

  #seal(element: Element): Element {
    this.#mustLive();
    if (this.#state === "unconfirmed" && !this.#released)
      throw new EsessionError(
        "session-unconfirmed",
        "the peer has not confirmed the session yet; send() waits for that",
      );
    let sealed: Element;
    try {
      sealed = this.#channel.seal(element);
    } catch (error) {
      if (EsessionError.is(error, "key-exhausted")) void this.close();
      throw error;
    }
    this.#remember(element);
    return sealed;
  }

  #remember({ name, attrs }: Element): void {
    this.#sentCount++;
    const { id, type } = attrs;
    if (id === undefined) return;
    this.#sentIds.push(id);
    if (this.#sentIds.length > MAX_IDS) this.#sentIds.shift();
    if (name !== "iq" || (type !== "get" && type !== "set")) return;
    this.#pending.add(id);
    if (this.#pending.size > MAX_PENDING) this.#pending.delete(this.#pending.values().next().value!);
  }

  /** Whether a clear stanza would answer a request that was sent sealed. */
  awaits(id: string | undefined): boolean {
    return id !== undefined && this.#pending.has(id);
  }

  agreedOn(kind: StanzaKind): boolean {
    return this.info.stanzas.includes(kind);
  }

  open<T extends AnyStanza>(stanza: T): T | undefined {
    const { element, form } = readStanza(stanza);
    const received = this.receive(element);
    return received.kind === "consumed" ? undefined : (replaceContent(stanza, form, received.element) as T);
  }

  /** A sealed stanza of the peer's. Never throws for what a peer sent: it ends the session and says so. */
  receive(stanza: Element): SessionReceived {
    if (this.#state === "ended") throw new EsessionError("session-ended", "the session has ended");
    let opened;
    try {
      opened = this.#channel.open(stanza);
    } catch (error) {
      if (!EsessionError.is(error)) throw error;
      this.#violated(error);
      return consumed;
    }
    if (opened.kind === "duplicate") {
      this.#world.alert({
        kind: "duplicate",
        message: "a copy of a stanza that was received before was ignored",
      });
      return consumed;
    }
    const { element, residue } = opened;
    if (residue.length > 0)
      this.#world.alert({
        kind: "clear-residue",
        message: `somebody added ${residue.join(", ")} in clear to a sealed stanza; that was left out`,
      });
    const first = this.#awaitsConfirmation;
    this.#awaitsConfirmation = false;
    if (this.#state === "unconfirmed") this.#confirm();
    if (first && isBareConfirmation(element)) return consumed;
    if (element.name === "message") {
      const termination = readTermination(element);
      if (termination !== undefined) {
        this.#terminated(termination);
        return consumed;
      }
    }
    if (element.name === "iq" && !this.#matches(element)) return consumed;
    if (this.#channel.exhausted) void this.close();
    return { kind: "stanza", element };
  }

  /** XEP-0200 leaves id and type of an iq unprotected, so a result must answer a request of this session. */
  #matches({ attrs: { type, id } }: Element): boolean {
    if (type !== "result" && type !== "error") return true;
    if (id !== undefined && this.#pending.delete(id)) return true;
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

  #flush(): void {
    while (this.#waiting.length > 0 && this.#state !== "ended") {
      const stanza = this.#waiting[0]!;
      try {
        this.#sendNow(stanza);
      } catch (error) {
        if (!EsessionError.is(error)) throw error;
        this.#world.alert({
          kind: "send-failed",
          message: `a stanza that waited was not sent: ${error.message}`,
          error,
        });
      }
      this.#waiting.shift();
    }
  }

  /** A gap in the counters cannot be repaired, so a stanza that could not be sent ends the session. */
  #transmit(sealed: Element, original: AnyStanza | undefined): void {
    const failed = (cause: unknown) => {
      if (this.#state === "ended") return;
      const error = new EsessionError("send-failed", "the client could not send a sealed stanza", { cause });
      this.#world.alert({ kind: "send-failed", message: error.message, error });
      this.#end("send-failed", false, original === undefined ? [] : [original]);
    };
    try {
      const sent = this.#world.transmit(sealed);
      if (sent instanceof Promise) sent.catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  async close(): Promise<SessionEnd> {
    if (this.#state === "ended" || this.#state === "ending") return this.ended;
    this.#state = "ending";
    this.#world.trace("termination sent");
    this.#transmit(this.#channel.seal(terminationMessage(this.peer, "submit"), { last: true }), undefined);
    if (this.info.dialect === "deployed") this.#transmit(clearTermination(this.peer, this.thread), undefined);
    this.#after(this.#world.policy.acknowledgementMs, () => this.#end("acknowledgement-missing", false));
    return this.ended;
  }

  /** XEP-0116 §5: a termination is acknowledged at once; crossing ones acknowledge each other. */
  #terminated(type: "submit" | "result"): void {
    if (this.#state === "ending") {
      this.#world.trace("termination acknowledged");
      this.#end("closed-by-us", true);
      return;
    }
    // An acknowledgement of nothing: the peer has ended the session all the same.
    if (type === "submit") {
      this.#world.trace("termination received and acknowledged");
      this.#transmit(this.#channel.seal(terminationMessage(this.peer, "result"), { last: true }), undefined);
    }
    this.#end("closed-by-peer", type === "submit");
  }

  /** A clear termination, which only a deployed peer may send; it proves nothing. */
  clearlyTerminated(): void {
    this.#end("closed-by-peer-unauthenticated", false);
  }

  peerUnavailable(tell: boolean): void {
    if (this.#state === "ended") return;
    if (tell && this.#state !== "ending")
      this.#transmit(this.#channel.seal(terminationMessage(this.peer, "submit"), { last: true }), undefined);
    this.#end("peer-unavailable", false);
  }

  /** The peer has started again, and has proved that it is the same. */
  superseded(): void {
    this.#end("superseded", false);
  }

  #violated(error: EsessionError): void {
    // XEP-0200 §8: terminate; a not-acceptable error may be returned
    this.#transmit(
      errorStanza({ to: this.peer, thread: this.thread, kind: "message" }, "not-acceptable"),
      undefined,
    );
    const reason =
      error.code === "stanza-mac"
        ? "mac-mismatch"
        : error.code === "rekey-unagreed"
          ? "protocol-violation"
          : "content-malformed";
    this.#end(reason, false, [], error);
  }

  #end(
    reason: SessionEnd["reason"],
    complete: boolean,
    unsent: readonly AnyStanza[] = [],
    error?: EsessionError,
  ): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#channel.wipe();
    for (const cancel of this.#timers) cancel();
    const end: SessionEnd = {
      reason,
      complete,
      unconfirmed: complete ? { count: 0, ids: [] } : { count: this.#sentCount, ids: [...this.#sentIds] },
      unsent: [...unsent, ...this.#waiting.splice(0)],
    };
    this.#world.trace(`session ended: ${reason}`);
    this.#world.ended();
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
function isBareConfirmation({ name, attrs, children }: Element): boolean {
  const own = Object.keys(attrs).filter((attribute) => !["to", "from", "xmlns"].includes(attribute));
  return (
    name === "message" &&
    own.length === 0 &&
    children.every((child) => typeof child === "object" && child.name === "thread")
  );
}

function endSentence(peer: string, { reason, complete, unconfirmed }: SessionEnd): string {
  if (complete) return `the session with ${peer} has ended and nothing is missing`;
  const ours = unconfirmed.count === 0 ? "" : ` ${unconfirmed.count} stanzas of ours were never confirmed.`;
  return `the session with ${peer} has ended (${reason}): the last messages may be missing.${ours}`;
}

function documentOf(stanza: AnyStanza): never {
  return (stanza as { ownerDocument?: never }).ownerDocument as never;
}
