/** Contexts: one direction of a session in the linear memory, and what their keys and counters must be. */
import { EsessionError } from "../errors.js";
import { cipherNumbers } from "./abi.js";
import type { LinearMemory } from "./memory.js";
import { hashLengths, keyLengths, mustHave } from "./suites.js";
import type { Dialect, DirectionKeys, Hash, StanzaContext } from "./types.js";

const COUNTER_LENGTH = 16;
const AES_KEY_LENGTHS = [16, 24, 32];

/** Counters are n = 128 bits (XEP-0116 §4.4), padded on the left. */
export function checkCounter(counter: Uint8Array): void {
  if (counter.length === COUNTER_LENGTH) return;
  throw new EsessionError("core-argument", `a counter has ${COUNTER_LENGTH} octets, not ${counter.length}`);
}

type CipherKeys = Pick<DirectionKeys, "cipher" | "suite">;

/**
 * The number of the cipher of these keys. Those of AES (FIPS 197 §5), which keys without a suite are, have 128, 192 or 256
 * bits whatever the suite says: the dialect `deployed` does not cut its keys to the length of their cipher.
 */
export function checkCipherKey(
  memory: LinearMemory,
  { cipher, suite }: CipherKeys,
  dialect: Dialect,
): number {
  const name = suite?.cipher ?? "aes256-ctr";
  mustHave(memory.algorithms, name);
  const number = cipherNumbers[name];
  const isAes = number === cipherNumbers["aes256-ctr"];
  if (dialect === "deployed" && !isAes)
    throw new EsessionError("core-argument", `the dialect deployed has AES only, not ${name}`);
  const { byteLength } = cipher;
  if (isAes ? AES_KEY_LENGTHS.includes(byteLength) : byteLength === keyLengths[name]) return number;
  throw new EsessionError("core-argument", `a cipher key cannot have ${byteLength} octets with ${name}`);
}

/** The handle to a context slot. Guards that a slot that was given back is not used again. */
export class Context implements StanzaContext {
  readonly #memory: LinearMemory;
  #slot: number | undefined;
  /** Characters of a MAC. */
  readonly macTextLength: number;

  constructor(
    memory: LinearMemory,
    slot: number,
    readonly dialect: Dialect,
    /** Its number. */
    readonly cipher: number,
    hash: Hash,
  ) {
    this.macTextLength = Math.ceil(hashLengths[hash] / 3) * 4;
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

function ours(context: StanzaContext): Context {
  if (context instanceof Context) return context;
  throw new EsessionError("core-argument", "the context was not made by this core");
}

/** The slot of a context of this core. */
export function slotOf(memory: LinearMemory, context: StanzaContext): number {
  return ours(context).slotIn(memory);
}

/** Blocks that a text of that length takes. */
export function stepsFor(context: StanzaContext, length: number): number {
  return ours(context).cipher === cipherNumbers.none ? 1 : Math.max(1, Math.ceil(length / 16));
}

/** Characters of the MACs of a context. */
export function macTextLength(context: StanzaContext): number {
  return ours(context).macTextLength;
}
