/**
 * Opens one stanza in one call (XEP-0200 §8): MAC first, and only if it matches Base64, decryption and the
 * counter. The children of <c/> without <mac/>, as they were MACed, lie in the output region at CONTENT_OFFSET,
 * the MAC's text at MAC_TEXT; the plaintext goes to the start of the input region.
 * On failure nothing has changed. Whether the MAC matches is public; where it differs is not.
 */
import { advance, blocksFor, counterMode } from "../cipher/counter-mode";
import { finishMac, startMac } from "../hash/hmac";
import { HASH_BYTES, update } from "../hash/sha256";
import { equalBytes } from "../memory/constant-time";
import { CONTENT_OFFSET, inputRegion, maxStanzaBytes, outputRegion } from "../memory/layout";
import { EXHAUSTED, MISMATCH, TOO_LARGE } from "../memory/status";
import { decode } from "./base64";
import { countBlocks, mayUse } from "./context";
import {
  COUNTER,
  DEPLOYED,
  DIALECT,
  KEYS,
  LEFT_OVER,
  LEFT_OVER_LENGTH,
  MAC_STATES,
  ROUNDS,
} from "./context-layout";
import { leadingZeros } from "./counter";
import { MAC_TEXT } from "./seal";

const MAC_TEXT_LENGTH: u32 = 44;
const HASH: usize = memory.data(104, 16);
const HASH_OF_CONTENT: usize = memory.data(104, 16);
const RECEIVED: usize = memory.data(48, 16);
const EXPECTED: usize = memory.data(32, 16);

/** Gives the length of the plaintext, or a status. `start` and `end`: where the text of <data/> stands. */
export function openStanza(context: usize, contentLength: u32, hasData: u32, start: u32, end: u32): i32 {
  if (contentLength > maxStanzaBytes()) return TOO_LARGE;
  if (start > end || end > contentLength) return MISMATCH;
  const content = outputRegion() + CONTENT_OFFSET;
  if (!authentic(context, content, contentLength)) return MISMATCH;
  const plain = inputRegion();
  const length = hasData ? decode(plain, content + start, end - start) : 0;
  if (length < 0) return MISMATCH;
  if (load<u32>(context, DIALECT) == DEPLOYED) return openRunning(context, plain, length);

  const blocks = max<u32>(blocksFor(length), 1);
  if (!mayUse(context, blocks)) return EXHAUSTED;
  counterMode(plain, plain, length, context + KEYS, load<u32>(context, ROUNDS), context + COUNTER, 0);
  advance(context + COUNTER, blocks);
  countBlocks(context, blocks);
  return length;
}

/** The MAC over content | counter; where the counter begins with zeros also over its shortest form (D3). */
function authentic(context: usize, content: usize, length: u32): bool {
  if (decode(RECEIVED, MAC_TEXT, MAC_TEXT_LENGTH) != 32) return false;
  const states = context + MAC_STATES;
  startMac(HASH, states);
  update(HASH, content, length);
  memory.copy(HASH_OF_CONTENT, HASH, HASH_BYTES);
  update(HASH, context + COUNTER, 16);
  finishMac(HASH, states, EXPECTED);
  let same = equalBytes(EXPECTED, RECEIVED, 32);
  const zeros = leadingZeros(context + COUNTER);
  if (!same && zeros) {
    memory.copy(HASH, HASH_OF_CONTENT, HASH_BYTES);
    update(HASH, context + COUNTER + zeros, 16 - zeros);
    finishMac(HASH, states, EXPECTED);
    same = equalBytes(EXPECTED, RECEIVED, 32);
  }
  memory.fill(HASH_OF_CONTENT, 0, HASH_BYTES);
  memory.fill(EXPECTED, 0, 32);
  return same != 0;
}

/**
 * `deployed`: the counter goes up before each block, and one keystream runs through all stanzas: what a
 * stanza leaves of its last block is used for the next (Gajim 1.0). Left-over octets lie at the block's end.
 */
function openRunning(context: usize, plain: usize, length: u32): i32 {
  const left = load<u32>(context, LEFT_OVER_LENGTH);
  const used = min(left, length);
  const rest = length - used;
  const blocks = blocksFor(rest);
  if (!mayUse(context, blocks)) return EXHAUSTED;

  const leftOver = context + LEFT_OVER;
  for (let i: u32 = 0; i < used; ++i) {
    const from = leftOver + 16 - left + i;
    store<u8>(plain + i, load<u8>(plain + i) ^ load<u8>(from));
    store<u8>(from, 0);
  }
  store<u32>(context, left - used, LEFT_OVER_LENGTH);
  if (rest) {
    const rounds = load<u32>(context, ROUNDS);
    counterMode(plain + used, plain + used, rest, context + KEYS, rounds, context + COUNTER, 1);
    advance(context + COUNTER, blocks);
    countBlocks(context, blocks);
    memory.fill(leftOver, 0, 16);
    const part = rest & 15;
    if (part) {
      counterMode(leftOver, leftOver, 16, context + KEYS, rounds, context + COUNTER, 0);
      memory.fill(leftOver, 0, part);
      store<u32>(context, 16 - part, LEFT_OVER_LENGTH);
    }
  }
  return length;
}
