/** Keys from keys (XEP-0116 §4.5.3, §4.6.2, §4.8; XEP-0200 §9): all by one hash and HMAC with it, inside the linear memory. */
import { EsessionError } from "../errors.js";
import type { LinearMemory } from "./memory.js";
import { Secret } from "./secret.js";
import { entry, hashLengths, hashNumber, keyLengths, mustHave } from "./suites.js";
import type { Core, Hash, Role } from "./types.js";

/** The longest secret that may be imported. */
const MAX_IMPORT = 64;
/** KC of the dialect `deployed`, which has SHA-256 only: the whole HMAC. */
const DEPLOYED_KEY_LENGTH = 32;

const labels: Record<Role, string> = { initiator: "Initiator", responder: "Responder" };
const rekeyLabels: Record<Role, string> = { initiator: "Initiator", responder: "Acceptor" };
const encoder = new TextEncoder();

/** Throws what there is to throw before anything secret is in the running hash. */
function usable(memory: LinearMemory, ...values: (Secret | Uint8Array)[]): void {
  for (const value of values) if (value instanceof Secret) value.slotIn(memory);
}

function feed(memory: LinearMemory, message: Secret | Uint8Array): void {
  if (message instanceof Secret) memory.abi.hashUpdate(message.slotIn(memory), message.byteLength);
  else memory.hash(message);
}

function startHmac(memory: LinearMemory, key: Secret | Uint8Array, hash: Hash): void {
  if (key instanceof Secret) {
    memory.abi.hmacStart(key.slotIn(memory), key.byteLength, hashNumber(hash));
    return;
  }
  memory.write(memory.input, key);
  memory.abi.hmacStart(memory.input, key.length, hashNumber(hash));
  memory.wipe(memory.input, key.length);
}

export function keys(memory: LinearMemory): Core["keys"] {
  const { abi } = memory;

  /** The last `length` octets of HMAC(k, label). */
  function labelled(k: Secret, label: string, hash: Hash, length = hashLengths[hash]): Secret {
    usable(memory, k);
    return memory.secret(length, (slot) => {
      startHmac(memory, k, hash);
      feed(memory, encoder.encode(label));
      abi.hmacFinish(slot, length);
    });
  }

  /** All of several secrets, or none. */
  function all<Keys>(make: (one: typeof labelled) => Keys): Keys {
    const made: Secret[] = [];
    try {
      return make((...of) => {
        const secret = labelled(...of);
        made.push(secret);
        return secret;
      });
    } catch (error) {
      for (const secret of made) secret.wipe();
      throw error;
    }
  }

  return {
    mix(k, parts, hash = "sha256") {
      mustHave(memory.algorithms, hash);
      usable(memory, k, ...parts);
      const number = hashNumber(hash);
      return memory.secret(hashLengths[hash], (slot) => {
        abi.hashStart(number);
        for (const part of [k, ...parts]) feed(memory, part);
        abi.hashFinish(slot);
      });
    },

    derive(k, role, cipher, dialect, hash = "sha256") {
      const label = entry(labels, role);
      const length = entry(keyLengths, cipher);
      mustHave(memory.algorithms, cipher, hash);
      return all((one) => ({
        cipher: one(k, `${label} Cipher Key`, hash, dialect === "deployed" ? DEPLOYED_KEY_LENGTH : length),
        mac: one(k, `${label} MAC Key`, hash),
        sigma: one(k, `${label} SIGMA Key`, hash),
        suite: { cipher, hash },
      }));
    },

    rekey(k, role, cipher, hash = "sha256") {
      const label = entry(rekeyLabels, role);
      const length = entry(keyLengths, cipher);
      mustHave(memory.algorithms, cipher, hash);
      return all((one) => ({
        cipher: one(k, `Rekey ${label} Crypt`, hash, length),
        mac: one(k, `Rekey ${label} MAC`, hash),
        suite: { cipher, hash },
      }));
    },

    publishMac(mac) {
      const octets = memory.read(mac.slotIn(memory), mac.byteLength);
      mac.wipe();
      return octets;
    },

    retained(k, hash = "sha256") {
      mustHave(memory.algorithms, hash);
      return labelled(k, "New Retained Secret", hash);
    },

    hmac(key, message, hash = "sha256") {
      mustHave(memory.algorithms, hash);
      usable(memory, key, message);
      const length = hashLengths[hash];
      startHmac(memory, key, hash);
      feed(memory, message);
      abi.hmacFinish(memory.output, length);
      const result = memory.read(memory.output, length);
      memory.wipe(memory.output, length);
      return result;
    },

    equal(a, b) {
      const [slotA, slotB] = [a.slotIn(memory), b.slotIn(memory)];
      return a.byteLength === b.byteLength && abi.equal(slotA, slotB, a.byteLength) === 1;
    },

    import(bytes: unknown) {
      if (!(bytes instanceof Uint8Array))
        throw new EsessionError("core-argument", "a secret to be imported is an Uint8Array");
      if (bytes.length === 0 || bytes.length > MAX_IMPORT)
        throw new EsessionError(
          "core-argument",
          `a secret has 1 to ${MAX_IMPORT} octets, not ${bytes.length}`,
        );
      const secret = memory.secret(bytes.length, (slot) => memory.octets.set(bytes, slot));
      bytes.fill(0);
      return secret;
    },

    random(length) {
      if (!Number.isInteger(length) || length < 16 || length > MAX_IMPORT)
        throw new EsessionError(
          "core-argument",
          `a random secret has 16 to ${MAX_IMPORT} octets, not ${length}`,
        );
      return memory.secret(length, (slot) => memory.fillRandom(slot, length));
    },

    copy(secret) {
      const from = secret.slotIn(memory);
      return memory.secret(secret.byteLength, (slot) => {
        memory.octets.copyWithin(slot, from, from + secret.byteLength);
      });
    },
  };
}
