/**
 * The keys of one direction of a session, expanded into a context slot, and the count of what they encrypted.
 */
import { roundsFor } from "../cipher/key-schedule";
import { expandFor } from "../cipher/one-time";
import { isWhirlpool, SHA256 } from "../hash/hashes";
import { keyStates } from "../hash/hmac";
import { keyStates as whirlpoolStates } from "../hash/whirlpool/hmac";
import { giveContext as giveSlot, takeContext } from "../memory/slots";
import {
  BLOCKS,
  CIPHER,
  COUNTER,
  DIALECT,
  HASH,
  KEY_NAME,
  LEFT_OVER_LENGTH,
  MAC_STATES,
  MAX_BLOCKS,
  ROUNDS,
  SCHEDULE,
} from "./context-layout";
import { forgetKeys } from "./ready-keys";
import { keyName } from "./recorder";

/**
 * A context from a cipher with its key of 16, 24 or 32 octets, a hash (hash/hashes.ts) with a MAC key, and a counter
 * of 16 octets. 0 if no slot is free, for another length, and for what this build has not.
 */
export function openContext(
  cipher: u32,
  cipherKey: usize,
  cipherLength: u32,
  hash: u32,
  macKey: usize,
  macLength: u32,
  counter: usize,
  dialect: u32,
): usize {
  if (hash != SHA256 && !isWhirlpool(hash)) return 0;
  const context = takeContext();
  if (!context) return 0;
  if (!expandFor(cipher, context + SCHEDULE, cipherKey, cipherLength)) {
    giveSlot(context);
    return 0;
  }
  if (TESTING) store<u64>(context, keyName(cipherKey, cipherLength), KEY_NAME);
  if (isWhirlpool(hash)) whirlpoolStates(context + MAC_STATES, macKey, macLength);
  else keyStates(context + MAC_STATES, macKey, macLength);
  memory.copy(context + COUNTER, counter, 16);
  store<u32>(context, roundsFor(cipherLength), ROUNDS);
  store<u32>(context, dialect, DIALECT);
  store<u32>(context, cipher, CIPHER);
  store<u32>(context, hash, HASH);
  store<u32>(context, 0, LEFT_OVER_LENGTH);
  store<u64>(context, 0, BLOCKS);
  return context;
}

/** Overwrites a context and frees its slot. */
export function giveContext(context: usize): void {
  forgetKeys(context);
  giveSlot(context);
}

/** Whether the key may encrypt that many blocks more. */
export function mayUse(context: usize, blocks: u32): bool {
  return load<u64>(context, BLOCKS) + blocks <= MAX_BLOCKS;
}

export function countBlocks(context: usize, blocks: u32): void {
  store<u64>(context, load<u64>(context, BLOCKS) + blocks, BLOCKS);
}

/** Where the counter lies that the next stanza uses, 16 octets: what other keys go on from (XEP-0200 §9). */
export function counterAt(context: usize): usize {
  return context + COUNTER;
}

/** Where the count of blocks lies, u64. */
export function blocksAt(context: usize): usize {
  return context + BLOCKS;
}
