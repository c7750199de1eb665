/**
 * A core with its walls open, for tests: a random source of one's choice, the whole linear memory to look at,
 * secrets of any length put in, and the primitives by themselves for comparison with others.
 */
import { cipherNumbers } from "../core/abi.js";
import type { Abi } from "../core/abi.js";
import { keyPair } from "../core/dh.js";
import { openCore } from "../core/load.js";
import type { LinearMemory } from "../core/memory.js";
import { platformRandom } from "../core/random.js";
import type { Secret } from "../core/secret.js";
import { slotOf } from "../core/context.js";
import { dsaCalls } from "../core/dsa.js";
import { hashLengths, hashNumber } from "../core/suites.js";
import type {
  Cipher,
  Core,
  CoreOptions,
  DsaParameters,
  Group,
  Hash,
  KeyPair,
  RandomSource,
  StanzaContext,
} from "../core/types.js";

export interface RawPrimitives {
  readonly sha256: (message: Uint8Array) => Uint8Array;
  /** SHA-256 of a number in its shortest form, by the constant-time routine. 1 to 1024 octets. */
  readonly sha256OfInteger: (value: Uint8Array) => Uint8Array;
  /** The same by any hash. */
  readonly hashOfInteger: (value: Uint8Array, hash: Hash) => Uint8Array;
  readonly hmac: (key: Uint8Array, message: Uint8Array, hash?: Hash) => Uint8Array;
  /** Counter mode; a key of 16, 24 or 32 octets, which decides and not the name, a counter of 16. */
  readonly cipherCtr: (cipher: Cipher, key: Uint8Array, counter: Uint8Array, text: Uint8Array) => Uint8Array;
  /** The same with AES. */
  readonly aesCtr: (key: Uint8Array, counter: Uint8Array, text: Uint8Array) => Uint8Array;
  readonly base64Encode: (octets: Uint8Array) => string;
  /** undefined if the text is not strict Base64. */
  readonly base64Decode: (text: string) => Uint8Array | undefined;
  /** base^exponent mod modulus, as long as the modulus; undefined if the core refuses the modulus. */
  readonly modPow: (base: Uint8Array, exponent: Uint8Array, modulus: Uint8Array) => Uint8Array | undefined;
  /** The Jacobi symbol (a/n) for odd n. */
  readonly jacobi: (a: Uint8Array, n: Uint8Array) => number;
}

export interface TestCore extends RawPrimitives {
  readonly core: Core;
  readonly abi: Abi;
  /** The whole linear memory, a live view. */
  readonly memory: () => Uint8Array;
  /** A secret of 1 to 1024 octets, which are left as they are. */
  readonly importSecret: (bytes: Uint8Array) => Secret;
  /** The pair of a known exponent. */
  readonly importKeyPair: (group: Group, exponent: Uint8Array) => KeyPair;
  /** A signature by RFC 6979 alone, without added randomness. */
  readonly dsaSignature: (parameters: DsaParameters, secret: Secret, message: Uint8Array) => Uint8Array;
  /** Lets a context look used. */
  readonly setBlocks: (context: StanzaContext, blocks: number) => void;
}

/** Puts octets one behind the other from the start of the input region, each at a multiple of 16; gives addresses. */
function lay(memory: LinearMemory, ...parts: Uint8Array[]): number[] {
  let at = memory.input;
  return parts.map((part) => {
    const here = at;
    memory.write(here, part);
    at += (part.length + 31) & ~15;
    return here;
  });
}

function primitives(memory: LinearMemory): RawPrimitives {
  const { abi, output } = memory;

  function cipherCtr(cipher: Cipher, key: Uint8Array, counter: Uint8Array, text: Uint8Array): Uint8Array {
    const [keyAt, counterAt, textAt] = lay(memory, key, counter, text) as [number, number, number];
    abi.cipherStream(output, textAt, text.length, cipherNumbers[cipher], keyAt, key.length, counterAt);
    return memory.read(output, text.length);
  }

  function hashOfInteger(value: Uint8Array, hash: Hash): Uint8Array {
    const [at] = lay(memory, value) as [number];
    abi.hashOfInteger(output, at, value.length, hashNumber(hash));
    return memory.read(output, hashLengths[hash]);
  }

  return {
    sha256(message) {
      abi.hashStart(0);
      memory.hash(message);
      abi.hashFinish(output);
      return memory.read(output, 32);
    },
    sha256OfInteger: (value) => hashOfInteger(value, "sha256"),
    hashOfInteger,
    hmac(key, message, hash = "sha256") {
      const [at] = lay(memory, key) as [number];
      abi.hmacStart(at, key.length, hashNumber(hash));
      memory.hash(message);
      abi.hmacFinish(output, hashLengths[hash]);
      return memory.read(output, hashLengths[hash]);
    },
    cipherCtr,
    aesCtr: (...given) => cipherCtr("aes128-ctr", ...given),
    base64Encode(octets) {
      const [at] = lay(memory, octets) as [number];
      return memory.readAscii(output, abi.base64Encode(output, at, octets.length));
    },
    base64Decode(text) {
      const length = memory.writeText(memory.input, text);
      const result = abi.base64Decode(output, memory.input, length);
      return result < 0 ? undefined : memory.read(output, result);
    },
    modPow(base, exponent, modulus) {
      const [b, x, n] = lay(memory, base, exponent, modulus) as [number, number, number];
      const refused = abi.modPow(output, b, base.length, x, exponent.length, n, modulus.length);
      return refused === 0 ? memory.read(output, modulus.length) : undefined;
    },
    jacobi(a, n) {
      const [aAt, nAt] = lay(memory, a, n) as [number, number];
      return abi.jacobi(aAt, a.length, nAt, n.length);
    },
  };
}

/** Loads a core for tests. `random` is asked for exactly the octets that are needed, in the order of need. */
export async function loadTestCore(options: CoreOptions & { random?: RandomSource } = {}): Promise<TestCore> {
  const { random = platformRandom, ...rest } = options;
  const { core, memory } = await openCore(rest, random);
  const importSecret = (bytes: Uint8Array): Secret =>
    memory.secret(bytes.length, (slot) => memory.octets.set(bytes, slot));
  return {
    core,
    abi: memory.abi,
    memory: () => memory.octets,
    importSecret,
    importKeyPair: (group, exponent) => keyPair(memory, group, importSecret(exponent)),
    dsaSignature: (parameters, secret, message) => dsaCalls(memory).sign(parameters, secret, message, 0),
    setBlocks(context, blocks) {
      const at = memory.abi.blocksAt(slotOf(memory, context)) / 4;
      memory.words[at] = blocks % 2 ** 32;
      memory.words[at + 1] = Math.floor(blocks / 2 ** 32);
    },
    ...primitives(memory),
  };
}
