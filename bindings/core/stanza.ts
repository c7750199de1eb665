/**
 * Stanzas sealed and opened in one call of the core each (XEP-0200 §6, §8). Text goes in by encodeInto and
 * comes out by a decoder that refuses what is not UTF-8; the octets in between never are JavaScript objects.
 */
import { EsessionError } from "../errors.js";
import { hashNumbers, sealed, status } from "./abi.js";
import { Context, checkCipherKey, checkCounter, macTextLength, slotOf } from "./context.js";
import { openMany, sealMany } from "./lists.js";
import type { LinearMemory } from "./memory.js";
import { malformed, refusal } from "./refusal.js";
import { mustHave } from "./suites.js";
import type { Core } from "./types.js";

/** Decoding writes up to this many octets behind the plaintext. */
const MARGIN = 16;

export function stanza(memory: LinearMemory): Core["stanza"] {
  const { abi, input, output } = memory;
  const contentAt = output + sealed.contentAt;

  const self: Pick<Core["stanza"], "seal" | "open"> = {
    seal(context, text, extra = "") {
      const slot = slotOf(memory, context);
      const hasData = text !== undefined;
      let touched = memory.capacity;
      try {
        const length = hasData ? memory.writeText(input, text) : 0;
        touched = length + 16;
        let extraLength = 0;
        if (extra !== "") {
          const extraAt = abi.extraOffset(length);
          extraLength = memory.writeText(input + extraAt, extra);
          touched = extraAt + extraLength;
        }
        const result = abi.sealStanza(slot, hasData ? 1 : 0, length, extraLength);
        if (result < 0) throw refusal(result);
        const macLength = macTextLength(context);
        const macAt = contentAt - macLength;
        if (!hasData) return { data: undefined, mac: memory.readAscii(macAt, macLength) };
        const both = memory.readAscii(macAt, macLength + sealed.opening + result);
        return { data: both.slice(macLength + sealed.opening), mac: both.slice(0, macLength) };
      } finally {
        memory.wipe(input, touched);
      }
    },

    open(context, text, data, mac) {
      const slot = slotOf(memory, context);
      const { length } = text;
      if (length > memory.room.maxStanzaBytes) throw refusal(status.tooLarge);
      // Base64 and numbers are ASCII; anything else could not have been MACed by a peer that keeps to the XEP.
      if (mac.length !== macTextLength(context) || !memory.writeAscii(contentAt - mac.length, mac))
        throw refusal(status.mismatch);
      if (!memory.writeAscii(contentAt, text)) throw refusal(status.mismatch);
      const { start, end } = data ?? { start: 0, end: 0 };
      const result = abi.openStanza(slot, length, data === undefined ? 0 : 1, start, end);
      if (result < 0) throw refusal(result);
      if (data === undefined) return undefined;
      try {
        return memory.readUtf8(input, result);
      } catch (cause) {
        throw malformed(cause);
      } finally {
        memory.wipe(input, result + MARGIN);
      }
    },
  };

  return {
    context(keys, counter, dialect) {
      const { cipher, mac, suite } = keys;
      const hash = suite?.hash ?? "sha256";
      mustHave(memory.algorithms, hash);
      const cipherNumber = checkCipherKey(memory, keys, dialect);
      const [cipherKey, macKey] = [cipher.slotIn(memory), mac.slotIn(memory)];
      checkCounter(counter);
      memory.write(input, counter);
      const slot = abi.openContext(
        cipherNumber,
        cipherKey,
        cipher.byteLength,
        hashNumbers[hash],
        macKey,
        mac.byteLength,
        input,
        dialect === "deployed" ? 1 : 0,
      );
      if (slot === 0) throw new EsessionError("core-full", "no place is left for another session");
      return new Context(memory, slot, dialect, cipherNumber, hash);
    },
    ...self,
    sealMany: (items) => sealMany(memory, self.seal, items),
    openMany: (items) => openMany(memory, self.open, items),
  };
}
