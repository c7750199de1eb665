/**
 * How often keys are exchanged (XEP-0116 §4.3, rekey_freq; XEP-0200 §9.1): the stanzas of both directions between one
 * exchange and the next, the one with `<key/>` among them. The session's own keys are an exchange.
 */
export class Frequency {
  readonly #least: number;
  #sent = 0;
  #received = 0;
  /** Of both directions, at the last exchange of either side and at our own last one. */
  #atExchange = 0;
  #atOwn = 0;
  /** At the peer's last `<key/>`: stanzas that it had sent, and those of ours that it is known to have had. */
  #theirs = { received: 0, known: 0 };

  constructor(least: number) {
    this.#least = least;
  }

  /** Stanzas sealed so far. */
  get sent(): number {
    return this.#sent;
  }

  get sinceOwn(): number {
    return this.#sent + this.#received - this.#atOwn;
  }

  /** Stanzas that have to pass yet until one may carry a `<key/>` of ours. */
  get missing(): number {
    return Math.max(0, this.#least - 1 - (this.#sent + this.#received - this.#atExchange));
  }

  countSent(): void {
    this.#sent++;
  }

  countReceived(): void {
    this.#received++;
  }

  /** The stanza just counted had a `<key/>` of ours. */
  exchanged(): void {
    this.#atExchange = this.#sent + this.#received;
    this.#atOwn = this.#atExchange;
  }

  /**
   * The stanza just counted has one of the peer's: false if that is too soon. What of ours was under way when it was
   * sent nobody knows, so all count for the peer that it was not known to have had before. `known`: those that it has.
   */
  accepts(known: number): boolean {
    const passed = this.#received - this.#theirs.received + this.#sent - this.#theirs.known;
    if (passed < this.#least) return false;
    this.#theirs = { received: this.#received, known };
    this.#atExchange = this.#sent + this.#received;
    return true;
  }
}
