/**
 * Stanzas sealed and opened in one call of the core each (XEP-0200 §6, §8). Text goes in by encodeInto and
 * comes out by a decoder that refuses what is not UTF-8; the octets in between never are JavaScript objects.
 */
import { EsessionError } from "../errors.js";
import { sealed, status } from "./abi.js";
import type { LinearMemory } from "./memory.js";
import type { Secret } from "./secret.js";
import type { Core, Dialect, StanzaContext } from "./types.js";

/** A stanza's MAC in Base64. */
const MAC_LENGTH = 44;
const COUNTER_LENGTH = 16;
/** Decoding writes up to this many octets behind the plaintext. */
const MARGIN = 16;
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

/** Turns a refusal of the core into its error. */
function refuse(result: number): void {
  if (result >= 0) return;
  if (result === status.tooLarge)
    throw new EsessionError("stanza-too-large", "the sealed stanza would be larger than the limit");
  if (result === status.exhausted)
    throw new EsessionError(
      "key-exhausted",
      "the key has encrypted as many blocks as it may; agree on new keys",
    );
  throw new EsessionError("stanza-mac", "the MAC of the stanza does not match");
}

export function stanza(memory: LinearMemory): Core["stanza"] {
  const { abi, input, output } = memory;
  const macText = abi.macText();

  return {
    context({ cipher, mac }, counter, dialect) {
      checkCipherKey(cipher);
      const [cipherKey, macKey] = [cipher.slotIn(memory), mac.slotIn(memory)];
      checkCounter(counter);
      memory.write(input, counter);
      const slot = abi.openContext(
        cipherKey,
        cipher.byteLength,
        macKey,
        mac.byteLength,
        input,
        dialect === "deployed" ? 1 : 0,
      );
      if (slot === 0) throw new EsessionError("core-full", "no place is left for another session");
      return new Context(memory, slot, dialect);
    },

    seal(context, content, extra = "") {
      const slot = slotOf(memory, context);
      const hasData = content !== undefined;
      let touched = memory.capacity;
      try {
        const length = hasData ? memory.writeText(input, content) : 0;
        const extraAt = abi.extraOffset(length);
        const extraLength = extra === "" ? 0 : memory.writeText(input + extraAt, extra);
        touched = extraAt + extraLength;
        const result = abi.sealStanza(slot, hasData ? 1 : 0, length, extraLength);
        refuse(result);
        return {
          data: hasData ? memory.readAscii(output + sealed.data, result) : undefined,
          mac: memory.readAscii(macText, MAC_LENGTH),
        };
      } finally {
        memory.wipe(input, touched);
      }
    },

    open(context, content, data, mac) {
      const slot = slotOf(memory, context);
      const at = output + sealed.content;
      const { length } = content;
      if (length > memory.room.maxStanzaBytes) refuse(status.tooLarge);
      // Base64 and numbers are ASCII; anything else could not have been MACed by a peer that keeps to the XEP.
      if (mac.length !== MAC_LENGTH || !memory.writeAscii(macText, mac)) refuse(status.mismatch);
      if (!memory.writeAscii(at, content)) refuse(status.mismatch);
      const { start, end } = data ?? { start: 0, end: 0 };
      const result = abi.openStanza(slot, length, data === undefined ? 0 : 1, start, end);
      refuse(result);
      if (data === undefined) return undefined;
      try {
        return memory.readUtf8(input, result);
      } catch (cause) {
        throw new EsessionError("content-malformed", "the decrypted content is not UTF-8", { cause });
      } finally {
        memory.wipe(input, result + MARGIN);
      }
    },
  };
}
