/** Signatures are made and verified by the platform, on threads of its own, for which world.quiet() does not wait. */
import { setTimeout as pause } from "node:timers/promises";
import type { World } from "./pair.js";

/** Returns when nobody has said or told anything for some time. */
export async function settled(world: World): Promise<void> {
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
