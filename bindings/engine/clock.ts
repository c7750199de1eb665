/** The real time, for engines that are not handed another one. */
import type { Clock } from "./types.js";

export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    // In Node a timer of ours shall not keep a process alive that has nothing else to do.
    if (typeof timer === "object") (timer as { unref?: () => void }).unref?.();
    return () => clearTimeout(timer);
  },
};
