/**
 * A counter in its shortest form: an integer without leading zero octets, zero as one zero octet
 * (XEP-0116 §6.1). Counters are public: they are sent in clear.
 */

/** Octets of 16 that are left out. */
export function leadingZeros(counter: usize): u32 {
  let zeros: u32 = 0;
  while (zeros < 15 && !load<u8>(counter + zeros)) ++zeros;
  return zeros;
}
