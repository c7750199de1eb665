/**
 * The platform's random source, and the checks on what it gives: present, complete, not all the same, not the
 * same as the time before. A source that fails is never replaced by a weaker one.
 */
import { EsessionError } from "../errors.js";
import type { RandomSource } from "./types.js";

/** The most that getRandomValues gives at once (Web Cryptography API §10.1.1). */
const QUOTA = 65536;

const faults = ["", "gave the same octet throughout", "did not fill all octets", "repeats itself"];

export const platformRandom: RandomSource = (target) => {
  const source = (globalThis as { crypto?: Crypto }).crypto;
  if (typeof source?.getRandomValues !== "function")
    throw new EsessionError("random-failure", "this platform has no crypto.getRandomValues");
  for (let at = 0; at < target.length; at += QUOTA)
    source.getRandomValues(target.subarray(at, at + QUOTA) as Uint8Array<ArrayBuffer>);
};

/** Node loads its Web Cryptography at the first look at it, 2 ms: better while the core is loaded than in a first key. */
export const preparePlatformRandom = (): boolean =>
  "getRandomValues" in ((globalThis as { crypto?: Crypto }).crypto ?? {});

/** Lets the source fill the octets and asks `fault` what is wrong with them. Bad ones are overwritten. */
export function checkRandom(source: RandomSource, target: Uint8Array, fault: () => number): void {
  try {
    source(target);
  } catch (cause) {
    target.fill(0);
    if (EsessionError.is(cause)) throw cause;
    throw new EsessionError("random-failure", "the random source threw an error", { cause });
  }
  const found = fault();
  if (found === 0) return;
  target.fill(0);
  throw new EsessionError("random-failure", `the random source ${faults[found] ?? "failed"}`);
}
