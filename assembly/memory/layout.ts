/**
 * The regions of the linear memory. Constants and small scratch areas are static (`memory.data` in the file
 * that uses them); the regions whose size depends on the options follow:
 *
 *   | static | bignum scratch | bignum constants and tables | input | output | secrets | large secrets | contexts |
 *
 * The memory is grown once, in `init`, before any secret exists: growing may leave a copy behind.
 */
import { BIGNUM_KEPT_BYTES, BIGNUM_SCRATCH_BYTES, keepAt } from "../bignum/index";
import { CONTEXT_BYTES } from "../stanza/context-layout";
import { carve, CONTEXTS, LARGE_SECRETS, LARGE_SECRET_BYTES, SECRETS, SECRET_BYTES } from "./slots";

/**
 * The content of a sealed stanza begins here in `output`, so that the Base64 text in it is 16-aligned; right before it
 * its MAC, of 88 characters at most.
 */
export const CONTENT_OFFSET: usize = 106;

/**
 * Room beside the text of a stanza: its MAC and what is aligned before it (106), the counter and the padding of the MAC
 * behind it (112, stanza/mac.ts), and the end of a vector that Base64 reads or writes.
 */
const MARGIN: usize = 256;

/** The smallest text region: a whole sealed record (48 KiB of header, 512 secrets) fits, and each input to a MAC. */
const MIN_TEXT: usize = 131072;

let scratch: usize = 0;
let input: usize = 0;
let output: usize = 0;
let maxStanza: u32 = 0;
let textBytes: u32 = 0;

/** Reserves everything. False if it was done before or if the machine refuses the memory. */
export function reserve(stanza: u32, contexts: u32, secrets: u32, largeSecrets: u32, tables: u32): bool {
  if (input) return false;
  maxStanza = stanza;
  textBytes = <u32>max(<usize>stanza, MIN_TEXT);
  const region = (<usize>textBytes + MARGIN + 63) & ~63;
  scratch = (__heap_base + 63) & ~63;
  const kept = (scratch + BIGNUM_SCRATCH_BYTES + 63) & ~63;
  input = (kept + BIGNUM_KEPT_BYTES + tables + 63) & ~63;
  output = input + region;
  const small = output + region;
  const large = small + <usize>secrets * SECRET_BYTES;
  const first = large + <usize>largeSecrets * LARGE_SECRET_BYTES;
  const end = first + <usize>contexts * CONTEXT_BYTES;
  const pages = <i32>((end + 0xffff) >> 16) - memory.size();
  if (pages > 0 && memory.grow(pages) < 0) {
    input = 0;
    return false;
  }
  keepAt(kept, tables);
  carve(SECRETS, small, secrets, SECRET_BYTES);
  carve(LARGE_SECRETS, large, largeSecrets, LARGE_SECRET_BYTES);
  carve(CONTEXTS, first, contexts, CONTEXT_BYTES);
  return true;
}

/** Working space of the exponentiations, BIGNUM_SCRATCH_BYTES long. */
export function bignumScratch(): usize {
  return scratch;
}

/** Where JavaScript puts what the core reads: plaintext, public values, messages to hash. */
export function inputRegion(): usize {
  return input;
}

/** Where the core puts what JavaScript reads, and the sealed forms of stanzas and records. */
export function outputRegion(): usize {
  return output;
}

/** Octets that may be written to either region. */
export function textCapacity(): u32 {
  return textBytes;
}

export function maxStanzaBytes(): u32 {
  return maxStanza;
}
