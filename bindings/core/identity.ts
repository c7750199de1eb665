/** The encrypted proofs of identity without public keys (XEP-0116 §4.5.4, §4.6.3, §4.7.4). */
import { EsessionError } from "../errors.js";
import { HASH_LENGTH } from "./hash.js";
import type { LinearMemory } from "./memory.js";
import { checkCipherKey, checkCounter } from "./context.js";
import type { Core, Dialect, DirectionKeys } from "./types.js";

export function identity(memory: LinearMemory): Core["identity"] {
  const { abi, input, output } = memory;

  /** Leaves mac = HMAC(KS, macInput) in the running HMAC, and the counter in the input region. */
  function begin(keys: DirectionKeys, counter: Uint8Array, macInput: Uint8Array): void {
    checkCounter(counter);
    abi.hmacStart(keys.sigma.slotIn(memory), keys.sigma.byteLength);
    memory.hash(macInput);
    memory.write(input, counter);
  }

  /** The arguments that both directions share. `deployed` raises the counter before each block. */
  function rest(keys: DirectionKeys, dialect: Dialect) {
    const { cipher, mac } = keys;
    const number = checkCipherKey(memory, keys, dialect);
    const key = [number, cipher.slotIn(memory), cipher.byteLength] as const;
    return [...key, mac.slotIn(memory), mac.byteLength, input, dialect === "deployed" ? 1 : 0] as const;
  }

  return {
    seal(keys, counter, macInput, dialect) {
      const shared = rest(keys, dialect);
      begin(keys, counter, macInput);
      abi.sealIdentity(output, ...shared);
      return {
        identity: memory.read(output, HASH_LENGTH),
        mac: memory.read(output + HASH_LENGTH, HASH_LENGTH),
      };
    },

    mac(keys, macInput) {
      abi.hmacStart(keys.sigma.slotIn(memory), keys.sigma.byteLength);
      memory.hash(macInput);
      abi.hmacFinish(output, HASH_LENGTH);
      return memory.read(output, HASH_LENGTH);
    },

    sealContent() {
      throw new EsessionError("core-argument", "content of identities is not sealed by this core");
    },

    openContent() {
      throw new EsessionError("core-argument", "content of identities is not opened by this core");
    },

    open(...proof) {
      return this.fault(...proof) === undefined;
    },

    fault(keys, counter, macInput, received, dialect) {
      const shared = rest(keys, dialect);
      begin(keys, counter, macInput);
      const whole = received.identity.length === HASH_LENGTH && received.mac.length === HASH_LENGTH;
      memory.wipe(output, 2 * HASH_LENGTH);
      memory.write(output, received.identity.subarray(0, HASH_LENGTH));
      memory.write(output + HASH_LENGTH, received.mac.subarray(0, HASH_LENGTH));
      const right = abi.openIdentity(output, ...shared);
      if (!whole || (right & 1) === 0) return "mac";
      return (right & 2) === 0 ? "identity" : undefined;
    },
  };
}
