/** Contexts: one direction of a session in the linear memory, and what their keys and counters must be. */
import { EsessionError } from "../errors.js";
import type { LinearMemory } from "./memory.js";
import type { Secret } from "./secret.js";
import type { Dialect, StanzaContext } from "./types.js";

const COUNTER_LENGTH = 16;
const CIPHER_KEY_LENGTHS = [16, 24, 32];

/** Counters are n = 128 bits (XEP-0116 §4.4), padded on the left. */
export function checkCounter(counter: Uint8Array): void {
  if (counter.length === COUNTER_LENGTH) return;
  throw new EsessionError("core-argument", `a counter has ${COUNTER_LENGTH} octets, not ${counter.length}`);
}

/** AES keys (FIPS 197 §5) have 128, 192 or 256 bits; the core's key schedule has room for no others. */
export function checkCipherKey(cipher: Secret): void {
  if (CIPHER_KEY_LENGTHS.includes(cipher.byteLength)) return;
  throw new EsessionError("core-argument", `a cipher key cannot have ${cipher.byteLength} octets`);
}

/** The handle to a context slot. Guards that a slot that was given back is not used again. */
export class Context implements StanzaContext {
  readonly #memory: LinearMemory;
  #slot: number | undefined;

  constructor(
    memory: LinearMemory,
    slot: number,
    readonly dialect: Dialect,
  ) {
    this.#memory = memory;
    this.#slot = slot;
  }

  get blocks(): number {
    const at = this.#memory.abi.blocksAt(this.slotIn(this.#memory)) / 4;
    return this.#memory.words[at]! + this.#memory.words[at + 1]! * 2 ** 32;
  }

  get counter(): Uint8Array<ArrayBuffer> {
    const slot = this.slotIn(this.#memory);
    return this.#memory.read(this.#memory.abi.counterAt(slot), COUNTER_LENGTH);
  }

  get wiped(): boolean {
    return this.#slot === undefined;
  }

  slotIn(memory: LinearMemory): number {
    if (memory !== this.#memory)
      throw new EsessionError("core-argument", "the context belongs to another core");
    if (this.#slot === undefined) throw new EsessionError("secret-wiped", "the context was already wiped");
    return this.#slot;
  }

  wipe(): void {
    if (this.#slot === undefined) return;
    this.#memory.abi.giveContext(this.#slot);
    this.#slot = undefined;
  }
}

/** The slot of a context of this core. */
export function slotOf(memory: LinearMemory, context: StanzaContext): number {
  if (context instanceof Context) return context.slotIn(memory);
  throw new EsessionError("core-argument", "the context was not made by this core");
}
