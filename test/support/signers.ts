/** Keys of Alice, Bob and Mallory, made once for a process: RSA of 2048 bits, the shortest that is used, and DSA. */
import { generateKeyPairSync } from "node:crypto";
import type { Core } from "esession";
import { DSA_SHA256, fingerprintOf, writeKeyValue, type DsaPublicKey, type PublicKey, type Signer } from "esession/identity"; // prettier-ignore
import { signerFromKeyObject } from "esession/identity/node";
import type { KnownKey } from "../../dist/negotiation/types.js";
import { dummyKey } from "./built.js";

const rsa = (bits = 2048): Signer =>
  signerFromKeyObject(generateKeyPairSync("rsa", { modulusLength: bits }).privateKey);

export const aliceKey = rsa();
export const bobKey = rsa();
export const malloryKey = rsa();

/** A signer that counts, and may be told to err. */
export function watched(
  signer: Signer,
  sign = signer.sign.bind(signer),
): Signer & { readonly signed: Uint8Array[] } {
  const signed: Uint8Array[] = [];
  return { ...signer, signed, sign: (data) => (signed.push(data), sign(data)) };
}

/** In the parameters of RFC 6979 A.2.2, and with the core's own arithmetic. */
export function dsaKey(core: Core): Signer {
  const parameters = dummyKey(DSA_SHA256) as DsaPublicKey;
  const { publicKey, secret } = core.dsa.generate(parameters);
  return {
    publicKey: { ...parameters, y: publicKey },
    algorithm: DSA_SHA256,
    sign: (data) => Promise.resolve(core.dsa.sign(parameters, secret, data)),
  };
}

export const known = ({ publicKey }: { readonly publicKey: PublicKey }, verified = false): KnownKey => ({
  keyValue: writeKeyValue(publicKey),
  fingerprint: fingerprintOf(publicKey),
  verified,
});
