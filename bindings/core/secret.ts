/**
 * A handle to octets that live in the core's linear memory and never leave it in clear.
 * It says nothing about them: not in JSON, not in a log, not in the debugger's summary.
 */
import { EsessionError } from "../errors.js";

/** What the memory that holds a secret does for its handle. */
export interface SecretHome {
  release(slot: number): void;
}

export class Secret {
  #slot: number | undefined;
  readonly #home: SecretHome;
  readonly byteLength: number;

  constructor(home: SecretHome, slot: number, byteLength: number) {
    this.#home = home;
    this.#slot = slot;
    this.byteLength = byteLength;
  }

  get wiped(): boolean {
    return this.#slot === undefined;
  }

  /** The slot's number, for the core only. Throws secret-wiped. */
  slotIn(home: SecretHome): number {
    if (home !== this.#home) throw new EsessionError("core-argument", "the secret belongs to another core");
    if (this.#slot === undefined) throw new EsessionError("secret-wiped", "the secret was already wiped");
    return this.#slot;
  }

  /** Overwrites the octets with zeros and frees their place. A second call does nothing. */
  wipe(): void {
    if (this.#slot === undefined) return;
    this.#home.release(this.#slot);
    this.#slot = undefined;
  }

  toJSON(): string {
    return "[Secret]";
  }

  toString(): string {
    return "[Secret]";
  }
}
