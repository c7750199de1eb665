/**
 * The same tasks without a leak (AssemblyScript; compiled when the check runs): what the trace must not complain of.
 */
const TABLE: usize = memory.data(4096, 16);
const GUESS: usize = memory.data(32, 16);
const ROOM: usize = memory.data(4096, 16);

/** All ones if a = b, else zero; both below 2^31. */
function equal(a: u32, b: u32): u32 {
  return <u32>((<i32>((a ^ b) - 1)) >> 31);
}

export function fullCompare(secret: usize): u32 {
  let difference: u32 = 0;
  for (let i: u32 = 0; i < 32; i++) difference |= load<u8>(secret + i) ^ load<u8>(GUESS + i);
  return equal(difference, 0);
}

export function maskedZeroStrip(secret: usize): u32 {
  let seen: u32 = 0;
  let zeros: u32 = 0;
  for (let i: u32 = 0; i < 31; i++) {
    seen |= load<u8>(secret + i);
    zeros += equal(seen, 0) & 1;
  }
  return 32 - zeros;
}

export function fixedBound(secret: usize): u32 {
  const count: u32 = load<u8>(secret);
  let sum: u32 = 0;
  for (let i: u32 = 0; i < 256; i++) {
    const counts: u32 = (<i32>(i - count)) >> 31;
    sum += load<u8>(GUESS + (i & 31)) & counts;
  }
  return sum;
}

export function maskedSubtract(secret: usize): u32 {
  const r = <u64>load<u32>(secret) - 0x7fffffed;
  return <u32>(r + (0x7fffffed & (0 - (r >> 63))));
}

export function squareAndMaskedMultiply(secret: usize): u32 {
  let r: u32 = 1;
  for (let bit: u32 = 0; bit < 32; bit++) {
    const chosen = 0 - ((load<u32>(secret) >> bit) & 1);
    r *= r;
    r ^= chosen & (r ^ (r * 3));
  }
  return r;
}

export function choiceByMask(secret: usize): u32 {
  const chosen = 0 - ((<u32>load<u8>(secret)) & 1);
  return load<u32>(GUESS) ^ (chosen & (load<u32>(GUESS) ^ load<u32>(TABLE)));
}

export function scannedSbox(secret: usize): u32 {
  let sum: u32 = 0;
  for (let i: u32 = 0; i < 32; i++)
    for (let entry: u32 = 0; entry < 256; entry++)
      sum ^= load<u8>(TABLE + entry) & equal(entry, load<u8>(secret + i));
  return sum;
}

export function scannedWindow(secret: usize): u32 {
  let sum: u32 = 0;
  for (let entry: u32 = 0; entry < 16; entry++) {
    const chosen = equal(entry, load<u8>(secret) >> 4);
    for (let i: usize = 0; i < 256; i += 4) sum += load<u32>(TABLE + ((<usize>entry) << 8) + i) & chosen;
  }
  return sum;
}

export function base64ByArithmetic(secret: usize): u32 {
  for (let i: u32 = 0; i < 32; i++) {
    const v = <i32>(load<u8>(secret + i) >> 2);
    const letter =
      v +
      65 +
      (((25 - v) >> 8) & 6) -
      (((51 - v) >> 8) & 75) -
      (((61 - v) >> 8) & 15) +
      (((62 - v) >> 8) & 3);
    store<u8>(ROOM + i, letter);
  }
  return load<u8>(ROOM);
}

export function vectorArithmetic(secret: usize): u32 {
  const x = v128.load(secret);
  v128.store(ROOM, i64x2.shl(i8x16.swizzle(i32x4.mul(x, x), x), 3));
  return i32x4.extract_lane(v128.load_lane<u8>(TABLE, x, 5), 0) + <u32>v128.any_true(x);
}

export function lanesAtFixedPlaces(secret: usize): u32 {
  const x = v128.load(secret);
  v128.store_lane<u8>(ROOM, x, 5);
  return i8x16.extract_lane_u(v128.load_splat<u8>(secret), 3);
}

export function copyOfFixedLength(secret: usize): u32 {
  memory.copy(ROOM, secret, 32);
  memory.fill(ROOM, load<u8>(secret), 32);
  return 0;
}

export function multiplicationForDivision(secret: usize): u32 {
  return <u32>((<u64>load<u32>(secret) * 0xcccccccd) >> 35); // by ten
}

export function floatArithmetic(secret: usize): u32 {
  const x = f64x2.convert_low_i32x4_s(v128.load(secret));
  return i32x4.extract_lane(f64x2.add(f64x2.mul(x, x), f64x2.splat(6755399441055744.0)), 0);
}

export function shiftByPublicAmount(secret: usize): u32 {
  return <u32>(rotl<u64>(load<u64>(secret), 7) >> (load<u64>(GUESS) & 63));
}
