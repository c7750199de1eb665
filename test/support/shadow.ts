/**
 * The hand of an attacker who holds a session's keys, which no attacker does: with it a test seals text that a peer
 * never would, and opens what was sent. Every context that a core makes has a shadow under the same keys.
 */
import type { Core } from "esession";
import type { StanzaContext } from "esession/core";
import { buildC, element, parseStanza, readC, serializeStanza } from "esession/wire";
import type { Element, Extra } from "esession/wire";
import { serializeExtra } from "esession/wire";
import { replacing } from "./wrapped.js";

export interface Shadows {
  /** To be put around the party's core. */
  wrap(core: Core): Core;
  /** The next `<c/>` that the party could send, with this text in it; without text, without `<data/>`. */
  seal(text?: string, extra?: Extra): Element;
  /** The text in a `<c/>` that the party has sent; to be called for each of them, in order. */
  open(c: Element): string | undefined;
  /** The contexts of the newest session themselves. */
  readonly real: { sending: StanzaContext; receiving: StanzaContext };
}

export function shadows(): Shadows {
  let core: Core;
  const made: { real: StanzaContext; sealing: StanzaContext; opening: StanzaContext }[] = [];
  return {
    wrap(wrapped) {
      core = wrapped;
      return replacing(core, {
        stanza: {
          context(...of) {
            const real = core.stanza.context(...of);
            made.push({ real, sealing: core.stanza.context(...of), opening: core.stanza.context(...of) });
            return real;
          },
        },
      });
    },
    seal(text, extra = {}) {
      const { sealing } = made.at(-2)!;
      const { data, mac } = core.stanza.seal(sealing, text, serializeExtra(extra));
      return buildC({ data, extra, mac });
    },
    open(c) {
      const { opening } = made.at(-2)!;
      const { content, data, mac } = readC(c, opening.dialect);
      return core.stanza.open(opening, content, data, mac);
    },
    get real() {
      return { sending: made.at(-2)!.real, receiving: made.at(-1)!.real };
    },
  };
}

/** A message of a session's thread with what is given in it, as it would arrive. */
export function arriving(from: string, to: string, thread: string, ...children: Element[]): Element {
  const message = element("message", { from, to }, element("thread", {}, thread), ...children);
  return parseStanza(serializeStanza(message));
}
