/**
 * The last 256 stanzas of a direction, 32 bits of the MAC and 32 of a digest of the content: of those that were
 * accepted, because a carbon, an archive or a resend may bring a copy, and of those that we sealed, because a server
 * may return one with an error. Neither must end the session, as any other MAC that does not match does (XEP-0200 §8).
 * What is found here is never delivered as protected, so a collision could at most keep a session alive.
 * There is no more room than there were stanzas: most sessions are short.
 */
const SIZE = 256;
const FIRST_SIZE = 16;

export class MacWindow {
  /** Words for each stanza: what we sealed is known by its MAC alone, because only that comes back. */
  readonly #words: 1 | 2;
  #entries: Uint32Array;
  #next = 0;
  #filled = 0;

  constructor(of: "accepted" | "sealed") {
    this.#words = of === "accepted" ? 2 : 1;
    this.#entries = new Uint32Array(this.#words * FIRST_SIZE);
  }

  add(mac: string, content: string): void {
    const at = this.#words * this.#next;
    if (at === this.#entries.length) this.#grow();
    this.#entries[at] = digest(mac);
    if (this.#words === 2) this.#entries[at + 1] = digest(content);
    this.#next = (this.#next + 1) % SIZE;
    this.#filled = Math.min(SIZE, this.#filled + 1);
  }

  has(mac: string, content: string): boolean {
    const entries = this.#entries;
    const first = digest(mac);
    const second = this.#words === 2 ? digest(content) : 0;
    for (let at = 0; at < this.#words * this.#filled; at += this.#words)
      if (entries[at] === first && (this.#words === 1 || entries[at + 1] === second)) return true;
    return false;
  }

  #grow(): void {
    const larger = new Uint32Array(2 * this.#entries.length);
    larger.set(this.#entries);
    this.#entries = larger;
  }
}

/** In the manner of FNV-1a, four characters at a time: texts are ASCII, and a product for each would take four times as long. */
function digest(text: string): number {
  const whole = text.length & ~3;
  let hash = 0x811c9dc5 ^ text.length;
  let at = 0;
  for (; at < whole; at += 4) {
    const word =
      text.charCodeAt(at) |
      (text.charCodeAt(at + 1) << 8) |
      (text.charCodeAt(at + 2) << 16) |
      (text.charCodeAt(at + 3) << 24);
    hash = Math.imul(hash ^ word, 0x01000193);
    hash ^= hash >>> 15;
  }
  for (; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
