/** Hashes and comparisons of public octets: SHA-256 (FIPS 180-4), Whirlpool (ISO/IEC 10118-3). */
import type { LinearMemory } from "./memory.js";
import { hashLengths, hashNumber, mustHave } from "./suites.js";
import type { Hash } from "./types.js";

export function hash(memory: LinearMemory, name: Hash, parts: readonly Uint8Array[]): Uint8Array {
  mustHave(memory.algorithms, name);
  memory.abi.hashStart(hashNumber(name));
  for (const part of parts) memory.hash(part);
  memory.abi.hashFinish(memory.output);
  return memory.read(memory.output, hashLengths[name]);
}

/** In time that depends on the lengths only. */
export function equalOctets(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!;
  return difference === 0;
}

/** Public random octets. */
export function randomBytes(memory: LinearMemory, length: number): Uint8Array {
  const out = new Uint8Array(length);
  for (let at = 0; at < length; at += memory.capacity) {
    const piece = Math.min(memory.capacity, length - at);
    memory.fillRandom(memory.input, piece);
    out.set(memory.view(memory.input, piece), at);
    memory.wipe(memory.input, piece);
  }
  return out;
}
