/**
 * The build for tests, which is no part of the package: every algorithm, a recorder of each block that is encrypted
 * (stanza/recorder.ts), and group 9999, whose modulus has 320 bits (bignum/groups.ts).
 */

// @ts-ignore: decorator
@global @inline
const ALL_ALGORITHMS: bool = true;

// @ts-ignore: decorator
@global @inline
const TESTING: bool = true;

// Behind the flags, on which they depend.
export { dsaCheck, dsaPublic, dsaSecret, dsaSign, dsaVerify } from "../dsa/index";
export { clearRecorder, recordedBlocks, recorderAt } from "../stanza/recorder";
