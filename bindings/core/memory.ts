/**
 * The linear memory as the bindings see it: views that stay valid (the memory grows once, before they are
 * made), the input and output regions, and slots for secrets.
 */
import { EsessionError } from "../errors.js";
import type { Abi } from "./abi.js";
import { kind, sealed } from "./abi.js";
import type { Algorithms, RandomSource } from "./types.js";
import { checkRandom } from "./random.js";
import { Secret } from "./secret.js";
import type { SecretHome } from "./secret.js";
import { textReader, type TextReader } from "./text.js";

export interface Room {
  sessions: number;
  maxStanzaBytes: number;
  tableBytes: number;
}

/** Contexts for each session: one for each direction, and one for what a re-key keeps beside them. */
const CONTEXTS_PER_SESSION = 3;
/**
 * A session that stands has its keys in contexts. Secrets are exponents, keys and retained secrets of what is being
 * negotiated, up to 40 each, and what stores hold open.
 */
const SECRETS_PER_SESSION = 8;
const SECRETS_BESIDE = 2048;
/** Places for exponents longer than 512 bits. */
const LARGE_SECRETS = 32;

const encoder = new TextEncoder();
/** Up to here a loop is quicker than the encoder: of browsers, four times for a MAC. */
const SHORT = 64;

export class LinearMemory implements SecretHome {
  readonly input: number;
  readonly output: number;
  readonly algorithms: Algorithms;
  /** Octets that the input and the output region hold. */
  readonly capacity: number;
  readonly octets: Uint8Array<ArrayBuffer>;
  readonly words: Uint32Array<ArrayBuffer>;
  readonly #secrets: number;
  readonly #contexts: number;
  readonly #random: RandomSource;
  readonly #reader: TextReader;
  /** The places that texts are put into for every stanza: making a view takes as long as filling it. */
  readonly #inputText: Uint8Array<ArrayBuffer>;
  readonly #contentText: Uint8Array<ArrayBuffer>;

  constructor(
    readonly abi: Abi,
    readonly room: Room,
    random: RandomSource,
  ) {
    this.algorithms = abi.hasAllAlgorithms() === 1 ? "all" : "common";
    this.#contexts = room.sessions * CONTEXTS_PER_SESSION;
    const secrets = room.sessions * SECRETS_PER_SESSION + SECRETS_BESIDE;
    this.#secrets = secrets + LARGE_SECRETS;
    if (!abi.init(room.maxStanzaBytes, this.#contexts, secrets, LARGE_SECRETS, room.tableBytes))
      throw new EsessionError(
        "core-unavailable",
        "the machine has no memory for that many sessions; ask for fewer, or for smaller stanzas",
      );
    this.input = abi.inputRegion();
    this.output = abi.outputRegion();
    this.capacity = abi.textCapacity();
    const buffer = abi.memory.buffer;
    this.octets = new Uint8Array(buffer);
    this.words = new Uint32Array(buffer);
    this.#random = random;
    this.#reader = textReader(this.octets);
    this.#inputText = this.view(this.input, this.capacity);
    this.#contentText = this.view(this.output + sealed.contentAt, this.capacity);
  }

  get usage(): { secrets: number; freeSecrets: number; contexts: number; freeContexts: number } {
    const freeSecrets = this.abi.freeOf(kind.secret) + this.abi.freeOf(kind.largeSecret);
    const freeContexts = this.abi.freeOf(kind.context);
    return {
      secrets: this.#secrets - freeSecrets,
      freeSecrets,
      contexts: this.#contexts - freeContexts,
      freeContexts,
    };
  }

  /** A view, not a copy. */
  view(at: number, length: number): Uint8Array<ArrayBuffer> {
    return this.octets.subarray(at, at + length);
  }

  /** A copy. */
  read(at: number, length: number): Uint8Array<ArrayBuffer> {
    return this.octets.slice(at, at + length);
  }

  /** Puts octets into a region; `at` may lie behind its start. */
  write(at: number, bytes: Uint8Array): void {
    if (bytes.length > this.#left(at))
      throw new EsessionError("core-argument", `${bytes.length} octets are more than there is room for`);
    this.octets.set(bytes, at);
  }

  /** Puts a text into a region as UTF-8 and gives its length in octets. */
  writeText(at: number, text: string): number {
    if (text.length <= SHORT && this.#writeShort(at, text)) return text.length;
    const { read, written } = encoder.encodeInto(text, this.#startingAt(at));
    if (read < text.length)
      throw new EsessionError(
        "stanza-too-large",
        `a text of ${text.length} characters is larger than the limit`,
      );
    return written;
  }

  /** Puts an ASCII text into place, an octet for each character. False if the text is not ASCII, or has no room. */
  writeAscii(at: number, text: string): boolean {
    if (text.length <= SHORT) return this.#writeShort(at, text);
    const { read, written } = encoder.encodeInto(text, this.#startingAt(at));
    return read === text.length && written === text.length;
  }

  #writeShort(at: number, text: string): boolean {
    if (text.length > this.#left(at)) return false;
    let units = 0;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      this.octets[at + i] = unit;
      units |= unit;
    }
    return units < 0x80;
  }

  readAscii(at: number, length: number): string {
    return this.#reader.latin1(at, at + length);
  }

  /** Throws TypeError if it is not UTF-8. */
  readUtf8(at: number, length: number): string {
    return this.#reader.utf8(at, at + length);
  }

  wipe(at: number, length: number): void {
    this.abi.wipe(at, length);
  }

  /** Feeds octets into the running hash, through the input region. */
  hash(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += this.capacity) {
      const piece = bytes.subarray(at, at + this.capacity);
      this.octets.set(piece, this.input);
      this.abi.hashUpdate(this.input, piece.length);
      this.wipe(this.input, piece.length);
    }
  }

  /** Fills octets of the memory with checked random ones. */
  fillRandom(at: number, length: number): void {
    this.wipe(at, length);
    checkRandom(this.#random, this.view(at, length), () => this.abi.randomFault(at, length));
  }

  /** A new secret whose octets `fill` writes into its slot. Throws core-full. */
  secret(length: number, fill: (slot: number) => void): Secret {
    const slot = this.abi.takeSecret(length);
    if (slot === 0) throw new EsessionError("core-full", "no place is left for another secret");
    try {
      fill(slot);
    } catch (error) {
      this.release(slot);
      throw error;
    }
    return new Secret(this, slot, length);
  }

  release(slot: number): void {
    this.abi.giveSecret(slot);
  }

  #startingAt(at: number): Uint8Array<ArrayBuffer> {
    if (at === this.input) return this.#inputText;
    if (at === this.output + sealed.contentAt) return this.#contentText;
    return this.view(at, this.#left(at));
  }

  #left(at: number): number {
    const start = at >= this.output ? this.output : this.input;
    return this.capacity - (at - start);
  }
}
