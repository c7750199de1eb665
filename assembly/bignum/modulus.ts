/**
 * Makes a workspace ready for one modulus. The modulus is public: VARIABLE TIME in its value.
 */
import { subtractModulus } from "./montgomery";
import { limbsFromOctets } from "./octets";
import { Modulus, N, ONE, WORKSPACE_BYTES, residue } from "./workspace";

/**
 * `octets`: N, odd, 3 or more, in 1 to 1024 octets. Writes N, -1/N and R mod N; all else is zero afterwards, and so
 * is the padding of the residues.
 */
export function prepare(workspace: usize, octets: usize, octetCount: u32): Modulus {
  const m = changetype<Modulus>(workspace);
  memory.fill(workspace, 0, WORKSPACE_BYTES);
  // Three bits to spare make R >= 8N. The widest limbs that montgomery.ts allows: 28 bits for k <= 252.
  const bits = (octetCount << 3) + 3;
  const w: u32 = bits <= 252 * 28 ? 28 : 27;
  m.limbBits = w;
  m.limbCount = ((bits + 4 * w - 1) / (4 * w)) << 2;
  limbsFromOctets(residue(m, N), m.limbCount, w, octets, octetCount);
  // Newton: an inverse modulo 2^e is one modulo 2^2e after x(2 - nx); an odd n is its own modulo 2^3.
  const n = load<u32>(residue(m, N));
  let x = n;
  for (let i = 0; i < 4; i++) x *= 2 - n * x;
  m.negativeInverse = (0 - x) & ((1 << w) - 1);
  setOne(m);
  return m;
}

/** R mod N: doubles the highest power of two that N contains. */
function setOne(m: Modulus): void {
  const n = residue(m, N);
  const r = residue(m, ONE);
  const w = m.limbBits;
  let top = m.limbCount - 1;
  while (load<u32>(n + (top << 2)) == 0) top--;
  const topBit = 31 - clz(load<u32>(n + (top << 2)));
  store<u32>(r + (top << 2), 1 << topBit);
  for (let e = top * w + topBit; e < m.limbCount * w; e++) {
    let carry: u32 = 0;
    for (let i: u32 = 0; i < m.limbCount; i++) {
      const t = (load<u32>(r + (i << 2)) << 1) | carry;
      store<u32>(r + (i << 2), t & ((1 << w) - 1));
      carry = t >> w;
    }
    subtractModulus(m, r);
  }
}
