/** What a call of the ABI answers when it refuses. Everything from 0 upwards is a result. */

/** No free slot of the kind asked for. */
export const FULL: i32 = -1;
/** The result would not fit into the region made for it. */
export const TOO_LARGE: i32 = -2;
/** The key has encrypted as many blocks as it may. */
export const EXHAUSTED: i32 = -3;
/** A MAC does not match, or what it covers is malformed. */
export const MISMATCH: i32 = -4;
/** A record of another version than ours, or whose parts do not add up. */
export const DAMAGED: i32 = -5;
