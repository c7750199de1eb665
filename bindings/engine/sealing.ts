/** Stanzas of any sessions sealed in one call: all are checked before the first counter moves. */
import type { Core } from "../core/types.js";
import type { Prepared } from "../session/channel.js";
import type { Element } from "../wire/element.js";
import type { Dispatch } from "./dispatch.js";
import type { AnyStanza } from "./types.js";

/** A stanza that was checked, who seals it, and what makes the stanza to send of it. */
export interface Sealing {
  readonly dispatch: Dispatch;
  readonly prepared: Prepared;
  readonly finish: (sealed: Element) => AnyStanza;
}

export function sealAll(core: Core, sealings: readonly Sealing[]): AnyStanza[] {
  for (const dispatch of new Set(sealings.map((sealing) => sealing.dispatch))) dispatch.beforeSealing();
  // What a session has to say of its keys stands in its first stanza, which is sealed by itself; then nothing is left to say.
  const ready = new Map<Sealing, Element>();
  const seen = new Set<Dispatch>();
  for (const sealing of sealings) {
    const { dispatch, prepared } = sealing;
    if (seen.has(dispatch)) continue;
    seen.add(dispatch);
    if (!dispatch.plain) ready.set(sealing, dispatch.seal(prepared));
  }
  const listed = sealings.filter((sealing) => !ready.has(sealing));
  const items = listed.map(({ dispatch, prepared }) => dispatch.items(prepared));
  const sealed = core.stanza.sealMany(items.flat());
  let next = 0;
  for (const [i, sealing] of listed.entries()) {
    const own = sealed.slice(next, (next += items[i]!.length));
    ready.set(sealing, sealing.dispatch.sealedInList(sealing.prepared, own));
  }
  return sealings.map((sealing) => sealing.finish(ready.get(sealing)!));
}
