/**
 * Twofish as its specification has it (Schneier and others 1998, §4), in the plainest way: q0 and q1 are tables, and the
 * matrices are multiplied as in school. For tests: variable time.
 */

const hexBox = (digits: string) => Array.from(digits, (digit) => parseInt(digit, 16));
const tables = [
  ["817d6f320b59eca4", "ecb81235f4a6709d", "ba5e6d90c8f32471", "d7f4126e9b3085ca"].map(hexBox),
  ["28bdf76e31940ac5", "1e2b4c376da5f908", "4c75169a0ed82b3f", "b951c3de647f208a"].map(hexBox),
];

/** §4.3.5 */
const q = tables.map((t) =>
  Array.from({ length: 256 }, (_, x) => {
    let [a, b] = [x >> 4, x & 15];
    for (const half of [0, 2]) {
      const [mixedA, mixedB] = [a ^ b, a ^ ((b >> 1) | ((b & 1) << 3)) ^ ((8 * a) & 15)];
      [a, b] = [t[half]![mixedA]!, t[half + 1]![mixedB]!];
    }
    return 16 * b + a;
  }),
);

/** The product in GF(2^8) modulo a polynomial of degree 8. */
function times(a: number, b: number, polynomial: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) {
    product <<= 1;
    if (product & 0x100) product ^= polynomial;
    if ((b >> bit) & 1) product ^= a;
  }
  return product;
}

const MDS = [
  [0x01, 0xef, 0x5b, 0x5b],
  [0x5b, 0xef, 0xef, 0x01],
  [0xef, 0x5b, 0x01, 0xef],
  [0xef, 0x01, 0xef, 0x5b],
];
const RS = [
  [0x01, 0xa4, 0x55, 0x87, 0x5a, 0x58, 0xdb, 0x9e],
  [0xa4, 0x56, 0x82, 0xf3, 0x1e, 0xc6, 0x68, 0xe5],
  [0x02, 0xa1, 0xfc, 0xc1, 0x47, 0xae, 0x3d, 0x19],
  [0xa4, 0x55, 0x87, 0x5a, 0x58, 0xdb, 0x9e, 0x03],
];

/** A matrix and a vector of octets, to a little-endian word. */
const product = (matrix: number[][], vector: number[], polynomial: number): number =>
  matrix.reduce(
    (word, row, i) =>
      word | (row.reduce((sum, m, j) => sum ^ times(m, vector[j]!, polynomial), 0) << (8 * i)),
    0,
  );

const octetsOf = (word: number) => [0, 8, 16, 24].map((shift) => (word >>> shift) & 0xff);

/** Which of q0 and q1 each octet goes through: before L3, L2, L1, L0, and at the end (§4.3.2, figure 2). */
const LAYERS = ["1001", "1100", "0101", "0011", "1010"].map((row) => Array.from(row, Number));

function h(x: number, list: readonly number[]): number {
  let y = octetsOf(x);
  for (let layer = 4 - list.length; layer < 5; layer++) {
    y = y.map((octet, i) => q[LAYERS[layer]![i]!]![octet]!);
    if (layer < 4) y = y.map((octet, i) => octet ^ octetsOf(list[3 - layer]!)[i]!);
  }
  return product(MDS, y, 0x169);
}

const rotate = (word: number, bits: number): number => (word << bits) | (word >>> (32 - bits));

function wordsOf(octets: Uint8Array): number[] {
  const view = new DataView(octets.buffer, octets.byteOffset);
  return Array.from({ length: octets.length / 4 }, (_, i) => view.getUint32(4 * i, true));
}

/** Encrypts one block under a key of 16, 24 or 32 octets. */
export function twofishTwin(key: Uint8Array): (block: Uint8Array) => Uint8Array {
  const words = wordsOf(key);
  const [even, odd] = [0, 1].map((parity) => words.filter((_, i) => i % 2 === parity)) as [
    number[],
    number[],
  ];
  const s = even.map((_, i) => product(RS, [...key.subarray(8 * i, 8 * i + 8)], 0x14d)).reverse();
  const k: number[] = [];
  for (let i = 0; i < 20; i++) {
    const a = h(2 * i * 0x01010101, even);
    const b = rotate(h((2 * i + 1) * 0x01010101, odd), 8);
    k.push((a + b) | 0, rotate((a + 2 * b) | 0, 9));
  }
  return (block) => {
    let [r0, r1, r2, r3] = wordsOf(block).map((word, i) => word ^ k[i]!) as [number, number, number, number];
    for (let round = 0; round < 16; round++) {
      const [t0, t1] = [h(r0, s), h(rotate(r1, 8), s)];
      const third = rotate(r2 ^ (t0 + t1 + k[2 * round + 8]!), 31);
      const fourth = rotate(r3, 1) ^ (t0 + 2 * t1 + k[2 * round + 9]!);
      [r0, r1, r2, r3] = [third, fourth, r0, r1];
    }
    const out = new DataView(new ArrayBuffer(16));
    [r2, r3, r0, r1].forEach((word, i) => out.setUint32(4 * i, word ^ k[i + 4]!, true));
    return new Uint8Array(out.buffer);
  };
}
