/** The sessions that stand, found by the peer's full JID: an engine may hold thousands. */
import type { LiveSession } from "./session.js";

export class LiveTable {
  readonly #all = new Set<LiveSession>();
  readonly #byPeer = new Map<string, LiveSession[]>();
  /** Where a peer was until it moved; it may have sent from there what it had to before it knew that it may move. */
  readonly #former = new Map<LiveSession, string>();

  get size(): number {
    return this.#all.size;
  }

  add(session: LiveSession): void {
    this.#all.add(session);
    this.#byPeer.set(session.peer, [...this.of(session.peer), session]);
  }

  delete(session: LiveSession): void {
    if (!this.#all.delete(session)) return;
    this.#former.delete(session);
    this.#remove(session, session.peer);
  }

  #remove(session: LiveSession, peer: string): void {
    const others = this.of(peer).filter((one) => one !== session);
    if (others.length > 0) this.#byPeer.set(peer, others);
    else this.#byPeer.delete(peer);
  }

  /** The session's peer is another one than it was. */
  readdress(session: LiveSession, former: string): void {
    this.#remove(session, former);
    this.#byPeer.set(session.peer, [...this.of(session.peer), session]);
    this.#former.set(session, former);
  }

  /** The peer has spoken from where it moved to. */
  settle(session: LiveSession): void {
    this.#former.delete(session);
  }

  has(session: unknown): boolean {
    return this.#all.has(session as LiveSession);
  }

  all(): readonly LiveSession[] {
    return [...this.#all];
  }

  /** Those whose peer was here and has not spoken from elsewhere yet. */
  formerlyOf(peer: string): readonly LiveSession[] {
    return [...this.#former].filter(([, former]) => former === peer).map(([session]) => session);
  }

  /** In the order in which they began. */
  of(peer: string): readonly LiveSession[] {
    return this.#byPeer.get(peer) ?? [];
  }
}
