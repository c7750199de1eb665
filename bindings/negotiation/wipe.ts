/** What is secret in the states of both sides goes by the same names, and is wiped by them. */
import type { Secret } from "../core/secret.js";
import type { DirectionKeys, KeyPair } from "../core/types.js";
import { wipeKeys, type SessionKeys } from "./proof.js";

interface Held {
  readonly pairs?: readonly KeyPair[] | undefined;
  readonly pair?: KeyPair | undefined;
  readonly k?: Secret | undefined;
  /** Of one direction, for one proof. */
  readonly provisory?: DirectionKeys | undefined;
  readonly keys?: (SessionKeys & { readonly successor?: Secret }) | undefined;
}

/** Wiping twice does no harm. */
export function wipeHeld(state: object): void {
  const { pairs = [], pair, k, provisory, keys } = state as Held;
  for (const one of pairs) one.secret.wipe();
  pair?.secret.wipe();
  k?.wipe();
  wipeKeys(provisory, keys?.initiator, keys?.responder);
  keys?.successor?.wipe();
}
