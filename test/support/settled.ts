/** Signatures are made and verified by the platform, on threads of its own, for which world.quiet() does not wait. */
import { setTimeout as pause } from "node:timers/promises";
import type { World } from "./pair.js";

const PATIENCE_MS = 20_000;

/**
 * Returns when what is waited for has come, and nobody has said or told anything for some time after that. Without
 * `done` only the latter, which says little on a machine that is busy: for what must not happen.
 */
export async function settled(world: World, done: () => boolean = () => true): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  while (!done()) {
    if (Date.now() > until) throw new Error(`nothing came of it in ${PATIENCE_MS} ms`);
    await pause(5);
  }
  const count = () =>
    world.log.length +
    world.parties.reduce(
      (sum, one) => sum + one.traces.length + one.delivered.length + one.received.length,
      0,
    );
  for (let before = -1; before !== count();) {
    before = count();
    await pause(40);
    await world.quiet();
  }
}
