/**
 * Opens one stanza in one call (XEP-0200 §8): MAC first, and only if it matches Base64, decryption and the
 * counter. The children of <c/> without <mac/>, as they were MACed, lie in the output region at CONTENT_OFFSET,
 * the MAC's text right before them; the plaintext goes to the start of the input region.
 * On failure nothing has changed. Whether the MAC matches is public; where it differs is not.
 */
import { advance, blocksFor } from "../cipher/counter-mode";
import { equalBytes } from "../memory/constant-time";
import { CONTENT_OFFSET, inputRegion, maxStanzaBytes, outputRegion } from "../memory/layout";
import { EXHAUSTED, MISMATCH, TOO_LARGE } from "../memory/status";
import { decode } from "./base64";
import { countBlocks, mayUse } from "./context";
import { CIPHER, COUNTER, DEPLOYED, DIALECT, LEFT_OVER, LEFT_OVER_LENGTH } from "./context-layout";
import { leadingZeros } from "./counter";
import { crypt, stepsFor } from "./crypt";
import { macLength, macTextLength, stanzaMac } from "./mac";
import { OPENING } from "./recorder";

/** The longest MAC, and what Base64 writes behind it. */
const RECEIVED: usize = memory.data(80, 16);
const EXPECTED: usize = memory.data(64, 16);

/** Gives the length of the plaintext, or a status. `start` and `end`: where the text of <data/> stands. */
export function openStanza(context: usize, contentLength: u32, hasData: u32, start: u32, end: u32): i32 {
  const content = outputRegion() + CONTENT_OFFSET;
  return openAt(inputRegion(), context, content, contentLength, hasData, start, end);
}

/** The same for a content anywhere, with PADDING_ROOM behind it, and the plaintext to `plain`. */
export function openAt(
  plain: usize,
  context: usize,
  content: usize,
  contentLength: u32,
  hasData: u32,
  start: u32,
  end: u32,
): i32 {
  if (contentLength > maxStanzaBytes()) return TOO_LARGE;
  if (start > end || end > contentLength) return MISMATCH;
  if (!authentic(context, content, contentLength)) return MISMATCH;
  const length = hasData ? decode(plain, content + start, end - start) : 0;
  if (length < 0) return MISMATCH;
  if (load<u32>(context, DIALECT) == DEPLOYED) return openRunning(context, plain, length);

  const blocks = stepsFor(load<u32>(context, CIPHER), length);
  if (!mayUse(context, blocks)) return EXHAUSTED;
  if (length) crypt(plain, context, plain, length, context + COUNTER, 0, OPENING);
  advance(context + COUNTER, blocks);
  countBlocks(context, blocks);
  return length;
}

/** The MAC over content | counter; where the counter begins with zeros also over its shortest form (D3). */
function authentic(context: usize, content: usize, length: u32): bool {
  const octets = macLength(context);
  const characters = macTextLength(context);
  if (decode(RECEIVED, content - characters, characters) != octets) return false;
  const counter = context + COUNTER;
  stanzaMac(EXPECTED, context, content, length, counter, 0);
  let same = equalBytes(EXPECTED, RECEIVED, octets);
  const zeros = leadingZeros(counter);
  if (!same && zeros) {
    stanzaMac(EXPECTED, context, content, length, counter, zeros);
    same = equalBytes(EXPECTED, RECEIVED, octets);
  }
  memory.fill(EXPECTED, 0, octets);
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
    crypt(plain + used, context, plain + used, rest, context + COUNTER, 1, OPENING);
    advance(context + COUNTER, blocks);
    countBlocks(context, blocks);
    memory.fill(leftOver, 0, 16);
    const part = rest & 15;
    if (part) {
      crypt(leftOver, context, leftOver, 16, context + COUNTER, 0, OPENING);
      memory.fill(leftOver, 0, part);
      store<u32>(context, 16 - part, LEFT_OVER_LENGTH);
    }
  }
  return length;
}
