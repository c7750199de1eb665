/**
 * What a session sends: sealed in the order of the calls, handed to the client, remembered until it is sent. What may
 * not be sealed yet waits.
 */
import type { SealItem, Sealed } from "../core/types.js";
import { EsessionError } from "../errors.js";
import type { Channel, Prepared } from "../session/channel.js";
import { Outbox } from "../session/outbox.js";
import { Sent } from "../session/sent.js";
import type { Element } from "../wire/element.js";
import type { Sealing } from "./sealing.js";
import type { SessionWorld } from "./session-world.js";
import type { AnyStanza, SessionEnd } from "./types.js";

/** The session, to which something happens by what is sent. */
export interface Sender {
  /** Whether stanzas of the application may be sent. */
  readonly lives: boolean;
  /** A stanza of the application is about to be sealed; others may go before it. Throws session-ended. */
  beforeSealing(): void;
  sealed(): void;
  sendFailed(cause: unknown, unsent: readonly AnyStanza[]): void;
  exhausted(): void;
}

export class Dispatch {
  readonly #world: SessionWorld;
  readonly #channel: Channel;
  readonly #sender: Sender;
  readonly #waiting: { readonly prepared: Prepared; readonly original: AnyStanza }[] = [];
  readonly #outbox = new Outbox<AnyStanza>();
  readonly #sent = new Sent();

  constructor(world: SessionWorld, channel: Channel, sender: Sender) {
    this.#world = world;
    this.#channel = channel;
    this.#sender = sender;
  }

  /** Seals a stanza of the application. Throws key-exhausted, and then the session ends; session-ended. */
  seal(prepared: Prepared): Element {
    this.#sender.beforeSealing();
    const sealed = this.#endIfExhausted(() => this.#channel.seal(prepared));
    this.#sent.add(prepared);
    this.#sender.sealed();
    return sealed;
  }

  /** A stanza that has its place in a list. Throws what seal() throws. */
  sealing(prepared: Prepared, finish: (sealed: Element) => AnyStanza): Sealing {
    this.#endIfExhausted(() => this.#channel.mustNotBeExhausted());
    return { dispatch: this, prepared, finish };
  }

  beforeSealing(): void {
    this.#sender.beforeSealing();
  }

  /** Whether the next stanza may be sealed in a list. */
  get plain(): boolean {
    return this.#channel.plain;
  }

  items(prepared: Prepared): SealItem[] {
    return this.#channel.items(prepared);
  }

  sealedInList(prepared: Prepared, sealed: readonly Sealed[]): Element {
    const wrapped = this.#channel.wrap(prepared, sealed);
    this.#sent.add(prepared);
    this.#sender.sealed();
    return wrapped;
  }

  #endIfExhausted<T>(run: () => T): T {
    try {
      return run();
    } catch (error) {
      if (EsessionError.is(error, "key-exhausted")) this.#sender.exhausted();
      throw error;
    }
  }

  /** Until flush(). Throws queue-full. */
  wait(prepared: Prepared, original: AnyStanza): void {
    if (this.#waiting.length >= this.#world.policy.queueLimit)
      throw new EsessionError(
        "queue-full",
        `${this.#waiting.length} stanzas wait for the peer's confirmation already`,
      );
    this.#waiting.push({ prepared, original });
  }

  flush(): void {
    while (this.#waiting.length > 0 && this.#sender.lives) {
      const { prepared, original } = this.#waiting[0]!;
      let sealed: Element;
      try {
        sealed = this.seal(prepared);
      } catch {
        return; // the keys are used up: what still waits is told when the session ends
      }
      this.#waiting.shift();
      this.transmit(sealed, original);
    }
  }

  /**
   * A gap in the counters cannot be repaired, so a stanza that could not be sent ends the session. `original` undefined:
   * a stanza of the session's own.
   */
  transmit(stanza: Element, original?: AnyStanza): void {
    const entry = this.#outbox.add(original);
    const failed = (cause: unknown) => this.#sender.sendFailed(cause, entry.failed());
    try {
      const sent = this.#world.transmit(stanza);
      if (typeof sent?.then === "function") void Promise.resolve(sent).then(entry.sent, failed);
      else entry.sent();
    } catch (error) {
      failed(error);
    }
  }

  /** Seals and sends a message of the session's own: its confirmation, a termination. */
  transmitOwn(message: Element): void {
    this.transmit(this.sealOwn(message));
  }

  /** The same for one that carries a `<key/>`. */
  transmitKey(message: Element): void {
    this.transmit(this.#channel.seal(this.#channel.prepare(message)));
  }

  sealOwn(message: Element): Element {
    return this.#channel.seal(this.#channel.prepare(message), { last: true });
  }

  /** A parting word: the session ends for its own reason, whether this can be sent or not. */
  tell(stanza: Element): void {
    try {
      void Promise.resolve(this.#world.transmit(stanza)).catch(() => undefined);
    } catch {
      // told by the reason of the end
    }
  }

  /** Whether a clear stanza would answer a request that was sent sealed. */
  awaits(id: string | undefined): boolean {
    return this.#sent.awaits(id);
  }

  answered(id: string | undefined): boolean {
    return this.#sent.answered(id);
  }

  unconfirmed(): SessionEnd["unconfirmed"] {
    return this.#sent.unconfirmed();
  }

  /** What waited, which is sent no more. */
  unsent(): AnyStanza[] {
    return this.#waiting.splice(0).map(({ original }) => original);
  }
}
