/**
 * Counter mode for the ciphers that take blocks as octets, Serpent and Twofish, as counter-mode.ts has it for AES: the
 * counter is big-endian, has 128 bits and wraps; a batch is encrypted whole, and what is needed of it is taken.
 * Which cipher, length and counter are public; the time depends on nothing else.
 */
import { SERPENT } from "./ciphers";
import { nextNumber, startAt, xorPart } from "./counter-mode";
import { BATCH_BYTES as SERPENT_BATCH, encryptBatch as encryptSerpent } from "./serpent/encryption";
import {
  BATCH_BYTES as TWOFISH_BATCH,
  encryptBatch as encryptTwofish,
  prepare,
  wipe,
} from "./twofish/encryption";

/** The longest batch. */
const BLOCKS: usize = memory.data(256, 16);

/** XORs the keystream that begins at block counter + skip onto the input; out may be the input. */
export function blockStream(
  out: usize,
  input: usize,
  length: u32,
  cipher: u32,
  schedule: usize,
  counter: usize,
  skip: u64,
): void {
  const isSerpent = cipher == SERPENT;
  const batch = isSerpent ? SERPENT_BATCH : TWOFISH_BATCH;
  if (!isSerpent) prepare(schedule);
  startAt(counter, skip);
  while (length) {
    for (let block = BLOCKS; block < BLOCKS + batch; block += 16) nextNumber(block);
    if (isSerpent) encryptSerpent(BLOCKS, schedule);
    else encryptTwofish(BLOCKS, schedule);
    const whole = min(length & ~15, <u32>batch);
    for (let at: usize = 0; at < whole; at += 8)
      store<u64>(out + at, load<u64>(input + at) ^ load<u64>(BLOCKS + at));
    out += whole;
    input += whole;
    length -= whole;
    if (whole < <u32>batch) {
      xorPart(out, input, BLOCKS + whole, length);
      break;
    }
  }
  memory.fill(BLOCKS, 0, batch);
  if (!isSerpent) wipe();
}
