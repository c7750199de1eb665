/**
 * The first stages of a transform, from digits: that of the lanes (lane.ts says what its constants are) by itself, and
 * in one pass with a radix 2 that follows it, for the groups without a radix 3, which saves 1% of a product. (With a
 * radix 3 or 4 it is untried: what was fused of that length elsewhere became slower.)
 *
 * Each digit is loaded into both lanes, which a load does for nothing and a shuffle does not. The constants are in locals:
 * here they fit the registers, and the loads are what bounds the speed.
 * Times and addresses depend on n only.
 */
import { productIm, productRe } from "./butterflies";
import { Field } from "./field";

/** Data := the stage of the lanes. */
export function enterLanes(f: Field, ring: usize, data: usize, digits: usize): void {
  const wr = v128.load(ring);
  const wi = v128.load(ring, 16);
  const wkr = v128.load(ring, 32);
  const wki = v128.load(ring, 48);
  const k = v128.load(ring, 64);
  for (const end = data + f.bytes; data < end; data += 32, digits += 32) {
    const xr = v128.load_splat<f64>(digits, 8);
    const xi = v128.load_splat<f64>(digits, 24);
    const tr = productRe(xr, xi, wr, wki);
    const ti = productIm(xr, xi, wkr, wi);
    v128.store(data, f64x2.add(v128.load_splat<f64>(digits), tr));
    v128.store(data, f64x2.add(f64x2.mul(v128.load_splat<f64>(digits, 16), k), ti), 16);
  }
}

/** And of a radix 2 over all of it. */
export function enterHalves(f: Field, ring: usize, data: usize, digits: usize, twiddles: usize): void {
  const half = f.bytes >> 1;
  const wr = v128.load(ring);
  const wi = v128.load(ring, 16);
  const wkr = v128.load(ring, 32);
  const wki = v128.load(ring, 48);
  const k = v128.load(ring, 64);
  for (const end = data + half; data < end; data += 32, digits += 32) {
    const upper = digits + half;
    let xr = v128.load_splat<f64>(upper, 8);
    let xi = v128.load_splat<f64>(upper, 24);
    const br = f64x2.add(v128.load_splat<f64>(upper), productRe(xr, xi, wr, wki));
    const bi = f64x2.add(f64x2.mul(v128.load_splat<f64>(upper, 16), k), productIm(xr, xi, wkr, wi));
    xr = v128.load_splat<f64>(digits, 8);
    xi = v128.load_splat<f64>(digits, 24);
    const ar = f64x2.add(v128.load_splat<f64>(digits), productRe(xr, xi, wr, wki));
    const ai = f64x2.add(f64x2.mul(v128.load_splat<f64>(digits, 16), k), productIm(xr, xi, wkr, wi));
    const tr = productRe(br, bi, v128.load(twiddles), v128.load(twiddles, 16));
    const ti = productIm(br, bi, v128.load(twiddles), v128.load(twiddles, 16));
    v128.store(data, f64x2.add(ar, tr));
    v128.store(data, f64x2.add(ai, ti), 16);
    v128.store(data + half, f64x2.sub(ar, tr));
    v128.store(data + half, f64x2.sub(ai, ti), 16);
  }
}
