/**
 * SHA-256 (FIPS 180-4 §6.2), as a stream. A running hash lies in HASH_BYTES octets:
 *
 *    0  state, eight words in the machine's order
 *   32  octets so far u64
 *   40  the octets of a block that is not full yet, 64
 *
 * Lengths are public.
 */

export const HASH_BYTES: usize = 104;
const OCTETS: usize = 32;
const BUFFER: usize = 40;

// prettier-ignore
const K: usize = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
], 16);

// prettier-ignore
const INITIAL: usize = memory.data<u32>([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
], 16);

/** The message schedule, 64 words. */
const W: usize = memory.data(256, 16);

// @ts-ignore: decorator
@inline
function choose(e: u32, f: u32, g: u32): u32 {
  return g ^ (e & (f ^ g));
}

// @ts-ignore: decorator
@inline
function majority(a: u32, b: u32, c: u32): u32 {
  return (a & b) | (c & (a | b));
}

/** Rotations by 2, 13 and 22. */
// @ts-ignore: decorator
@inline
function Sigma0(a: u32): u32 {
  return rotr<u32>(rotr<u32>(rotr<u32>(a, 9) ^ a, 11) ^ a, 2);
}

/** Rotations by 6, 11 and 25. */
// @ts-ignore: decorator
@inline
function Sigma1(e: u32): u32 {
  return rotr<u32>(rotr<u32>(rotr<u32>(e, 14) ^ e, 5) ^ e, 6);
}

// @ts-ignore: decorator
@inline
function sigma0(x: u32): u32 {
  return rotr<u32>(x, 7) ^ rotr<u32>(x, 18) ^ (x >> 3);
}

// @ts-ignore: decorator
@inline
function sigma1(x: u32): u32 {
  return rotr<u32>(x, 17) ^ rotr<u32>(x, 19) ^ (x >> 10);
}

// @ts-ignore: decorator
@inline
function added(t: usize, i: usize): u32 {
  return load<u32>(W + t + 4 * i) + load<u32>(K + t + 4 * i);
}

/** The initial hash value (§5.3.3). */
export function initialState(state: usize): void {
  memory.copy(state, INITIAL, 32);
}

/** Hashes whole blocks into the state. */
export function compress(state: usize, block: usize, blocks: u32): void {
  for (; blocks; --blocks, block += 64) {
    for (let t: usize = 0; t < 64; t += 4) store<u32>(W + t, bswap<u32>(load<u32>(block + t)));
    for (let w = W; w < W + 192; w += 4) {
      store<u32>(w, load<u32>(w) + sigma0(load<u32>(w, 4)) + load<u32>(w, 36) + sigma1(load<u32>(w, 56)), 64);
    }

    let a = load<u32>(state);
    let b = load<u32>(state, 4);
    let c = load<u32>(state, 8);
    let d = load<u32>(state, 12);
    let e = load<u32>(state, 16);
    let f = load<u32>(state, 20);
    let g = load<u32>(state, 24);
    let h = load<u32>(state, 28);

    // Eight rounds at a time, so that the words need not move: each line is T1 of a round, then a + T2.
    for (let t: usize = 0; t < 256; t += 32) {
      h += Sigma1(e) + choose(e, f, g) + added(t, 0);
      d += h;
      h += Sigma0(a) + majority(a, b, c);
      g += Sigma1(d) + choose(d, e, f) + added(t, 1);
      c += g;
      g += Sigma0(h) + majority(h, a, b);
      f += Sigma1(c) + choose(c, d, e) + added(t, 2);
      b += f;
      f += Sigma0(g) + majority(g, h, a);
      e += Sigma1(b) + choose(b, c, d) + added(t, 3);
      a += e;
      e += Sigma0(f) + majority(f, g, h);
      d += Sigma1(a) + choose(a, b, c) + added(t, 4);
      h += d;
      d += Sigma0(e) + majority(e, f, g);
      c += Sigma1(h) + choose(h, a, b) + added(t, 5);
      g += c;
      c += Sigma0(d) + majority(d, e, f);
      b += Sigma1(g) + choose(g, h, a) + added(t, 6);
      f += b;
      b += Sigma0(c) + majority(c, d, e);
      a += Sigma1(f) + choose(f, g, h) + added(t, 7);
      e += a;
      a += Sigma0(b) + majority(b, c, d);
    }

    store<u32>(state, load<u32>(state) + a);
    store<u32>(state, load<u32>(state, 4) + b, 4);
    store<u32>(state, load<u32>(state, 8) + c, 8);
    store<u32>(state, load<u32>(state, 12) + d, 12);
    store<u32>(state, load<u32>(state, 16) + e, 16);
    store<u32>(state, load<u32>(state, 20) + f, 20);
    store<u32>(state, load<u32>(state, 24) + g, 24);
    store<u32>(state, load<u32>(state, 28) + h, 28);
  }
}

/** Overwrites what the last block left in the schedule. */
export function wipeSchedule(): void {
  memory.fill(W, 0, 256);
}

/** The eight words as 32 octets. */
export function writeState(out: usize, state: usize): void {
  for (let i: usize = 0; i < 32; i += 4) store<u32>(out + i, bswap<u32>(load<u32>(state + i)));
}

export function start(hash: usize): void {
  initialState(hash);
  store<u64>(hash, 0, OCTETS);
}

/** Goes on from a state in which `octets`, a multiple of 64, were hashed. */
export function resume(hash: usize, state: usize, octets: u64): void {
  memory.copy(hash, state, 32);
  store<u64>(hash, octets, OCTETS);
}

export function update(hash: usize, data: usize, length: u32): void {
  const octets = load<u64>(hash, OCTETS);
  const filled = (<u32>octets) & 63;
  store<u64>(hash, octets + length, OCTETS);
  if (filled) {
    const taken = min(64 - filled, length);
    memory.copy(hash + BUFFER + filled, data, taken);
    if (filled + taken < 64) return;
    compress(hash, hash + BUFFER, 1);
    data += taken;
    length -= taken;
  }
  compress(hash, data, length >> 6);
  memory.copy(hash + BUFFER, data + (length & ~63), length & 63);
}

/** Pads (§5.1.1), writes the 32 octets of the hash and overwrites everything that the hash left behind. */
export function finish(hash: usize, out: usize): void {
  const octets = load<u64>(hash, OCTETS);
  let filled = (<u32>octets) & 63;
  store<u8>(hash + BUFFER + filled, 0x80);
  ++filled;
  memory.fill(hash + BUFFER + filled, 0, 64 - filled);
  if (filled > 56) {
    compress(hash, hash + BUFFER, 1);
    memory.fill(hash + BUFFER, 0, 64);
  }
  store<u64>(hash, bswap<u64>(octets << 3), BUFFER + 56);
  compress(hash, hash + BUFFER, 1);
  writeState(out, hash);
  memory.fill(hash, 0, HASH_BYTES);
  wipeSchedule();
}
