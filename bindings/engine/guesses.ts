/**
 * Counts, for each bare JID, what an attacker's guesses at a SAS would look like: sessions that stood but were never
 * compared, and negotiations of ours that were refused after message 3. From the third in an hour it is told.
 */
const HOUR_MS = 3_600_000;
const TELL_FROM = 3;
const MAX_JIDS = 1024;

export class Guesses {
  readonly #times = new Map<string, { key: string; at: number }[]>();

  /** True if this one is to be told. `key` names it, so that a later comparison takes it back. */
  add(bareJid: string, key: string, now: number): boolean {
    const recent = (this.#times.get(bareJid) ?? []).filter(({ at }) => at > now - HOUR_MS);
    recent.push({ key, at: now });
    // The JID that was quiet longest is forgotten first.
    this.#times.delete(bareJid);
    this.#times.set(bareJid, recent.slice(-2 * TELL_FROM));
    if (this.#times.size > MAX_JIDS) this.#times.delete(this.#times.keys().next().value!);
    return recent.length >= TELL_FROM;
  }

  /** The users compared: that one was no guess. */
  remove(bareJid: string, key: string): void {
    const recent = this.#times.get(bareJid)?.filter((one) => one.key !== key);
    if (recent) this.#times.set(bareJid, recent);
  }
}
