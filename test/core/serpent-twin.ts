/**
 * Serpent as its specification has it (Anderson, Biham, Knudsen 1998), in the plainest way: the S-boxes are tables, four bits
 * at a time. The octet order is that of NESSIE: little-endian words. For tests: variable time.
 */

const BOXES = [
  "38f1a65bed42709c",
  "fc27905a1be86d34",
  "86793cafd1e40b52",
  "0fb8c963d124a75e",
  "1f83c0b6254a9e7d",
  "f52b4a9c03e8d671",
  "72c5846be91fd3a0",
  "1df0e82b74ca9356",
].map((box) => Array.from(box, (digit) => parseInt(digit, 16)));

type Words = [number, number, number, number];

const rotate = (word: number, bits: number): number => (word << bits) | (word >>> (32 - bits));

/** Bit i of the four words is the input at place i. */
function substitute(box: number, words: Words): Words {
  const out: Words = [0, 0, 0, 0];
  for (let i = 0; i < 32; i++) {
    const input = words.reduce((sum, word, bit) => sum | (((word >>> i) & 1) << bit), 0);
    const output = BOXES[box % 8]![input]!;
    for (let bit = 0; bit < 4; bit++) out[bit]! |= ((output >> bit) & 1) << i;
  }
  return out;
}

function transform([x0, x1, x2, x3]: Words): Words {
  x0 = rotate(x0, 13);
  x2 = rotate(x2, 3);
  x1 = rotate(x1 ^ x0 ^ x2, 1);
  x3 = rotate(x3 ^ x2 ^ (x0 << 3), 7);
  x0 = rotate(x0 ^ x1 ^ x3, 5);
  x2 = rotate(x2 ^ x3 ^ (x1 << 7), 22);
  return [x0, x1, x2, x3];
}

const add = (a: Words, b: Words): Words => a.map((word, i) => word ^ b[i]!) as Words;

function wordsOf(octets: Uint8Array): number[] {
  const view = new DataView(octets.buffer, octets.byteOffset);
  return Array.from({ length: octets.length / 4 }, (_, i) => view.getUint32(4 * i, true));
}

/** Encrypts one block under a key of 16, 24 or 32 octets. */
export function serpentTwin(key: Uint8Array): (block: Uint8Array) => Uint8Array {
  const padded = new Uint8Array(32);
  padded.set(key);
  if (key.length < 32) padded[key.length] = 1;
  const w = wordsOf(padded);
  for (let i = 0; i < 132; i++)
    w.push(rotate(w[i]! ^ w[i + 3]! ^ w[i + 5]! ^ w[i + 7]! ^ 0x9e3779b9 ^ i, 11));
  const keys = Array.from({ length: 33 }, (_, i) =>
    substitute(35 - i, w.slice(8 + 4 * i, 12 + 4 * i) as Words),
  );
  return (block) => {
    let state = wordsOf(block) as Words;
    for (let round = 0; round < 32; round++) {
      state = substitute(round, add(state, keys[round]!));
      state = round < 31 ? transform(state) : add(state, keys[32]!);
    }
    const out = new DataView(new ArrayBuffer(16));
    state.forEach((word, i) => out.setUint32(4 * i, word, true));
    return new Uint8Array(out.buffer);
  };
}
