/**
 * Numbers between big-endian octets (the form of the wire) and limbs of 1 to 32 bits, one to a u32, least
 * significant first. Time and addresses depend on the lengths and the limb width only, never on the octets.
 */

/** Writes `limbCount` limbs. What does not fit them is dropped; places beyond the octets become zero. */
export function limbsFromOctets(
  limbs: usize,
  limbCount: u32,
  limbBits: u32,
  octets: usize,
  octetCount: u32,
): void {
  const mask: u64 = ((<u64>1) << limbBits) - 1;
  let pending: u64 = 0; // fewer than limbBits + 8 <= 40 bits
  let pendingBits: u32 = 0;
  let left = octetCount;
  for (let i: u32 = 0; i < limbCount; i++) {
    while (pendingBits < limbBits && left > 0) {
      left--;
      pending |= (<u64>load<u8>(octets + left)) << pendingBits;
      pendingBits += 8;
    }
    store<u32>(limbs + (i << 2), <u32>(pending & mask));
    pending >>= limbBits;
    pendingBits = pendingBits > limbBits ? pendingBits - limbBits : 0;
  }
}

/** Writes exactly `octetCount` octets; the number must fit them. */
export function octetsFromLimbs(
  octets: usize,
  octetCount: u32,
  limbs: usize,
  limbCount: u32,
  limbBits: u32,
): void {
  let pending: u64 = 0;
  let pendingBits: u32 = 0;
  let next: u32 = 0;
  for (let left = octetCount; left > 0; left--) {
    if (pendingBits < 8 && next < limbCount) {
      pending |= (<u64>load<u32>(limbs + (next << 2))) << pendingBits;
      pendingBits += limbBits;
      next++;
    }
    store<u8>(octets + left - 1, <u8>pending);
    pending >>= 8;
    pendingBits = pendingBits > 8 ? pendingBits - 8 : 0;
  }
}
