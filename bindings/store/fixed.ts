/** A key that the application already has, from a keyring or another secure place of its own. */
import { EsessionError } from "../errors.js";
import type { KeySource } from "./types.js";

/** Copies the 32 octets; the array given stays the caller's. */
export function fixedKey(bytes: Uint8Array): KeySource {
  if (bytes.length !== 32)
    throw new EsessionError("option-invalid", `a store's key has 32 octets, not ${bytes.length}`);
  const kept = bytes.slice();
  let forgotten = false;
  return {
    key: () =>
      forgotten
        ? Promise.reject(new EsessionError("store-unavailable", "the store's key was forgotten"))
        : Promise.resolve(kept.slice()),
    forget: () => {
      kept.fill(0);
      forgotten = true;
      return Promise.resolve();
    },
  };
}
