/**
 * Our own public keys: what the negotiation may know of them, and who signs and verifies. The private parts stay where the
 * application keeps them.
 */
import type { Core } from "../core/types.js";
import { EsessionError } from "../errors.js";
import { DSA_SHA256, RSA_SHA256 } from "../identity/algorithms.js";
import { writeKeyValue } from "../identity/key-value.js";
import { checkSigner, signWith, type Signer } from "../identity/signer.js";
import { verifySignature, type VerifyOptions } from "../identity/verify.js";
import type { OwnKey, OwnKeys, SignatureCheck } from "../negotiation/types.js";

export interface Identity {
  readonly own: OwnKeys;
  /** Throws what the signer throws, as signing-failed. */
  sign(key: OwnKey, data: Uint8Array): Promise<Uint8Array>;
  /** False for a signature, or a key, that is not valid. */
  verify(check: SignatureCheck): Promise<boolean>;
}

/** Throws key-unacceptable, and option-invalid for a DSA key where the core has no DSA. */
export function identityOf(core: Core, given: Signer | readonly Signer[] | undefined): Identity {
  const signers = given === undefined ? [] : "sign" in given ? [given] : given;
  const dsa = core.algorithms === "all";
  for (const signer of signers) {
    checkSigner(signer);
    if (signer.algorithm === DSA_SHA256 && !dsa)
      throw new EsessionError(
        "option-invalid",
        "a DSA key needs a core that has DSA: load it with { algorithms: 'all' }",
      );
  }
  const keys = new Map<OwnKey, Signer>(
    signers.map((signer) => {
      const { publicKey, algorithm } = signer;
      return [{ publicKey, algorithm, keyValue: writeKeyValue(publicKey) }, signer];
    }),
  );
  const options: VerifyOptions = dsa
    ? { dsa: { verify: (key, data, signature) => core.dsa.verify(key, data, signature) } }
    : {};
  return {
    own: { signers: [...keys.keys()], verifies: dsa ? [RSA_SHA256, DSA_SHA256] : [RSA_SHA256] },
    sign: (key, data) => signWith(keys.get(key)!, data, options),
    verify: async ({ publicKey, algorithm, data, signature }) => {
      try {
        await verifySignature(publicKey, algorithm, data, signature, options);
        return true;
      } catch (error) {
        if (EsessionError.is(error, "signature-mismatch") || EsessionError.is(error, "key-unacceptable"))
          return false;
        throw error;
      }
    },
  };
}
