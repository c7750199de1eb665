/** Counts the timers of a clock: those that are set from here on, and have neither run nor been cancelled. */
import type { Clock } from "esession";

export function countTimers(clock: Clock): () => number {
  const waiting = new Set<object>();
  const after = clock.after.bind(clock);
  clock.after = (delayMs, run) => {
    const timer = {};
    waiting.add(timer);
    const cancel = after(delayMs, () => {
      waiting.delete(timer);
      run();
    });
    return () => {
      waiting.delete(timer);
      cancel();
    };
  };
  return () => waiting.size;
}
