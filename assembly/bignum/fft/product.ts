/**
 * Montgomery multiplication in the form of L. McLaughlin ("New frameworks for Montgomery's modular multiplication
 * method", 2004): for R = B^n + 1 and Q = R + 1, T = ab,
 *
 *     q = T N' mod R, N' = -1/p mod R     =>     W = (T + q p)/R is an integer, W = ab/R mod p
 *     R = -1 mod Q                        =>     W = -(T + q p) mod Q
 *
 * so that W follows from T modulo R and T modulo Q, two cyclic convolutions of n digits each, and no product of twice
 * the length is ever made. |W| <= |ab|/R + 0.51 p, and carried vectors are below 0.51 B^n: every carried vector, reduced
 * or not, is a legal operand, and nothing is subtracted between two multiplications. docs/exactness.md has the proof.
 *
 *     1  A1 = F_R(a), A2 = F_Q(a); the same of b         F: transform, I: inverse transform
 *     2  A1 = A1 B1, A2 = A2 B2                          number by number
 *     3  T = carry_R(I_R(A1))
 *     4  q = carry_R(I_R(F_R(T) F_R(N')))
 *     5  W = carry_Q(-I_Q(A2 + F_Q(q) F_Q(p)))           the sign is in the lane stage of Q
 *
 * Two thirds of the time are the transforms, a quarter the carries. More instructions than the processor can look ahead
 * over cost more than the loads and stores that they save: passes are short, and what was fused and came out slower is
 * said at each. Without a gain above 1%: twiddles held in locals, stores in between that keep V8 from loading everything
 * first and spilling it.
 *
 * Seven transforms for a square and for a product with a factor that is kept, nine for any other product. Time and
 * addresses depend on the group only. It takes for granted that additions, multiplications and conversions of f64x2 take
 * the same time for all normal numbers and zero: no others occur (docs/exactness.md). True of the usual processors,
 * promised by none.
 */
import { carryTransformed } from "./carry";
import { Field, N_PRIME, PRIME, constant, ringQ, ringR } from "./field";
import { spectrum, spectrumSquared, spectrumTimes, spectrumTimesPlus } from "./last";
import { forward, inverse, lastTwiddles } from "./transform";

/** Five vectors of working space are expected at `work`. */
export const WORK_VECTORS: u32 = 5;

/** r := a^2/R mod p. r may be a. */
export function square(f: Field, r: usize, a: usize, work: usize): void {
  const bytes = f.bytes;
  const inR = ringR(f);
  const inQ = ringQ(f);
  const second = work + bytes;
  forward(f, inQ, second, a);
  spectrumSquared(second, bytes, lastTwiddles(f, inQ));
  forward(f, inR, work, a);
  spectrumSquared(work, bytes, lastTwiddles(f, inR));
  reduce(f, r, work);
}

/** r := ab/R mod p. r may be a or b. */
export function multiply(f: Field, r: usize, a: usize, b: usize, work: usize): void {
  keepFactor(f, b, work);
  multiplyByKept(f, r, a, work);
}

/** Takes b as a factor: its spectra are the last two of the five vectors, and stay there until the next factor. */
export function keepFactor(f: Field, b: usize, work: usize): void {
  const bytes = f.bytes;
  const factorQ = work + 3 * bytes;
  const factorR = factorQ + bytes;
  forward(f, ringQ(f), factorQ, b);
  spectrum(factorQ, bytes, lastTwiddles(f, ringQ(f)));
  forward(f, ringR(f), factorR, b);
  spectrum(factorR, bytes, lastTwiddles(f, ringR(f)));
}

/** r := ab/R mod p for the factor b. r may be a. Seven transforms. */
export function multiplyByKept(f: Field, r: usize, a: usize, work: usize): void {
  const bytes = f.bytes;
  const inR = ringR(f);
  const inQ = ringQ(f);
  const second = work + bytes;
  const factorQ = work + 3 * bytes;
  forward(f, inQ, second, a);
  spectrumTimes(second, bytes, lastTwiddles(f, inQ), factorQ);
  forward(f, inR, work, a);
  spectrumTimes(work, bytes, lastTwiddles(f, inR), factorQ + bytes);
  reduce(f, r, work);
}

/** r := a/R mod p, |r| <= 0.52 p if |a| < R p/100: a product with 1, whose spectra are all ones. */
export function leave(f: Field, r: usize, a: usize, work: usize): void {
  const second = work + f.bytes;
  forward(f, ringQ(f), second, a);
  spectrum(second, f.bytes, lastTwiddles(f, ringQ(f)));
  reduceFrom(f, r, a, work);
}

/** Steps 3 to 5, from T in ring R but for the rest of its inverse transform, and from its spectrum in Q behind it. */
function reduce(f: Field, r: usize, work: usize): void {
  const t = work + 2 * f.bytes;
  inverse(f, ringR(f), work);
  carryTransformed(f, ringR(f), t, work);
  reduceFrom(f, r, t, work);
}

/** Steps 4 and 5. */
function reduceFrom(f: Field, r: usize, t: usize, work: usize): void {
  const bytes = f.bytes;
  const inR = ringR(f);
  const inQ = ringQ(f);
  const second = work + bytes;
  const q = second + bytes;
  forward(f, inR, work, t);
  spectrumTimes(work, bytes, lastTwiddles(f, inR), constant(f, N_PRIME));
  inverse(f, inR, work);
  carryTransformed(f, inR, q, work);
  forward(f, inQ, work, q);
  spectrumTimesPlus(work, bytes, lastTwiddles(f, inQ), constant(f, PRIME), second);
  inverse(f, inQ, work);
  carryTransformed(f, inQ, r, work);
}
