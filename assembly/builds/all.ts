/** The build with every algorithm of XEP-0116 §8. */

// @ts-ignore: decorator
@global @inline
const ALL_ALGORITHMS: bool = true;

/** The build for tests says what it encrypts, and has a small group (testing.ts). */
// @ts-ignore: decorator
@global @inline
const TESTING: bool = false;

// Behind the flags, on which it depends.
export { dsaCheck, dsaPublic, dsaSecret, dsaSign, dsaVerify } from "../dsa/index";
