/**
 * How many random cases the differential tests try, and what they are made of. Two numbers from outside:
 *
 *   ESESSION_CASES   cases of each subject in each build: 2,000 so that `npm test` stays quick, 100,000 for a
 *                    release, ten million for a night
 *   ESESSION_SEED    the seed of an earlier run, to see the same cases again; every title says its own
 *
 * The octets are AES-256-CTR of node:crypto under the hash of seed and name, which costs next to nothing beside what
 * it tries. Each name is a stream of its own, so that a subject has the same cases whatever else is tried.
 */
import { type Cipher, createCipheriv, createHash } from "node:crypto";
import { seed } from "../numbers.js";

const wanted = process.env["ESESSION_CASES"] ?? "2000";
if (!/^[1-9][0-9]{0,9}$/.test(wanted))
  throw new Error(`ESESSION_CASES is the number of random cases, from 1 upwards, not "${wanted}"`);

export const cases = Number(wanted);

export interface Seeded {
  /** What ESESSION_SEED must be for the same cases. */
  readonly seed: string;
  readonly octets: (length: number) => Uint8Array;
  /** A whole number from 0 to bound - 1; bound at most 2^32, so that none is favoured by more than 2^-16. */
  readonly below: (bound: number) => number;
}

/** Octets that are drawn from the cipher at once; longer draws are made by themselves. */
const STOCK = 1 << 16;
const zeros = new Uint8Array(STOCK);

export function seeded(name: string): Seeded {
  const key = createHash("sha256").update(`${seed} ${name}`).digest();
  const cipher: Cipher = createCipheriv("aes-256-ctr", key, new Uint8Array(16));
  let stock: Uint8Array = new Uint8Array();
  const octets = (length: number): Uint8Array => {
    if (length > STOCK) return new Uint8Array(cipher.update(new Uint8Array(length)));
    if (length > stock.length) stock = cipher.update(zeros);
    const drawn = new Uint8Array(stock.subarray(0, length));
    stock = stock.subarray(length);
    return drawn;
  };
  const below = (bound: number): number => Buffer.from(octets(6)).readUIntBE(0, 6) % bound;
  return { seed, octets, below };
}
