/**
 * Whirlpool, final version, as its authors' paper writes it (P. Barreto and V. Rijmen, "The Whirlpool hashing function",
 * 2003, §2 and §3), and HMAC with it: a plain twin, for tests only. Slow, with a table, from nothing that the core has.
 */

const E = [0x1, 0xb, 0x9, 0xc, 0xd, 0x6, 0xf, 0x3, 0xe, 0x8, 0x7, 0x4, 0xa, 0x2, 0x5, 0x0];
const R = [0x7, 0xc, 0xb, 0xd, 0xe, 0x4, 0x9, 0xf, 0x6, 0x3, 0x8, 0xa, 0x2, 0x5, 0x1, 0x0];

/** The S-box of its three boxes (§3.2). */
const S = Uint8Array.from({ length: 256 }, (_, x) => {
  const [upper, lower] = [E[x >> 4]!, E.indexOf(x & 15)];
  const between = R[upper ^ lower]!;
  return (E[upper ^ between]! << 4) | E.indexOf(lower ^ between);
});

/** The first row of the circulant matrix of theta (§3.4). */
const C = [1, 1, 4, 1, 8, 5, 2, 9];

/** A product in GF(2^8) modulo x^8 + x^4 + x^3 + x^2 + 1. */
function times(a: number, b: number): number {
  let product = 0;
  for (; b > 0; b >>= 1, a = a & 0x80 ? (a << 1) ^ 0x11d : a << 1) if (b & 1) product ^= a;
  return product;
}

const PRODUCTS = new Map(C.map((c) => [c, Uint8Array.from({ length: 256 }, (_, x) => times(x, c))]));

/** gamma, pi and theta: octet 8 i + j is row i, column j. */
function layers(state: Uint8Array): Uint8Array {
  const shifted = state.map((_, at) => S[state[8 * (((at >> 3) - at) & 7) + (at & 7)]!]!);
  return shifted.map((_, at) =>
    C.reduce((sum, c, apart) => sum ^ PRODUCTS.get(c)![shifted[(at & 56) + ((at - apart) & 7)]!]!, 0),
  );
}

const xor = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((octet, i) => octet ^ b[i]!);

/** W (§3.7), with the key schedule of §3.6. */
function encrypt(block: Uint8Array, key: Uint8Array): Uint8Array {
  let state = xor(block, key);
  for (let round = 0; round < 10; round++) {
    key = layers(key).map((octet, at) => (at < 8 ? octet ^ S[8 * round + at]! : octet));
    state = xor(layers(state), key);
  }
  return state;
}

export function whirlpool(...parts: Uint8Array[]): Buffer {
  const message = Buffer.concat(parts);
  const padded = Buffer.alloc(Math.ceil((message.length + 33) / 64) * 64);
  message.copy(padded);
  padded[message.length] = 0x80;
  padded.writeBigUInt64BE(BigInt(message.length) * 8n, padded.length - 8);
  let hash = new Uint8Array(64) as Uint8Array;
  for (let at = 0; at < padded.length; at += 64) {
    const block = new Uint8Array(padded.subarray(at, at + 64));
    hash = xor(xor(encrypt(block, hash), hash), block);
  }
  return Buffer.from(hash);
}

/** RFC 2104. */
export function hmacWhirlpool(key: Uint8Array, ...parts: Uint8Array[]): Buffer {
  const block = Buffer.alloc(64);
  block.set(key.length > 64 ? whirlpool(key) : key);
  const pad = (octet: number): Buffer => block.map((one) => one ^ octet) as Buffer;
  return whirlpool(pad(0x5c), whirlpool(pad(0x36), ...parts));
}
