/** Locks by name within one process: each waits for those of its name that came before, however they ended. */

export type Lock = <T>(name: string, run: () => Promise<T>) => Promise<T>;

export function namedLocks(): Lock {
  const last = new Map<string, Promise<unknown>>();
  return (name, run) => {
    const turn = (last.get(name) ?? Promise.resolve()).then(
      () => run(),
      () => run(),
    );
    last.set(name, turn);
    const forget = () => {
      if (last.get(name) === turn) last.delete(name);
    };
    turn.then(forget, forget);
    return turn;
  };
}
