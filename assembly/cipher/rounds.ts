/**
 * AES encryption (FIPS 197 §5.1) of a batch of blocks at once, bitsliced: the S-box is a circuit, there is no
 * table and no branch on data. S-box: Boyar and Peralta, "A depth-16 circuit for the AES S-box" and "A new
 * combinational logic minimization technique" (eprint 2011/332, 2009/191), in the form of 32 AND and 81 XOR gates
 * that they published later; its four output inversions (the constant 0x63) are in the round keys, see
 * key-schedule.ts. The letters are theirs.
 * A round has about 170 gates and shuffles beside 100 moves between registers and the stack, in V8 on x86-64. The circuit
 * of 115 gates took 6 % longer, the key's xor in two more places 4 %; rows turned for MixColumns by the swizzle of
 * ShiftRows 5 % longer.
 * Takes the same time for all keys and data; the number of rounds is public.
 */
import { and, delta, left, nextRow, rowAfterNext, shiftRows, shiftRowsOrder, spread, xor } from "./planes";

/**
 * Encrypts the batch at p in place: eight words, one block (SIMD) or half a block (scalar) each, in row order
 * (blocks.ts). The words become planes by transposing the 8 x 8 bit matrices across them: word j, bit k to
 * word k, bit j; the same transposition makes them words again. `keys` are (rounds + 1) times eight planes.
 */
export function encryptBatch<T>(p: usize, keys: usize, rounds: u32): void {
  const ones = spread<T>(0x5555555555555555);
  const twos = spread<T>(0x3333333333333333);
  const fours = spread<T>(0x0f0f0f0f0f0f0f0f);
  const order = shiftRowsOrder<T>();
  let q0 = load<T>(p, 0 * sizeof<T>());
  let q1 = load<T>(p, 1 * sizeof<T>());
  let q2 = load<T>(p, 2 * sizeof<T>());
  let q3 = load<T>(p, 3 * sizeof<T>());
  let q4 = load<T>(p, 4 * sizeof<T>());
  let q5 = load<T>(p, 5 * sizeof<T>());
  let q6 = load<T>(p, 6 * sizeof<T>());
  let q7 = load<T>(p, 7 * sizeof<T>());
  let t: T;

  for (let encrypted = false; ; encrypted = true) {
    t = delta<T>(q0, q1, 1, ones);
    q1 = xor<T>(q1, t);
    q0 = xor<T>(q0, left<T>(t, 1));
    t = delta<T>(q2, q3, 1, ones);
    q3 = xor<T>(q3, t);
    q2 = xor<T>(q2, left<T>(t, 1));
    t = delta<T>(q4, q5, 1, ones);
    q5 = xor<T>(q5, t);
    q4 = xor<T>(q4, left<T>(t, 1));
    t = delta<T>(q6, q7, 1, ones);
    q7 = xor<T>(q7, t);
    q6 = xor<T>(q6, left<T>(t, 1));
    t = delta<T>(q0, q2, 2, twos);
    q2 = xor<T>(q2, t);
    q0 = xor<T>(q0, left<T>(t, 2));
    t = delta<T>(q1, q3, 2, twos);
    q3 = xor<T>(q3, t);
    q1 = xor<T>(q1, left<T>(t, 2));
    t = delta<T>(q4, q6, 2, twos);
    q6 = xor<T>(q6, t);
    q4 = xor<T>(q4, left<T>(t, 2));
    t = delta<T>(q5, q7, 2, twos);
    q7 = xor<T>(q7, t);
    q5 = xor<T>(q5, left<T>(t, 2));
    t = delta<T>(q0, q4, 4, fours);
    q4 = xor<T>(q4, t);
    q0 = xor<T>(q0, left<T>(t, 4));
    t = delta<T>(q1, q5, 4, fours);
    q5 = xor<T>(q5, t);
    q1 = xor<T>(q1, left<T>(t, 4));
    t = delta<T>(q2, q6, 4, fours);
    q6 = xor<T>(q6, t);
    q2 = xor<T>(q2, left<T>(t, 4));
    t = delta<T>(q3, q7, 4, fours);
    q7 = xor<T>(q7, t);
    q3 = xor<T>(q3, left<T>(t, 4));

    if (encrypted) break;
    let key = keys;
    for (let round: u32 = 0; ; ++round) {
      q0 = xor<T>(q0, load<T>(key, 0 * sizeof<T>()));
      q1 = xor<T>(q1, load<T>(key, 1 * sizeof<T>()));
      q2 = xor<T>(q2, load<T>(key, 2 * sizeof<T>()));
      q3 = xor<T>(q3, load<T>(key, 3 * sizeof<T>()));
      q4 = xor<T>(q4, load<T>(key, 4 * sizeof<T>()));
      q5 = xor<T>(q5, load<T>(key, 5 * sizeof<T>()));
      q6 = xor<T>(q6, load<T>(key, 6 * sizeof<T>()));
      q7 = xor<T>(q7, load<T>(key, 7 * sizeof<T>()));
      if (round == rounds) break;
      key += 8 * sizeof<T>();
      // Top linear layer.
      const y14 = xor<T>(q4, q2);
      const y13 = xor<T>(q7, q1);
      const y9 = xor<T>(q7, q4);
      const y8 = xor<T>(q7, q2);
      const t0 = xor<T>(q6, q5);
      const y1 = xor<T>(t0, q0);
      const y4 = xor<T>(y1, q4);
      const y12 = xor<T>(y13, y14);
      const y2 = xor<T>(y1, q7);
      const y5 = xor<T>(y1, q1);
      const y3 = xor<T>(y5, y8);
      const t1 = xor<T>(q3, y12);
      const y15 = xor<T>(t1, q2);
      const y20 = xor<T>(t1, q6);
      const y6 = xor<T>(y15, q0);
      const y10 = xor<T>(y15, t0);
      const y11 = xor<T>(y20, y9);
      const y7 = xor<T>(q0, y11);
      const y17 = xor<T>(y10, y11);
      const y19 = xor<T>(y10, y8);
      const y16 = xor<T>(t0, y11);
      const y21 = xor<T>(y13, y16);
      const y18 = xor<T>(q7, y16);
      // Inversion in GF(2^8), shared part.
      const t2 = and<T>(y12, y15);
      const t3 = and<T>(y3, y6);
      const t4 = xor<T>(t3, t2);
      const t5 = and<T>(y4, q0);
      const t6 = xor<T>(t5, t2);
      const t7 = and<T>(y13, y16);
      const t8 = and<T>(y5, y1);
      const t9 = xor<T>(t8, t7);
      const t10 = and<T>(y2, y7);
      const t11 = xor<T>(t10, t7);
      const t12 = and<T>(y9, y11);
      const t13 = and<T>(y14, y17);
      const t14 = xor<T>(t13, t12);
      const t15 = and<T>(y8, y10);
      const t16 = xor<T>(t15, t12);
      const t17 = xor<T>(t4, y20);
      const t18 = xor<T>(t6, t16);
      const t19 = xor<T>(t9, t14);
      const t20 = xor<T>(t11, t16);
      const t21 = xor<T>(t17, t14);
      const t22 = xor<T>(t18, y19);
      const t23 = xor<T>(t19, y21);
      const t24 = xor<T>(t20, y18);
      // Inversion in GF(2^4).
      const t25 = xor<T>(t21, t22);
      const t26 = and<T>(t21, t23);
      const t27 = xor<T>(t24, t26);
      const t28 = and<T>(t25, t27);
      const t29 = xor<T>(t28, t22);
      const t30 = xor<T>(t23, t24);
      const t31 = xor<T>(t22, t26);
      const t32 = and<T>(t31, t30);
      const t33 = xor<T>(t32, t24);
      const t34 = xor<T>(t23, t33);
      const t35 = xor<T>(t27, t33);
      const t36 = and<T>(t24, t35);
      const t37 = xor<T>(t36, t34);
      const t38 = xor<T>(t27, t36);
      const t39 = and<T>(t29, t38);
      const t40 = xor<T>(t25, t39);
      const t41 = xor<T>(t40, t37);
      const t42 = xor<T>(t29, t33);
      const t43 = xor<T>(t29, t40);
      const t44 = xor<T>(t33, t37);
      const t45 = xor<T>(t42, t41);
      // Products.
      const z0 = and<T>(t44, y15);
      const z1 = and<T>(t37, y6);
      const z2 = and<T>(t33, q0);
      const z3 = and<T>(t43, y16);
      const z4 = and<T>(t40, y1);
      const z5 = and<T>(t29, y7);
      const z6 = and<T>(t42, y11);
      const z7 = and<T>(t45, y17);
      const z8 = and<T>(t41, y10);
      const z9 = and<T>(t44, y12);
      const z10 = and<T>(t37, y3);
      const z11 = and<T>(t33, y4);
      const z12 = and<T>(t43, y13);
      const z13 = and<T>(t40, y5);
      const z14 = and<T>(t29, y2);
      const z15 = and<T>(t42, y9);
      const z16 = and<T>(t45, y14);
      const z17 = and<T>(t41, y8);
      // Bottom linear layer.
      const tc1 = xor<T>(z15, z16);
      const tc2 = xor<T>(z10, tc1);
      const tc3 = xor<T>(z9, tc2);
      const tc4 = xor<T>(z0, z2);
      const tc5 = xor<T>(z1, z0);
      const tc6 = xor<T>(z3, z4);
      const tc7 = xor<T>(z12, tc4);
      const tc8 = xor<T>(z7, tc6);
      const tc9 = xor<T>(z8, tc7);
      const tc10 = xor<T>(tc8, tc9);
      const tc11 = xor<T>(tc6, tc5);
      const tc12 = xor<T>(z3, z5);
      const tc13 = xor<T>(z13, tc1);
      const tc14 = xor<T>(tc4, tc12);
      const s3 = xor<T>(tc3, tc11);
      const tc16 = xor<T>(z6, tc8);
      const tc17 = xor<T>(z14, tc10);
      const tc18 = xor<T>(tc13, tc14);
      const s7 = xor<T>(z12, tc18);
      const tc20 = xor<T>(z15, tc16);
      const tc21 = xor<T>(tc2, z11);
      const s0 = xor<T>(tc3, tc16);
      const s6 = xor<T>(tc10, tc18);
      const s4 = xor<T>(tc14, s3);
      const s1 = xor<T>(s3, tc16);
      const tc26 = xor<T>(tc17, tc20);
      const s2 = xor<T>(tc26, z17);
      const s5 = xor<T>(tc21, tc17);

      q0 = shiftRows<T>(s7, order);
      q1 = shiftRows<T>(s6, order);
      q2 = shiftRows<T>(s5, order);
      q3 = shiftRows<T>(s4, order);
      q4 = shiftRows<T>(s3, order);
      q5 = shiftRows<T>(s2, order);
      q6 = shiftRows<T>(s1, order);
      q7 = shiftRows<T>(s0, order);

      if (round + 1 == rounds) continue;

      // MixColumns: twice (a + next row), plus the three other rows; x^8 = x^4 + x^3 + x + 1.
      const n0 = nextRow<T>(q0);
      const n1 = nextRow<T>(q1);
      const n2 = nextRow<T>(q2);
      const n3 = nextRow<T>(q3);
      const n4 = nextRow<T>(q4);
      const n5 = nextRow<T>(q5);
      const n6 = nextRow<T>(q6);
      const n7 = nextRow<T>(q7);
      const g0 = xor<T>(q0, n0);
      const g1 = xor<T>(q1, n1);
      const g2 = xor<T>(q2, n2);
      const g3 = xor<T>(q3, n3);
      const g4 = xor<T>(q4, n4);
      const g5 = xor<T>(q5, n5);
      const g6 = xor<T>(q6, n6);
      const g7 = xor<T>(q7, n7);
      q0 = xor<T>(xor<T>(n0, rowAfterNext<T>(g0)), g7);
      q1 = xor<T>(xor<T>(xor<T>(n1, rowAfterNext<T>(g1)), g0), g7);
      q2 = xor<T>(xor<T>(n2, rowAfterNext<T>(g2)), g1);
      q3 = xor<T>(xor<T>(xor<T>(n3, rowAfterNext<T>(g3)), g2), g7);
      q4 = xor<T>(xor<T>(xor<T>(n4, rowAfterNext<T>(g4)), g3), g7);
      q5 = xor<T>(xor<T>(n5, rowAfterNext<T>(g5)), g4);
      q6 = xor<T>(xor<T>(n6, rowAfterNext<T>(g6)), g5);
      q7 = xor<T>(xor<T>(n7, rowAfterNext<T>(g7)), g6);
    }
  }
  store<T>(p, q0, 0 * sizeof<T>());
  store<T>(p, q1, 1 * sizeof<T>());
  store<T>(p, q2, 2 * sizeof<T>());
  store<T>(p, q3, 3 * sizeof<T>());
  store<T>(p, q4, 4 * sizeof<T>());
  store<T>(p, q5, 5 * sizeof<T>());
  store<T>(p, q6, 6 * sizeof<T>());
  store<T>(p, q7, 7 * sizeof<T>());
}
