/**
 * Requests that cross. Where each was addressed to the very full JID that the other came from, the request whose N_A
 * is the smaller octet string is dropped, which both sides find out alike; else both run, and the smaller one's
 * session leaves iq and presence, which carry no thread, to the other's. And our own request, sent back to us.
 */
import type { Message } from "../negotiation/types.js";
import { decodeBase64 } from "../wire/base64.js";
import { single } from "../wire/forms.js";
import { bareOf } from "../wire/jid.js";
import type { InitiatorHalf } from "./half-open.js";

export type Crossing =
  | { readonly kind: "none" | "reflected" | "ours-goes-on" | "theirs-takes-messages-only" }
  /** Our request is dropped and theirs answered. */
  | { readonly kind: "theirs-goes-on"; readonly ours: InitiatorHalf };

export function judgeCrossing(own: string, open: readonly InitiatorHalf[], message: Message): Crossing {
  const theirs = nonceOf(message);
  // Without a nonce theirs is refused for that anyway.
  if (theirs === undefined) return { kind: "none" };
  if (open.some((half) => compare(ownNonce(half), theirs) === 0)) return { kind: "reflected" };
  const pending = open.filter(isPending);
  const ours = message.to === own ? pending.find((half) => half.to === message.from) : undefined;
  if (!ours) {
    const bare = bareOf(message.from);
    const beside = pending.some((half) => half.bare === bare && compare(ownNonce(half), theirs) > 0);
    return { kind: beside ? "theirs-takes-messages-only" : "none" };
  }
  return compare(ownNonce(ours), theirs) < 0 ? { kind: "theirs-goes-on", ours } : { kind: "ours-goes-on" };
}

/** No answer to our request was taken yet. */
export function isPending({ state }: InitiatorHalf): boolean {
  return state.kind === "looking-up" || state.kind === "offering" || state.kind === "awaiting-response";
}

function ownNonce({ state }: InitiatorHalf): Uint8Array {
  return "nonceA" in state ? state.nonceA : new Uint8Array(0);
}

function nonceOf({ form }: Message): Uint8Array | undefined {
  try {
    return decodeBase64(single(form, "my_nonce") ?? "");
  } catch {
    return undefined;
  }
}

/** The lexicographic order of octet strings. */
function compare(a: Uint8Array, b: Uint8Array): number {
  const differing = a.findIndex((octet, index) => octet !== b[index]);
  if (differing < 0) return a.length - b.length;
  return differing < b.length ? a[differing]! - b[differing]! : 1;
}
