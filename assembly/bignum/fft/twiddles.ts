/**
 * Fills the constants of a ring: lane.ts says which the first ten vectors are, butterflies.ts which the others.
 *
 * A root is 2^(t/n) e^(i pi a/n): angles are multiples of 1/n all the way down the tree, and so are the powers. Ring R:
 * t = 0. Components come from a table of the first octant (roots.ts), each rounded once, and are exactly 0 and 1 where
 * they should be; those of Q are multiplied by a power of two that is wrong by less than 2 units of rounding: less than
 * 4 units in all. Public: VARIABLE TIME in the sizes.
 */
import { Field, LANE_BYTES, ringR } from "./field";
import { cosine, powerOfTwo } from "./roots";

/** The angles of the blocks' roots, for both lanes: at most 32 blocks before the last stage. */
const ANGLES: usize = memory.data(32 * 8 * 4);

/** Writes two lanes. */
// @ts-ignore: decorator
@inline
function pair(at: usize, lane0: f64, lane1: f64): void {
  store<f64>(at, lane0);
  store<f64>(at, lane1, 8);
}

/** The reciprocals are 8n octets behind the twiddles. */
export function fillTwiddles(f: Field, ring: usize): void {
  const n = f.digits;
  const inQ = ring != ringR(f);
  let t: i32 = inQ ? n >> 2 : 0;
  fillLane(ring, 2 / <f64>n, inQ, cosine(n, n >> 2), powerOfTwo(n, -t), powerOfTwo(n, t));

  let at = ring + LANE_BYTES;
  let blocks: u32 = 1;
  store<u32>(ANGLES, n >> 2);
  store<u32>(ANGLES, (n >> 2) + n, 4);
  for (let left = n >> 2; left > 1;) {
    const radix: u32 = left % 3 == 0 ? 3 : left & 0xaaaaaaaa ? 2 : 4;
    f.last = at - ring - LANE_BYTES;
    t /= radix;
    for (let j: u32 = 1; j < radix; j++) {
      const size = powerOfTwo(n, t * j);
      const inverse = powerOfTwo(n, -t * j);
      let to = at + ((j - 1) << 5);
      // Both lanes of a block, one behind the other.
      for (let i: u32 = 0; i < blocks << 1; i++) {
        const k = (load<u32>(ANGLES + (i << 2)) / radix) * j;
        const re = cosine(n, k);
        const im = cosine(n, k + n + (n >> 1)); // sin x = cos(x + 3 pi/2)
        store<f64>(to, re * size);
        store<f64>(to, im * size, 16);
        store<f64>(to + f.bytes, re * inverse);
        store<f64>(to + f.bytes, -im * inverse, 16);
        to += i & 1 ? ((<usize>(radix - 1)) << 5) - 8 : 8;
      }
    }
    at += (blocks * (radix - 1)) << 5;
    expandAngles(n, radix, blocks);
    blocks *= radix;
    left /= radix;
  }
}

/** From the angles of blocks to those of their parts, in the order of the parts. */
function expandAngles(n: u32, radix: u32, blocks: u32): void {
  if (blocks * radix > 32) return; // after the last stage
  for (let block = <i32>blocks - 1; block >= 0; block--) {
    for (let lane: usize = 0; lane < 2; lane++) {
      const angle = load<u32>(ANGLES + (block << 3) + (lane << 2)) / radix;
      for (let part: u32 = 0; part < radix; part++) {
        // Radix 4: x, -x, ix, -ix; radix 3: x, and x times the cube roots of 1; radix 2: x, -x.
        const turn = radix == 4 ? ((part & 1) << 1) | (part >> 1) : part;
        store<u32>(
          ANGLES + ((block * radix + part) << 3) + (lane << 2),
          (angle + (turn * 2 * n) / radix) % (2 * n),
        );
      }
    }
  }
}

/** g = scale, or -scale in Q; sine45 = sqrt(1/2); lower, upper = c^(-1/4), c^(1/4). */
function fillLane(ring: usize, scale: f64, inQ: bool, sine45: f64, lower: f64, upper: f64): void {
  const g = inQ ? -scale : scale;
  // c^(1/4) sqrt(1/2) and c^(3/4) sqrt(1/2): for c = 2 the first is 2^(-1/4), the second 2^(1/4), without a product.
  const w = inQ ? lower : sine45;
  const wk = inQ ? upper : sine45;
  const root = inQ ? Math.sqrt(2) : 1;
  pair(ring, w, -w);
  pair(ring + 16, w, -w);
  pair(ring + 32, wk, -wk);
  pair(ring + 48, wk, -wk);
  pair(ring + 64, root, root);
  // z = g/s = g c^(-1/4) sqrt(1/2) (1 - i); for c = 2 the modulus is 2^(-3/4) = 2^(1/4)/2, and by 1/sqrt(c) 2^(-1/4)/2.
  const z = inQ ? (g * upper) / 2 : g * sine45;
  const zk = inQ ? (g * lower) / 2 : g * sine45;
  pair(ring + 80, g, z);
  pair(ring + 96, 0, -z);
  pair(ring + 112, 0, -zk);
  pair(ring + 128, inQ ? g * (Math.sqrt(2) / 2) : g, zk);
  store<i64>(ring, inQ ? -2 : -1, 144);
  store<i64>(ring, 1, 152);
}
