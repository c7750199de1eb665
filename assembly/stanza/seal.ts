/**
 * Seals one stanza in one call (XEP-0200 §6): pad, encrypt, Base64, MAC. The content lies at the start of the
 * input region; what follows <data/> inside <c/> behind it, at the next multiple of 16 that leaves 16 octets.
 * The output region gets the children of <c/> that the MAC covers at CONTENT_OFFSET and, right before them, its text.
 * Lengths and counters are public.
 */
import { advance } from "../cipher/counter-mode";
import { CONTENT_OFFSET, inputRegion, maxStanzaBytes, outputRegion, textCapacity } from "../memory/layout";
import { EXHAUSTED, TOO_LARGE } from "../memory/status";
import { encode, encodedLength } from "./base64";
import { countBlocks, mayUse } from "./context";
import { CIPHER, COUNTER, DEPLOYED, DIALECT } from "./context-layout";
import { crypt, stepsFor } from "./crypt";
import { macLength, macTextLength, stanzaMac } from "./mac";
import { SEALING } from "./recorder";

/** "<data>" and "</data>". */
export const TAGS_LENGTH: u32 = 13;
const OPENING: u64 = 0x3e617461643c;
const CLOSING: u64 = 0x3e617461642f3c;

const BEFORE: usize = memory.data(16, 16);
/** The longest MAC, and what Base64 reads behind it. */
const MAC: usize = memory.data(80, 16);

/** Where what follows <data/> is to be put behind a content of that length. */
export function extraOffset(contentLength: u32): u32 {
  return (contentLength + 31) & ~15;
}

/**
 * Gives the length of the Base64 text, which begins 6 behind CONTENT_OFFSET, or a status. Without data the
 * content's length is 0.
 */
export function sealStanza(context: usize, hasData: u32, contentLength: u32, extraLength: u32): i32 {
  const content = inputRegion();
  const capacity = textCapacity();
  if (contentLength > capacity || extraLength > capacity) return TOO_LARGE;
  const length = paddedLength(context, hasData, contentLength);
  if (sealedLength(hasData, length) + extraLength > maxStanzaBytes()) return TOO_LARGE;
  if (!mayUse(context, blocksOf(context, hasData, length))) return EXHAUSTED;
  const extra = content + extraOffset(contentLength);
  const text = outputRegion() + CONTENT_OFFSET;
  return sealAt(text, context, hasData, content, contentLength, extra, extraLength, content);
}

/** `deployed` peers take whole blocks only, and an empty <data/> would not move their counter (D4). */
export function paddedLength(context: usize, hasData: u32, length: u32): u32 {
  return hasData && load<u32>(context, DIALECT) == DEPLOYED ? max<u32>((length + 15) & ~15, 16) : length;
}

/** <data/> around a content of that length. */
export function sealedLength(hasData: u32, length: u32): u32 {
  return hasData ? encodedLength(length) + TAGS_LENGTH : 0;
}

/** How far the counter moves for a padded content of that length (XEP-0200 §6). */
export function blocksOf(context: usize, hasData: u32, length: u32): u32 {
  if (load<u32>(context, DIALECT) != DEPLOYED) return stepsFor(load<u32>(context, CIPHER), length);
  return hasData ? length >> 4 : 0;
}

/**
 * Seals what was found to fit: writes the children of <c/> to `text` and the MAC's text before them, gives the length of
 * the Base64 text. The ciphertext is made at `work`, which may be the content, and stays there.
 */
export function sealAt(
  text: usize,
  context: usize,
  hasData: u32,
  content: usize,
  contentLength: u32,
  extra: usize,
  extraLength: u32,
  work: usize,
): u32 {
  const length = paddedLength(context, hasData, contentLength);
  const blocks = blocksOf(context, hasData, length);
  const total = sealedLength(hasData, length) + extraLength;
  // The counter first: whatever happens below, no block is used twice.
  store<u64>(BEFORE, load<u64>(context, COUNTER));
  store<u64>(BEFORE, load<u64>(context, COUNTER + 8), 8);
  advance(context + COUNTER, blocks);
  countBlocks(context, blocks);

  let end = text;
  if (hasData) {
    const skip = u64(load<u32>(context, DIALECT) == DEPLOYED);
    if (length > contentLength) memory.fill(content + contentLength, 0x20, length - contentLength);
    crypt(work, context, content, length, BEFORE, skip, SEALING);
    store<u64>(text, OPENING);
    end = text + 6 + encode(text + 6, work, length);
    store<u64>(end, CLOSING);
    end += 7;
  }
  if (extraLength) memory.copy(end, extra, extraLength);
  stanzaMac(MAC, context, text, total, BEFORE, 0);
  encode(text - macTextLength(context), MAC, macLength(context));
  return hasData ? encodedLength(length) : 0;
}
