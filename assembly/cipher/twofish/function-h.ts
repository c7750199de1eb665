/**
 * The function h of Twofish (Schneier, Kelsey, Whiting, Wagner, Hall, Ferguson, "Twofish: A 128-Bit Block Cipher", 1998,
 * §4.3.2) on a batch of words, bitsliced: the permutations q0 and q1 (§4.3.5) as circuits for their tables of four bits,
 * found by Kwan's method (eprint 2000/051), and the MDS matrix by shifts in its field.
 *
 * The batch is eight words T (SIMD v128, scalar u64), each of two or four of the 32-bit words that h takes, little-endian.
 * They become planes by transposing the 8 x 8 bit matrices across them, as in AES (rounds.ts): plane k has bit k of all
 * octets, those of one place in their word at octets of one place. Both permutations are computed for all octets, and
 * which is taken where is a mask: so the octets need not be sorted, and a batch stays small.
 * Takes the same time for all keys and data; how many words the key has is public.
 */
import { and, andNot, not, or, xor } from "../gates";
import { delta, left, spread } from "../planes";

/** The octets that go through q0, of each word: for the layers of L3, L2, L1, L0 and the last. */
const Q0_PLACES: usize = memory.data<u32>([0x00ffff00, 0xffff0000, 0x00ff00ff, 0x0000ffff, 0xff00ff00], 16);
/** Octets of a plane, of a batch, and of what lists of key words become. */
export const PLANE_BYTES: usize = ASC_FEATURE_SIMD ? 16 : 8;
export const BATCH_BYTES: usize = 8 * PLANE_BYTES;
export const MAX_KEY_PLANES_BYTES: usize = 4 * BATCH_BYTES;

/** The same 32 bits all over the plane. */
// @ts-ignore: decorator
@inline
function spreadHalf<T>(bits: u32): T {
  return spread<T>(((<u64>bits) << 32) | (<u64>bits));
}

/** Key words as planes, in the order in which h wants them: the last of the list first. */
export function sliceWords<T>(planes: usize, words: usize, count: u32): void {
  for (let i = count; i > 0; --i) {
    const word = load<u32>(words + ((<usize>(i - 1)) << 2));
    for (let k: u32 = 0; k < 8; ++k, planes += sizeof<T>())
      store<T>(planes, spreadHalf<T>(((word >> k) & 0x01010101) * 0xff));
  }
}

/** Each octet of a word takes the next one. */
// @ts-ignore: decorator
@inline
function nextOctet<T>(a: T): T {
  // @ts-ignore: type
  if (isVector<T>()) return i8x16.shuffle(a, a, 1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12);
  // @ts-ignore: type
  return ((a >> 8) & 0x00ffffff00ffffff) | ((a << 24) & 0xff000000ff000000);
}

/**
 * A plane of the product with the MDS matrix (§4.3.2). With y the octets, d = y / x and e = y / x^2 in its field,
 * 5B y = y + e and EF y = y + d + e. Summed by how far an octet is from the one it goes to, Horner's way.
 */
// @ts-ignore: decorator
@inline
function mixed<T>(y: T, d: T, e: T, first: T, second: T, third: T, odd: T): T {
  const ye = xor<T>(y, e);
  const one = xor<T>(ye, d);
  const none = xor<T>(xor<T>(y, and<T>(e, odd)), and<T>(d, second));
  const two = xor<T>(xor<T>(y, andNot<T>(e, odd)), and<T>(d, first));
  const three = xor<T>(ye, and<T>(d, third));
  const far = xor<T>(nextOctet<T>(three), two);
  return xor<T>(nextOctet<T>(xor<T>(nextOctet<T>(far), one)), none);
}

/** h of the batch at p in place, with `count` key words as planes (sliceWords). */
export function h<T>(p: usize, keys: usize, count: u32): void {
  const ones = spread<T>(0x5555555555555555);
  const twos = spread<T>(0x3333333333333333);
  const fours = spread<T>(0x0f0f0f0f0f0f0f0f);
  let y0 = load<T>(p, 0 * sizeof<T>());
  let y1 = load<T>(p, 1 * sizeof<T>());
  let y2 = load<T>(p, 2 * sizeof<T>());
  let y3 = load<T>(p, 3 * sizeof<T>());
  let y4 = load<T>(p, 4 * sizeof<T>());
  let y5 = load<T>(p, 5 * sizeof<T>());
  let y6 = load<T>(p, 6 * sizeof<T>());
  let y7 = load<T>(p, 7 * sizeof<T>());
  let t: T;

  for (let mapped = false; ; mapped = true) {
    t = delta<T>(y0, y1, 1, ones);
    y1 = xor<T>(y1, t);
    y0 = xor<T>(y0, left<T>(t, 1));
    t = delta<T>(y2, y3, 1, ones);
    y3 = xor<T>(y3, t);
    y2 = xor<T>(y2, left<T>(t, 1));
    t = delta<T>(y4, y5, 1, ones);
    y5 = xor<T>(y5, t);
    y4 = xor<T>(y4, left<T>(t, 1));
    t = delta<T>(y6, y7, 1, ones);
    y7 = xor<T>(y7, t);
    y6 = xor<T>(y6, left<T>(t, 1));
    t = delta<T>(y0, y2, 2, twos);
    y2 = xor<T>(y2, t);
    y0 = xor<T>(y0, left<T>(t, 2));
    t = delta<T>(y1, y3, 2, twos);
    y3 = xor<T>(y3, t);
    y1 = xor<T>(y1, left<T>(t, 2));
    t = delta<T>(y4, y6, 2, twos);
    y6 = xor<T>(y6, t);
    y4 = xor<T>(y4, left<T>(t, 2));
    t = delta<T>(y5, y7, 2, twos);
    y7 = xor<T>(y7, t);
    y5 = xor<T>(y5, left<T>(t, 2));
    t = delta<T>(y0, y4, 4, fours);
    y4 = xor<T>(y4, t);
    y0 = xor<T>(y0, left<T>(t, 4));
    t = delta<T>(y1, y5, 4, fours);
    y5 = xor<T>(y5, t);
    y1 = xor<T>(y1, left<T>(t, 4));
    t = delta<T>(y2, y6, 4, fours);
    y6 = xor<T>(y6, t);
    y2 = xor<T>(y2, left<T>(t, 4));
    t = delta<T>(y3, y7, 4, fours);
    y7 = xor<T>(y7, t);
    y3 = xor<T>(y3, left<T>(t, 4));
    if (mapped) break;

    let places = Q0_PLACES + ((<usize>(4 - count)) << 2);
    for (; ; places += 4, keys += 8 * sizeof<T>()) {
      // Both permutations begin with the same mixture of the two halves.
      const a0 = xor<T>(y4, y0);
      const a1 = xor<T>(y5, y1);
      const a2 = xor<T>(y6, y2);
      const a3 = xor<T>(y7, y3);
      const b0 = xor<T>(y4, y1);
      const b1 = xor<T>(y5, y2);
      const b2 = xor<T>(y6, y3);
      const b3 = xor<T>(xor<T>(y7, y0), y4);
      let c0: T, c1: T, c2: T, c3: T;
      let d0: T, d1: T, d2: T, d3: T;
      let e0: T, e1: T, e2: T, e3: T;
      let f0: T, f1: T, f2: T, f3: T;
      let x0: T, x1: T, x2: T, x3: T, x4: T, x5: T, x6: T, x7: T;
      // q0
      // t0 of q0
      {
        const t0 = andNot<T>(a1, a3);
        const t1 = or<T>(t0, a2);
        const t2 = andNot<T>(a1, a2);
        const t3 = xor<T>(t2, a3);
        const t4 = and<T>(t3, a0);
        const t5 = xor<T>(t1, t4);
        const t6 = andNot<T>(a0, t0);
        const t7 = andNot<T>(a1, t6);
        const t8 = xor<T>(t7, a2);
        const t9 = andNot<T>(t8, t5);
        const t10 = xor<T>(t9, t0);
        const t11 = xor<T>(t10, a0);
        const t12 = not<T>(t10);
        const t13 = or<T>(a3, t6);
        const t14 = xor<T>(t13, t5);
        const t15 = andNot<T>(t14, a1);
        const t16 = xor<T>(t12, t15);
        c0 = t11;
        c1 = t5;
        c2 = t8;
        c3 = t16;
      }
      // t1
      {
        const t0 = not<T>(b2);
        const t1 = or<T>(b0, b2);
        const t2 = or<T>(b1, t0);
        const t3 = and<T>(t1, t2);
        const t4 = and<T>(t3, b3);
        const t5 = xor<T>(t0, t4);
        const t6 = xor<T>(b1, b3);
        const t7 = or<T>(t6, t1);
        const t8 = xor<T>(t2, b2);
        const t9 = and<T>(t8, b0);
        const t10 = xor<T>(t7, t9);
        const t11 = or<T>(t5, t6);
        const t12 = and<T>(t11, b2);
        const t13 = and<T>(t12, b0);
        const t14 = xor<T>(t11, t13);
        const t15 = xor<T>(t14, b1);
        const t16 = or<T>(b0, t4);
        const t17 = xor<T>(t16, t11);
        d0 = t10;
        d1 = t17;
        d2 = t15;
        d3 = t5;
      }
      e0 = xor<T>(c0, d0);
      e1 = xor<T>(c1, d1);
      e2 = xor<T>(c2, d2);
      e3 = xor<T>(c3, d3);
      f0 = xor<T>(c0, d1);
      f1 = xor<T>(c1, d2);
      f2 = xor<T>(c2, d3);
      f3 = xor<T>(xor<T>(c3, d0), c0);
      // t2
      {
        const t0 = not<T>(e1);
        const t1 = andNot<T>(t0, e2);
        const t2 = xor<T>(e0, t1);
        const t3 = andNot<T>(t2, e3);
        const t4 = xor<T>(e1, t3);
        const t5 = andNot<T>(t4, e3);
        const t6 = or<T>(t1, t2);
        const t7 = xor<T>(t6, t4);
        const t8 = andNot<T>(t7, e2);
        const t9 = xor<T>(t5, t8);
        const t10 = xor<T>(t4, t2);
        const t11 = andNot<T>(e2, e3);
        const t12 = xor<T>(t10, t11);
        const t13 = xor<T>(t9, e2);
        const t14 = xor<T>(t6, t11);
        const t15 = and<T>(t13, t14);
        const t16 = xor<T>(t15, e3);
        x0 = t4;
        x1 = t16;
        x2 = t12;
        x3 = t9;
      }
      // t3
      {
        const t0 = not<T>(f3);
        const t1 = or<T>(f0, t0);
        const t2 = xor<T>(t1, f1);
        const t3 = and<T>(t2, f2);
        const t4 = xor<T>(t0, t3);
        const t5 = andNot<T>(f1, t3);
        const t6 = or<T>(f3, t4);
        const t7 = xor<T>(t6, f2);
        const t8 = and<T>(t7, f0);
        const t9 = xor<T>(t5, t8);
        const t10 = andNot<T>(t7, f3);
        const t11 = andNot<T>(t9, t10);
        const t12 = andNot<T>(t6, f0);
        const t13 = xor<T>(t11, t12);
        const t14 = or<T>(t9, t12);
        const t15 = xor<T>(t14, f2);
        x4 = t15;
        x5 = t9;
        x6 = t4;
        x7 = t13;
      }
      // q1
      // t0 of q1
      {
        const t0 = andNot<T>(a1, a0);
        const t1 = andNot<T>(a3, t0);
        const t2 = xor<T>(t1, a2);
        const t3 = xor<T>(t2, a1);
        const t4 = and<T>(a0, a1);
        const t5 = andNot<T>(t2, t1);
        const t6 = or<T>(t4, t5);
        const t7 = not<T>(t6);
        const t8 = andNot<T>(t7, a0);
        const t9 = xor<T>(a2, t8);
        const t10 = and<T>(t9, a3);
        const t11 = and<T>(t10, a1);
        const t12 = xor<T>(t9, t11);
        const t13 = andNot<T>(a1, t12);
        const t14 = andNot<T>(t3, t10);
        const t15 = xor<T>(t13, t14);
        const t16 = xor<T>(t15, a0);
        c0 = t3;
        c1 = t12;
        c2 = t6;
        c3 = t16;
      }
      // t1
      {
        const t0 = xor<T>(b2, b3);
        const t1 = and<T>(t0, b0);
        const t2 = or<T>(b3, t0);
        const t3 = xor<T>(t2, b0);
        const t4 = andNot<T>(t3, b1);
        const t5 = xor<T>(t1, t4);
        const t6 = andNot<T>(b2, t5);
        const t7 = xor<T>(t6, t3);
        const t8 = andNot<T>(t0, b1);
        const t9 = xor<T>(t7, t8);
        const t10 = xor<T>(b1, b3);
        const t11 = not<T>(t9);
        const t12 = andNot<T>(t11, b2);
        const t13 = xor<T>(t10, t12);
        const t14 = or<T>(t11, t3);
        const t15 = andNot<T>(t11, t10);
        const t16 = xor<T>(t14, t15);
        d0 = t13;
        d1 = t16;
        d2 = t5;
        d3 = t9;
      }
      e0 = xor<T>(c0, d0);
      e1 = xor<T>(c1, d1);
      e2 = xor<T>(c2, d2);
      e3 = xor<T>(c3, d3);
      f0 = xor<T>(c0, d1);
      f1 = xor<T>(c1, d2);
      f2 = xor<T>(c2, d3);
      f3 = xor<T>(xor<T>(c3, d0), c0);
      // t2
      {
        const t0 = andNot<T>(e3, e1);
        const t1 = not<T>(t0);
        const t2 = and<T>(e3, e0);
        const t3 = xor<T>(t1, t2);
        const t4 = xor<T>(e0, t1);
        const t5 = or<T>(t4, e1);
        const t6 = and<T>(t5, e2);
        const t7 = xor<T>(t3, t6);
        const t8 = or<T>(t4, t7);
        const t9 = andNot<T>(t7, e1);
        const t10 = xor<T>(t8, t9);
        const t11 = xor<T>(e3, t9);
        const t12 = andNot<T>(t4, t11);
        const t13 = xor<T>(t12, e2);
        const t14 = andNot<T>(t8, t13);
        const t15 = xor<T>(t14, t4);
        const t16 = xor<T>(t15, e1);
        c0 = t10;
        c1 = t13;
        c2 = t7;
        c3 = t16;
      }
      // t3
      {
        const t0 = not<T>(f0);
        const t1 = or<T>(f0, f2);
        const t2 = and<T>(t1, f1);
        const t3 = xor<T>(t0, t2);
        const t4 = xor<T>(f2, f1);
        const t5 = andNot<T>(t4, f3);
        const t6 = xor<T>(t3, t5);
        const t7 = xor<T>(t1, t3);
        const t8 = andNot<T>(t7, f3);
        const t9 = and<T>(t4, f1);
        const t10 = or<T>(t8, t9);
        const t11 = or<T>(t2, t8);
        const t12 = xor<T>(t11, t5);
        const t13 = xor<T>(f3, f2);
        const t14 = and<T>(t7, t5);
        const t15 = xor<T>(t13, t14);
        d0 = t10;
        d1 = t6;
        d2 = t15;
        d3 = t12;
      }
      const chosen = spreadHalf<T>(load<u32>(places));
      y0 = xor<T>(c0, and<T>(xor<T>(c0, x0), chosen));
      y1 = xor<T>(c1, and<T>(xor<T>(c1, x1), chosen));
      y2 = xor<T>(c2, and<T>(xor<T>(c2, x2), chosen));
      y3 = xor<T>(c3, and<T>(xor<T>(c3, x3), chosen));
      y4 = xor<T>(d0, and<T>(xor<T>(d0, x4), chosen));
      y5 = xor<T>(d1, and<T>(xor<T>(d1, x5), chosen));
      y6 = xor<T>(d2, and<T>(xor<T>(d2, x6), chosen));
      y7 = xor<T>(d3, and<T>(xor<T>(d3, x7), chosen));
      if (places == Q0_PLACES + 16) break;
      y0 = xor<T>(y0, load<T>(keys, 0 * sizeof<T>()));
      y1 = xor<T>(y1, load<T>(keys, 1 * sizeof<T>()));
      y2 = xor<T>(y2, load<T>(keys, 2 * sizeof<T>()));
      y3 = xor<T>(y3, load<T>(keys, 3 * sizeof<T>()));
      y4 = xor<T>(y4, load<T>(keys, 4 * sizeof<T>()));
      y5 = xor<T>(y5, load<T>(keys, 5 * sizeof<T>()));
      y6 = xor<T>(y6, load<T>(keys, 6 * sizeof<T>()));
      y7 = xor<T>(y7, load<T>(keys, 7 * sizeof<T>()));
    }

    const first = spreadHalf<T>(0x000000ff);
    const second = spreadHalf<T>(0x0000ff00);
    const third = spreadHalf<T>(0x00ff0000);
    const odd = spreadHalf<T>(0xff00ff00);
    // y / x: x^8 + x^6 + x^5 + x^3 + 1 = 0, so 1 / x = x^7 + x^5 + x^4 + x^2; then the same again.
    const v0 = y1;
    const v1 = y2;
    const v2 = xor<T>(y3, y0);
    const v3 = y4;
    const v4 = xor<T>(y5, y0);
    const v5 = xor<T>(y6, y0);
    const v6 = y7;
    const v7 = y0;
    const w0 = v1;
    const w1 = v2;
    const w2 = xor<T>(v3, v0);
    const w3 = v4;
    const w4 = xor<T>(v5, v0);
    const w5 = xor<T>(v6, v0);
    const w6 = v7;
    const w7 = v0;
    y0 = mixed<T>(y0, v0, w0, first, second, third, odd);
    y1 = mixed<T>(y1, v1, w1, first, second, third, odd);
    y2 = mixed<T>(y2, v2, w2, first, second, third, odd);
    y3 = mixed<T>(y3, v3, w3, first, second, third, odd);
    y4 = mixed<T>(y4, v4, w4, first, second, third, odd);
    y5 = mixed<T>(y5, v5, w5, first, second, third, odd);
    y6 = mixed<T>(y6, v6, w6, first, second, third, odd);
    y7 = mixed<T>(y7, v7, w7, first, second, third, odd);
  }
  store<T>(p, y0, 0 * sizeof<T>());
  store<T>(p, y1, 1 * sizeof<T>());
  store<T>(p, y2, 2 * sizeof<T>());
  store<T>(p, y3, 3 * sizeof<T>());
  store<T>(p, y4, 4 * sizeof<T>());
  store<T>(p, y5, 5 * sizeof<T>());
  store<T>(p, y6, 6 * sizeof<T>());
  store<T>(p, y7, 7 * sizeof<T>());
}
