/**
 * One direction of a session, as it lies in its slot:
 *
 *      0  AES round keys (cipher/key-schedule.ts), 15 at most
 *    240  HMAC: inner state 32, outer state 32
 *    304  counter, 16 octets, big-endian
 *    320  keystream left over from the last block, 16 octets (dialect `deployed`, opening)
 *    336  rounds u32
 *    340  dialect u32
 *    344  octets of keystream left over u32
 *    352  blocks encrypted or decrypted u64
 *    360
 */
export const SCHEDULE: usize = 0;
export const MAC_STATES: usize = 240;
export const COUNTER: usize = 304;
export const LEFT_OVER: usize = 320;
export const ROUNDS: usize = 336;
export const DIALECT: usize = 340;
export const LEFT_OVER_LENGTH: usize = 344;
export const BLOCKS: usize = 352;
export const CONTEXT_BYTES: usize = 384;

export const XEP: u32 = 0;
export const DEPLOYED: u32 = 1;

/** A key may encrypt 2^32 - 2^20 blocks; XEP-0200 §9 wants a new one long before. */
export const MAX_BLOCKS: u64 = 0x100000000 - 0x100000;
