/**
 * Signers from keys of Web Cryptography, in browsers and in Node. The private key may be not extractable, and should
 * be; a browser keeps it so in IndexedDB.
 */
import { EsessionError } from "../errors.js";
import { RSA_SHA256 } from "./algorithms.js";
import { checkPublicKey, type KeyOptions } from "./public-key.js";
import type { Signer } from "./signer.js";
import { exportRsa, ownCopy, rsaParameters, subtleCrypto } from "./web-crypto.js";

/** A CryptoKeyPair. */
export interface SigningKeys {
  readonly publicKey: CryptoKey;
  readonly privateKey: CryptoKey;
}

export interface GeneratedSigner extends Signer {
  /** To be kept, in IndexedDB for instance; signerFromCryptoKey() makes the same signer of it again. */
  readonly keys: SigningKeys;
}

/** Throws key-unacceptable for a pair of another kind or use, option-invalid without Web Cryptography. */
export async function signerFromCryptoKey(keys: SigningKeys, options: KeyOptions = {}): Promise<Signer> {
  const { publicKey: given, privateKey } = keys;
  for (const [key, type] of [[given, "public"] as const, [privateKey, "private"] as const])
    checkKind(key, type);
  if (!privateKey.usages.includes("sign"))
    throw new EsessionError(
      "key-unacceptable",
      'the private key may not sign: make it with the usage "sign"',
    );
  const publicKey = await exportRsa(given);
  checkPublicKey(publicKey, options);
  return {
    publicKey,
    algorithm: RSA_SHA256,
    sign: async (data) =>
      new Uint8Array(await subtleCrypto().sign(rsaParameters.name, privateKey, ownCopy(data))),
  };
}

function checkKind({ type, algorithm }: CryptoKey, wanted: KeyType): void {
  const { name, hash } = algorithm as Partial<RsaHashedKeyAlgorithm>;
  if (type === wanted && name === rsaParameters.name && hash?.name === rsaParameters.hash) return;
  throw new EsessionError(
    "key-unacceptable",
    `the ${wanted} key is a ${type} one for ${name ?? "nothing"}${hash ? ` with ${hash.name}` : ""}: ` +
      `sessions are signed with ${rsaParameters.name} with ${rsaParameters.hash}`,
  );
}

/** A fresh RSA key of 3072 bits, for applications that have none. It takes a second, sometimes several. */
export async function generateSigner(): Promise<GeneratedSigner> {
  const keys = await subtleCrypto().generateKey(
    { ...rsaParameters, modulusLength: 3072, publicExponent: new Uint8Array([1, 0, 1]) },
    false,
    ["sign", "verify"],
  );
  return { ...(await signerFromCryptoKey(keys)), keys };
}
