/**
 * Diffie-Hellman in the MODP groups (RFC 2409 §6, RFC 3526), as XEP-0116 §4.4 to §4.6 uses it: exponents of
 * 256 bits, values that are checked before they are used, K = HASH of the shared value.
 */
import { EsessionError } from "../errors.js";
import { equalOctets } from "./hash.js";
import type { LinearMemory } from "./memory.js";
import type { Secret } from "./secret.js";
import { hashLengths, hashNumber, mustHave } from "./suites.js";
import type { Core, Group, KeyPair, PublicValueFault } from "./types.js";

/** 2n bits for ciphers of n = 128 bits (XEP-0116 §4.4): 2^255 < x < 2^256. */
export const EXPONENT_BITS = 256;

/** What dhCheck() of the core answers. */
const faults: Record<number, PublicValueFault> = {
  1: "empty",
  2: "too-long",
  3: "out-of-range",
  5: "not-a-residue",
};

const reasons: Record<PublicValueFault, string> = {
  empty: "it is empty",
  "too-long": "it is longer than the modulus",
  "out-of-range": "it is not between 1 and p - 1",
  "own-value": "it is our own value sent back",
  "not-a-residue": "it is not in the subgroup",
};

/** The shortest form of a big-endian number; zero is one zero octet (XEP-0116 §6.1). */
export function shortest(value: Uint8Array): Uint8Array {
  let zeros = 0;
  while (zeros < value.length - 1 && value[zeros] === 0) zeros++;
  return value.subarray(zeros);
}

function modulusLength(memory: LinearMemory, group: Group): number {
  const length = memory.abi.groupByteLength(group);
  if (length === 0)
    throw new EsessionError("core-argument", `${group} is not a MODP group with a known prime`);
  return length;
}

/** The pair that belongs to a secret exponent. */
export function keyPair(memory: LinearMemory, group: Group, secret: Secret): KeyPair {
  const length = modulusLength(memory, group);
  memory.abi.dhPublic(memory.output, group, secret.slotIn(memory), secret.byteLength);
  const publicKey = shortest(memory.read(memory.output, length)).slice();
  return { group, publicKey, secret };
}

export function dh(memory: LinearMemory): Core["dh"] {
  const { abi } = memory;

  function check(group: Group, value: Uint8Array, own?: Uint8Array): PublicValueFault | undefined {
    const length = modulusLength(memory, group);
    if (value.length > length) return "too-long";
    if (own !== undefined && equalOctets(shortest(value), shortest(own))) return "own-value";
    memory.write(memory.input, value);
    return faults[abi.dhCheck(group, memory.input, value.length)];
  }

  return {
    generate(group, exponentBits = EXPONENT_BITS) {
      const longest = modulusLength(memory, group) * 8;
      if (!Number.isInteger(exponentBits) || exponentBits < EXPONENT_BITS || exponentBits > longest)
        throw new EsessionError(
          "core-argument",
          `an exponent has ${EXPONENT_BITS} to ${longest} bits, not ${exponentBits}`,
        );
      const length = Math.ceil(exponentBits / 8);
      const secret = memory.secret(length, (slot) => {
        memory.fillRandom(slot, length);
        abi.shapeExponent(slot, exponentBits);
      });
      return keyPair(memory, group, secret);
    },

    check,

    agree(pair, value, hash = "sha256") {
      mustHave(memory.algorithms, hash);
      const number = hashNumber(hash);
      const fault = check(pair.group, value, pair.publicKey);
      if (fault !== undefined)
        throw new EsessionError("dh-public-value", `the public value cannot be used: ${reasons[fault]}`);
      const exponent = pair.secret.slotIn(memory);
      return memory.secret(hashLengths[hash], (slot) => {
        memory.write(memory.input, value);
        abi.dhAgree(slot, pair.group, memory.input, value.length, exponent, pair.secret.byteLength, number);
      });
    },
  };
}
