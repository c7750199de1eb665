/**
 * Who does the exponentiations of a negotiation: the engine's own core, in which everything else of the thread waits
 * for them, or whoever the application names. That one may take its time, and the negotiation may end meanwhile:
 * nothing waits for it then, and what it still brings is wiped.
 */
import type { Core, Group, KeyPair } from "../core/types.js";
import type { HalfOpen } from "./half-open.js";
import type { Exponentiations } from "./types.js";

export const inTheCore: Exponentiations = {
  generate: (core, group) => core.dh.generate(group),
  agree: (core, pair, value, hash) => core.dh.agree(pair, value, hash),
};

/** A pair for each group, or none: if one fails the others are wiped. */
export async function generateAll(
  exponentiations: Exponentiations,
  core: Core,
  groups: readonly Group[],
): Promise<readonly KeyPair[]> {
  const made = await Promise.allSettled(groups.map(async (group) => exponentiations.generate(core, group)));
  const pairs = made.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const failed = made.find((one) => one.status === "rejected");
  if (failed === undefined) return pairs;
  wipePairs(pairs);
  throw failed.reason;
}

export function wipePairs(pairs: readonly KeyPair[]): void {
  for (const { secret } of pairs) secret.wipe();
}

/** The result, or undefined if the negotiation ends before there is one. */
export async function unlessOver<Result>(
  half: HalfOpen,
  work: Promise<Result>,
  wipe: (result: Result) => void,
): Promise<Result | undefined> {
  const over = new Promise<undefined>((resolve) => {
    half.onOver = () => resolve(undefined);
  });
  const wipeIfOver = (result: Result) => {
    if (half.over) wipe(result);
  };
  work.then(wipeIfOver, () => undefined);
  const result = await Promise.race([work, over]);
  if (!half.over) return result;
  if (result !== undefined) wipe(result);
  return undefined;
}
