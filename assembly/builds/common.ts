/** The build with AES and SHA-256 alone. */

// @ts-ignore: decorator
@global @inline
const ALL_ALGORITHMS: bool = false;
