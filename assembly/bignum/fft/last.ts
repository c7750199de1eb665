/**
 * The last stage of a transform, radix 4 on neighbouring vectors, in one pass with what is done to the spectrum; and the
 * first stage of the way back.
 *
 * Tried: both in one pass. That saves a store and a load of each number and is 3% slower for a whole square, because
 * the chain of operations becomes longer than what the processor looks ahead (Zen 3, V8 11), and 1.5 KB longer.
 *
 * See butterflies.ts for the stage. Times and addresses depend on the sizes only.
 */
import { productIm, productRe } from "./butterflies";

/** What is done to the spectrum. Constants where pass() is called, so that nothing of them is left in the code. */
const SQUARE: u32 = 1;
/** Multiplied by the spectrum at `factor`. */
const TIMES: u32 = 2;
/** And that at `addend` added. */
const PLUS: u32 = 4;

// @ts-ignore: decorator
@inline
function pass(does: u32, data: usize, bytes: usize, twiddles: usize, factor: usize, addend: usize): void {
  for (const end = data + bytes; data < end; data += 128, twiddles += 96) {
    let xr = v128.load(data, 64);
    let xi = v128.load(data, 80);
    let wr = v128.load(twiddles, 32);
    let wi = v128.load(twiddles, 48);
    const tr = productRe(xr, xi, wr, wi);
    const ti = productIm(xr, xi, wr, wi);
    xr = v128.load(data);
    xi = v128.load(data, 16);
    let pr = f64x2.add(xr, tr);
    let pi = f64x2.add(xi, ti);
    let gr = f64x2.sub(xr, tr);
    let gi = f64x2.sub(xi, ti);
    xr = v128.load(data, 32);
    xi = v128.load(data, 48);
    wr = v128.load(twiddles);
    wi = v128.load(twiddles, 16);
    const ur = productRe(xr, xi, wr, wi);
    const ui = productIm(xr, xi, wr, wi);
    xr = v128.load(data, 96);
    xi = v128.load(data, 112);
    wr = v128.load(twiddles, 64);
    wi = v128.load(twiddles, 80);
    const vr = productRe(xr, xi, wr, wi);
    const vi = productIm(xr, xi, wr, wi);
    let sr = f64x2.add(ur, vr);
    let si = f64x2.add(ui, vi);
    let er = f64x2.sub(ur, vr);
    let ei = f64x2.sub(ui, vi);

    let ar = f64x2.add(pr, sr);
    let ai = f64x2.add(pi, si);
    let br = f64x2.sub(pr, sr);
    let bi = f64x2.sub(pi, si);
    if (does & SQUARE) {
      xr = squareRe(ar, ai);
      ai = squareIm(ar, ai);
      ar = xr;
      xr = squareRe(br, bi);
      bi = squareIm(br, bi);
      br = xr;
    }
    if (does & TIMES) {
      wr = v128.load(factor);
      wi = v128.load(factor, 16);
      xr = productRe(ar, ai, wr, wi);
      ai = productIm(ar, ai, wr, wi);
      ar = xr;
      wr = v128.load(factor, 32);
      wi = v128.load(factor, 48);
      xr = productRe(br, bi, wr, wi);
      bi = productIm(br, bi, wr, wi);
      br = xr;
    }
    if (does & PLUS) {
      ar = f64x2.add(v128.load(addend), ar);
      ai = f64x2.add(v128.load(addend, 16), ai);
      br = f64x2.add(v128.load(addend, 32), br);
      bi = f64x2.add(v128.load(addend, 48), bi);
    }
    v128.store(data, ar);
    v128.store(data, ai, 16);
    v128.store(data, br, 32);
    v128.store(data, bi, 48);

    ar = f64x2.sub(gr, ei);
    ai = f64x2.add(gi, er);
    br = f64x2.add(gr, ei);
    bi = f64x2.sub(gi, er);
    if (does & SQUARE) {
      sr = squareRe(ar, ai);
      ai = squareIm(ar, ai);
      ar = sr;
      sr = squareRe(br, bi);
      bi = squareIm(br, bi);
      br = sr;
    }
    if (does & TIMES) {
      wr = v128.load(factor, 64);
      wi = v128.load(factor, 80);
      sr = productRe(ar, ai, wr, wi);
      ai = productIm(ar, ai, wr, wi);
      ar = sr;
      wr = v128.load(factor, 96);
      wi = v128.load(factor, 112);
      sr = productRe(br, bi, wr, wi);
      bi = productIm(br, bi, wr, wi);
      br = sr;
      factor += 128;
    }
    if (does & PLUS) {
      ar = f64x2.add(v128.load(addend, 64), ar);
      ai = f64x2.add(v128.load(addend, 80), ai);
      br = f64x2.add(v128.load(addend, 96), br);
      bi = f64x2.add(v128.load(addend, 112), bi);
      addend += 128;
    }
    v128.store(data, ar, 64);
    v128.store(data, ai, 80);
    v128.store(data, br, 96);
    v128.store(data, bi, 112);
  }
}

/** (r + i)(r - i) has one rounding less in it than r^2 - i^2. */
// @ts-ignore: decorator
@inline
function squareRe(r: v128, i: v128): v128 {
  return f64x2.mul(f64x2.add(r, i), f64x2.sub(r, i));
}

// @ts-ignore: decorator
@inline
function squareIm(r: v128, i: v128): v128 {
  const product = f64x2.mul(r, i);
  return f64x2.add(product, product);
}

/** Data := its spectrum. */
export function spectrum(data: usize, bytes: usize, twiddles: usize): void {
  pass(0, data, bytes, twiddles, 0, 0);
}

/** Data := the square of its spectrum. */
export function spectrumSquared(data: usize, bytes: usize, twiddles: usize): void {
  pass(SQUARE, data, bytes, twiddles, 0, 0);
}

/** Data := its spectrum times another. */
export function spectrumTimes(data: usize, bytes: usize, twiddles: usize, factor: usize): void {
  pass(TIMES, data, bytes, twiddles, factor, 0);
}

/** Data := its spectrum times one, plus another. */
export function spectrumTimesPlus(
  data: usize,
  bytes: usize,
  twiddles: usize,
  factor: usize,
  addend: usize,
): void {
  pass(TIMES | PLUS, data, bytes, twiddles, factor, addend);
}

/** The first stage of the way back. */
export function back(data: usize, bytes: usize, inverse: usize): void {
  for (const end = data + bytes; data < end; data += 128, inverse += 96) {
    const ar = v128.load(data);
    const ai = v128.load(data, 16);
    const br = v128.load(data, 32);
    const bi = v128.load(data, 48);
    const pr = f64x2.add(ar, br);
    const pi = f64x2.add(ai, bi);
    const gr = f64x2.sub(ar, br);
    const gi = f64x2.sub(ai, bi);
    const cr = v128.load(data, 64);
    const ci = v128.load(data, 80);
    const dr = v128.load(data, 96);
    const di = v128.load(data, 112);
    const sr = f64x2.add(cr, dr);
    const si = f64x2.add(ci, di);
    v128.store(data, f64x2.add(pr, sr));
    v128.store(data, f64x2.add(pi, si), 16);
    let xr = f64x2.sub(pr, sr);
    let xi = f64x2.sub(pi, si);
    let wr = v128.load(inverse, 32);
    let wi = v128.load(inverse, 48);
    v128.store(data, productRe(xr, xi, wr, wi), 64);
    v128.store(data, productIm(xr, xi, wr, wi), 80);
    const er = f64x2.sub(ci, di);
    const ei = f64x2.sub(dr, cr);
    xr = f64x2.add(gr, er);
    xi = f64x2.add(gi, ei);
    wr = v128.load(inverse);
    wi = v128.load(inverse, 16);
    v128.store(data, productRe(xr, xi, wr, wi), 32);
    v128.store(data, productIm(xr, xi, wr, wi), 48);
    xr = f64x2.sub(gr, er);
    xi = f64x2.sub(gi, ei);
    wr = v128.load(inverse, 64);
    wi = v128.load(inverse, 80);
    v128.store(data, productRe(xr, xi, wr, wi), 96);
    v128.store(data, productIm(xr, xi, wr, wi), 112);
  }
}
