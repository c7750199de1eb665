/**
 * DSA with SHA-256 (FIPS 186-4 §4), for platforms that have none. Numbers come and go in their shortest form or longer; the core takes
 * them as long as p, or as q. The computation stands in assembly/dsa/.
 */
import { EsessionError } from "../errors.js";
import { shortest } from "./dh.js";
import { hash } from "./hash.js";
import type { LinearMemory } from "./memory.js";
import type { Secret } from "./secret.js";
import type { Core, DsaParameters } from "./types.js";

/** Octets of p and q with which SHA-256 may be used here (FIPS 186-4 §4.2). */
const lengths = [
  [256, 28],
  [256, 32],
  [384, 32],
] as const;
type Lengths = (typeof lengths)[number];
type DsaKey = DsaParameters & { readonly y: Uint8Array };

/** Octets of randomness that are added to a nonce. */
const EXTRA = 32;
/** What FIPS 186-4 B.1.1 draws beyond the octets of q. */
const MORE = 8;

/** Where public values lie in the input region; before them randomness, and the parameters at the end. */
const DIGEST_AT = 32;
const SIGNATURE_AT = 64;
const Y_AT = 128;
const PARAMETERS_AT = 512;

const unusable = (what: string) => new EsessionError("core-argument", what);

/** The calls by themselves; `extraLength`: octets of randomness that are added to the nonce, none in tests of RFC 6979. */
export function dsaCalls(memory: LinearMemory) {
  const { abi, input, output } = memory;
  const parametersAt = input + PARAMETERS_AT;

  /** Writes a number as so many octets; false if it has more. */
  function put(at: number, value: Uint8Array, length: number): boolean {
    const octets = shortest(value);
    if (octets.length > length) return false;
    memory.wipe(at, length);
    memory.write(at + length - octets.length, octets);
    return true;
  }

  /** Puts the parameters into the input region; undefined if their lengths are not of the standard. */
  function putParameters({ p, q, g }: DsaParameters): Lengths | undefined {
    if (memory.algorithms !== "all")
      throw unusable(`DSA needs a core with algorithms "all", not "${memory.algorithms}"`);
    const found = lengths.find(([pl, ql]) => shortest(p).length === pl && shortest(q).length === ql);
    if (found === undefined) return undefined;
    const [pLength, qLength] = found;
    put(parametersAt, p, pLength);
    put(parametersAt + pLength, q, qLength);
    return put(parametersAt + pLength + qLength, g, pLength) ? found : undefined;
  }

  function usable(parameters: DsaParameters): Lengths {
    const found = putParameters(parameters);
    if (found !== undefined) return found;
    throw unusable("p and q have lengths that DSA with SHA-256 does not have here, or g is longer than p");
  }

  return {
    generate(parameters: DsaParameters): { publicKey: Uint8Array; secret: Secret } {
      const [pLength, qLength] = usable(parameters);
      if (abi.dsaCheck(parametersAt, pLength, qLength) === 0)
        throw unusable("g does not generate a subgroup of order q modulo p");
      const secret = memory.secret(qLength, (slot) => {
        memory.fillRandom(slot, qLength + MORE);
        abi.dsaSecret(slot, parametersAt, pLength, qLength);
      });
      abi.dsaPublic(output, parametersAt, pLength, qLength, secret.slotIn(memory));
      return { publicKey: shortest(memory.read(output, pLength)).slice(), secret };
    },

    sign(parameters: DsaParameters, secret: Secret, message: Uint8Array, extraLength: number): Uint8Array {
      const digest = hash(memory, "sha256", [message]);
      const [pLength, qLength] = usable(parameters);
      const x = secret.slotIn(memory);
      if (secret.byteLength !== qLength)
        throw unusable(`a secret key has as many octets as q, ${qLength}, not ${secret.byteLength}`);
      memory.write(input + DIGEST_AT, digest);
      memory.fillRandom(input, extraLength);
      const [at, length] = [input + DIGEST_AT, 2 * qLength];
      const good = abi.dsaSign(output, parametersAt, pLength, qLength, x, at, input, extraLength);
      memory.wipe(input, extraLength);
      if (good === 1) return memory.read(output, length);
      throw unusable(
        "what was signed does not verify: the parameters or the secret key are not those of DSA",
      );
    },

    verify({ y, ...parameters }: DsaKey, message: Uint8Array, signature: Uint8Array): boolean {
      const digest = hash(memory, "sha256", [message]);
      const found = putParameters(parameters);
      if (found === undefined) return false;
      const [pLength, qLength] = found;
      if (signature.length !== 2 * qLength || !put(input + Y_AT, y, pLength)) return false;
      memory.write(input + DIGEST_AT, digest);
      memory.write(input + SIGNATURE_AT, signature);
      const [digestAt, signatureAt] = [input + DIGEST_AT, input + SIGNATURE_AT];
      return abi.dsaVerify(parametersAt, pLength, qLength, input + Y_AT, digestAt, signatureAt) === 1;
    },
  };
}

export function dsa(memory: LinearMemory): Core["dsa"] {
  const calls = dsaCalls(memory);
  return {
    ...calls,
    sign: (parameters, secret, message) => calls.sign(parameters, secret, message, EXTRA),
  };
}
