/** The block ciphers of XEP-0116 §8, as contexts and the ABI number them. Which one is used is public. */

export const AES: u32 = 0;
export const SERPENT: u32 = 1;
export const TWOFISH: u32 = 2;
/** Nothing is encrypted. */
export const NONE: u32 = 3;
