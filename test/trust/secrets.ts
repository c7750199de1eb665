/** Handles for tests of rules that never look into a secret. */
import { Secret } from "esession/core";
import type { Retained } from "esession/testing";

const home = { release: () => undefined };

export const handle = () => new Secret(home, 0, 32);

/** A retained secret, made at time 0, that expires at 1000. */
export function retained(id: string, more: Partial<Retained> = {}): Retained {
  return { id, secret: handle(), createdAt: 0, expiresAt: 1000, verified: "none", staged: false, ...more };
}

/** A small generator whose seed can be given again: ESESSION_SEED=<seed>. */
export function seeded(t: { diagnostic(message: string): void }): () => number {
  const seed = Number(process.env["ESESSION_SEED"] ?? crypto.getRandomValues(new Uint32Array(1))[0]);
  t.diagnostic(`ESESSION_SEED=${seed}`);
  let state = seed >>> 0;
  // mulberry32
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
