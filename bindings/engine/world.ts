/** What the parts of an engine share: what was handed in, and the events. */
import type { Core } from "../core/types.js";
import type { SealedStore } from "../store/sealed.js";
import type { PeerBook } from "../trust/book.js";
import { writeStanza } from "../wire/stanza.js";
import type { Element } from "../wire/element.js";
import type { Events } from "./events.js";
import type { AnyStanza, Clock, EngineEvents, EngineOptions, Policy } from "./types.js";

export interface World {
  /** Our own full JID. */
  jid: string;
  readonly core: Core;
  readonly policy: Policy;
  readonly clock: Clock;
  readonly book: PeerBook;
  readonly store: SealedStore | undefined;
  readonly options: EngineOptions;
  readonly events: Events<EngineEvents>;
}

/** Hands a stanza of ours to the client, in its form. Throws or rejects as the client's `send` does. */
export function transmit({ options }: World, stanza: Element): void | Promise<void> {
  return options.send(writeStanza(stanza, options.form ?? "element") as AnyStanza);
}

/** The same for what nothing waits for: resolves with the cause if it could not be sent, and never rejects. */
export async function deliver(world: World, stanza: Element): Promise<unknown> {
  try {
    await transmit(world, stanza);
    return undefined;
  } catch (cause) {
    return cause ?? new Error("the client's send failed without a reason");
  }
}
