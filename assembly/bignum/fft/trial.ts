/** The parts of a product by themselves, for tests: a transform before its rounding, and chains of products. */
import { leaveLanes } from "./carry";
import { Field, ringQ, ringR } from "./field";
import { spectrum, spectrumSquared, spectrumTimes, spectrumTimesPlus } from "./last";
import { multiply, square } from "./product";
import { forward, inverse, lastTwiddles } from "./transform";

/**
 * Out := ab in the ring, before rounding; in Q minus ab, or minus (ab + cd) with c, d not 0. By the same passes as in
 * products: a square where a and b are one address, a factor that is kept as a spectrum otherwise.
 */
export function convolve(
  f: Field,
  inQ: bool,
  out: usize,
  a: usize,
  b: usize,
  c: usize,
  d: usize,
  work: usize,
): void {
  const bytes = f.bytes;
  const ring = inQ ? ringQ(f) : ringR(f);
  const twiddles = lastTwiddles(f, ring);
  const factor = work + bytes;
  if (c == 0) {
    forward(f, ring, out, a);
    if (a == b) spectrumSquared(out, bytes, twiddles);
    else {
      forward(f, ring, factor, b);
      spectrum(factor, bytes, twiddles);
      spectrumTimes(out, bytes, twiddles, factor);
    }
  } else {
    forward(f, ring, work, a);
    if (a == b) spectrumSquared(work, bytes, twiddles);
    else {
      forward(f, ring, factor, b);
      spectrum(factor, bytes, twiddles);
      spectrumTimes(work, bytes, twiddles, factor);
    }
    forward(f, ring, factor, d);
    spectrum(factor, bytes, twiddles);
    forward(f, ring, out, c);
    spectrumTimesPlus(out, bytes, twiddles, factor, work);
  }
  inverse(f, ring, out);
  leaveLanes(f, ring, out);
}

/** Out := ab/R mod p; with one address for both, a^2/R, and that of the result, `count` times in all. */
export function chain(f: Field, out: usize, a: usize, b: usize, count: u32, work: usize): void {
  if (a != b) multiply(f, out, a, b, work);
  else {
    square(f, out, a, work);
    for (; count > 1; count--) square(f, out, out, work);
  }
}
