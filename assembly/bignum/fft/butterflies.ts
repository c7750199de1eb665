/**
 * The stages of a transform between the first and the last. A block of vectors, a polynomial modulo x^L - r in each
 * lane, is split into `radix` parts: polynomials modulo x^(L/radix) - r', for the roots r' of r. Each pass goes over
 * `blocks` blocks of radix * q vectors, in place; q is in octets. There is no bit reversal: the inverse walks back.
 *
 * Twiddles, per block: for radix 4 of x = r^(1/4): x, x^2, x^3; of radix 3 x = r^(1/3): x, x^2; of radix 2 r^(1/2);
 * re and im of each for both lanes, 32 octets. The inverse takes their reciprocals from the same places.
 * Times and addresses depend on the sizes only. The order of the operations is the one that docs/exactness.md bounds.
 *
 * Twiddles are loaded where they are used: kept in locals over the loop they would drive the data out of the registers.
 */

/** The real part of the complex product (xr + i xi)(wr + i wi). */
// @ts-ignore: decorator
@inline
export function productRe(xr: v128, xi: v128, wr: v128, wi: v128): v128 {
  return f64x2.sub(f64x2.mul(xr, wr), f64x2.mul(xi, wi));
}

// @ts-ignore: decorator
@inline
export function productIm(xr: v128, xi: v128, wr: v128, wi: v128): v128 {
  return f64x2.add(f64x2.mul(xr, wi), f64x2.mul(xi, wr));
}

/** Of three blocks: a single one is taken with the stage of the lanes (enter.ts). */
export function forward2(data: usize, q: usize, twiddles: usize): void {
  for (const last = twiddles + 96; twiddles < last; data += q, twiddles += 32) {
    for (const end = data + q; data < end; data += 32) {
      const upper = data + q;
      const xr = v128.load(upper);
      const xi = v128.load(upper, 16);
      const wr = v128.load(twiddles);
      const wi = v128.load(twiddles, 16);
      const tr = productRe(xr, xi, wr, wi);
      const ti = productIm(xr, xi, wr, wi);
      const ar = v128.load(data);
      const ai = v128.load(data, 16);
      v128.store(data, f64x2.add(ar, tr));
      v128.store(data, f64x2.add(ai, ti), 16);
      v128.store(upper, f64x2.sub(ar, tr));
      v128.store(upper, f64x2.sub(ai, ti), 16);
    }
  }
}

export function inverse2(data: usize, q: usize, blocks: u32, twiddles: usize): void {
  for (; blocks > 0; blocks--, data += q, twiddles += 32) {
    for (const end = data + q; data < end; data += 32) {
      const upper = data + q;
      const ar = v128.load(data);
      const ai = v128.load(data, 16);
      const br = v128.load(upper);
      const bi = v128.load(upper, 16);
      v128.store(data, f64x2.add(ar, br));
      v128.store(data, f64x2.add(ai, bi), 16);
      const dr = f64x2.sub(ar, br);
      const di = f64x2.sub(ai, bi);
      const wr = v128.load(twiddles);
      const wi = v128.load(twiddles, 16);
      v128.store(upper, productRe(dr, di, wr, wi));
      v128.store(upper, productIm(dr, di, wr, wi), 16);
    }
  }
}

/** 1/2 and sqrt(3)/2: the cube roots of 1 are 1 and -1/2 +- i sqrt(3)/2. */
const HALF: usize = memory.data<f64>([0.5, 0.5], 16);
const SINE_60: usize = memory.data<f64>([0.8660254037844386, 0.8660254037844386], 16);

export function forward3(data: usize, q: usize, twiddles: usize): void {
  for (const end = data + q; data < end; data += 32) {
    const second = data + q;
    const third = second + q;
    let xr = v128.load(second);
    let xi = v128.load(second, 16);
    let wr = v128.load(twiddles);
    let wi = v128.load(twiddles, 16);
    const tr = productRe(xr, xi, wr, wi);
    const ti = productIm(xr, xi, wr, wi);
    xr = v128.load(third);
    xi = v128.load(third, 16);
    wr = v128.load(twiddles, 32);
    wi = v128.load(twiddles, 48);
    const vr = productRe(xr, xi, wr, wi);
    const vi = productIm(xr, xi, wr, wi);
    const sr = f64x2.add(tr, vr);
    const si = f64x2.add(ti, vi);
    const er = f64x2.mul(f64x2.sub(tr, vr), v128.load(SINE_60));
    const ei = f64x2.mul(f64x2.sub(ti, vi), v128.load(SINE_60));
    const ar = v128.load(data);
    const ai = v128.load(data, 16);
    v128.store(data, f64x2.add(ar, sr));
    v128.store(data, f64x2.add(ai, si), 16);
    const gr = f64x2.sub(ar, f64x2.mul(sr, v128.load(HALF)));
    const gi = f64x2.sub(ai, f64x2.mul(si, v128.load(HALF)));
    v128.store(second, f64x2.sub(gr, ei));
    v128.store(second, f64x2.add(gi, er), 16);
    v128.store(third, f64x2.add(gr, ei));
    v128.store(third, f64x2.sub(gi, er), 16);
  }
}

export function inverse3(data: usize, q: usize, twiddles: usize): void {
  for (const end = data + q; data < end; data += 32) {
    const second = data + q;
    const third = second + q;
    const br = v128.load(second);
    const bi = v128.load(second, 16);
    const cr = v128.load(third);
    const ci = v128.load(third, 16);
    const sr = f64x2.add(br, cr);
    const si = f64x2.add(bi, ci);
    const er = f64x2.mul(f64x2.sub(br, cr), v128.load(SINE_60));
    const ei = f64x2.mul(f64x2.sub(bi, ci), v128.load(SINE_60));
    const ar = v128.load(data);
    const ai = v128.load(data, 16);
    v128.store(data, f64x2.add(ar, sr));
    v128.store(data, f64x2.add(ai, si), 16);
    const gr = f64x2.sub(ar, f64x2.mul(sr, v128.load(HALF)));
    const gi = f64x2.sub(ai, f64x2.mul(si, v128.load(HALF)));
    let xr = f64x2.add(gr, ei);
    let xi = f64x2.sub(gi, er);
    let wr = v128.load(twiddles);
    let wi = v128.load(twiddles, 16);
    v128.store(second, productRe(xr, xi, wr, wi));
    v128.store(second, productIm(xr, xi, wr, wi), 16);
    xr = f64x2.sub(gr, ei);
    xi = f64x2.add(gi, er);
    wr = v128.load(twiddles, 32);
    wi = v128.load(twiddles, 48);
    v128.store(third, productRe(xr, xi, wr, wi));
    v128.store(third, productIm(xr, xi, wr, wi), 16);
  }
}

export function forward4(data: usize, q: usize, blocks: u32, twiddles: usize): void {
  for (; blocks > 0; blocks--, data += 3 * q, twiddles += 96) {
    for (const end = data + q; data < end; data += 32) {
      const second = data + q;
      const third = second + q;
      const fourth = third + q;
      let xr = v128.load(third);
      let xi = v128.load(third, 16);
      let wr = v128.load(twiddles, 32);
      let wi = v128.load(twiddles, 48);
      const tr = productRe(xr, xi, wr, wi);
      const ti = productIm(xr, xi, wr, wi);
      const ar = v128.load(data);
      const ai = v128.load(data, 16);
      const pr = f64x2.add(ar, tr);
      const pi = f64x2.add(ai, ti);
      const gr = f64x2.sub(ar, tr);
      const gi = f64x2.sub(ai, ti);
      xr = v128.load(second);
      xi = v128.load(second, 16);
      wr = v128.load(twiddles);
      wi = v128.load(twiddles, 16);
      const ur = productRe(xr, xi, wr, wi);
      const ui = productIm(xr, xi, wr, wi);
      xr = v128.load(fourth);
      xi = v128.load(fourth, 16);
      wr = v128.load(twiddles, 64);
      wi = v128.load(twiddles, 80);
      const vr = productRe(xr, xi, wr, wi);
      const vi = productIm(xr, xi, wr, wi);
      const sr = f64x2.add(ur, vr);
      const si = f64x2.add(ui, vi);
      v128.store(data, f64x2.add(pr, sr));
      v128.store(data, f64x2.add(pi, si), 16);
      v128.store(second, f64x2.sub(pr, sr));
      v128.store(second, f64x2.sub(pi, si), 16);
      const er = f64x2.sub(ur, vr);
      const ei = f64x2.sub(ui, vi);
      v128.store(third, f64x2.sub(gr, ei));
      v128.store(third, f64x2.add(gi, er), 16);
      v128.store(fourth, f64x2.add(gr, ei));
      v128.store(fourth, f64x2.sub(gi, er), 16);
    }
  }
}

export function inverse4(data: usize, q: usize, blocks: u32, twiddles: usize): void {
  for (; blocks > 0; blocks--, data += 3 * q, twiddles += 96) {
    for (const end = data + q; data < end; data += 32) {
      const second = data + q;
      const third = second + q;
      const fourth = third + q;
      const ar = v128.load(data);
      const ai = v128.load(data, 16);
      const br = v128.load(second);
      const bi = v128.load(second, 16);
      const pr = f64x2.add(ar, br);
      const pi = f64x2.add(ai, bi);
      const gr = f64x2.sub(ar, br);
      const gi = f64x2.sub(ai, bi);
      const cr = v128.load(third);
      const ci = v128.load(third, 16);
      const dr = v128.load(fourth);
      const di = v128.load(fourth, 16);
      const sr = f64x2.add(cr, dr);
      const si = f64x2.add(ci, di);
      v128.store(data, f64x2.add(pr, sr));
      v128.store(data, f64x2.add(pi, si), 16);
      let xr = f64x2.sub(pr, sr);
      let xi = f64x2.sub(pi, si);
      let wr = v128.load(twiddles, 32);
      let wi = v128.load(twiddles, 48);
      v128.store(third, productRe(xr, xi, wr, wi));
      v128.store(third, productIm(xr, xi, wr, wi), 16);
      const er = f64x2.sub(ci, di);
      const ei = f64x2.sub(dr, cr);
      xr = f64x2.add(gr, er);
      xi = f64x2.add(gi, ei);
      wr = v128.load(twiddles);
      wi = v128.load(twiddles, 16);
      v128.store(second, productRe(xr, xi, wr, wi));
      v128.store(second, productIm(xr, xi, wr, wi), 16);
      xr = f64x2.sub(gr, er);
      xi = f64x2.sub(gi, ei);
      wr = v128.load(twiddles, 64);
      wi = v128.load(twiddles, 80);
      v128.store(fourth, productRe(xr, xi, wr, wi));
      v128.store(fourth, productIm(xr, xi, wr, wi), 16);
    }
  }
}
