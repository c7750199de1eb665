/** `esession/identity`: public keys, their fingerprints and signatures (XEP-0116 §4.5.4, §7.3, §8). For every platform. */
export { EsessionError } from "../errors.js";
export type { SigningAlgorithm } from "./algorithms.js";
export { algorithmOf, DSA_SHA256, RSA_SHA256, signingAlgorithm } from "./algorithms.js";
export type { DsaPublicKey, KeyOptions, PublicKey, RsaPublicKey } from "./public-key.js";
export { checkPublicKey, signatureBytes } from "./public-key.js";
export { readKeyValue, writeKeyValue } from "./key-value.js";
export type { Fingerprint, Hash } from "./fingerprint.js";
export { fingerprintOf, keyHash, parseFingerprint, sameFingerprint, showFingerprint } from "./fingerprint.js";
export type { KeyMode, Proof, ProofOptions } from "./proof.js";
export { readProof, writeProof } from "./proof.js";
export type { DsaBackend, RsaBackend, VerifyOptions } from "./verify.js";
export { verifySignature, webRsa } from "./verify.js";
export type { Signer } from "./signer.js";
export { checkSigner, signWith } from "./signer.js";
export { signerFromCore } from "./core-signer.js";
export type { GeneratedSigner, SigningKeys } from "./crypto-key.js";
export { generateSigner, signerFromCryptoKey } from "./crypto-key.js";
