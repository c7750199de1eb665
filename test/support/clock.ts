/** Time that the test moves. */
import type { Clock } from "esession";

export interface ManualClock extends Clock {
  /** Lets the time pass: what is due runs at its own time, in order, and is left time to do its work. */
  pass(ms: number): Promise<void>;
}

export function manualClock(start = Date.UTC(2030, 0, 1)): ManualClock {
  let now = start;
  const timers = new Set<{ readonly at: number; readonly run: () => void }>();
  return {
    now: () => now,
    after(delayMs, run) {
      const timer = { at: now + delayMs, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async pass(ms) {
      const end = now + ms;
      for (;;) {
        await quiet();
        const [next] = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        if (!next) break;
        timers.delete(next);
        now = next.at;
        next.run();
      }
      now = end;
    },
  };
}

/** Everything that only waits for its turn has run: what an engine does between two stanzas is made of microtasks. */
export const quiet = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
