/**
 * The signing algorithms by name (XEP-0116 §8). The names are the XEP's own: XMLDSIG never had them, and its successor
 * put them into other namespaces. `rsa-sha256` and `dsa-sha256` are read as the same, and never written.
 */
import type { PublicKey } from "./public-key.js";

export const RSA_SHA256 = "http://www.w3.org/2000/09/xmldsig#rsa-sha256";
export const DSA_SHA256 = "http://www.w3.org/2000/09/xmldsig#dsa-sha256";

export type SigningAlgorithm = typeof RSA_SHA256 | typeof DSA_SHA256;

const names: ReadonlyMap<string, SigningAlgorithm> = new Map([
  [RSA_SHA256, RSA_SHA256],
  [DSA_SHA256, DSA_SHA256],
  ["rsa-sha256", RSA_SHA256],
  ["dsa-sha256", DSA_SHA256],
]);

/** The algorithm that a value of `sign_algs` names; undefined for one that is not known, as any offer may have. */
export const signingAlgorithm = (name: string): SigningAlgorithm | undefined => names.get(name);

/** The one algorithm in which a key is used. */
export const algorithmOf = (key: PublicKey): SigningAlgorithm =>
  key.kind === "rsa" ? RSA_SHA256 : DSA_SHA256;
