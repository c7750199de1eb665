/**
 * The ten rounds of Whirlpool's block cipher W in the scalar build (ISO/IEC 10118-3:2004 §13), bitsliced: eight words,
 * word b has bit b of all octets. Octet (row i, column j) is bit 8 j + i of its word, so a rotation by octets moves columns,
 * as the mixing of rows wants it. First the words of the key, then those of the block.
 * Shifts and rotations are by public amounts; there is no table.
 */
import { E, inverseE, R } from "./circuits";
import { ROUND_CONSTANTS } from "./constants";

const PLANES: usize = 64;
const BOTH: usize = memory.data(32, 16);
const LOWEST_BITS: u64 = 0x0101010101010101;

/** Rows of eight octets to planes and back: bit b of row i changes places with bit i of row b, in each column. */
export function turnOver(rows: usize): void {
  exchange(rows, 8, 0x5555555555555555, 1);
  exchange(rows, 16, 0x3333333333333333, 2);
  exchange(rows, 32, 0x0f0f0f0f0f0f0f0f, 4);
}

/** Bits of words whose addresses differ by `apart`. */
function exchange(rows: usize, apart: usize, mask: u64, shift: u64): void {
  for (let at: usize = 0; at < PLANES; at += 8) {
    if (at & apart) continue;
    const x = load<u64>(rows + at);
    const y = load<u64>(rows + at + apart);
    const change = ((x >> shift) ^ y) & mask;
    store<u64>(rows + at, x ^ (change << shift));
    store<u64>(rows + at + apart, y ^ change);
  }
}

/** W of the key's planes and those of the block behind them, in place, after the key was added to the block. */
export function rounds(planes: usize): void {
  const block = planes + PLANES;
  for (let c = ROUND_CONSTANTS; c < ROUND_CONSTANTS + 80; c += 8) {
    layers(planes);
    layers(block);
    let row = load<u64>(c);
    for (let at: usize = 0; at < PLANES; at += 8, row >>= 1) {
      const key = load<u64>(planes + at) ^ (row & LOWEST_BITS);
      store<u64>(planes + at, key);
      store<u64>(block + at, load<u64>(block + at) ^ key);
    }
  }
}

function layers(planes: usize): void {
  substitute(planes);
  for (let at: usize = 0; at < PLANES; at += 8) store<u64>(planes + at, shifted(load<u64>(planes + at)));
  mix(planes);
}

/** The layer gamma: S of 64 octets, by the three boxes of their halves. */
function substitute(low: usize): void {
  const high = low + 32;
  E(high);
  inverseE(low);
  for (let at: usize = 0; at < 32; at += 8) store<u64>(BOTH + at, load<u64>(low + at) ^ load<u64>(high + at));
  R(BOTH);
  for (let at: usize = 0; at < 32; at += 8) {
    const both = load<u64>(BOTH + at);
    store<u64>(low + at, load<u64>(low + at) ^ both);
    store<u64>(high + at, load<u64>(high + at) ^ both);
  }
  E(high);
  inverseE(low);
}

/** The layer pi: column j goes down by j rows, by one bit of j at a time. */
// @ts-ignore: decorator
@inline
function shifted(x: u64): u64 {
  x = (x & 0x00ff00ff00ff00ff) | ((x << 1) & 0xfe00fe00fe00fe00) | ((x >> 7) & 0x0100010001000100);
  x = (x & 0x0000ffff0000ffff) | ((x << 2) & 0xfcfc0000fcfc0000) | ((x >> 6) & 0x0303000003030000);
  return (x & 0x00000000ffffffff) | ((x << 4) & 0xf0f0f0f000000000) | ((x >> 4) & 0x0f0f0f0f00000000);
}

/** The sum of a column and those 1, 3, 5 and 7 before it: the coefficients of cir(1, 1, 4, 1, 8, 5, 2, 9) that hold 1. */
// @ts-ignore: decorator
@inline
function ones(x: u64): u64 {
  const two = x ^ rotl<u64>(x, 32);
  return x ^ rotl<u64>(two ^ rotl<u64>(two, 16), 8);
}

/** Those that hold 2: 6 before. */
// @ts-ignore: decorator
@inline
function twos(x: u64): u64 {
  return rotl<u64>(x, 48);
}

/** Those that hold 4: 2 and 5 before. */
// @ts-ignore: decorator
@inline
function fours(x: u64): u64 {
  return rotl<u64>(x ^ rotl<u64>(x, 24), 16);
}

/** Those that hold 8: 4 and 7 before. */
// @ts-ignore: decorator
@inline
function eights(x: u64): u64 {
  return rotl<u64>(x ^ rotl<u64>(x, 24), 32);
}

/** The layer theta. What is times x^8, x^9 and x^10 is reduced by x^8 = x^4 + x^3 + x^2 + 1. */
function mix(planes: usize): void {
  const x0 = load<u64>(planes);
  const x1 = load<u64>(planes, 8);
  const x2 = load<u64>(planes, 16);
  const x3 = load<u64>(planes, 24);
  const x4 = load<u64>(planes, 32);
  const x5 = load<u64>(planes, 40);
  const x6 = load<u64>(planes, 48);
  const x7 = load<u64>(planes, 56);
  const x8 = twos(x7) ^ fours(x6) ^ eights(x5);
  const x9 = fours(x7) ^ eights(x6);
  const x10 = eights(x7);
  store<u64>(planes, ones(x0) ^ x8);
  store<u64>(planes, ones(x1) ^ twos(x0) ^ x9, 8);
  store<u64>(planes, ones(x2) ^ twos(x1) ^ fours(x0) ^ x8 ^ x10, 16);
  store<u64>(planes, ones(x3) ^ twos(x2) ^ fours(x1) ^ eights(x0) ^ x8 ^ x9, 24);
  store<u64>(planes, ones(x4) ^ twos(x3) ^ fours(x2) ^ eights(x1) ^ x8 ^ x9 ^ x10, 32);
  store<u64>(planes, ones(x5) ^ twos(x4) ^ fours(x3) ^ eights(x2) ^ x9 ^ x10, 40);
  store<u64>(planes, ones(x6) ^ twos(x5) ^ fours(x4) ^ eights(x3) ^ x10, 48);
  store<u64>(planes, ones(x7) ^ twos(x6) ^ fours(x5) ^ eights(x4), 56);
}

/** Overwrites what the last S-boxes left. */
export function wipeBoxes(): void {
  for (let at: usize = 0; at < 32; at += 8) store<u64>(BOTH + at, 0);
}
