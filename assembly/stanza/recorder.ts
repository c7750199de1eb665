/**
 * In the build for tests: what was encrypted in counter mode, a line for each block, so that a test can tell that no
 * counter is used twice with a key. Stanzas and identities are recorded, records of a store are not. A line:
 *
 *      0  the first eight octets of SHA-256 of the cipher's key
 *      8  counter, 16 octets, big-endian
 *     24  direction u32
 *     28  cipher u32
 *
 * With the cipher `none` a stanza with data, or an identity, is one line: the number that its MAC covers.
 * Which key it was is public here, and in no other build. Lines behind the last one are counted, not kept.
 */
import { NONE } from "../cipher/ciphers";
import { advance, blocksFor } from "../cipher/counter-mode";
import { finish, HASH_BYTES, start, update } from "../hash/sha256";

export const SEALING: u32 = 0;
export const OPENING: u32 = 1;

const LINE: usize = 32;
const KEPT: u32 = 65536;
const LINES: usize = TESTING ? memory.data(65536 * 32, 16) : 0;
const HASH: usize = TESTING ? memory.data(<i32>HASH_BYTES, 16) : 0;
const DIGEST: usize = TESTING ? memory.data(32, 16) : 0;
let blocks: u32 = 0;

/** Where the first of the lines lies, of which 65,536 are kept. */
export function recorderAt(): usize {
  return LINES;
}

/** How many there were since clearRecorder(). */
export function recordedBlocks(): u32 {
  return blocks;
}

export function clearRecorder(): void {
  memory.fill(LINES, 0, LINE * KEPT);
  blocks = 0;
}

/** What tells keys apart: 0 in other builds. */
export function keyName(key: usize, length: u32): u64 {
  if (!TESTING) return 0;
  start(HASH);
  update(HASH, key, length);
  finish(HASH, DIGEST);
  return load<u64>(DIGEST);
}

/** That `length` octets are encrypted from the block counter + skip on; nothing in other builds. */
export function note(name: u64, cipher: u32, length: u32, counter: usize, skip: u64, direction: u32): void {
  if (!TESTING) return;
  const count: u32 = cipher == NONE ? 1 : blocksFor(length);
  for (let i: u32 = 0; i < count; ++i, ++blocks) {
    if (blocks >= KEPT) continue;
    const line = LINES + <usize>blocks * LINE;
    store<u64>(line, name);
    memory.copy(line + 8, counter, 16);
    advance(line + 8, skip + i);
    store<u32>(line, direction, 24);
    store<u32>(line, cipher, 28);
  }
}
