/**
 * node:crypto, which is OpenSSL with the processor's instructions for AES, SHA-256 and wide multiplication.
 *
 * Its private keys are set, 256 bits each: left to itself, getDiffieHellman().generateKeys() takes about 225 bits in
 * group 14 and 400 in group 18, and generateKeyPairSync("dh") as many as the prime has. Those are other problems.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  DiffieHellman,
  getDiffieHellman,
  timingSafeEqual,
} from "node:crypto";
import { Counter } from "../counter.js";
import { prefix, suffix } from "../content.js";

/** The groups by the octets of their primes (RFC 2409, RFC 3526). @type {Record<number, string>} */
const named = {
  96: "modp1",
  128: "modp2",
  192: "modp5",
  256: "modp14",
  384: "modp15",
  512: "modp16",
  768: "modp17",
  1024: "modp18",
};

/**
 * One of Node's own groups that takes a private key. They have no setPrivateKey, which works on them all the same;
 * createDiffieHellman(prime, 2), which has it, tests the prime with OpenSSL 3.5: 43 s in group 18.
 * @param {number} octets of the prime
 */
export function nodeGroup(octets) {
  const dh = getDiffieHellman(named[octets] ?? "");
  return {
    generate(/** @type {Uint8Array} */ exponent) {
      DiffieHellman.prototype.setPrivateKey.call(dh, exponent);
      return dh.generateKeys();
    },
    agree: (/** @type {Uint8Array} */ value) => dh.computeSecret(value),
  };
}

/** @type {import("./index.js").Modp} */
export const modp = (prime) => () => nodeGroup(prime.length);

/** A cipher for each stanza, as a program would write it. @type {import("./index.js").MakeDirection} */
export const fresh = (keys) => new NodeDirection(keys, undefined);

/** One cipher for the whole direction, which is right only for lengths that are multiples of the block. @type {import("./index.js").MakeDirection} */
export const tuned = (keys, use) => new NodeDirection(keys, use);

export class NodeDirection {
  #cipherKey;
  #macKey;
  #counter;
  #open;
  #algorithm;

  /** @param {import("./index.js").Keys} keys @param {"seal" | "open" | undefined} keep */
  constructor({ cipher, mac, counter }, keep) {
    this.#algorithm = `aes-${cipher.length * 8}-ctr`;
    this.#cipherKey = createSecretKey(cipher);
    this.#macKey = createSecretKey(mac);
    this.#counter = new Counter(counter);
    const make = keep === "open" ? createDecipheriv : createCipheriv;
    this.#open = keep === undefined ? undefined : make(this.#algorithm, this.#cipherKey, counter);
  }

  /** @param {string} text */
  seal(text) {
    const cipher = this.#open ?? createCipheriv(this.#algorithm, this.#cipherKey, this.#counter.octets);
    const octets = cipher.update(text, "utf8");
    const data = octets.toString("base64");
    const mac = this.mac(prefix + data + suffix).toString("base64");
    this.#counter.advance(octets.length);
    return { data, mac };
  }

  /** @param {string} content @param {string} mac */
  open(content, mac) {
    if (!timingSafeEqual(this.mac(content), Buffer.from(mac, "base64"))) throw new Error("MAC mismatch");
    const cipher = this.#open ?? createDecipheriv(this.#algorithm, this.#cipherKey, this.#counter.octets);
    const clear = cipher.update(content.slice(prefix.length, -suffix.length), "base64");
    this.#counter.advance(clear.length);
    return clear.toString("utf8");
  }

  /** A stanza without <data/>: only its MAC, and the counter moves by one all the same. @param {string} content */
  sign(content) {
    const mac = this.mac(content);
    this.#counter.advance(1);
    return mac;
  }

  /** @param {string} content */
  mac(content) {
    return createHmac("sha256", this.#macKey).update(content).update(this.#counter.octets).digest();
  }
}
