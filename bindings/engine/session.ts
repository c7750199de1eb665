/**
 * An established session (XEP-0200, XEP-0116 §5) as the application and the engine see it: what it is, its trust, what
 * goes in and out. Synchronous on every stanza. The engine gives it what it needs of the world; it keeps no JID table
 * and opens no store.
 */
import type { Role } from "../core/types.js";
import { EsessionError } from "../errors.js";
import { NO_REKEY } from "../negotiation/agreed.js";
import type { Logging, StanzaKind } from "../negotiation/policy.js";
import { knownFields } from "../negotiation/ssn-fields.js";
import type { Outcome } from "../negotiation/types.js";
import { wipeKeys } from "../negotiation/proof.js";
import { Channel, type Prepared } from "../session/channel.js";
import type { Terms, Values } from "../session/renegotiation.js";
import type { Element } from "../wire/element.js";
import { parseBoolean } from "../wire/booleans.js";
import { parseForm } from "../wire/forms.js";
import { readPayload, readThread } from "../wire/negotiation.js";
import { protectedError } from "../wire/stanza-errors.js";
import { readStanza, replaceContent, stanzaWriter } from "../wire/stanza.js";
import { Confirmation, isBare } from "./confirmation.js";
import { Dispatch } from "./dispatch.js";
import { loggingDuty } from "./duties.js";
import { Life } from "./life.js";
import { Moving } from "./moving.js";
import { Rekeying } from "./rekeying.js";
import { Renegotiating } from "./renegotiating.js";
import { sealAll, type Sealing } from "./sealing.js";
import type { SessionWorld } from "./session-world.js";
import { terminationIn } from "./termination.js";
import type {
  AnyStanza,
  Level,
  Renegotiated,
  RenegotiatedField,
  Session,
  SessionEnd,
  SessionInfo,
  SessionState,
} from "./types.js";
import type { PeerKey, Reminder } from "./trust-types.js";

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
  readonly thread: string;
  readonly role: Role;
  readonly continued: boolean;
  readonly sas: string | undefined;
  readonly comparisonCode: string | undefined;
  readonly weakSas: string | undefined;
  readonly ended: Promise<SessionEnd>;

  readonly #world: SessionWorld;
  readonly #channel: Channel;
  readonly #dispatch: Dispatch;
  readonly #life: Life;
  readonly #confirmation: Confirmation;
  readonly #rekeying: Rekeying;
  readonly #renegotiating: Renegotiating;
  readonly #moving: Moving;
  #peer: string;
  #info: SessionInfo;

  /** Takes the outcome's keys: copies them into the channel and wipes them. Throws core-full. */
  constructor(outcome: Outcome, world: SessionWorld) {
    const { role, agreed, dialect, initiatorKeys, responderKeys, initiatorCounter, responderCounter } =
      outcome;
    this.#world = world;
    this.#peer = outcome.peer;
    this.thread = outcome.thread;
    this.role = role;
    this.#info = {
      group: agreed.group,
      cipher: agreed.cipher,
      hash: agreed.hash,
      sasAlgorithm: agreed.sas,
      stanzas: agreed.stanzas,
      logging: agreed.logging,
      dialect,
      otherSecret: outcome.otherSecretUsed,
      messages: agreed.messages,
      initPubkey: agreed.initPubkey,
      respPubkey: agreed.respPubkey,
      multisession: agreed.multisession,
      disclosure: agreed.disclosure,
      fields: agreed.fields,
      rekeyFreq: outcome.exchange ? agreed.rekeyFreq : NO_REKEY,
    };
    this.continued = outcome.sharedRetained !== undefined;
    const bound = agreed.sas === "sas28x5-bound";
    this.sas = bound ? outcome.sas : undefined;
    this.comparisonCode = outcome.comparisonCode;
    this.weakSas = bound ? undefined : outcome.sas;
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
        exchange: outcome.exchange && {
          ...outcome.exchange,
          publish: world.policy.publishMacKeys,
          sent: (forget) => this.#rekeying.sent(forget),
          accepted: () => this.#rekeying.accepted(),
        },
        padTo: world.policy.padTo,
        fallbackBody: world.policy.fallbackBody,
      });
    } catch (error) {
      outcome.exchange?.own.secret.wipe();
      throw error;
    } finally {
      wipeKeys(initiatorKeys, responderKeys);
    }
    const { thread } = this;
    const channel = this.#channel;
    const dispatch = new Dispatch(world, channel, this);
    const state = outcome.confirmed ? "established" : "unconfirmed";
    /** Where the peer is may change; the parts ask each time. */
    const here = <T extends object>(options: T): T & { readonly peer: string } =>
      Object.defineProperty({ ...options, peer: "" }, "peer", { get: () => this.#peer });
    const life = new Life(here({ thread, dialect, state, world, channel, dispatch }));
    this.#dispatch = dispatch;
    this.#life = life;
    this.#confirmation = new Confirmation(here({ role, dialect, world, dispatch, life }));
    const { group, hash } = agreed;
    const { rekeyFreq } = this.info;
    this.#rekeying = new Rekeying(here({ group, hash, rekeyFreq, world, channel, dispatch, life }));
    const parts = { thread, role, dialect, world, dispatch, life };
    this.#renegotiating = new Renegotiating(
      here({ ...parts, terms: () => this.#terms, agree: (values: Values) => this.#agree(values) }),
    );
    this.#moving = new Moving(here({ ...parts, readdress: (peer: string) => this.#readdress(peer) }));
    this.ended = life.ended;
  }

  get peer(): string {
    return this.#peer;
  }

  get info(): SessionInfo {
    return this.#info;
  }

  get state(): SessionState {
    return this.#life.state;
  }

  get lives(): boolean {
    return this.#life.lives;
  }

  /** Until the peer has proved that it holds the final keys, a secret that it named proves nothing. */
  get level(): Level {
    return this.#world.trust.level(this.state !== "unconfirmed");
  }

  get peerKey(): PeerKey | undefined {
    return this.#world.trust.peerKey;
  }

  get reminder(): Reminder | undefined {
    return this.#world.trust.reminder(this);
  }

  /** A stanza of the peer's has been accepted: it stands at the other end. */
  get heard(): boolean {
    return this.#confirmation.heard;
  }

  /** Nothing was ever heard from the peer, in a time in which every initiator says something: it has no such session. */
  get leftOver(): boolean {
    return this.#confirmation.leftOver;
  }

  begin(): void {
    this.#confirmation.begin();
  }

  /** After three messages: ours is the third, and the first stanza may travel in it (XEP-0116 §4.6.4). */
  beginWith(opening: Element, content: AnyStanza | undefined): void {
    if (content === undefined) {
      this.#dispatch.transmit(opening);
      return;
    }
    const { element: message } = readStanza(content);
    message.attrs.to = this.peer;
    const sealed = this.#dispatch.seal(this.#channel.prepare(message));
    for (const wrapper of opening.getChildElements())
      if (wrapper.getName() === "feature") sealed.append(wrapper);
    this.#dispatch.transmit(sealed, content);
  }

  /** The third message has said that nothing follows it. Who sent it is told of no arrival (XEP-0116 §4.6.4). */
  endAtOnce(): void {
    if (this.role === "initiator") this.#life.end("closed-by-us", false);
    else this.#life.end("closed-by-peer", true);
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
    this.#life.mustLive();
    await this.#world.markVerified(kind);
  }

  seal<T extends AnyStanza>(stanza: T): T {
    const { prepared, finish } = this.#prepare(stanza);
    return finish(this.#dispatch.seal(prepared)) as T;
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
    return this.#dispatch.sealing(prepared, finish);
  }

  #prepare(stanza: AnyStanza): { prepared: Prepared; finish: (sealed: Element) => AnyStanza } {
    this.#life.mustLive();
    const { element: read, form } = readStanza(stanza);
    if (this.#confirmation.pending)
      throw new EsessionError(
        "session-unconfirmed",
        "the peer has not confirmed the session yet; send() waits for that",
      );
    this.#moving.mustStay();
    const write = stanzaWriter(form, (stanza as { ownerDocument?: never }).ownerDocument);
    return { prepared: this.#channel.prepare(read), finish: (sealed) => write(sealed) as AnyStanza };
  }

  send(stanza: AnyStanza): void {
    this.#life.mustLive();
    const prepared = this.#channel.prepare(readStanza(stanza).element);
    if (this.#confirmation.pending || this.#moving.pending) this.#dispatch.wait(prepared, stanza);
    else this.#dispatch.transmit(this.#dispatch.seal(prepared), stanza);
  }

  rekey(): Promise<void> {
    return this.#rekeying.now();
  }

  beforeSealing(): void {
    this.#rekeying.beforeSealing();
    this.#life.mustLive();
  }

  sealed(): void {
    this.#rekeying.sealed();
  }

  async renegotiate(fields: readonly RenegotiatedField[]): Promise<Renegotiated> {
    this.#mustBeConfirmed();
    this.#moving.mustStay();
    return this.#renegotiating.ask(fields);
  }

  async continueOn(resource: string): Promise<void> {
    this.#mustBeConfirmed();
    return this.#moving.ask(resource);
  }

  #mustBeConfirmed(): void {
    this.#life.mustLive();
    if (this.state === "unconfirmed")
      throw new EsessionError("session-unconfirmed", "the peer has not confirmed the session yet");
  }

  /** Our client is at another resource; a session whose peer has not accepted that one cannot go on. */
  arrived(resource: string): void {
    if (this.#life.over || this.#moving.arrived(resource)) return;
    this.#life.end("resource-changed", false);
  }

  get #terms(): Terms {
    const { logging, multisession } = this.#info;
    return { logging, multisession: multisession ? "1" : "0" };
  }

  #agree(values: Values): void {
    const before = this.#info;
    const foreign = Object.entries(values).filter(([name]) => !knownFields.has(name));
    const next = {
      logging: (values.logging?.[0] as Logging | undefined) ?? before.logging,
      multisession: parseBoolean(values.multisession?.[0]) ?? before.multisession,
      fields: { ...before.fields, ...Object.fromEntries(foreign) },
    };
    this.#info = { ...before, ...next };
    this.#world.trace(`renegotiated: ${Object.keys(values).join(", ")}`);
    if (next.logging !== before.logging) this.#world.alert(loggingDuty(this.#peer, next.logging));
  }

  #readdress(peer: string): void {
    const former = this.#peer;
    this.#peer = peer;
    this.#channel.readdress(peer);
    this.#world.readdressed(former);
    this.#world.alert({ kind: "peer-moved", message: `the session with ${former} goes on with ${peer}` });
  }

  exhausted(): void {
    this.#life.terminate("key-exhausted");
  }

  /** Whether a clear stanza would answer a request that was sent sealed. */
  awaits(id: string | undefined): boolean {
    return this.#dispatch.awaits(id);
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
    if (this.#life.over) throw new EsessionError("session-ended", "the session has ended");
    let opened;
    try {
      opened = this.#channel.open(stanza);
    } catch (error) {
      if (!EsessionError.is(error)) throw error;
      if (maybe && error.code === "stanza-mac") return { kind: "foreign" };
      this.#life.violated(error, stanza);
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
    this.#rekeying.opened();
    const received = this.#accept(opened.element);
    // What was sent for its `<key/>` alone is nothing for the application.
    return opened.rekeyed && isBare(opened.element) ? consumed : received;
  }

  #accept(opened: Element): SessionReceived {
    if (this.#confirmation.accepted(opened)) return consumed;
    if (opened.getName() === "message" && this.#receiveForm(opened)) return consumed;
    if (opened.getName() === "iq" && !this.#matches(opened)) return consumed;
    // Confirming may have sent what waited, and that may have failed: what was opened is handed on all the same.
    if (!this.#life.over && this.#channel.exhausted) this.exhausted();
    return { kind: "stanza", element: opened };
  }

  /** XEP-0155 §5-7: the session itself is spoken of. */
  #receiveForm(opened: Element): boolean {
    try {
      const error = protectedError(opened);
      if (error) return this.#moving.receiveError(error) || this.#renegotiating.receiveError(error);
      const payload = readPayload(opened);
      if (payload?.wrapper !== "feature") return false;
      const form = parseForm(payload.x);
      const termination = terminationIn(form);
      if (termination !== undefined) {
        this.#life.terminated(termination);
        return true;
      }
      return this.#renegotiating.receive(form) || this.#moving.receive(form);
    } catch (error) {
      if (!EsessionError.is(error)) throw error;
      if (this.#life.lives) this.#renegotiating.refuse(error);
      return true;
    }
  }

  /** XEP-0200 leaves id and type of an iq unprotected, so a result must answer a request of this session. */
  #matches({ attrs: { type, id } }: Element): boolean {
    if (type !== "result" && type !== "error") return true;
    if (this.#dispatch.answered(id)) return true;
    this.#world.alert({
      kind: "unmatched-result",
      message: "a result came to a request that was not sent in this session",
    });
    return false;
  }

  /** The peer refuses or cancels in clear. False: it changes nothing. */
  refusedInClear(): boolean {
    return this.#confirmation.refusedInClear();
  }

  /** The client could not send a sealed stanza, or the message that made the session. */
  sendFailed(cause: unknown, unsent?: readonly AnyStanza[]): void {
    this.#life.sendFailed(cause, unsent);
  }

  close(): Promise<SessionEnd> {
    this.#life.terminate("closed-by-us");
    return this.ended;
  }

  /** A clear termination, which only a deployed peer may send; it proves nothing. */
  clearlyTerminated(): void {
    this.#life.end("closed-by-peer-unauthenticated", false);
  }

  peerUnavailable(tell: boolean): void {
    this.#life.peerUnavailable(tell);
  }

  /** The peer has started again, and this session with it is left over. */
  superseded(): void {
    this.#life.end("superseded", false);
  }
}
