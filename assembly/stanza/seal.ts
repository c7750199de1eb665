/**
 * Seals one stanza in one call (XEP-0200 §6): pad, encrypt, Base64, MAC. The content lies at the start of the
 * input region; what follows <data/> inside <c/> behind it, at the next multiple of 16 that leaves 16 octets.
 * The output region gets the children of <c/> that the MAC covers, the MAC's text goes to MAC_TEXT.
 * Lengths and counters are public.
 */
import { advance, blocksFor, counterMode } from "../cipher/counter-mode";
import { finishMac, startMac } from "../hash/hmac";
import { update } from "../hash/sha256";
import { CONTENT_OFFSET, inputRegion, maxStanzaBytes, outputRegion, textCapacity } from "../memory/layout";
import { EXHAUSTED, TOO_LARGE } from "../memory/status";
import { encode, encodedLength } from "./base64";
import { countBlocks, mayUse } from "./context";
import { COUNTER, DEPLOYED, DIALECT, KEYS, MAC_STATES, ROUNDS } from "./context-layout";

/** The MAC of a stanza as text: 44 characters. */
export const MAC_TEXT: usize = memory.data(64, 16);
/** "<data>" and "</data>". */
const OPENING: usize = memory.data<u8>([0x3c, 0x64, 0x61, 0x74, 0x61, 0x3e], 16);
const CLOSING: usize = memory.data<u8>([0x3c, 0x2f, 0x64, 0x61, 0x74, 0x61, 0x3e], 16);
const HASH: usize = memory.data(104, 16);
const BEFORE: usize = memory.data(16, 16);
const MAC: usize = memory.data(48, 16);

export function macText(): usize {
  return MAC_TEXT;
}

/** Where what follows <data/> is to be put behind a content of that length. */
export function extraOffset(contentLength: u32): u32 {
  return (contentLength + 31) & ~15;
}

/**
 * Gives the length of the Base64 text, which begins at the output region + 16, or a status. Without data the
 * content's length is 0.
 */
export function sealStanza(context: usize, hasData: u32, contentLength: u32, extraLength: u32): i32 {
  const content = inputRegion();
  const capacity = textCapacity();
  if (contentLength > capacity || extraLength > capacity) return TOO_LARGE;
  const deployed = load<u32>(context, DIALECT) == DEPLOYED;
  let length = contentLength;
  // `deployed` peers take whole blocks only, and an empty <data/> would not move their counter (D4).
  if (hasData && deployed) length = max<u32>((length + 15) & ~15, 16);
  const textLength = hasData ? encodedLength(length) : 0;
  const total = (hasData ? textLength + 13 : 0) + extraLength;
  if (total > maxStanzaBytes()) return TOO_LARGE;
  const blocks: u32 = !deployed ? max<u32>(blocksFor(length), 1) : hasData ? length >> 4 : 0;
  if (!mayUse(context, blocks)) return EXHAUSTED;

  // The counter first: whatever happens below, no block is used twice.
  memory.copy(BEFORE, context + COUNTER, 16);
  advance(context + COUNTER, blocks);
  countBlocks(context, blocks);

  const text = outputRegion() + CONTENT_OFFSET;
  let end = text;
  if (hasData) {
    memory.copy(text, OPENING, 6);
    memory.copy(text + 6 + textLength, CLOSING, 7);
    end = text + textLength + 13;
  }
  memory.copy(end, content + extraOffset(contentLength), extraLength);
  if (hasData) {
    memory.fill(content + contentLength, 0x20, length - contentLength);
    const keys = context + KEYS;
    counterMode(content, content, length, keys, load<u32>(context, ROUNDS), BEFORE, u64(deployed));
    encode(text + 6, content, length);
  }
  startMac(HASH, context + MAC_STATES);
  update(HASH, text, total);
  update(HASH, BEFORE, 16);
  finishMac(HASH, context + MAC_STATES, MAC);
  encode(MAC_TEXT, MAC, 32);
  return textLength;
}
