/**
 * Verification of signatures (XEP-0116 §4.5.4, §8; XMLDSIG §6.4 as XEP-0116 §8 changes it): RSASSA-PKCS1-v1_5 and DSA,
 * both over SHA-256 of the octets given. What decides is checked here, the arithmetic is a backend's.
 * Limits: variable time; everything is public.
 */
import { EsessionError } from "../errors.js";
import { algorithmOf, type SigningAlgorithm } from "./algorithms.js";
import { checkDsaGroup, isDsaSignature } from "./dsa.js";
import {
  checkPublicKey,
  isBelow,
  type DsaPublicKey,
  type KeyOptions,
  type PublicKey,
  type RsaPublicKey,
} from "./public-key.js";
import { importRsa, ownCopy, rsaParameters, subtleCrypto } from "./web-crypto.js";

/** RSASSA-PKCS1-v1_5 with SHA-256. The key is an accepted one, the signature as long as its modulus and below it. */
export interface RsaBackend {
  verify(key: RsaPublicKey, data: Uint8Array, signature: Uint8Array): boolean | Promise<boolean>;
}

/** DSA with SHA-256. The key is a valid one; the signature is r | s, each as long as q, and between 0 and q. */
export interface DsaBackend {
  verify(key: DsaPublicKey, data: Uint8Array, signature: Uint8Array): boolean | Promise<boolean>;
}

export interface VerifyOptions extends KeyOptions {
  /** Default: the platform's Web Cryptography. */
  readonly rsa?: RsaBackend;
  /** Without one, no DSA signature can be verified: Web Cryptography has none. */
  readonly dsa?: DsaBackend;
}

export const webRsa: RsaBackend = {
  async verify(key, data, signature) {
    const [own, ownSignature] = [ownCopy(data), ownCopy(signature)];
    return subtleCrypto().verify(rsaParameters.name, await importRsa(key), ownSignature, own);
  },
};

/**
 * Comes back if the signature is the key's over the data.
 * Throws signature-mismatch if it is not, key-unacceptable if the key, or the algorithm with it, is not used or not
 * valid, option-invalid without a backend.
 */
export async function verifySignature(
  key: PublicKey,
  algorithm: SigningAlgorithm,
  data: Uint8Array,
  signature: Uint8Array,
  options: VerifyOptions = {},
): Promise<void> {
  checkPublicKey(key, options);
  if (algorithm !== algorithmOf(key))
    throw new EsessionError("key-unacceptable", `the key, which is ${key.kind}, is not one for ${algorithm}`);
  const right =
    key.kind === "rsa"
      ? await verifyRsa(key, data, signature, options.rsa ?? webRsa)
      : await verifyDsa(key, data, signature, options.dsa);
  if (!right)
    throw new EsessionError(
      "signature-mismatch",
      "the signature is not that of the key over what it should sign",
    );
}

async function verifyRsa(
  key: RsaPublicKey,
  data: Uint8Array,
  signature: Uint8Array,
  backend: RsaBackend,
): Promise<boolean> {
  // RFC 8017 §8.2.2, §5.2.2: as long as the modulus, and below it
  if (signature.length !== key.modulus.length || !isBelow(signature, key.modulus)) return false;
  return backend.verify(key, data, signature);
}

async function verifyDsa(
  key: DsaPublicKey,
  data: Uint8Array,
  signature: Uint8Array,
  backend: DsaBackend | undefined,
): Promise<boolean> {
  if (!backend)
    throw new EsessionError(
      "option-invalid",
      "nothing here can verify DSA: give verifySignature a backend for it",
    );
  checkDsaGroup(key);
  return isDsaSignature(key, signature) && backend.verify(key, data, signature);
}
