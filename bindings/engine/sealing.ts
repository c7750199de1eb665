/** Stanzas of any sessions sealed in one call: all are checked before the first counter moves. */
import type { Core, SealItem, Sealed } from "../core/types.js";
import type { AnyStanza } from "./types.js";

/** A stanza that was checked, and what makes the stanza to send of what the core sealed. */
export interface Sealing {
  readonly items: readonly SealItem[];
  readonly finish: (sealed: readonly Sealed[]) => AnyStanza;
}

export function sealAll(core: Core, sealings: readonly Sealing[]): AnyStanza[] {
  const sealed = core.stanza.sealMany(sealings.flatMap(({ items }) => items));
  let next = 0;
  return sealings.map(({ items, finish }) => finish(sealed.slice(next, (next += items.length))));
}
