/**
 * What was handed to the client's `send` and is not known to be sent yet, oldest first. When one fails, everything
 * sealed after it is as lost as it is: the peer cannot open what stands behind a gap.
 */
export class Outbox<T> {
  readonly #entries: { readonly original: T | undefined; sent: boolean }[] = [];

  /** `original` undefined: a stanza of the session's own. */
  add(original: T | undefined): { readonly sent: () => void; readonly failed: () => T[] } {
    const entry = { original, sent: false };
    this.#entries.push(entry);
    return {
      sent: () => {
        entry.sent = true;
        while (this.#entries[0]?.sent) this.#entries.shift();
      },
      failed: () => {
        const lost = this.#entries.splice(Math.max(0, this.#entries.indexOf(entry)));
        return lost.flatMap((one) => (one.original === undefined ? [] : [one.original]));
      },
    };
  }
}
