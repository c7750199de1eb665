/**
 * A random source for tests: the same seed gives the same octets. It is predictable by design; sessions made
 * with it are not secret.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import type { RandomSource } from "../core/types.js";

/** SHA-256(seed | 0), SHA-256(seed | 1) ... one after the other. */
export function seededRandom(seed: string | number): RandomSource {
  const encoder = new TextEncoder();
  let block = new Uint8Array();
  let used = 0;
  let counter = 0;
  return (target) => {
    for (let at = 0; at < target.length;) {
      if (used === block.length) {
        block = sha256(encoder.encode(`${seed} ${counter++}`));
        used = 0;
      }
      const piece = block.subarray(used, used + target.length - at);
      target.set(piece, at);
      used += piece.length;
      at += piece.length;
    }
  };
}
