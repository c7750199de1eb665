/**
 * The keys of a session that stands: a context for each direction, and their re-exchange (XEP-0200 §9). The counters
 * run on; there is one pair of sending keys; of the receiving ones there are as many as `<key/>` of ours are under way.
 * Nothing changes before a MAC has verified. Knows no clock: who owns this says when a key is to be exchanged, and when
 * what it supersedes has had its time.
 */
import type { Secret } from "../core/secret.js";
import type {
  Core,
  Dialect,
  DirectionKeys,
  KeyPair,
  SealItem,
  Sealed,
  StanzaContext,
} from "../core/types.js";
import type { Agreed } from "../negotiation/agreed.js";
import { decodeBase64, encodeBase64 } from "../wire/base64.js";
import { serializeExtra, type EncryptedContent, type Extra } from "../wire/encrypted.js";
import { toMpi } from "../wire/integers.js";
import { Frequency } from "./frequency.js";
import { KeySets, wipeRekeyKeys, type RekeyKeys } from "./key-sets.js";
import { checkValue, newKeys, refused } from "./new-keys.js";
import { OldMacs } from "./old-macs.js";

/** RFC 4344 §3.2 allows 2^32 blocks between key exchanges; half of it is far enough from the edge. */
export const MAX_BLOCKS = 2 ** 31;
/** Sets that wait for the peer at a time: a secret exponent and two keys each. */
const MAX_SETS = 8;

export interface Direction {
  readonly keys: Pick<DirectionKeys, "cipher" | "mac" | "suite">;
  readonly counter: Uint8Array;
}

/** What a re-exchange goes on from, and who is told of it. */
export interface ExchangeOptions {
  readonly own: KeyPair;
  readonly peer: Uint8Array;
  /** XEP-0200 §10: tell expired MAC keys. */
  readonly publish: boolean;
  /** A `<key/>` of ours was sealed. `forget` destroys what it supersedes: to be called when a reasonable time has passed. */
  sent(forget: () => void): void;
  /** A `<key/>` of the peer's was accepted. */
  accepted(): void;
}

export interface SessionKeysOptions {
  readonly core: Core;
  readonly agreed: Pick<Agreed, "cipher" | "hash" | "rekeyFreq">;
  readonly dialect: Dialect;
  readonly sending: Direction;
  readonly receiving: Direction;
  readonly exchange?: ExchangeOptions | undefined;
}

/** A re-key that was calculated ahead and goes with the next stanza. */
interface Offer {
  readonly pair: KeyPair;
  readonly sending: RekeyKeys;
  readonly receiving: RekeyKeys;
}

/** Where keys may be exchanged again. */
interface Exchange {
  readonly options: ExchangeOptions;
  readonly sets: KeySets;
  readonly frequency: Frequency;
  /** Where they are published: the MAC keys in use, and the expired ones. */
  readonly macs: { sending: Secret; receiving: Secret; readonly old: OldMacs } | undefined;
  /** The peer's newest public value. */
  peer: Uint8Array;
  offer: Offer | undefined;
  /** `<key/>` received since our last stanza. */
  added: number;
}

export class SessionKeys {
  readonly #options: Omit<SessionKeysOptions, "sending" | "receiving">;
  readonly #exchange: Exchange | undefined;
  #sending: StanzaContext;
  #receiving: StanzaContext;
  /** Blocks of the contexts in use that belong to the time before the last exchange. */
  #before = 0;

  /** Throws core-full; then nothing is left behind. The keys given stay the caller's to wipe; exchange.own is taken. */
  constructor({ sending, receiving, ...options }: SessionKeysOptions) {
    const { core, dialect, agreed, exchange } = options;
    const made: { wipe(): void }[] = [];
    const keep = <T extends { wipe(): void }>(one: T): T => {
      made.push(one);
      return one;
    };
    this.#options = options;
    try {
      this.#sending = keep(core.stanza.context(sending.keys, sending.counter, dialect));
      this.#receiving = keep(core.stanza.context(receiving.keys, receiving.counter, dialect));
      this.#exchange = exchange && {
        options: exchange,
        sets: new KeySets(exchange.own),
        frequency: new Frequency(agreed.rekeyFreq),
        macs: exchange.publish
          ? {
              sending: keep(core.keys.copy(sending.keys.mac)),
              receiving: keep(core.keys.copy(receiving.keys.mac)),
              old: new OldMacs(core),
            }
          : undefined,
        peer: exchange.peer,
        offer: undefined,
        added: 0,
      };
    } catch (error) {
      for (const one of made) one.wipe();
      throw error;
    }
  }

  wipe(): void {
    this.#sending.wipe();
    this.#receiving.wipe();
    if (!this.#exchange) return;
    const { sets, macs } = this.#exchange;
    sets.wipe();
    this.#dropOffer();
    macs?.sending.wipe();
    macs?.receiving.wipe();
    macs?.old.wipe();
  }

  /** Blocks sent and received since the last exchange (XEP-0200 §11.4). */
  get blocks(): number {
    return this.#sending.blocks + this.#receiving.blocks - this.#before;
  }

  /** No stanza may be sealed any more without new keys but the termination. */
  get exhausted(): boolean {
    return this.blocks >= MAX_BLOCKS;
  }

  /** What an offer is calculated from; undefined where keys are never exchanged again. */
  get peer(): Uint8Array | undefined {
    return this.#exchange?.peer;
  }

  /** Stanzas since our own last `<key/>`. */
  get sinceOwn(): number {
    return this.#exchange?.frequency.sinceOwn ?? 0;
  }

  /** Stanzas that have to pass until a `<key/>` may be sent; Infinity where none may, or too many are under way. */
  get missing(): number {
    if (!this.#exchange || this.#exchange.sets.count >= MAX_SETS) return Infinity;
    return this.#exchange.frequency.missing;
  }

  /** The next stanza carries a `<key/>`. */
  get offered(): boolean {
    return this.#exchange?.offer !== undefined && this.missing === 0;
  }

  /** An offer is there, whether its time has come or not. */
  get prepared(): boolean {
    return this.#exchange?.offer !== undefined;
  }

  /**
   * XEP-0200 §9.2: a new pair, and K that it makes with that value of the peer's. Both are taken. False if the value is
   * no longer the peer's newest one, or the session is over: then nothing is kept.
   */
  offer(pair: KeyPair, k: Secret, value: Uint8Array): boolean {
    const exchange = this.#exchange;
    try {
      if (!exchange || exchange.peer !== value || this.#sending.wiped) {
        pair.secret.wipe();
        return false;
      }
      this.#dropOffer();
      const { initiator, acceptor } = newKeys(this.#options, k);
      exchange.offer = { pair, sending: initiator, receiving: acceptor };
      return true;
    } catch (error) {
      pair.secret.wipe();
      throw error;
    } finally {
      k.wipe();
    }
  }

  /** The same at once and in this thread, for keys that may not seal another stanza. False where none may be sent. */
  offerNow(): boolean {
    const { core, agreed } = this.#options;
    const exchange = this.#exchange;
    if (!exchange || this.missing > 0) return false;
    if (exchange.offer) return true;
    const pair = core.dh.generate(exchange.options.own.group);
    let k;
    try {
      k = core.dh.agree(pair, exchange.peer, agreed.hash);
    } catch (error) {
      pair.secret.wipe();
      throw error;
    }
    return this.offer(pair, k, exchange.peer);
  }

  #dropOffer(): void {
    const exchange = this.#exchange;
    if (!exchange?.offer) return;
    const { pair, sending, receiving } = exchange.offer;
    pair.secret.wipe();
    wipeRekeyKeys(sending);
    wipeRekeyKeys(receiving);
    exchange.offer = undefined;
  }

  /** The next stanza says nothing but its content: it may stand in a list. */
  get plain(): boolean {
    return !this.offered && !this.#exchange?.added && !this.#exchange?.macs?.old.some;
  }

  /** For a list, where plain. */
  item(content: string | undefined): SealItem {
    return { context: this.#sending, content };
  }

  /** A stanza of a list was sealed. */
  countSent(): void {
    this.#exchange?.frequency.countSent();
  }

  /** Seals with all that has to be said of keys. `last`: a termination, which carries no `<key/>`. */
  seal(content: string | undefined, last: boolean): { sealed: Sealed; extra: Extra } {
    const { core } = this.#options;
    const exchange = this.#exchange;
    if (this.plain) {
      const sealed = core.stanza.seal(this.#sending, content);
      exchange?.frequency.countSent();
      return { sealed, extra: {} };
    }
    const offer = !last && this.offered ? exchange?.offer : undefined;
    // XEP-0200 §10: expired keys never stand beside the `<key/>` that makes others expire.
    const extra: Extra = {
      new: exchange?.added || undefined,
      key: offer && encodeBase64(offer.pair.publicKey),
      old: offer ? undefined : exchange?.macs?.old.take(),
    };
    const sealed = core.stanza.seal(this.#sending, content, serializeExtra(extra));
    if (exchange) {
      exchange.frequency.countSent();
      exchange.added = 0;
      if (offer) this.#start(exchange, offer);
    }
    return { sealed, extra };
  }

  /** XEP-0200 §9.2: from here on our new keys; the old ones of ours are destroyed, those of the peer's are kept. */
  #start(exchange: Exchange, { pair, sending, receiving }: Offer): void {
    const { sets, frequency, options } = exchange;
    exchange.offer = undefined;
    frequency.exchanged();
    sets.add(pair, receiving, frequency.sent);
    this.#sending = this.#replaced(this.#sending, sending);
    this.#retire("sending", sending, frequency.sent);
    this.#before = this.#receiving.blocks;
    options.sent(() => this.#forget(exchange, pair));
  }

  /** The peer was not heard in time: what is older than that `<key/>` of ours is destroyed all the same. */
  #forget({ sets }: Exchange, pair: KeyPair): void {
    const index = sets.indexOf(pair);
    if (index <= 0) return;
    const sent = sets.sentAt(index);
    const keys = sets.advance(index, false);
    if (!keys) return;
    this.#receiving = this.#replaced(this.#receiving, keys);
    this.#retire("receiving", keys, sent);
    this.#before = 0;
  }

  /** The keys of a context change, its counter runs on. Its place is freed first, so there is one. */
  #replaced(context: StanzaContext, keys: RekeyKeys): StanzaContext {
    const { core, dialect } = this.#options;
    const { counter } = context;
    context.wipe();
    return core.stanza.context(keys, counter, dialect);
  }

  /**
   * A direction has these keys now, which are wiped. The old MAC key is told when the peer was heard to have received
   * `sent` stanzas; undefined: it may be told.
   */
  #retire(direction: "sending" | "receiving", { cipher, mac }: RekeyKeys, sent?: number): void {
    const exchange = this.#exchange!;
    cipher.wipe();
    if (!exchange.macs) {
      mac.wipe();
      return;
    }
    const { old, [direction]: expired } = exchange.macs;
    if (sent === undefined) old.expire(expired);
    else old.retire(expired, sent);
    exchange.macs[direction] = mac;
  }

  /**
   * XEP-0200 §8: chooses the set, verifies, decrypts, and then destroys what is older than the set, and accepts a
   * `<key/>`. Throws stanza-mac, and then nothing has changed; content-malformed, rekey-unagreed, dh-public-value:
   * authentic, and the session must end.
   */
  open({ content, data, mac, key, new: added = 0 }: EncryptedContent): string | undefined {
    const { core, dialect } = this.#options;
    const exchange = this.#exchange;
    // Of somebody who may not exchange keys the MAC is looked at first.
    const index = exchange ? exchange.sets.select(added) : 0;
    if (index === undefined) throw refused("stanza-mac", "<new/> names keys that there are not");
    const other = exchange?.sets.keysAt(index);
    const context = other ? core.stanza.context(other, this.#receiving.counter, dialect) : this.#receiving;
    let text;
    try {
      text = core.stanza.open(context, content, data, mac);
    } catch (error) {
      if (other) context.wipe();
      throw error;
    }
    if (!exchange) {
      if (key !== undefined || added > 0)
        throw refused("rekey-unagreed", "the peer exchanged keys again although rekey_freq forbids it");
      return text;
    }
    exchange.frequency.countReceived();
    if (added > 0) this.#advance(exchange, index, context);
    if (key !== undefined) this.#accept(exchange, key);
    return text;
  }

  /** The peer has received that `<key/>` of ours. */
  #advance({ sets, macs }: Exchange, index: number, context: StanzaContext): void {
    const keys = sets.advance(index, true);
    macs?.old.received(sets.oldest.sent);
    if (!keys) return;
    this.#receiving.wipe();
    this.#receiving = context;
    this.#retire("receiving", keys);
    this.#before = 0;
  }

  /** XEP-0200 §9.3. */
  #accept(exchange: Exchange, key: string): void {
    const { core, agreed } = this.#options;
    const { sets, frequency, options } = exchange;
    if (!frequency.accepts(sets.oldest.sent))
      throw refused(
        "rekey-unagreed",
        `the peer exchanged keys more often than every ${agreed.rekeyFreq} stanzas`,
      );
    const { own } = sets.oldest;
    const value = toMpi(decodeBase64(key, "<key/>"));
    checkValue(core, value, { own, stored: sets.publicKeys, last: exchange.peer });
    const k = core.dh.agree(own, value, agreed.hash);
    let derived;
    try {
      derived = newKeys(this.#options, k);
    } finally {
      k.wipe();
    }
    const { initiator, acceptor } = derived;
    this.#receiving = this.#replaced(this.#receiving, initiator);
    this.#retire("receiving", initiator);
    sets.replaceAllKeys();
    if (sets.count === 1) {
      this.#sending = this.#replaced(this.#sending, acceptor);
      this.#retire("sending", acceptor, frequency.sent);
    } else wipeRekeyKeys(acceptor);
    this.#before = this.#sending.blocks;
    exchange.peer = value;
    exchange.added++;
    // It was made with the value before.
    this.#dropOffer();
    options.accepted();
  }
}
