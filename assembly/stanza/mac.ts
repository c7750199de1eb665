/**
 * The MAC of a stanza (XEP-0200 §6, §8): HMAC over the children of `<c/>` and the counter, as text, with the hash of the
 * context. For SHA-256 content and what belongs behind it lie in one piece, so that nothing is copied into blocks:
 *
 *   content | counter, 16 at most | 0x80 | zeros to the next multiple of 64, less 8 | length in bits u64
 *
 * All of that is public; the states of the key and the inner hash are not. Time depends on the lengths only.
 */
import { compress, wipeWords, writeState } from "../hash/compression";
import { hashBytes, isWhirlpool } from "../hash/hashes";
import { INNER_HASH, outerHash } from "../hash/hmac";
import { mac as whirlpoolMac } from "../hash/whirlpool/hmac";
import { HASH, MAC_STATES } from "./context-layout";

/** Octets that are overwritten behind the content: counter, padding and the end of a vector. */
export const PADDING_ROOM: usize = 112;

/** Octets of the longest MAC. */
export const MAX_MAC_BYTES: usize = 64;

const STATE: usize = memory.data(32, 16);

/** Octets of the MAC, which is not truncated. */
export function macLength(context: usize): u32 {
  return ALL_ALGORITHMS ? hashBytes(load<u32>(context, HASH)) : 32;
}

/** Characters of the MAC as Base64. */
export function macTextLength(context: usize): u32 {
  return ALL_ALGORITHMS && isWhirlpool(load<u32>(context, HASH)) ? 88 : 44;
}

/** Writes the MAC, macLength() octets, over `content` and the counter without its first `zeros` octets. */
export function stanzaMac(
  out: usize,
  context: usize,
  content: usize,
  length: u32,
  counter: usize,
  zeros: u32,
): void {
  const states = context + MAC_STATES;
  if (ALL_ALGORITHMS && isWhirlpool(load<u32>(context, HASH)))
    whirlpoolMac(out, states, content, length, counter + zeros, 16 - zeros);
  else sha256Mac(out, states, content, length, counter, zeros);
}

function sha256Mac(out: usize, states: usize, content: usize, length: u32, counter: usize, zeros: u32): void {
  const end = content + length;
  const hashed = length + 16 - zeros;
  for (let i: usize = 0; i < 96; i += 8) store<u64>(end + i, 0);
  if (zeros) {
    memory.copy(end, counter + zeros, 16 - zeros);
  } else {
    store<u64>(end, load<u64>(counter));
    store<u64>(end, load<u64>(counter, 8), 8);
  }
  store<u8>(content + hashed, 0x80);
  const blocks = (hashed + 9 + 63) >> 6;
  // The block of the inner pad counts too.
  store<u64>(content + ((<usize>blocks) << 6) - 8, bswap<u64>((<u64>hashed + 64) << 3));

  for (let i: usize = 0; i < 32; i += 8) store<u64>(STATE + i, load<u64>(states + i));
  compress(STATE, content, blocks);
  writeState(INNER_HASH, STATE);
  wipeWords(STATE, STATE + 32);
  outerHash(out, states);
}
