/** The build with AES and SHA-256 alone. */

// @ts-ignore: decorator
@global @inline
const ALL_ALGORITHMS: bool = false;

/** The build for tests says what it encrypts, and has a small group (testing.ts). */
// @ts-ignore: decorator
@global @inline
const TESTING: bool = false;
