/**
 * Leaks, one to a function, each through another kind of instruction (AssemblyScript; compiled when the check runs).
 * Each gets the address of 32 secret octets. If the trace misses one of them, it is worth nothing.
 */

/** Public: a table, a guess at the secret, room to write to. */
const TABLE: usize = memory.data(4096, 16);
const GUESS: usize = memory.data(32, 16);
const ROOM: usize = memory.data(4096, 16);

function first(secret: usize): u32 {
  return load<u8>(secret);
}

// Which code runs

export function earlyExitCompare(secret: usize): u32 {
  for (let i: u32 = 0; i < 32; i++) if (load<u8>(secret + i) != load<u8>(GUESS + i)) return 0;
  return 1;
}

export function leadingZeroStrip(secret: usize): u32 {
  let zeros: u32 = 0;
  while (zeros < 31 && !load<u8>(secret + zeros)) zeros++;
  return 32 - zeros;
}

export function loopBound(secret: usize): u32 {
  let sum: u32 = 0;
  for (let i: u32 = 0; i < first(secret); i++) sum = sum * 31 + load<u8>(GUESS + (i & 31));
  return sum;
}

export function loopUntilSecret(secret: usize): u32 {
  let left = first(secret);
  do {
    store<u8>(ROOM, load<u8>(ROOM) * 3 + 1);
    left >>= 1;
  } while (left);
  return load<u8>(ROOM);
}

export function conditionalSubtract(secret: usize): u32 {
  let r = load<u32>(secret);
  if (r >= 0x7fffffed) {
    r -= 0x7fffffed;
    store<u32>(ROOM, r);
  }
  return r;
}

export function squareAndMultiply(secret: usize): u32 {
  let r: u32 = 1;
  for (let bit: u32 = 0; bit < 32; bit++) {
    r *= r;
    if ((load<u32>(secret) >> bit) & 1) {
      r *= 3;
      store<u32>(ROOM, r);
    }
  }
  return r;
}

export function choiceBySelect(secret: usize): u32 {
  return select<u32>(load<u32>(GUESS), load<u32>(TABLE), <bool>(first(secret) & 1));
}

export function switchOnSecret(secret: usize): u32 {
  switch (first(secret) & 7) {
    case 0:
      return load<u32>(TABLE, 40);
    case 1:
      return load<u32>(GUESS, 4) ^ 77;
    case 2:
      return load<u32>(TABLE, 80) * 3;
    case 3:
      return load<u32>(ROOM) + 1;
    case 4:
      return load<u32>(TABLE, 8) - 9;
    default:
      return 5;
  }
}

const even = (x: u32): u32 => x + load<u32>(TABLE);
const odd = (x: u32): u32 => x ^ load<u32>(GUESS);

export function indirectCall(secret: usize): u32 {
  const chosen = 0 - (first(secret) & 1);
  return call_indirect<u32>(even.index ^ (chosen & (even.index ^ odd.index)), 7);
}

// Which memory is touched

export function tableSbox(secret: usize): u32 {
  let sum: u32 = 0;
  for (let i: u32 = 0; i < 32; i++) sum ^= load<u8>(TABLE + <usize>load<u8>(secret + i));
  return sum;
}

export function windowByIndex(secret: usize): u32 {
  const entry = TABLE + ((<usize>(first(secret) >> 4)) << 8);
  let sum: u32 = 0;
  for (let i: usize = 0; i < 256; i += 4) sum += load<u32>(entry + i);
  return sum;
}

export function base64ByTable(secret: usize): u32 {
  for (let i: u32 = 0; i < 32; i++) store<u8>(ROOM + i, load<u8>(TABLE + (load<u8>(secret + i) >> 2)));
  return load<u8>(ROOM);
}

export function storeAddress(secret: usize): u32 {
  store<u8>(ROOM + first(secret), 1);
  return 0;
}

export function vectorLoad(secret: usize): u32 {
  return i32x4.extract_lane(v128.load(TABLE + ((<usize>first(secret)) << 4)), 0);
}

export function vectorStore(secret: usize): u32 {
  v128.store(ROOM + ((<usize>first(secret)) << 4), i8x16.splat(1));
  return 0;
}

export function vectorSplat(secret: usize): u32 {
  return i8x16.extract_lane_u(v128.load_splat<u8>(TABLE + first(secret)), 3);
}

export function vectorExtend(secret: usize): u32 {
  return i16x8.extract_lane_u(v128.load_ext<u8>(TABLE + first(secret)), 3);
}

export function vectorZero(secret: usize): u32 {
  return i32x4.extract_lane(v128.load_zero<u32>(TABLE + first(secret)), 0);
}

export function laneLoad(secret: usize): u32 {
  return i8x16.extract_lane_u(v128.load_lane<u8>(TABLE + first(secret), i8x16.splat(0), 5), 5);
}

export function laneStore(secret: usize): u32 {
  v128.store_lane<u8>(ROOM + first(secret), i8x16.splat(1), 5);
  return 0;
}

export function copyLength(secret: usize): u32 {
  memory.copy(ROOM, TABLE, first(secret));
  return 0;
}

export function copySource(secret: usize): u32 {
  memory.copy(ROOM, TABLE + first(secret), 256);
  return 0;
}

export function copyTarget(secret: usize): u32 {
  memory.copy(ROOM + first(secret), TABLE, 256);
  return 0;
}

export function fillLength(secret: usize): u32 {
  memory.fill(ROOM, 0, first(secret));
  return 0;
}

export function fillTarget(secret: usize): u32 {
  memory.fill(ROOM + first(secret), 0, 256);
  return 0;
}

export function growth(secret: usize): u32 {
  return memory.grow((first(secret) & 1) << 20); // refused: there is not that much
}

// How long the processor takes

export function division(secret: usize): u32 {
  return load<u32>(secret) / (load<u32>(GUESS) | 1);
}

export function remainder(secret: usize): u32 {
  return load<u32>(secret) % 10;
}

export function longDivision(secret: usize): u32 {
  return <u32>(load<u64>(secret) / (load<u64>(GUESS) | 1));
}

export function longRemainder(secret: usize): u32 {
  return <u32>(load<i64>(secret) % 1000003);
}

export function floatDivision(secret: usize): u32 {
  return <u32>reinterpret<u64>(1.0 / <f64>load<i32>(secret));
}

export function vectorDivision(secret: usize): u32 {
  return i32x4.extract_lane(f64x2.div(f64x2.splat(1.0), f64x2.convert_low_i32x4_s(v128.load(secret))), 0);
}

export function squareRoot(secret: usize): u32 {
  return reinterpret<u32>(sqrt<f32>(<f32>load<i32>(secret)));
}

export function truncation(secret: usize): u32 {
  return <u32>(<i32>load<f64>(secret));
}

export function floatMaximum(secret: usize): u32 {
  return <u32>reinterpret<u64>(max<f64>(load<f64>(secret), 1.0));
}

export function leadingZeroCount(secret: usize): u32 {
  return clz<u32>(load<u32>(secret));
}

export function shiftAmount(secret: usize): u32 {
  const amount = load<u64>(secret) & 63;
  return <u32>(load<u64>(GUESS) << amount);
}

export function vectorShiftAmount(secret: usize): u32 {
  return i32x4.extract_lane(i64x2.shl(v128.load(TABLE), first(secret)), 0);
}
