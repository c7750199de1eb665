/**
 * Places for secrets and for contexts: pools of slots of one size, free ones linked through their first word.
 * A pool is { first free slot, number of free slots, slot size, first slot, end }. Nothing is ever evicted; a
 * slot given back is overwritten with zeros first.
 */
/** Keys, hashes and 256-bit exponents. */
export const SECRET_BYTES: usize = 64;
/** Exponents as long as the modulus of the largest group (8192 bits). */
export const LARGE_SECRET_BYTES: usize = 1024;

export const SECRETS: usize = memory.data(20);
export const LARGE_SECRETS: usize = memory.data(20);
export const CONTEXTS: usize = memory.data(20);

/** Divides a region into the pool's slots. */
export function carve(pool: usize, first: usize, count: u32, size: usize): void {
  const end = first + <usize>count * size;
  for (let slot = first; slot < end; slot += size) store<usize>(slot, slot + size < end ? slot + size : 0);
  store<usize>(pool, count ? first : 0);
  store<u32>(pool, count, 4);
  store<usize>(pool, size, 8);
  store<usize>(pool, first, 12);
  store<usize>(pool, end, 16);
}

export function freeSlots(pool: usize): u32 {
  return load<u32>(pool, 4);
}

function take(pool: usize): usize {
  const slot = load<usize>(pool);
  if (!slot) return 0;
  store<usize>(pool, load<usize>(slot));
  store<u32>(pool, load<u32>(pool, 4) - 1, 4);
  store<usize>(slot, 0);
  return slot;
}

/** Overwrites a slot and frees it. False for an address that is not a slot of the pool. */
function give(pool: usize, slot: usize): bool {
  const size = load<usize>(pool, 8);
  const first = load<usize>(pool, 12);
  if (slot < first || slot >= load<usize>(pool, 16) || (slot - first) % size) return false;
  memory.fill(slot, 0, size);
  store<usize>(slot, load<usize>(pool));
  store<usize>(pool, slot);
  store<u32>(pool, load<u32>(pool, 4) + 1, 4);
  return true;
}

/** A slot that holds `length` octets, all zero; 0 if there is none. */
export function takeSecret(length: u32): usize {
  if (length <= <u32>SECRET_BYTES) return take(SECRETS);
  return length <= <u32>LARGE_SECRET_BYTES ? take(LARGE_SECRETS) : 0;
}

export function giveSecret(slot: usize): void {
  if (!give(SECRETS, slot)) give(LARGE_SECRETS, slot);
}

/** A slot for a context, of CONTEXT_BYTES; 0 if there is none. */
export function takeContext(): usize {
  return take(CONTEXTS);
}

export function giveContext(slot: usize): void {
  give(CONTEXTS, slot);
}
