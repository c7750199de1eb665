/**
 * BigInt as the plain twin of the core's integers, and where the shared vectors are. For tests only: variable time.
 */
import { existsSync, readFileSync } from "node:fs";
import type { RandomSource } from "esession/testing";

/** Big-endian octets, shortest form (none for 0) or padded to a length. */
export function toOctets(value: bigint, length?: number): Uint8Array {
  const digits = value === 0n ? "" : value.toString(16);
  const octets = (digits.length + 1) >> 1;
  return new Uint8Array(
    Buffer.from(digits.padStart(2 * (length ?? octets), "0").padStart(2 * octets, "0"), "hex"),
  );
}

export function fromHex(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex.length % 2 ? `0${hex}` : hex, "hex"));
}

export function toBigInt(octets: Uint8Array): bigint {
  return octets.length === 0 ? 0n : BigInt(`0x${Buffer.from(octets).toString("hex")}`);
}

export function powBigInt(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n % modulus;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus;
    if (bit === "1") result = (result * base) % modulus;
  }
  return result;
}

/** Random octets, a random number below a bound and a choice, all from one seeded source. */
export function sampler(random: RandomSource) {
  const octets = (length: number): Uint8Array => {
    const bytes = new Uint8Array(length);
    random(bytes);
    return bytes;
  };
  const below = (bound: number): number => Number(toBigInt(octets(6)) % BigInt(bound));
  const oneOf = <T>(choices: readonly T[]): T => choices[below(choices.length)]!;
  return { octets, below, oneOf };
}

const folder = new URL("../../../../shared/vectors/", import.meta.url);

/** The reason to skip a test of shared vectors, or false. */
export const noVectors = existsSync(folder) ? false : "the folder ../shared/vectors is not there";

const read = (file: string): unknown => JSON.parse(readFileSync(new URL(file, folder), "utf8"));

interface WithKeys<T, Key> {
  readonly tests: readonly T[];
  readonly keys: Readonly<Record<string, Key>>;
}

/** A shared vector file whose tests name keys. */
export const vectorFile = <T, Key>(file: string): WithKeys<T, Key> => read(file) as WithKeys<T, Key>;

/** The tests of a shared vector file. */
export function vectors<T>(file: string): T[] {
  return (read(file) as { tests: T[] }).tests;
}

/** Twenty times as many cases with ESESSION_LONG=1. */
export const rounds = (count: number): number => (process.env["ESESSION_LONG"] === "1" ? 20 * count : count);

/** ESESSION_SEED repeats a run; every test that samples says its seed. */
export const seed = process.env["ESESSION_SEED"] ?? String(Date.now());
