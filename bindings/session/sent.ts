/** What was sealed in a session: how many stanzas, the ids of the last ones, and the iq requests not answered yet. */
import { ownCopy } from "../wire/characters.js";
import type { Prepared } from "./channel.js";

const MAX_IDS = 256;
const MAX_PENDING = 1024;

export class Sent {
  readonly #ids: string[] = [];
  readonly #pending = new Set<string>();
  #count = 0;

  add({ id, asks }: Pick<Prepared, "id" | "asks">): void {
    this.#count++;
    if (id === undefined) return;
    this.#ids.push(ownCopy(id));
    if (this.#ids.length > MAX_IDS) this.#ids.shift();
    if (asks) this.#pending.add(ownCopy(id));
    if (this.#pending.size > MAX_PENDING) this.#pending.delete(this.#pending.values().next().value!);
  }

  /** Whether a request of that id waits for its answer. */
  awaits(id: string | undefined): boolean {
    return id !== undefined && this.#pending.has(id);
  }

  /** The same, and the answer has come. */
  answered(id: string | undefined): boolean {
    return id !== undefined && this.#pending.delete(id);
  }

  /** Nothing in the protocol confirms single stanzas, so it is all or none. */
  unconfirmed(): { readonly count: number; readonly ids: readonly string[] } {
    return { count: this.#count, ids: [...this.#ids] };
  }
}
