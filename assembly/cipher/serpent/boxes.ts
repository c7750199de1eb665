/**
 * The S-boxes of Serpent (Anderson, Biham, Knudsen, "Serpent: A Proposal for the Advanced Encryption Standard", 1998) as
 * circuits over words: bit i of the four words is an input, so that a box does 32 of them (u32), or 128 (v128, four
 * blocks). Circuits of 15 to 18 gates, found by Kwan's method (eprint 2000/051).
 * Each box adds the round key first and may have the linear transformation behind it, so that the words of the state, four
 * at p, one behind the other, go through memory once a round. Takes the same time for all keys and data.
 */
import { and, andNot, not, or, xor } from "../gates";
import { rotated, shifted, spreadWord } from "./words";

/** Stores the four words, after the linear transformation if there is one. */
// @ts-ignore: decorator
@inline
function put<T>(p: usize, mix: bool, x0: T, x1: T, x2: T, x3: T): void {
  if (mix) {
    x0 = rotated<T>(x0, 13);
    x2 = rotated<T>(x2, 3);
    x1 = rotated<T>(xor<T>(xor<T>(x1, x0), x2), 1);
    x3 = rotated<T>(xor<T>(xor<T>(x3, x2), shifted<T>(x0, 3)), 7);
    x0 = rotated<T>(xor<T>(xor<T>(x0, x1), x3), 5);
    x2 = rotated<T>(xor<T>(xor<T>(x2, x3), shifted<T>(x1, 7)), 22);
  }
  store<T>(p, x0, 0 * sizeof<T>());
  store<T>(p, x1, 1 * sizeof<T>());
  store<T>(p, x2, 2 * sizeof<T>());
  store<T>(p, x3, 3 * sizeof<T>());
}

export function s0<T>(p: usize, key: usize, mix: bool): void {
  const a = xor<T>(load<T>(p, 0 * sizeof<T>()), spreadWord<T>(key, 0));
  const b = xor<T>(load<T>(p, 1 * sizeof<T>()), spreadWord<T>(key, 4));
  const c = xor<T>(load<T>(p, 2 * sizeof<T>()), spreadWord<T>(key, 8));
  const d = xor<T>(load<T>(p, 3 * sizeof<T>()), spreadWord<T>(key, 12));
  const t0 = not<T>(a);
  const t1 = and<T>(d, b);
  const t2 = xor<T>(t0, t1);
  const t3 = andNot<T>(a, d);
  const t4 = and<T>(t2, b);
  const t5 = or<T>(t3, t4);
  const t6 = and<T>(t5, c);
  const t7 = xor<T>(t2, t6);
  const t8 = xor<T>(b, c);
  const t9 = or<T>(d, a);
  const t10 = xor<T>(t8, t9);
  const t11 = xor<T>(t5, t10);
  const t12 = xor<T>(t11, t7);
  const t13 = or<T>(t7, t12);
  const t14 = and<T>(t13, t9);
  const t15 = xor<T>(t14, b);
  put<T>(p, mix, t12, t7, t15, t10);
}

export function s1<T>(p: usize, key: usize, mix: bool): void {
  const a = xor<T>(load<T>(p, 0 * sizeof<T>()), spreadWord<T>(key, 0));
  const b = xor<T>(load<T>(p, 1 * sizeof<T>()), spreadWord<T>(key, 4));
  const c = xor<T>(load<T>(p, 2 * sizeof<T>()), spreadWord<T>(key, 8));
  const d = xor<T>(load<T>(p, 3 * sizeof<T>()), spreadWord<T>(key, 12));
  const t0 = not<T>(c);
  const t1 = andNot<T>(b, a);
  const t2 = xor<T>(t0, t1);
  const t3 = xor<T>(t2, d);
  const t4 = or<T>(b, c);
  const t5 = xor<T>(t4, a);
  const t6 = xor<T>(b, t5);
  const t7 = or<T>(t6, t3);
  const t8 = andNot<T>(t7, d);
  const t9 = xor<T>(t5, t8);
  const t10 = or<T>(t8, t6);
  const t11 = and<T>(t4, t3);
  const t12 = xor<T>(t10, t11);
  const t13 = andNot<T>(t12, t9);
  const t14 = xor<T>(t13, t2);
  put<T>(p, mix, t14, t9, t3, t12);
}

export function s2<T>(p: usize, key: usize, mix: bool): void {
  const a = xor<T>(load<T>(p, 0 * sizeof<T>()), spreadWord<T>(key, 0));
  const b = xor<T>(load<T>(p, 1 * sizeof<T>()), spreadWord<T>(key, 4));
  const c = xor<T>(load<T>(p, 2 * sizeof<T>()), spreadWord<T>(key, 8));
  const d = xor<T>(load<T>(p, 3 * sizeof<T>()), spreadWord<T>(key, 12));
  const t0 = andNot<T>(c, a);
  const t1 = xor<T>(t0, b);
  const t2 = xor<T>(t1, d);
  const t3 = xor<T>(a, c);
  const t4 = and<T>(t2, b);
  const t5 = xor<T>(t3, t4);
  const t6 = or<T>(t1, a);
  const t7 = and<T>(t6, d);
  const t8 = xor<T>(t5, t7);
  const t9 = not<T>(t5);
  const t10 = and<T>(b, c);
  const t11 = xor<T>(t9, t10);
  const t12 = or<T>(a, t7);
  const t13 = xor<T>(t12, t10);
  const t14 = xor<T>(t13, b);
  const t15 = xor<T>(t14, d);
  put<T>(p, mix, t2, t8, t15, t11);
}

export function s3<T>(p: usize, key: usize, mix: bool): void {
  const a = xor<T>(load<T>(p, 0 * sizeof<T>()), spreadWord<T>(key, 0));
  const b = xor<T>(load<T>(p, 1 * sizeof<T>()), spreadWord<T>(key, 4));
  const c = xor<T>(load<T>(p, 2 * sizeof<T>()), spreadWord<T>(key, 8));
  const d = xor<T>(load<T>(p, 3 * sizeof<T>()), spreadWord<T>(key, 12));
  const t0 = and<T>(a, d);
  const t1 = or<T>(t0, b);
  const t2 = or<T>(d, a);
  const t3 = and<T>(t2, c);
  const t4 = xor<T>(t1, t3);
  const t5 = xor<T>(t4, a);
  const t6 = xor<T>(b, c);
  const t7 = xor<T>(t6, t0);
  const t8 = and<T>(a, b);
  const t9 = xor<T>(t8, t2);
  const t10 = andNot<T>(t9, c);
  const t11 = xor<T>(t7, t10);
  const t12 = or<T>(t4, t9);
  const t13 = xor<T>(t12, t7);
  const t14 = andNot<T>(t5, t13);
  const t15 = xor<T>(t14, t9);
  put<T>(p, mix, t15, t5, t13, t11);
}

export function s4<T>(p: usize, key: usize, mix: bool): void {
  const a = xor<T>(load<T>(p, 0 * sizeof<T>()), spreadWord<T>(key, 0));
  const b = xor<T>(load<T>(p, 1 * sizeof<T>()), spreadWord<T>(key, 4));
  const c = xor<T>(load<T>(p, 2 * sizeof<T>()), spreadWord<T>(key, 8));
  const d = xor<T>(load<T>(p, 3 * sizeof<T>()), spreadWord<T>(key, 12));
  const t0 = andNot<T>(a, d);
  const t1 = xor<T>(t0, c);
  const t2 = xor<T>(a, d);
  const t3 = not<T>(t2);
  const t4 = andNot<T>(t3, b);
  const t5 = xor<T>(t1, t4);
  const t6 = andNot<T>(t5, b);
  const t7 = xor<T>(t6, t3);
  const t8 = andNot<T>(t7, t2);
  const t9 = xor<T>(t8, b);
  const t10 = and<T>(t5, a);
  const t11 = xor<T>(t9, t10);
  const t12 = xor<T>(t1, t11);
  const t13 = or<T>(t12, t10);
  const t14 = xor<T>(t13, d);
  put<T>(p, mix, t5, t14, t11, t7);
}

export function s5<T>(p: usize, key: usize, mix: bool): void {
  const a = xor<T>(load<T>(p, 0 * sizeof<T>()), spreadWord<T>(key, 0));
  const b = xor<T>(load<T>(p, 1 * sizeof<T>()), spreadWord<T>(key, 4));
  const c = xor<T>(load<T>(p, 2 * sizeof<T>()), spreadWord<T>(key, 8));
  const d = xor<T>(load<T>(p, 3 * sizeof<T>()), spreadWord<T>(key, 12));
  const t0 = andNot<T>(a, b);
  const t1 = xor<T>(t0, c);
  const t2 = xor<T>(a, b);
  const t3 = not<T>(t2);
  const t4 = andNot<T>(t3, d);
  const t5 = xor<T>(t1, t4);
  const t6 = andNot<T>(t5, d);
  const t7 = xor<T>(t6, t2);
  const t8 = andNot<T>(t3, t6);
  const t9 = andNot<T>(t5, b);
  const t10 = xor<T>(t8, t9);
  const t11 = xor<T>(t10, d);
  const t12 = xor<T>(t1, t11);
  const t13 = or<T>(t12, t9);
  const t14 = xor<T>(t13, a);
  put<T>(p, mix, t5, t7, t11, t14);
}

export function s6<T>(p: usize, key: usize, mix: bool): void {
  const a = xor<T>(load<T>(p, 0 * sizeof<T>()), spreadWord<T>(key, 0));
  const b = xor<T>(load<T>(p, 1 * sizeof<T>()), spreadWord<T>(key, 4));
  const c = xor<T>(load<T>(p, 2 * sizeof<T>()), spreadWord<T>(key, 8));
  const d = xor<T>(load<T>(p, 3 * sizeof<T>()), spreadWord<T>(key, 12));
  const t0 = and<T>(a, d);
  const t1 = not<T>(t0);
  const t2 = xor<T>(t1, c);
  const t3 = xor<T>(t2, b);
  const t4 = andNot<T>(t3, a);
  const t5 = xor<T>(t4, d);
  const t6 = and<T>(t3, t5);
  const t7 = xor<T>(t6, a);
  const t8 = and<T>(t7, b);
  const t9 = xor<T>(t5, t8);
  const t10 = xor<T>(t2, t7);
  const t11 = xor<T>(t10, t9);
  const t12 = and<T>(t10, t11);
  const t13 = xor<T>(t0, c);
  const t14 = xor<T>(t12, t13);
  put<T>(p, mix, t9, t3, t11, t14);
}

export function s7<T>(p: usize, key: usize, mix: bool): void {
  const a = xor<T>(load<T>(p, 0 * sizeof<T>()), spreadWord<T>(key, 0));
  const b = xor<T>(load<T>(p, 1 * sizeof<T>()), spreadWord<T>(key, 4));
  const c = xor<T>(load<T>(p, 2 * sizeof<T>()), spreadWord<T>(key, 8));
  const d = xor<T>(load<T>(p, 3 * sizeof<T>()), spreadWord<T>(key, 12));
  const t0 = or<T>(b, c);
  const t1 = xor<T>(t0, d);
  const t2 = xor<T>(b, c);
  const t3 = or<T>(t2, d);
  const t4 = and<T>(t3, a);
  const t5 = xor<T>(t1, t4);
  const t6 = andNot<T>(a, t5);
  const t7 = xor<T>(t6, t2);
  const t8 = or<T>(c, t5);
  const t9 = and<T>(t8, d);
  const t10 = xor<T>(t7, t9);
  const t11 = xor<T>(t7, t4);
  const t12 = and<T>(a, b);
  const t13 = xor<T>(t11, t12);
  const t14 = xor<T>(t12, t9);
  const t15 = not<T>(d);
  const t16 = andNot<T>(t15, c);
  const t17 = xor<T>(t14, t16);
  put<T>(p, mix, t17, t5, t10, t13);
}
