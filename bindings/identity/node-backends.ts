/**
 * Verification by Node's own cryptography (OpenSSL): RSA where Web Cryptography is not wanted, and DSA, which that does
 * not have. OpenSSL takes any public exponent below 2^64.
 */
import { constants, createPublicKey, verify, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import { EsessionError } from "../errors.js";
import { writeDsaKey } from "./der.js";
import type { DsaPublicKey, PublicKey, RsaPublicKey } from "./public-key.js";
import type { DsaBackend, RsaBackend } from "./verify.js";

/** In a thread of Node's pool, as every one here. */
const verifyAsync = promisify(verify);

export const nodeRsa: RsaBackend = {
  verify: (key, data, signature) =>
    verifyAsync("sha256", data, { key: rsaObject(key), padding: constants.RSA_PKCS1_PADDING }, signature),
};

export const nodeDsa: DsaBackend = {
  verify: (key, data, signature) =>
    verifyAsync("sha256", data, { key: dsaObject(key), dsaEncoding: "ieee-p1363" }, signature),
};

const base64Url = (octets: Uint8Array) => Buffer.from(octets).toString("base64url");

const rsaObject = ({ modulus, exponent }: RsaPublicKey): KeyObject =>
  taken("rsa", () =>
    createPublicKey({ key: { kty: "RSA", n: base64Url(modulus), e: base64Url(exponent) }, format: "jwk" }),
  );

const dsaObject = (key: DsaPublicKey): KeyObject =>
  taken("dsa", () => createPublicKey({ key: Buffer.from(writeDsaKey(key)), format: "der", type: "spki" }));

function taken(kind: PublicKey["kind"], make: () => KeyObject): KeyObject {
  try {
    return make();
  } catch (cause) {
    throw new EsessionError("key-unacceptable", `Node's OpenSSL does not take this key, which is ${kind}`, {
      cause,
    });
  }
}
