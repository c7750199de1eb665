/**
 * The last 256 stanzas of a direction, 32 bits of the MAC and 32 of a digest of the content: of those that were
 * accepted, because a carbon, an archive or a resend may bring a copy, and of those that we sealed, because a server
 * may return one with an error. Neither must end the session, as any other MAC that does not match does (XEP-0200 §8).
 * What is found here is never delivered as protected, so a collision could at most keep a session alive.
 */
const SIZE = 256;

export class MacWindow {
  readonly #entries = new Uint32Array(2 * SIZE);
  #next = 0;
  #filled = 0;

  add(mac: string, content: string): void {
    this.#entries[2 * this.#next] = digest(mac);
    this.#entries[2 * this.#next + 1] = digest(content);
    this.#next = (this.#next + 1) % SIZE;
    this.#filled = Math.min(SIZE, this.#filled + 1);
  }

  has(mac: string, content: string): boolean {
    const [first, second] = [digest(mac), digest(content)];
    for (let at = 0; at < 2 * this.#filled; at += 2)
      if (this.#entries[at] === first && this.#entries[at + 1] === second) return true;
    return false;
  }
}

/** FNV-1a of a text's characters. */
function digest(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
