/**
 * When a session exchanges keys again (XEP-0200 §9, §11.4): after so many stanzas or so long, by both sides in turn, so
 * that no exponent lives as long as the session. The two exponentiations are done ahead, by whom the application chose,
 * and the next stanza that is sealed carries the `<key/>`; if none is, an empty one does.
 */
import type { Group, Hash } from "../core/types.js";
import { EsessionError } from "../errors.js";
import type { Channel } from "../session/channel.js";
import { element } from "../wire/element.js";
import { asEsessionError } from "./half-open-table.js";
import type { Dispatch } from "./dispatch.js";
import type { Life } from "./life.js";
import type { SessionWorld } from "./session-world.js";

/** XEP-0200 §9.2: covers a round trip and the calculations of a slow peer. */
const FORGET_MS = 60_000;
/** So long a `<key/>` waits for content to go with. */
const CONTENT_MS = 5_000;
/** A failed calculation is tried again after this. */
const RETRY_MS = 60_000;
/** Blocks after which keys are exchanged in good time before none may be sealed. */
const MANY_BLOCKS = 2 ** 30;
/** The peer's value may change while a calculation is under way. */
const ATTEMPTS = 3;

export interface RekeyingOptions {
  readonly peer: string;
  readonly group: Group;
  readonly hash: Hash;
  readonly rekeyFreq: number;
  readonly world: SessionWorld;
  readonly channel: Channel;
  readonly dispatch: Dispatch;
  readonly life: Life;
}

export class Rekeying {
  readonly #options: RekeyingOptions;
  #ownAt: number;
  #stirredAt: number;
  #openedAt = -Infinity;
  #sentCount = 0;
  #notBefore = 0;
  #cancelTimer: () => void = () => undefined;
  #preparing: Promise<void> | undefined;
  #waiting = false;

  constructor(options: RekeyingOptions) {
    const now = options.world.clock.now();
    this.#options = options;
    this.#ownAt = now;
    this.#stirredAt = now;
    this.#startTimer();
  }

  get #possible(): boolean {
    return this.#options.channel.rekeying.peer !== undefined;
  }

  /** A time without stanzas costs nothing: what the next one is to begin with is calculated once, ahead. */
  #startTimer(): void {
    const { life, world } = this.#options;
    this.#cancelTimer();
    if (this.#possible) this.#cancelTimer = life.after(world.policy.rekeyMs, () => this.#prepareIfDue());
  }

  /** A `<key/>` of ours was sealed. */
  sent(forget: () => void): void {
    const { world, life } = this.#options;
    world.trace("re-key sent");
    this.#sentCount++;
    this.#ownAt = world.clock.now();
    life.after(FORGET_MS, forget);
    this.#startTimer();
  }

  accepted(): void {
    this.#options.world.trace("re-key accepted");
  }

  /** A stanza is about to be sealed: after a long time in which there was none, keys are exchanged before it (§11.4). */
  beforeSealing(): void {
    const { world, channel } = this.#options;
    const idle = world.clock.now() - this.#stirredAt;
    if (idle >= world.policy.rekeyMs && channel.rekeying.offered) this.#send();
  }

  /** A stanza was sealed. */
  sealed(): void {
    this.#stirredAt = this.#options.world.clock.now();
    this.#prepareIfDue();
  }

  /** A stanza was opened: the peer is there, and if we have nothing to say it is sent a `<key/>` alone. */
  opened(): void {
    this.#openedAt = this.#options.world.clock.now();
    this.sealed();
    this.#sendSoon();
  }

  /** Our own exponent is to be replaced. A second one of ours waits until the peer has had its turn. */
  get #due(): boolean {
    const { world, channel, rekeyFreq } = this.#options;
    const { sinceOwn, blocks } = channel.rekeying;
    return (
      sinceOwn >= Math.max(world.policy.rekeyStanzas, 2 * rekeyFreq) ||
      (sinceOwn > 0 && world.clock.now() - this.#ownAt >= world.policy.rekeyMs) ||
      blocks >= MANY_BLOCKS
    );
  }

  #prepareIfDue(): void {
    const { world, channel, life } = this.#options;
    if (!this.#possible || life.state !== "established" || channel.rekeying.prepared || !this.#due) return;
    if (channel.rekeying.missing === Infinity || world.clock.now() < this.#notBefore) return;
    this.#prepare().then(
      () => this.#sendSoon(),
      (cause: unknown) => this.#failed(cause),
    );
  }

  #prepare(): Promise<void> {
    this.#preparing ??= this.#calculate().finally(() => (this.#preparing = undefined));
    return this.#preparing;
  }

  async #calculate(): Promise<void> {
    const { group, hash, channel, life, world } = this.#options;
    const { core, exponentiations } = world;
    for (let attempt = 0; attempt < ATTEMPTS && !life.over; attempt++) {
      const pair = await exponentiations.generate(core, group);
      const { peer } = channel.rekeying;
      let k;
      try {
        k = await exponentiations.agree(core, pair, peer!, hash);
      } catch (error) {
        pair.secret.wipe();
        throw error;
      }
      if (channel.rekeying.offer(pair, k, peer!)) return;
    }
  }

  #failed(cause: unknown): void {
    const { world, life } = this.#options;
    if (life.over) return;
    const error = asEsessionError(cause);
    this.#notBefore = world.clock.now() + RETRY_MS;
    world.alert({
      kind: "rekey-failed",
      message: "new keys could not be calculated; those in use stay",
      error,
    });
  }

  /**
   * Unless there is content before that to go with. Only where a stanza has just come: a session that is silent may have
   * no connection, and what could not be sent would end it.
   */
  #sendSoon(): void {
    const { channel, life, world } = this.#options;
    if (this.#waiting || !channel.rekeying.offered || !life.lives) return;
    if (world.clock.now() - this.#openedAt > CONTENT_MS) return;
    this.#waiting = true;
    life.after(CONTENT_MS, () => {
      this.#waiting = false;
      if (life.lives && channel.rekeying.offered) this.#send();
    });
  }

  #send(): void {
    const { peer, dispatch } = this.#options;
    dispatch.transmitKey(element("message", { to: peer }));
  }

  /** At the application's wish. */
  async now(): Promise<void> {
    const { channel, life, rekeyFreq } = this.#options;
    life.mustLive();
    if (life.state === "unconfirmed")
      throw new EsessionError("session-unconfirmed", "the peer has not confirmed the session yet");
    if (!this.#possible) throw unagreed("it was agreed that this session's keys are not exchanged again");
    const { missing } = channel.rekeying;
    if (missing === Infinity)
      throw unagreed("the peer has not answered to the last exchanges of keys; wait for a stanza of it");
    if (missing > 0)
      throw unagreed(
        `keys may be exchanged every ${rekeyFreq} stanzas; ${missing} more have to be sent or received before`,
      );
    const before = this.#sentCount;
    if (!channel.rekeying.prepared) await this.#prepare();
    life.mustLive();
    if (this.#sentCount > before) return; // with content, meanwhile
    if (!channel.rekeying.offered) throw unagreed("the peer has just exchanged keys itself");
    this.#send();
  }
}

function unagreed(what: string): EsessionError {
  return new EsessionError("rekey-unagreed", what);
}
