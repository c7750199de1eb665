/**
 * Lists of stanzas sealed or opened in one call, of any contexts, in their order. The list lies at the start of the
 * input region, eight words u32 a stanza:
 *
 *   sealing   context | content from the region's start | its length, or NO_DATA | result | text in the output region
 *   opening   context | content from the output region's start | its length | has data | start | end | result | plaintext
 *
 * Results are lengths or a status, as for one stanza. The caller keeps to the regions: behind the contents to be opened
 * there are PADDING_ROOM octets each, and a list to be sealed has room for its texts and once more for the longest.
 */
import { inputRegion, maxStanzaBytes, outputRegion } from "../memory/layout";
import { EXHAUSTED, TOO_LARGE } from "../memory/status";
import { mayUse } from "./context";
import { openAt } from "./open";
import { macTextLength } from "./mac";
import { blocksOf, paddedLength, sealAt, sealedLength } from "./seal";

const NO_DATA: u32 = 0xffffffff;
const ENTRY: usize = 32;

/** The length of all output, or a status, and then nothing was sealed. */
export function sealList(count: u32): i32 {
  const input = inputRegion();
  const status = refusal(count);
  if (status) return status;
  const output = outputRegion();
  let end = output;
  for (let i: u32 = 0; i < count; ++i) {
    const entry = input + <usize>i * ENTRY;
    const context = load<usize>(entry);
    const hasData = u32(load<u32>(entry, 8) != NO_DATA);
    const length = hasData ? load<u32>(entry, 8) : 0;
    const content = input + load<u32>(entry, 4);
    const text = end + macTextLength(context);
    end = text + sealedLength(hasData, paddedLength(context, hasData, length));
    const work = (end + 127) & ~15;
    store<u32>(entry, <u32>(text - output), 16);
    // The padding of `deployed` stands behind the content, where the next one may be.
    memory.copy(work, content, length);
    store<u32>(entry, sealAt(text, context, hasData, work, length, work, 0, work), 12);
  }
  return <i32>(end - output);
}

function refusal(count: u32): i32 {
  const input = inputRegion();
  let blocks: u32 = 0;
  for (let i: u32 = 0; i < count; ++i) {
    const entry = input + <usize>i * ENTRY;
    const context = load<usize>(entry);
    const hasData = u32(load<u32>(entry, 8) != NO_DATA);
    const length = paddedLength(context, hasData, hasData ? load<u32>(entry, 8) : 0);
    if (sealedLength(hasData, length) > maxStanzaBytes()) return TOO_LARGE;
    blocks += blocksOf(context, hasData, length);
  }
  // As if all of them were for one key: who wants to know exactly asks again, one by one.
  for (let i: u32 = 0; i < count; ++i)
    if (!mayUse(load<usize>(input + <usize>i * ENTRY), blocks)) return EXHAUSTED;
  return 0;
}

/** Opens all, whatever becomes of the others. */
export function openList(count: u32): void {
  const input = inputRegion();
  let plain = input + ENTRY * count;
  for (let i: u32 = 0; i < count; ++i) {
    const entry = input + <usize>i * ENTRY;
    const content = outputRegion() + load<u32>(entry, 4);
    const result = openAt(
      plain,
      load<usize>(entry),
      content,
      load<u32>(entry, 8),
      load<u32>(entry, 12),
      load<u32>(entry, 16),
      load<u32>(entry, 20),
    );
    store<i32>(entry, result, 24);
    store<u32>(entry, <u32>(plain - input), 28);
    if (result > 0) plain += result;
  }
}
