/**
 * Numbers as big-endian octets, compared, added and reduced. Time and addresses depend on the lengths only, whatever the numbers are:
 * those of DSA are small, and nothing here is worth a limb wider than the next reader expects.
 */
import { eq } from "../memory/constant-time";

/** 1 if a < b, else 0: the borrow of a - b. */
export function isLess(a: usize, b: usize, length: u32): u32 {
  let borrow: i32 = 0;
  for (let i = length; i > 0; --i) {
    borrow = (<i32>load<u8>(a + i - 1) - <i32>load<u8>(b + i - 1) + borrow) >> 8;
  }
  return (<u32>borrow) & 1;
}

/** 1 if the number is `value`, at most 255, else 0. */
export function isSmall(octets: usize, length: u32, value: u32): u32 {
  let difference: u32 = load<u8>(octets + length - 1) ^ value;
  for (let i: u32 = 0; i < length - 1; ++i) difference |= load<u8>(octets + i);
  return eq(difference, 0);
}

/** 1 if 0 < a < b, else 0. */
export function isInRange(a: usize, b: usize, length: u32): u32 {
  return isLess(a, b, length) & (isSmall(a, length, 0) ^ 1);
}

/** out := a + small, modulo 2^(8 length); `small` from -255 to 255. */
export function addSmall(out: usize, a: usize, length: u32, small: i32): void {
  let carry = small;
  for (let i = length; i > 0; --i) {
    carry += <i32>load<u8>(a + i - 1);
    store<u8>(out + i - 1, <u8>carry);
    carry >>= 8;
  }
}

/** out := a + b, one octet longer than they are. */
export function add(out: usize, a: usize, b: usize, length: u32): void {
  let carry: u32 = 0;
  for (let i = length; i > 0; --i) {
    carry += <u32>load<u8>(a + i - 1) + <u32>load<u8>(b + i - 1);
    store<u8>(out + i, <u8>carry);
    carry >>= 8;
  }
  store<u8>(out, <u8>carry);
}

/** The rest and the modulus, nine words of 32 bits each, least significant first; the ninth is for the bit that a doubling adds. */
const REST: usize = memory.data(48, 16);
const MODULUS: usize = memory.data(48, 16);
const WORDS_END: usize = 36;

/**
 * out := value mod modulus, for any modulus of at most 32 octets, a multiple of four, even or odd; out is as long. Bit by bit from the
 * top: the rest is doubled, takes the bit, and the modulus is taken off if it is not less. 0.1 ms for 2048 bits, in which
 * an exponentiation of them takes more than ten times as long.
 */
export function reduce(out: usize, value: usize, valueLength: u32, modulus: usize, length: u32): void {
  memory.fill(REST, 0, WORDS_END);
  memory.fill(MODULUS, 0, WORDS_END);
  for (let i: usize = 0; i < length; i += 4) {
    store<u32>(MODULUS + i, bswap<u32>(load<u32>(modulus + length - 4 - i)));
  }
  for (let i: u32 = 0; i < valueLength; ++i) {
    const octet: u32 = load<u8>(value + i);
    for (let bit: u32 = 8; bit > 0; --bit) doubleAndReduce((octet >> (bit - 1)) & 1);
  }
  for (let i: usize = 0; i < length; i += 4) {
    store<u32>(out + length - 4 - i, bswap<u32>(load<u32>(REST + i)));
  }
  memory.fill(REST, 0, WORDS_END);
}

/** REST := 2 REST + bit mod MODULUS, for REST < MODULUS. */
function doubleAndReduce(bit: u32): void {
  let borrow: i64 = 0;
  for (let i: usize = 0; i < WORDS_END; i += 4) {
    const word = load<u32>(REST + i);
    const doubled = (word << 1) | bit;
    bit = word >> 31;
    store<u32>(REST + i, doubled);
    borrow = (<i64>doubled - <i64>load<u32>(MODULUS + i) + borrow) >> 32;
  }
  const subtracts = ~(<u32>borrow); // borrow is 0 or -1: -1 keeps the rest
  borrow = 0;
  for (let i: usize = 0; i < WORDS_END; i += 4) {
    const t = <i64>load<u32>(REST + i) - <i64>(load<u32>(MODULUS + i) & subtracts) + borrow;
    store<u32>(REST + i, <u32>t);
    borrow = t >> 32;
  }
}
