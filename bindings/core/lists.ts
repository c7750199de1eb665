/**
 * Lists of stanzas in one call of the core (assembly/stanza/list.ts). The texts go in as one string, and what was sealed
 * comes out as one, for the sake of browsers, whose encoders are dear to call; in Node it makes no difference (bench bulk).
 * What does not suit a list (text that is not ASCII, the dialect `deployed` when sealing, a stanza as large as the
 * regions) goes the way of a single one, in its turn.
 */
import { EsessionError } from "../errors.js";
import { MAX_BLOCKS, sealed, status } from "./abi.js";
import { macTextLength, slotOf, stepsFor } from "./context.js";
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
  const blocks = new Map<StanzaContext, number>();
  for (const { context, content = "" } of items) {
    slotOf(memory, context);
    const length = utf8Length(memory, content);
    const padded = context.dialect === "deployed" ? Math.max(16, Math.ceil(length / 16) * 16) : length;
    if (4 * Math.ceil(padded / 3) + sealed.opening + sealed.closing > maxStanzaBytes)
      throw refusal(status.tooLarge);
    blocks.set(context, (blocks.get(context) ?? context.blocks) + stepsFor(context, padded));
  }
  for (const used of blocks.values()) if (used > MAX_BLOCKS) throw refusal(status.exhausted);
}

function utf8Length(memory: LinearMemory, content: string): number {
  let touched = memory.capacity;
  try {
    touched = memory.writeText(memory.input, content);
    return touched;
  } finally {
    memory.wipe(memory.input, touched);
  }
}

/** undefined if they cannot be sealed together; then nothing was sealed. */
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
    if (result < 0) {
      // The list counts as if all of it were for one key.
      mustFit(memory, items);
      return undefined;
    }
    const all = memory.readAscii(output, result);
    entry = input / 4;
    const results: Sealed[] = [];
    for (const { context, content } of items) {
      const start = words[entry + 4]!;
      const mac = all.slice(start - macTextLength(context), start);
      const at = start + sealed.opening;
      results.push({ data: content === undefined ? undefined : all.slice(at, at + words[entry + 3]!), mac });
      entry += ENTRY;
    }
    return results;
  } finally {
    // What is not ASCII was written too, until it was found out.
    memory.wipe(input, Math.min(memory.capacity, texts + 3 * joined.length));
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
    const together =
      piece.length > 1 && piece.every(({ context, mac }) => mac.length === macTextLength(context));
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
  if (!memory.writeAscii(output, items.map(({ content, mac }) => mac + content).join(GAP))) return undefined;
  let at = 0;
  items.forEach(({ context, content, data, mac }, i) => {
    const entry = first + i * ENTRY;
    words[entry] = slotOf(memory, context);
    words[entry + 1] = at + mac.length;
    words[entry + 2] = content.length;
    words[entry + 3] = data === undefined ? 0 : 1;
    words[entry + 4] = data?.start ?? 0;
    words[entry + 5] = data?.end ?? 0;
    at += mac.length + content.length + GAP.length;
  });
  abi.openList(items.length);
  const lengthOf = (entry: number) => words[entry + 6]! | 0;
  const last = first + (items.length - 1) * ENTRY;
  const end = words[last + 7]! + Math.max(lengthOf(last), 0);
  try {
    return items.map(({ data }, i) => {
      const entry = first + i * ENTRY;
      const length = lengthOf(entry);
      if (length < 0) return refusal(length);
      if (data === undefined) return undefined;
      try {
        // Each by itself: a piece of a common string would keep the texts of all others alive.
        return memory.readUtf8(input + words[entry + 7]!, length);
      } catch (cause) {
        return malformed(cause);
      }
    });
  } finally {
    memory.wipe(input, end + BESIDE);
  }
}
