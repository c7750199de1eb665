/** The promise of `start`: settled once, by the session, a failure, the application's signal or the time. */
import { EsessionError } from "../errors.js";
import { asEsessionError } from "./half-open-table.js";
import type { StartPromise } from "./half-open.js";
import type { Clock, Session, StartOptions } from "./types.js";

/**
 * `begin` starts the negotiation under the promise; `giveUp` abandons whatever runs under it. Silence is a
 * legitimate answer of a peer (XEP-0155 §4.3), so there is always a time.
 */
export function startPromise(
  { signal, timeoutMs }: StartOptions & { readonly timeoutMs: number },
  clock: Clock,
  begin: (promise: StartPromise) => void,
  giveUp: (promise: StartPromise, error: EsessionError, reason?: string) => void,
): Promise<Session> {
  return new Promise<Session>((resolve, reject) => {
    const undo: (() => void)[] = [];
    const settled =
      <T>(settle: (value: T) => void) =>
      (value: T) => {
        for (const one of undo.splice(0)) one();
        settle(value);
      };
    const promise: StartPromise = { resolve: settled(resolve), reject: settled(reject) };
    const stop = (error: EsessionError, reason?: string) => {
      giveUp(promise, error, reason);
      promise.reject(error);
    };
    const onAbort = () => {
      const cause: unknown = signal?.reason;
      const error = new EsessionError("negotiation-aborted", "the application gave the negotiation up", {
        cause,
      });
      // XEP-0155 §4.4: a text is meant for the peer's user
      stop(error, typeof cause === "string" ? cause : undefined);
    };
    if (signal?.aborted) {
      onAbort();
      return;
    }
    signal?.addEventListener("abort", onAbort, { once: true });
    undo.push(
      () => signal?.removeEventListener("abort", onAbort),
      clock.after(timeoutMs, () =>
        stop(new EsessionError("negotiation-timeout", `no session was completed within ${timeoutMs} ms`)),
      ),
    );
    try {
      begin(promise);
    } catch (error) {
      promise.reject(asEsessionError(error));
    }
  });
}
