/** The hashes of XEP-0116 §8 by their numbers in the ABI. Which one is used is public. */

export const SHA256: u32 = 0;
export const WHIRLPOOL: u32 = 1;

/** Never in the common build, which leaves out what depends on it. */
// @ts-ignore: decorator
@inline
export function isWhirlpool(hash: u32): bool {
  return ALL_ALGORITHMS && hash == WHIRLPOOL;
}

/** Octets of a hash, and of an HMAC with it. */
// @ts-ignore: decorator
@inline
export function hashBytes(hash: u32): u32 {
  return isWhirlpool(hash) ? 64 : 32;
}
