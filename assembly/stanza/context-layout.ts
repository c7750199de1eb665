/**
 * One direction of a session, as it lies in its slot. What depends on the algorithms has the room that the largest of
 * them takes: in the common build AES and SHA-256, in the others Serpent and Whirlpool.
 *
 *   common  all
 *        0    0  the cipher's expanded key (cipher/<name>/key-schedule.ts)
 *      240  528  HMAC: inner state, outer state, each as long as the hash
 *      304  656  counter, 16 octets, big-endian
 *      320  672  keystream left over from the last block, 16 octets (dialect `deployed`, opening)
 *      336  688  rounds of AES u32
 *      340  692  dialect u32
 *      344  696  octets of keystream left over u32
 *      348  700  cipher u32 (cipher/ciphers.ts)
 *      352  704  blocks encrypted or decrypted u64
 *      360  712  hash u32 (hash/hashes.ts)
 *      364  716
 *           720  what tells the key from others u64 (the build for tests, recorder.ts)
 */
export const SCHEDULE: usize = 0;
export const MAC_STATES: usize = ALL_ALGORITHMS ? 528 : 240;
export const COUNTER: usize = ALL_ALGORITHMS ? 656 : 304;
export const LEFT_OVER: usize = COUNTER + 16;
export const ROUNDS: usize = COUNTER + 32;
export const DIALECT: usize = COUNTER + 36;
export const LEFT_OVER_LENGTH: usize = COUNTER + 40;
export const CIPHER: usize = COUNTER + 44;
export const BLOCKS: usize = COUNTER + 48;
export const HASH: usize = COUNTER + 56;
export const KEY_NAME: usize = 720;
export const CONTEXT_BYTES: usize = ALL_ALGORITHMS ? 768 : 384;

export const XEP: u32 = 0;
export const DEPLOYED: u32 = 1;

/** A key may encrypt 2^32 - 2^20 blocks; XEP-0200 §9 wants a new one long before. */
export const MAX_BLOCKS: u64 = 0x100000000 - 0x100000;
