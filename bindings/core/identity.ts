/** The encrypted proofs of identity (XEP-0116 §4.5.4, §4.6.3, §4.7.4), with public keys and without. */
import { EsessionError } from "../errors.js";
import type { IdentityKeys } from "./abi.js";
import { checkCipherKey, checkCounter } from "./context.js";
import type { LinearMemory } from "./memory.js";
import { hashLengths, hashNumber, mustHave } from "./suites.js";
import type { Core, Dialect, DirectionKeys, Hash } from "./types.js";

/** Octets of the longest content: a public key and a signature with all that they come in. */
const MAX_CONTENT = 8192;
/** Where a content lies in the input region: behind the counter. */
const CONTENT_AT = 16;

const hashOf = ({ suite }: DirectionKeys): Hash => suite?.hash ?? "sha256";

function checkContent(content: Uint8Array): void {
  if (content.length <= MAX_CONTENT) return;
  throw new EsessionError(
    "core-argument",
    `an identity has at most ${MAX_CONTENT} octets, not ${content.length}`,
  );
}

export function identity(memory: LinearMemory): Core["identity"] {
  const { abi, input, output } = memory;

  /** Leaves mac = HMAC(KS, macInput) in the running HMAC, and gives its length. */
  function startMac(keys: DirectionKeys, macInput: Uint8Array): number {
    const hash = hashOf(keys);
    mustHave(memory.algorithms, hash);
    abi.hmacStart(keys.sigma.slotIn(memory), keys.sigma.byteLength, hashNumber(hash));
    memory.hash(macInput);
    return hashLengths[hash];
  }

  /** What all calls end with; the counter is to be put into the input region. `deployed` raises it before each block. */
  function rest(keys: DirectionKeys, counter: Uint8Array, dialect: Dialect): IdentityKeys {
    const { cipher, mac } = keys;
    const hash = hashOf(keys);
    mustHave(memory.algorithms, hash);
    const number = checkCipherKey(memory, keys, dialect);
    checkCounter(counter);
    const [cipherKey, macKey] = [cipher.slotIn(memory), mac.slotIn(memory)];
    return [
      number,
      cipherKey,
      cipher.byteLength,
      hashNumber(hash),
      macKey,
      mac.byteLength,
      input,
      dialect === "deployed" ? 1 : 0,
    ];
  }

  return {
    seal(keys, counter, macInput, dialect) {
      const shared = rest(keys, counter, dialect);
      const length = startMac(keys, macInput);
      memory.write(input, counter);
      abi.sealIdentity(output, ...shared);
      return { identity: memory.read(output, length), mac: memory.read(output + length, length) };
    },

    mac(keys, macInput) {
      const length = startMac(keys, macInput);
      abi.hmacFinish(output, length);
      return memory.read(output, length);
    },

    sealContent(keys, counter, content) {
      checkContent(content);
      const shared = rest(keys, counter, "xep");
      const [at, { length }] = [input + CONTENT_AT, content];
      memory.write(input, counter);
      memory.write(at, content);
      abi.sealContent(output, at, length, ...shared);
      memory.wipe(at, length);
      return {
        identity: memory.read(output, length),
        mac: memory.read(output + length, hashLengths[hashOf(keys)]),
      };
    },

    openContent(keys, counter, { identity, mac }) {
      checkContent(identity);
      const shared = rest(keys, counter, "xep");
      const macLength = hashLengths[hashOf(keys)];
      const [at, { length }] = [input + CONTENT_AT, identity];
      memory.write(input, counter);
      memory.write(at, identity);
      memory.wipe(at + length, macLength);
      memory.write(at + length, mac.subarray(0, macLength));
      const right = abi.openContent(output, at, length, ...shared);
      const content = memory.read(output, length);
      memory.wipe(output, length);
      return { content, authentic: mac.length === macLength && right === 1 };
    },

    open(...proof) {
      return this.fault(...proof) === undefined;
    },

    fault(keys, counter, macInput, received, dialect) {
      const shared = rest(keys, counter, dialect);
      const length = startMac(keys, macInput);
      memory.write(input, counter);
      const whole = received.identity.length === length && received.mac.length === length;
      memory.wipe(output, 2 * length);
      memory.write(output, received.identity.subarray(0, length));
      memory.write(output + length, received.mac.subarray(0, length));
      const right = abi.openIdentity(output, ...shared);
      if (!whole || (right & 1) === 0) return "mac";
      return (right & 2) === 0 ? "identity" : undefined;
    },
  };
}
