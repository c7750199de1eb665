/**
 * The workspace of one modulus N: where its limbs, the powers of R modulo N and the residues lie.
 *
 *     Modulus 16 | four columns 32 | product 2 x 304 limbs | 21 x (4 zero limbs, 304 limbs) | 4 zero limbs
 *
 * A residue is k limbs of w bits, each in a u32, k a multiple of 4. The four limbs before and after it are zero.
 */

/** The longest modulus: 8192 bits. */
export const MAX_OCTETS: u32 = 1024;


@unmanaged
export class Modulus {
  limbCount: u32; // k
  limbBits: u32; // w
  negativeInverse: u64; // -1/N mod 2^w
}

const MAX_LIMBS: usize = 304; // 8195 bits in limbs of 27, see modulus.ts
const PADDING: usize = 16;
const RESIDUE_BYTES: usize = PADDING + MAX_LIMBS * 4;
const COLUMNS: usize = 16;
const PRODUCT: usize = COLUMNS + 32;
const RESIDUES: usize = PRODUCT + 2 * MAX_LIMBS * 4;

/** N. */
export const N: usize = 0;
/** R mod N, the Montgomery form of 1. */
export const ONE: usize = 1;
/** R^2 mod N. */
export const R_SQUARED: usize = 2;
/** The running result of an exponentiation. */
export const RESULT: usize = 3;
/** An entry read from the table. */
export const ENTRY: usize = 4;
/** The first of the table's 16 entries. */
export const TABLE: usize = 5;

export const WORKSPACE_BYTES: usize = RESIDUES + (TABLE + 16) * RESIDUE_BYTES + PADDING;

/** Address of a residue's lowest limb. */
// @ts-ignore: decorator
@inline
export function residue(m: Modulus, place: usize): usize {
  return changetype<usize>(m) + RESIDUES + PADDING + place * RESIDUE_BYTES;
}

/** Address of the double-length product. */
// @ts-ignore: decorator
@inline
export function productOf(m: Modulus): usize {
  return changetype<usize>(m) + PRODUCT;
}

/** Address of the four columns. */
// @ts-ignore: decorator
@inline
export function columnsOf(m: Modulus): usize {
  return changetype<usize>(m) + COLUMNS;
}

/** Octets that the limbs of one residue take. */
// @ts-ignore: decorator
@inline
export function limbBytes(m: Modulus): usize {
  return (<usize>m.limbCount) << 2;
}
