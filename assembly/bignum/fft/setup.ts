/**
 * Makes a group's field ready, at its first use: twiddles, the spectra of p and N', and the Montgomery forms of R and 1.
 * All of it is public. Takes about twenty multiplications.
 */
import { writePrime } from "../groups";
import { limbsFromOctets } from "../octets";
import { carryScaled } from "./carry";
import { digitsFromLimbs } from "./digits";
import { Field, N_PRIME, ONE, PRIME, R_SQUARED, constant, primeLimbs, ringQ, ringR } from "./field";
import { negativeInverse } from "./negative-inverse";
import { spectrum } from "./last";
import { square } from "./product";
import { fillOctant } from "./roots";
import { forward, lastTwiddles } from "./transform";
import { fillTwiddles } from "./twiddles";

/** `work` takes WORK_VECTORS vectors. */
export function setUp(f: Field, octets: u32, work: usize): void {
  const n = octets >> 1;
  const bytes = f.bytes;
  f.digits = n;
  fillOctant(n);
  fillTwiddles(f, ringR(f));
  fillTwiddles(f, ringQ(f));

  const limbs = work;
  const prime = work + bytes; // octets of p, then n/8 more
  const one = constant(f, ONE);
  const squared = constant(f, R_SQUARED);
  writePrime(prime, f.group);
  limbsFromOctets(primeLimbs(f), n, 17, prime, octets);
  digitsFromLimbs(f, one, primeLimbs(f));
  forward(f, ringQ(f), constant(f, PRIME), one);
  spectrum(constant(f, PRIME), bytes, lastTwiddles(f, ringQ(f)));

  negativeInverse(f, one, prime, octets, work + 2 * bytes);
  forward(f, ringR(f), constant(f, N_PRIME), one);
  spectrum(constant(f, N_PRIME), bytes, lastTwiddles(f, ringR(f)));

  // R = B^n + 1 = 2^b 2^n + 1 = (2^b - p) 2^n + 1 mod p. In octets 2^b - p is ~p, its last bit set: p is odd.
  for (let i: u32 = 0; i < octets; i++) store<u8>(prime + i, ~load<u8>(prime + i));
  store<u8>(prime + octets - 1, load<u8>(prime + octets - 1) | 1);
  memory.fill(prime + octets, 0, n >> 3);
  store<u8>(prime + octets + (n >> 3) - 1, 1);
  limbsFromOctets(limbs, n, 17, prime, octets + (n >> 3));
  digitsFromLimbs(f, one, limbs);

  // From 2R: (2^e R)^2/R = 2^2e R, doubled for each bit of 17n that is set. Then (B^n R) + R = R^2.
  carryScaled(f, ringQ(f), squared, one, 1);
  const spare = work + 4 * bytes;
  const exponent = 17 * n;
  for (let bit = 31 - clz(exponent); bit > 0; bit--) {
    square(f, spare, squared, work);
    carryScaled(f, ringQ(f), squared, spare, (exponent >> (bit - 1)) & 1);
  }
  for (let i: usize = 0; i < bytes; i += 8)
    store<f64>(spare + i, load<f64>(squared + i) + load<f64>(one + i));
  carryScaled(f, ringQ(f), squared, spare, 0);
}
