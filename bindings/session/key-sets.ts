/**
 * The stored sets of values of key re-exchanges (XEP-0200 §9.2): for each `<key/>` of ours {x, KC, KM}, the exponent and
 * the keys of the peer's direction, oldest first, and which of them a stanza of the peer's is under (§8, step 1). Pure:
 * no clock, no core call; a set that goes is wiped.
 */
import type { DirectionKeys, KeyPair } from "../core/types.js";

export type RekeyKeys = Pick<DirectionKeys, "cipher" | "mac" | "suite">;

interface KeySet {
  readonly own: KeyPair;
  /** undefined: those in use, which the oldest set has, and after an acceptance all of them (§9.3). */
  keys: RekeyKeys | undefined;
  /** Stanzas that we had sent when its `<key/>` was: so many at least has a peer that uses the set. */
  readonly sent: number;
}

export function wipeRekeyKeys(keys: RekeyKeys | undefined): void {
  keys?.cipher.wipe();
  keys?.mac.wipe();
}

export class KeySets {
  #sets: KeySet[];
  /** Sets destroyed before the peer was heard to have a newer one: `<new/>` counts them still. */
  #expired = 0;

  constructor(own: KeyPair) {
    this.#sets = [{ own, keys: undefined, sent: 0 }];
  }

  get count(): number {
    return this.#sets.length;
  }

  /** The one that the peer's last stanza was under. */
  get oldest(): Pick<KeySet, "own" | "sent"> {
    return this.#sets[0]!;
  }

  get publicKeys(): readonly Uint8Array[] {
    return this.#sets.map(({ own }) => own.publicKey);
  }

  add(own: KeyPair, keys: RekeyKeys, sent: number): void {
    this.#sets.push({ own, keys, sent });
  }

  /** The index of the set that a stanza with `<new/>` of that number is under, 0 without one; undefined: none is. */
  select(added: number): number | undefined {
    const index = added - this.#expired;
    return index >= 0 && index < this.#sets.length ? index : undefined;
  }

  /** undefined: those in use. */
  keysAt(index: number): RekeyKeys | undefined {
    return this.#sets[index]!.keys;
  }

  sentAt(index: number): number {
    return this.#sets[index]!.sent;
  }

  indexOf(own: KeyPair): number {
    return this.#sets.findIndex((set) => set.own === own);
  }

  /**
   * Destroys the sets older than that one. `confirmed`: the peer was heard to have received its `<key/>`; else only
   * time has passed. The set's keys are the caller's from here on, to be put into use; undefined: they are.
   */
  advance(index: number, confirmed: boolean): RekeyKeys | undefined {
    for (const { own, keys } of this.#sets.splice(0, index)) {
      own.secret.wipe();
      wipeRekeyKeys(keys);
    }
    this.#expired = confirmed ? 0 : this.#expired + index;
    const [oldest] = this.#sets;
    const { keys } = oldest!;
    oldest!.keys = undefined;
    return keys;
  }

  /** XEP-0200 §9.3: the peer's direction has new keys in all sets, the ones in use. */
  replaceAllKeys(): void {
    for (const set of this.#sets) {
      wipeRekeyKeys(set.keys);
      set.keys = undefined;
    }
  }

  wipe(): void {
    for (const { own, keys } of this.#sets) {
      own.secret.wipe();
      wipeRekeyKeys(keys);
    }
    this.#sets = [];
  }
}
