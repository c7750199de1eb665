/** One line on a terminal, written over itself; nothing anywhere else. */
export interface Progress {
  readonly show: (step: string, done: number, total: number) => void;
  readonly clear: () => void;
}

/** Milliseconds between two writings. */
const PACE = 80;

export function createProgress(stream: NodeJS.WriteStream, wanted: boolean): Progress {
  if (!stream.isTTY || !wanted) return { show: () => {}, clear: () => {} };
  let shownAt = 0;
  return {
    show(step, done, total) {
      const now = performance.now();
      if (done > 0 && done < total && now - shownAt < PACE) return;
      shownAt = now;
      stream.write(`\r\x1b[K${step}${total > 0 ? ` ${done} of ${total}` : ""}`);
    },
    clear: () => void stream.write("\r\x1b[K"),
  };
}
