/**
 * A key stretched from what the user types: scrypt (RFC 7914) over the UTF-8 of the NFC form, with a random salt.
 * The salt and the cost stand in clear in the store, as the record `passphrase`.
 * Limits: a JavaScript string cannot be wiped, so the passphrase lives until it is collected; how much work a
 * guess costs is all that protects a weak one.
 */
import { scryptAsync } from "@noble/hashes/scrypt.js";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { EsessionError } from "../errors.js";
import type { BlobStore, KeySource } from "./types.js";

/** 128 MiB and about a second: what a login can bear. Memory is 1024 octets for each unit of N (r = 8). */
export const defaultCost = 2 ** 17;
/** Whoever can write the store could else lower the cost to nothing, or raise it until the program hangs. */
const leastCost = 2 ** 14;
const greatestCost = 2 ** 20;

const recordId = "passphrase";
const recordShape =
  /^\{"format":(\d{1,3}),"kdf":"scrypt","N":(\d{1,9}),"r":8,"p":1,"salt":"([0-9a-f]{64})"\}$/;

export interface PassphraseOptions {
  passphrase: string;
  /** Where the salt is kept: the place that the key will seal. */
  store: BlobStore;
  /** scrypt's N for a store that is new, a power of two from 2^14 to 2^20. Default 2^17. */
  cost?: number;
}

export function passphraseKey({ passphrase, store, cost = defaultCost }: PassphraseOptions): KeySource {
  if (passphrase === "") throw new EsessionError("option-invalid", "the passphrase is empty");
  if (!isCost(cost))
    throw new EsessionError(
      "option-invalid",
      "the passphrase's cost must be a power of two from 2^14 to 2^20",
    );
  return {
    key: async () => {
      const { N, salt } = (await readSalt(store)) ?? (await newSalt(store, cost));
      return scryptAsync(new TextEncoder().encode(passphrase.normalize("NFC")), salt, {
        N,
        r: 8,
        p: 1,
        dkLen: 32,
      });
    },
    forget: async () => {
      const found = await store.get(recordId);
      if (found) await store.write([{ id: recordId, delete: true, expect: found.version }]);
    },
  };
}

const isCost = (n: number) => n >= leastCost && n <= greatestCost && Number.isInteger(Math.log2(n));

interface Salt {
  readonly N: number;
  readonly salt: Uint8Array;
}

async function readSalt(store: BlobStore): Promise<Salt | undefined> {
  const found = await store.get(recordId);
  if (!found) return undefined;
  const [, format, cost, salt] = recordShape.exec(new TextDecoder().decode(found.sealed)) ?? [];
  if (format === undefined || cost === undefined || salt === undefined)
    throw new EsessionError("store-format", "the store's passphrase record is not one of this program");
  if (format !== "1")
    throw new EsessionError(
      "store-format",
      `the store's passphrase record has format ${format}; this program knows 1`,
    );
  const N = Number(cost);
  if (!isCost(N))
    throw new EsessionError(
      "store-format",
      `the store's passphrase record asks for a cost of ${N}; from 2^14 to 2^20 is allowed: it was tampered with`,
    );
  return { N, salt: hexToBytes(salt) };
}

/** A salt for a store that is empty. With another one than it had, no passphrase would open it again. */
async function newSalt(store: BlobStore, N: number): Promise<Salt> {
  if ((await store.list("")).length === 0) return makeSalt(store, N);
  // somebody else may have opened the new store at the same time
  const theirs = await readSalt(store);
  if (theirs) return theirs;
  throw new EsessionError(
    "store-format",
    "the store holds records, but not the one with the passphrase's salt: it was lost, or the key is no passphrase",
  );
}

async function makeSalt(store: BlobStore, N: number): Promise<Salt> {
  const salt = crypto.getRandomValues(new Uint8Array(32));
  const record = JSON.stringify({ format: 1, kdf: "scrypt", N, r: 8, p: 1, salt: bytesToHex(salt) });
  try {
    await store.write([{ id: recordId, sealed: new TextEncoder().encode(record), expect: undefined }]);
    return { N, salt };
  } catch (error) {
    // somebody else opened the new store at the same time: theirs counts
    const theirs = EsessionError.is(error, "store-conflict") ? await readSalt(store) : undefined;
    if (theirs) return theirs;
    throw error;
  }
}
