/**
 * Signers from the keys that programs have: Node's KeyObject, and PEM (RFC 7468), encrypted or not. RSA and DSA.
 * Limits: the private key is in the process's memory, and a passphrase given as a string stays there until it is
 * collected. OpenSSL blinds RSA; its DSA nonces are random octets hashed with the private key.
 */
import { constants, createPrivateKey, createPublicKey, sign, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import { EsessionError } from "../errors.js";
import { algorithmOf } from "./algorithms.js";
import { readDsaKey } from "./der.js";
import { checkPublicKey, type KeyOptions, type PublicKey } from "./public-key.js";
import type { Signer } from "./signer.js";
import { rsaOfJwk } from "./web-crypto.js";

const signAsync = promisify(sign);

/** Throws key-unacceptable. */
export function signerFromKeyObject(privateKey: KeyObject, options: KeyOptions = {}): Signer {
  const publicKey = publicKeyOf(privateKey);
  checkPublicKey(publicKey, options);
  const how =
    publicKey.kind === "rsa"
      ? { key: privateKey, padding: constants.RSA_PKCS1_PADDING }
      : { key: privateKey, dsaEncoding: "ieee-p1363" as const };
  return {
    publicKey,
    algorithm: algorithmOf(publicKey),
    sign: async (data) => new Uint8Array(await signAsync("sha256", data, how)),
  };
}

function publicKeyOf(key: KeyObject): PublicKey {
  const type = key.asymmetricKeyType;
  if (key.type !== "private" || (type !== "rsa" && type !== "dsa"))
    throw new EsessionError(
      "key-unacceptable",
      `sessions are signed with a private key that is rsa or dsa; this is a ${key.type} one${type ? ` that is ${type}` : ""}`,
    );
  const open = createPublicKey(key);
  if (type === "dsa") return readDsaKey(new Uint8Array(open.export({ format: "der", type: "spki" })));
  return rsaOfJwk(open.export({ format: "jwk" }));
}

/**
 * `pem`: PKCS #8, encrypted or not, or the older RSA PRIVATE KEY and DSA PRIVATE KEY.
 * Throws key-unreadable, key-unacceptable.
 */
export function signerFromPem(
  pem: string,
  passphrase?: string | Uint8Array,
  options: KeyOptions = {},
): Signer {
  return signerFromKeyObject(openPem(pem, passphrase), options);
}

function openPem(pem: string, passphrase: string | Uint8Array | undefined): KeyObject {
  try {
    return createPrivateKey({
      key: pem,
      ...(passphrase === undefined
        ? {}
        : { passphrase: typeof passphrase === "string" ? passphrase : Buffer.from(passphrase) }),
    });
  } catch (cause) {
    throw new EsessionError(
      "key-unreadable",
      // OpenSSL's own code for it differs between versions of Node
      passphrase === undefined && /^(-----BEGIN|Proc-Type:).*ENCRYPTED/m.test(pem)
        ? "the private key is encrypted, and no passphrase was given"
        : "the PEM text has no private key that can be opened, or the passphrase is not its own",
      { cause },
    );
  }
}
