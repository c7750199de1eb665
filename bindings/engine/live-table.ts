/** The sessions that stand, found by the peer's full JID: an engine may hold thousands. */
import type { LiveSession } from "./session.js";

export class LiveTable {
  readonly #all = new Set<LiveSession>();
  readonly #byPeer = new Map<string, LiveSession[]>();

  get size(): number {
    return this.#all.size;
  }

  add(session: LiveSession): void {
    this.#all.add(session);
    this.#byPeer.set(session.peer, [...this.of(session.peer), session]);
  }

  delete(session: LiveSession): void {
    if (!this.#all.delete(session)) return;
    const others = this.of(session.peer).filter((one) => one !== session);
    if (others.length > 0) this.#byPeer.set(session.peer, others);
    else this.#byPeer.delete(session.peer);
  }

  has(session: unknown): boolean {
    return this.#all.has(session as LiveSession);
  }

  all(): readonly LiveSession[] {
    return [...this.#all];
  }

  /** In the order in which they began. */
  of(peer: string): readonly LiveSession[] {
    return this.#byPeer.get(peer) ?? [];
  }
}
