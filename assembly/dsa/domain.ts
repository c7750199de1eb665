/**
 * The parameters of DSA (FIPS 186-4 §4.1, §4.2), as they lie in memory: p | q | g, big-endian, g as long as p. With SHA-256 p
 * has 256 octets and q 28 or 32, or p has 384 and q 32. They are public: checks take variable time.
 */
import { modPow } from "../bignum/index";
import { bignumScratch } from "../memory/layout";
import { addSmall, isLess, isSmall } from "./octets";


@unmanaged
export class Domain {
  p: usize;
  q: usize;
  g: usize;
  pLength: u32;
  qLength: u32;
}

const DOMAIN: usize = memory.data(20, 16);
const POWER: usize = memory.data(384, 16);

/** The parameters at an address, until the next call. */
export function domainAt(parameters: usize, pLength: u32, qLength: u32): Domain {
  const d = changetype<Domain>(DOMAIN);
  d.p = parameters;
  d.q = parameters + pLength;
  d.g = parameters + pLength + qLength;
  d.pLength = pLength;
  d.qLength = qLength;
  return d;
}

/** base^exponent mod p, where the base is as long as p and the exponent, which may be secret, as long as q. */
export function powerModP(d: Domain, out: usize, base: usize, exponent: usize): void {
  modPow(out, base, d.pLength, exponent, d.qLength, d.p, d.pLength, bignumScratch());
}

/** Whether p and q are odd and as long as they say, and g generates the subgroup. That they are prime is not tested. */
export function isDomain(d: Domain): bool {
  if (!(load<u8>(d.p) & load<u8>(d.q) & 0x80)) return false;
  if (!(load<u8>(d.p + d.pLength - 1) & load<u8>(d.q + d.qLength - 1) & 1)) return false;
  return isOfOrderQ(d, d.g);
}

/** Whether 1 < v < p - 1 and v^q = 1 mod p; v is as long as p. */
export function isOfOrderQ(d: Domain, v: usize): bool {
  if (isSmall(v, d.pLength, 0) | isSmall(v, d.pLength, 1)) return false;
  addSmall(POWER, d.p, d.pLength, -1);
  if (!isLess(v, POWER, d.pLength)) return false;
  powerModP(d, POWER, v, d.q);
  return isSmall(POWER, d.pLength, 1) != 0;
}
