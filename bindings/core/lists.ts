/**
 * Lists of stanzas in one call of the core (assembly/stanza/list.ts): all texts go in as one string and come out as one.
 * What does not suit a list (text that is not ASCII, the dialect `deployed` when sealing, a stanza as large as the
 * regions) goes the way of a single one, in its turn.
 */
import { EsessionError } from "../errors.js";
import { MAX_BLOCKS, sealed, status } from "./abi.js";
import { slotOf } from "./context.js";
import type { LinearMemory } from "./memory.js";
import { malformed, refusal } from "./refusal.js";
import type { Core, OpenItem, SealItem, Sealed, StanzaContext } from "./types.js";

/** Words of an entry of a list. */
const ENTRY = 8;
const NO_DATA = 0xffffffff;
/** Between contents to be opened: the core writes a counter and padding behind each. */
const GAP = " ".repeat(112);
/** Octets of a region that a stanza takes beside its text: entry, tags, MAC, gap, ends of vectors. */
const BESIDE = 512;
/** Texts take less than this times their length: content, its Base64 and its ciphertext. */
const FACTOR = 3;

/** Divides a list into pieces that have room, of one stanza at least. */
function* pieces<T>(memory: LinearMemory, items: readonly T[], length: (item: T) => number): Generator<T[]> {
  let piece: T[] = [];
  let left = memory.capacity;
  for (const item of items) {
    const needed = length(item) * FACTOR + BESIDE;
    if (needed > left && piece.length > 0) {
      yield piece;
      piece = [];
      left = memory.capacity;
    }
    piece.push(item);
    left -= needed;
  }
  if (piece.length > 0) yield piece;
}

/** Nothing was sealed if it throws. */
export function sealMany(
  memory: LinearMemory,
  seal: Core["stanza"]["seal"],
  items: readonly SealItem[],
): Sealed[] {
  const all = [...pieces(memory, items, ({ content }) => content?.length ?? 0)];
  const xep = items.every(({ context }) => context.dialect === "xep");
  // The core refuses a list as a whole: only several of them can be stopped half way.
  if (all.length > 1 || !xep) mustFit(memory, items);
  return all.flatMap(
    (piece) =>
      (xep && piece.length > 1 && sealTogether(memory, piece)) ||
      piece.map(({ context, content }) => seal(context, content)),
  );
}

/** Whatever could refuse one of them has to be known before the first is sealed. */
function mustFit(memory: LinearMemory, items: readonly SealItem[]): void {
  const { maxStanzaBytes } = memory.room;
  let blocks = 0;
  for (const { context, content = "" } of items) {
    slotOf(memory, context);
    // A UTF-16 unit has at most 3 octets of UTF-8, and those 4 characters of Base64; `deployed` pads to whole blocks.
    if (content.length * 4 + 64 > maxStanzaBytes && sealedLength(memory, context, content) > maxStanzaBytes)
      throw refusal(status.tooLarge);
    blocks += Math.ceil((content.length * 3) / 16) + 1;
  }
  // As if all were sealed with one key.
  for (const { context } of items) if (context.blocks + blocks > MAX_BLOCKS) throw refusal(status.exhausted);
}

function sealedLength(memory: LinearMemory, { dialect }: StanzaContext, content: string): number {
  const length = memory.writeText(memory.input, content);
  memory.wipe(memory.input, length);
  const padded = dialect === "deployed" ? Math.max(16, Math.ceil(length / 16) * 16) : length;
  return 4 * Math.ceil(padded / 3) + sealed.opening + sealed.closing;
}

/** undefined if a text is not ASCII; then nothing was sealed. */
function sealTogether(memory: LinearMemory, items: readonly SealItem[]): Sealed[] | undefined {
  const { abi, input, output, words } = memory;
  const texts = 4 * ENTRY * items.length;
  let joined = "";
  let entry = input / 4;
  for (const { context, content } of items) {
    words[entry] = slotOf(memory, context);
    words[entry + 1] = texts + joined.length;
    words[entry + 2] = content === undefined ? NO_DATA : content.length;
    if (content !== undefined) joined += content;
    entry += ENTRY;
  }
  try {
    if (!memory.writeAscii(input + texts, joined)) {
      mustFit(memory, items);
      return undefined;
    }
    const result = abi.sealList(items.length);
    if (result < 0) throw refusal(result);
    const all = memory.readAscii(output, result);
    entry = input / 4;
    const results: Sealed[] = [];
    for (const { content } of items) {
      const start = words[entry + 4]!;
      const mac = all.slice(start - sealed.mac, start);
      const at = start + sealed.opening;
      results.push({ data: content === undefined ? undefined : all.slice(at, at + words[entry + 3]!), mac });
      entry += ENTRY;
    }
    return results;
  } finally {
    memory.wipe(input, texts + joined.length);
  }
}

/** What became of each: its text, undefined without <data/>, or why it was refused. */
export function openMany(
  memory: LinearMemory,
  open: Core["stanza"]["open"],
  items: readonly OpenItem[],
): (string | undefined | EsessionError)[] {
  for (const { context } of items) slotOf(memory, context);
  const one = ({ context, content, data, mac }: OpenItem) => {
    try {
      return open(context, content, data, mac);
    } catch (error) {
      if (EsessionError.is(error)) return error;
      throw error;
    }
  };
  const results: (string | undefined | EsessionError)[] = [];
  for (const piece of pieces(memory, items, ({ content }) => content.length)) {
    const together = piece.length > 1 && piece.every(({ mac }) => mac.length === sealed.mac);
    results.push(...((together && openTogether(memory, piece)) || piece.map(one)));
  }
  return results;
}

/** undefined if a text is not ASCII; then nothing was opened. */
function openTogether(
  memory: LinearMemory,
  items: readonly OpenItem[],
): (string | undefined | EsessionError)[] | undefined {
  const { abi, input, output, words } = memory;
  const first = input / 4;
  const texts = 4 * ENTRY * items.length;
  if (!memory.writeAscii(output, items.map(({ content, mac }) => mac + content).join(GAP))) return undefined;
  let at = 0;
  items.forEach(({ context, content, data }, i) => {
    const entry = first + i * ENTRY;
    words[entry] = slotOf(memory, context);
    words[entry + 1] = at + sealed.mac;
    words[entry + 2] = content.length;
    words[entry + 3] = data === undefined ? 0 : 1;
    words[entry + 4] = data?.start ?? 0;
    words[entry + 5] = data?.end ?? 0;
    at += content.length + sealed.mac + GAP.length;
  });
  const ascii = abi.openList(items.length) === 1;
  const lengthOf = (entry: number) => words[entry + 6]! | 0;
  const last = first + (items.length - 1) * ENTRY;
  const end = words[last + 7]! + Math.max(lengthOf(last), 0);
  try {
    const all = ascii ? memory.readAscii(input + texts, end - texts) : "";
    return items.map(({ data }, i) => {
      const entry = first + i * ENTRY;
      const length = lengthOf(entry);
      if (length < 0) return refusal(length);
      if (data === undefined) return undefined;
      const start = words[entry + 7]!;
      if (ascii) return all.slice(start - texts, start - texts + length);
      try {
        return memory.readUtf8(input + start, length);
      } catch (cause) {
        return malformed(cause);
      }
    });
  } finally {
    memory.wipe(input, end + BESIDE);
  }
}
