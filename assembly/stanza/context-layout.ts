/**
 * One direction of a session, as it lies in its slot. SIMD build (scalar build: round keys are half as long):
 *
 *      0  AES round keys, bit planes (15 rounds at most)
 *   1920  HMAC: inner state 32, outer state 32
 *   1984  counter, 16 octets, big-endian
 *   2000  keystream left over from the last block, 16 octets (dialect `deployed`, opening)
 *   2016  rounds u32
 *   2020  dialect u32
 *   2024  octets of keystream left over u32
 *   2032  blocks encrypted or decrypted u64
 *   2048
 */
import { ROUND_KEYS_BYTES } from "../cipher/planes";

export const KEYS: usize = 0;
export const MAC_STATES: usize = ROUND_KEYS_BYTES;
export const COUNTER: usize = MAC_STATES + 64;
export const LEFT_OVER: usize = COUNTER + 16;
export const ROUNDS: usize = LEFT_OVER + 16;
export const DIALECT: usize = ROUNDS + 4;
export const LEFT_OVER_LENGTH: usize = ROUNDS + 8;
export const BLOCKS: usize = ROUNDS + 16;
/** A power of two: 2048 (SIMD), 2048 or less (scalar: 1088 used). */
export const CONTEXT_BYTES: usize = 2048;

export const XEP: u32 = 0;
export const DEPLOYED: u32 = 1;

/** A key may encrypt 2^32 - 2^20 blocks; XEP-0200 §9 wants a new one long before. */
export const MAX_BLOCKS: u64 = 0x100000000 - 0x100000;
