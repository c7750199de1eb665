/**
 * N' = -1/p mod R = B^n + 1 by the extended binary algorithm, 30 halvings at a time (../binary-steps.ts): from p and R
 * down to 0 and 1, and along with each number a cofactor u with number = u p / 2^h mod R after h halvings in all.
 * So 1/p = u / 2^h, and as 2^(17n) = -1, N' = u 2^(17n - h).
 *
 * Cofactors are limbs of 17 bits. What leaves the highest of them is below 2^31 and enters the lowest two, negated:
 * B^n = -1. Public: VARIABLE TIME. (Stored, the eight N' would take 3.6 KB; this takes 0.7 KB, and 0.1 ms at 2048 bits.)
 */
import { apply, choose, f0, f1, g0, g1, halvings } from "../binary-steps";
import { limbsFromOctets } from "../octets";
import { carryScaled } from "./carry";
import { digitAt } from "./digits";
import { Field, ringR } from "./field";

/** Does the steps to two cofactors of n limbs. Limbs are below 2^18, rows of the matrix below 2^30. */
function applyToCofactors(u: usize, v: usize, n: u32): void {
  // Locals: before a function is optimized, globals are read from memory each time.
  const fu = f0;
  const gu = g0;
  const fv = f1;
  const gv = g1;
  let x: i64 = 0;
  let y: i64 = 0;
  for (let k: usize = 0; k < (<usize>n) << 2; k += 4) {
    const uLimb = <i64>load<i32>(u + k);
    const vLimb = <i64>load<i32>(v + k);
    x = (x >> 17) + fu * uLimb + gu * vLimb;
    y = (y >> 17) + fv * uLimb + gv * vLimb;
    store<i32>(u + k, (<i32>x) & 0x1ffff);
    store<i32>(v + k, (<i32>y) & 0x1ffff);
  }
  fold(u, x >> 17);
  fold(v, y >> 17);
}

function fold(u: usize, carry: i64): void {
  const t = <i64>load<i32>(u) - carry;
  store<i32>(u, (<i32>t) & 0x1ffff);
  store<i32>(u + 4, load<i32>(u, 4) + <i32>(t >> 17));
}

/** Digits := N', none above 65538, from p in octets. `work` takes 17 octets for each digit. */
export function negativeInverse(f: Field, digits: usize, octets: usize, octetCount: u32, work: usize): void {
  const n = f.digits;
  const bits = 17 * n;
  const bytes = (<usize>n) << 2;
  const u = work;
  const v = u + bytes;
  const a = v + bytes;
  const r = a + bytes;
  memory.fill(work, 0, 4 * bytes);
  store<i32>(u, 1);
  limbsFromOctets(a, octetCount >> 2, 32, octets, octetCount);
  store<u32>(r, 1);
  store<u32>(r + ((bits >> 5) << 2), load<u32>(r + ((bits >> 5) << 2)) | (1 << (bits & 31)));

  let h: u64 = 0;
  for (let length = (bits >> 5) + 1; length > 1 || load<u32>(a) != 0;) {
    choose(a, r, length);
    apply(a, r, length);
    applyToCofactors(u, v, n);
    h += halvings;
    const top = (length - 1) << 2;
    if (length > 1 && (load<u32>(a + top) | load<u32>(r + top)) == 0) length--;
  }

  // 2^(34n) = 1. The limbs go up by e/17 places, negated for each time around, and are multiplied by 2^(e mod 17).
  const e = <u32>(<u64>(3 * bits) - h) % (2 * bits);
  for (let k: u32 = 0; k < n; k++) {
    const to = k + e / 17;
    const limb = <f64>load<i32>(v + ((<usize>k) << 2));
    store<f64>(digitAt(f, digits, to % n), (to / n) & 1 ? -limb : limb);
  }
  carryScaled(f, ringR(f), work, digits, e % 17);
  carryScaled(f, ringR(f), digits, work, 0);
}
