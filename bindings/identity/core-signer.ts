/**
 * A DSA key whose private part is a secret of the core: for platforms that have no DSA, browsers for one. It was made
 * there (`core.dsa.generate`), or put in (`core.keys.import`), and does not come out again.
 */
import type { Core } from "../core/types.js";
import type { Secret } from "../core/secret.js";
import { DSA_SHA256 } from "./algorithms.js";
import { checkPublicKey, type DsaPublicKey } from "./public-key.js";
import type { Signer } from "./signer.js";

/**
 * Signs in a core with `algorithms: "all"`, with the nonces of RFC 6979 §3.6. The secret stays the caller's: once it is
 * wiped, signing fails. Throws key-unacceptable.
 */
export function signerFromCore(core: Pick<Core, "dsa">, publicKey: DsaPublicKey, secret: Secret): Signer {
  checkPublicKey(publicKey);
  return {
    publicKey,
    algorithm: DSA_SHA256,
    // What the core throws rejects.
    sign: async (data) => Promise.resolve(core.dsa.sign(publicKey, secret, data)),
  };
}
