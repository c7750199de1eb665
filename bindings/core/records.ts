/**
 * Sealed records of a store (the format stands in assembly/stanza/record.ts): composed and taken apart inside
 * the linear memory, so that the secrets in them never are JavaScript objects.
 */
import { EsessionError } from "../errors.js";
import { record, status } from "./abi.js";
import type { LinearMemory } from "./memory.js";
import { Secret } from "./secret.js";
import type { Core } from "./types.js";

/** The largest name and header. */
const MAX_NAME = 4096;
const MAX_HEADER = 49152;
const NONCE_LENGTH = 16;

export function records(memory: LinearMemory): Core["records"] {
  const { abi, input, output } = memory;
  const plaintext = output + record.plaintext;

  function putName(name: string): number {
    const length = memory.writeText(input, name);
    if (length > MAX_NAME)
      throw new EsessionError("core-argument", `a record's name has at most ${MAX_NAME} octets`);
    return length;
  }

  function fits(result: number): number {
    if (result >= 0) return result;
    throw new EsessionError("core-argument", "the header or the secrets are more than a record holds");
  }

  return {
    seal(key, name, header, secrets) {
      const keySlot = key.slotIn(memory);
      const slots = secrets.map((secret) => secret.slotIn(memory));
      const nameLength = putName(name);
      if (header.length > MAX_HEADER) fits(status.tooLarge);
      let length = 0;
      try {
        memory.write(plaintext + 4, header);
        length = fits(abi.recordBegin(header.length, secrets.length));
        secrets.forEach(
          (secret, i) => (length = fits(abi.recordAppend(length, slots[i]!, secret.byteLength))),
        );
        memory.fillRandom(output + record.nonce, NONCE_LENGTH);
        const total = abi.recordSeal(keySlot, key.byteLength, nameLength, length);
        return memory.read(output + record.version, total);
      } finally {
        memory.wipe(plaintext, Math.max(length, header.length + 4));
      }
    },

    open(key, name, sealed) {
      const keySlot = key.slotIn(memory);
      const nameLength = putName(name);
      if (sealed.length > memory.capacity - record.version)
        throw new EsessionError("record-damaged", "the record is larger than any that was written");
      memory.write(output + record.version, sealed);
      try {
        const count = abi.recordOpen(keySlot, key.byteLength, nameLength, sealed.length);
        if (count === status.full)
          throw new EsessionError("core-full", "no place is left for the record's secrets");
        if (count < 0)
          throw new EsessionError(
            "record-damaged",
            "the record was changed, or sealed under another key or name",
          );
        const list = input / 4;
        const secrets = Array.from(
          { length: count },
          (_, i) => new Secret(memory, memory.words[list + 2 * i]!, memory.words[list + 2 * i + 1]!),
        );
        return { header: memory.read(plaintext + 4, memory.words[plaintext / 4]!), secrets };
      } finally {
        memory.wipe(output, record.version + sealed.length);
      }
    },
  };
}
