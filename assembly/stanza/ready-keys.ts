/**
 * The bit planes of the contexts used last: 16 lines, each for the contexts whose slots have the same number modulo 16,
 * with the address of the context whose planes it holds. Making them anew takes about 0.1 microseconds; keeping them
 * for every context would take four times the memory of everything else in its slot.
 * Which context is used is public.
 */
import { ROUND_KEYS_BYTES } from "../cipher/planes";
import { sliceKeys } from "../cipher/round-keys";
import { CONTEXT_BYTES, ROUNDS, SCHEDULE } from "./context-layout";

const LINES: usize = 16;
const OWNERS: usize = memory.data(64);
const PLANES: usize = memory.data(16 * 15 * 8 * 16, 16);

// @ts-ignore: decorator
@inline
function lineOf(context: usize): usize {
  return (context / CONTEXT_BYTES) & (LINES - 1);
}

/** The planes of a context, valid until another context is used. */
export function readyKeys(context: usize): usize {
  const line = lineOf(context);
  const planes = PLANES + line * ROUND_KEYS_BYTES;
  if (load<usize>(OWNERS + (line << 2)) != context) {
    // A shorter key would leave the last round keys of a longer one, and two of them give it away.
    memory.fill(planes, 0, ROUND_KEYS_BYTES);
    sliceKeys(planes, context + SCHEDULE, load<u32>(context, ROUNDS));
    store<usize>(OWNERS + (line << 2), context);
  }
  return planes;
}

/** Wipes the planes of a context, if there are any. */
export function forgetKeys(context: usize): void {
  const line = lineOf(context);
  if (load<usize>(OWNERS + (line << 2)) != context) return;
  memory.fill(PLANES + line * ROUND_KEYS_BYTES, 0, ROUND_KEYS_BYTES);
  store<usize>(OWNERS + (line << 2), 0);
}
