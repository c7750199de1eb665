/**
 * Events with listeners that cannot harm the engine: what a listener throws is thrown again on its own, outside.
 * Values of events that must not be missed wait for the first listener.
 */
export class Events<Map extends object> {
  readonly #listeners = new globalThis.Map<keyof Map, Set<(value: never) => void>>();
  readonly #waiting = new globalThis.Map<keyof Map, unknown[]>();

  constructor(
    keep: readonly (keyof Map)[],
    private readonly keepLimit = 64,
  ) {
    for (const event of keep) this.#waiting.set(event, []);
  }

  on<E extends keyof Map>(event: E, listener: (value: Map[E]) => void): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners);
    listeners.add(listener);
    const waiting = this.#waiting.get(event);
    if (waiting) for (const value of waiting.splice(0)) call(listener, value as Map[E]);
    return () => {
      listeners.delete(listener);
    };
  }

  /** Whether anybody listens. */
  heard(event: keyof Map): boolean {
    return (this.#listeners.get(event)?.size ?? 0) > 0;
  }

  emit<E extends keyof Map>(event: E, value: Map[E]): void {
    const listeners = this.#listeners.get(event);
    if (!listeners || listeners.size === 0) {
      const waiting = this.#waiting.get(event);
      if (waiting && waiting.length < this.keepLimit) waiting.push(value);
      return;
    }
    for (const listener of [...listeners]) call(listener as (value: Map[E]) => void, value);
  }
}

function call<T>(listener: (value: T) => void, value: T): void {
  try {
    listener(value);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
