/**
 * Octet strings of the protocol: integers (XEP-0116 §6.1), counters of 128 bits, framing of hashed values.
 * Big-endian throughout; all of these values are public, so that branches on them leak nothing.
 */

const COUNTER_BYTES = 16;

/** The octets one after the other. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The shortest form of an integer: without leading zero octets, zero being one zero octet. */
export function toMpi(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((octet) => octet !== 0);
  return first < 0 ? new Uint8Array(1) : bytes.slice(first);
}

/** A counter as 16 octets; undefined if what was received is empty or does not fit. */
export function padCounter(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length === 0 || bytes.length > COUNTER_BYTES) return undefined;
  return concat(new Uint8Array(COUNTER_BYTES - bytes.length), bytes);
}

/** counter + n modulo 2^128. n is a number of blocks, at most 2^52. */
export function addCounter(counter: Uint8Array, n: number): Uint8Array {
  const sum = counter.slice();
  let carry = n;
  for (let i = sum.length - 1; i >= 0 && carry > 0; i--) {
    carry += sum[i]!;
    sum[i] = carry % 256;
    carry = Math.floor(carry / 256);
  }
  return sum;
}

/** C_B from C_A, and back: C xor 2^127 (XEP-0116 §4.5.1). */
export function xorTopBit(counter: Uint8Array): Uint8Array {
  const other = counter.slice();
  other[0]! ^= 0x80;
  return other;
}

/**
 * Whether a counter may be chosen: deployed peers write it without leading zero octets, so neither it nor its other
 * half may have a zero top octet, now or after counting on.
 */
export function isSafeCounter(counter: Uint8Array): boolean {
  return counter.length === COUNTER_BYTES && ![0x00, 0x7f, 0x80, 0xff].includes(counter[0]!);
}

/** A number below 2^32 as four octets. */
export function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/** L(v): the octets after their number as four octets, so that a sequence of them can be read in one way only. */
export function framed(value: Uint8Array): Uint8Array {
  return concat(u32(value.length), value);
}
