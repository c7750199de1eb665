/**
 * Round keys as the bit planes that encryptBatch takes, the same for all blocks of a batch: 8 planes for each of the
 * (rounds + 1) keys of a schedule. Eight times as long as the schedule (SIMD), so only keys in use have them.
 */
import { putBlock } from "./blocks";
import { PLANE_BYTES } from "./planes";

const ROUND_KEY: usize = memory.data(128, 16);

/** From a schedule (key-schedule.ts) to planes, ROUND_KEYS_BYTES long. */
export function sliceKeys(planes: usize, schedule: usize, rounds: u32): void {
  for (let round: u32 = 0; round <= rounds; ++round) {
    const key = schedule + ((<usize>round) << 4);
    putBlock(ROUND_KEY, 0, load<u64>(key), load<u64>(key, 8));
    slice(planes + <usize>round * 8 * PLANE_BYTES);
  }
  memory.fill(ROUND_KEY, 0, 128);
}

function slice(planes: usize): void {
  if (ASC_FEATURE_SIMD) {
    const key = v128.load(ROUND_KEY);
    // By comparing: shifts of bytes are several instructions each on x86-64.
    for (let k: usize = 0; k < 8; ++k) {
      const bit = i8x16.splat(<i8>((<i32>1) << (<i32>k)));
      v128.store(planes + (k << 4), i8x16.eq(v128.and(key, bit), bit));
    }
  } else {
    const even = load<u64>(ROUND_KEY);
    const odd = load<u64>(ROUND_KEY, 32);
    for (let k: u64 = 0; k < 8; ++k) {
      const low = ((even >> k) & 0x0101010101010101) * 0x0f;
      const high = ((odd >> k) & 0x0101010101010101) * 0xf0;
      store<u64>(planes + ((<usize>k) << 3), low | high);
    }
  }
}
