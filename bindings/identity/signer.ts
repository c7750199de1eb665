/**
 * Who signs: a private key that may be anywhere, a file, the platform's key store, a token (XEP-0116 §4.5.4, §4.6.3).
 * Every signature is verified before it leaves: a fault while RSA signs gives a factor of the modulus away to whoever
 * sees the result (Boneh, DeMillo, Lipton 1997), and a wrong key would only be found out by the peer.
 */
import { EsessionError } from "../errors.js";
import { algorithmOf, type SigningAlgorithm } from "./algorithms.js";
import { checkPublicKey, type KeyOptions, type PublicKey } from "./public-key.js";
import { verifySignature, type VerifyOptions } from "./verify.js";

/** A few lines make one for any key that can sign: nothing else is asked of it. */
export interface Signer {
  readonly publicKey: PublicKey;
  readonly algorithm: SigningAlgorithm;
  /** RSASSA-PKCS1-v1_5, or DSA as r | s, over SHA-256 of the data. It may ask the user for a PIN, and may reject. */
  sign(data: Uint8Array): Promise<Uint8Array>;
}

/** Throws key-unacceptable unless the key is one that is used, with its own algorithm. */
export function checkSigner(signer: Signer, options: KeyOptions = {}): void {
  checkPublicKey(signer.publicKey, options);
  if (signer.algorithm !== algorithmOf(signer.publicKey))
    throw new EsessionError(
      "key-unacceptable",
      `a signer with a key that is ${signer.publicKey.kind} says that it signs with ${signer.algorithm}`,
    );
}

/** The signature over the data, verified. Throws key-unacceptable, signing-failed, option-invalid. */
export async function signWith(
  signer: Signer,
  data: Uint8Array,
  options: VerifyOptions = {},
): Promise<Uint8Array> {
  checkSigner(signer, options);
  const signature = await signed(signer, data);
  try {
    await verifySignature(signer.publicKey, signer.algorithm, data, signature, options);
  } catch (cause) {
    if (!EsessionError.is(cause, "signature-mismatch")) throw cause;
    throw new EsessionError(
      "signing-failed",
      "the signature does not verify with the signer's public key: the two keys do not belong together, or it erred",
    );
  }
  return signature;
}

async function signed(signer: Signer, data: Uint8Array): Promise<Uint8Array> {
  try {
    return new Uint8Array(await signer.sign(new Uint8Array(data)));
  } catch (cause) {
    throw new EsessionError("signing-failed", "the signer did not sign: its own error is the cause", {
      cause,
    });
  }
}
