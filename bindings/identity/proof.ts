/**
 * What is encrypted as an identity (XEP-0116 §4.5.4, §4.6.3): the key, or its fingerprint, and the signature, one text
 * after the other, without anything between. One form is read, the one that is written, so that nothing that a
 * signature does not cover can be put in.
 */
import { EsessionError } from "../errors.js";
import { decodeBase64, encodeBase64 } from "../wire/base64.js";
import { readKeyValue, writeKeyValue, XMLDSIG } from "./key-value.js";
import type { KeyOptions, PublicKey } from "./public-key.js";

/** What `init_pubkey` and `resp_pubkey` ask for. */
export type KeyMode = "key" | "hash";

export type Proof =
  | { readonly mode: "key"; readonly publicKey: PublicKey; readonly signature: Uint8Array }
  | { readonly mode: "hash"; readonly keyHash: Uint8Array; readonly signature: Uint8Array };

export interface ProofOptions extends KeyOptions {
  /** Octets of the agreed hash. Default 32. */
  readonly hashBytes?: number;
}

const SIGNATURE = `<SignatureValue xmlns="${XMLDSIG}">`;
/** A key of at most 2,048 characters, and the signature of RSA with 8192 bits. */
const MAX_BYTES = 4096;

const signatureShape = new RegExp(`^${SIGNATURE}([A-Za-z0-9+/=]{1,1368})</SignatureValue>$`);
const fingerprintShape = /^<fingerprint>([A-Za-z0-9+/=]{1,128})<\/fingerprint>$/;

/** ASCII. Throws key-unacceptable. */
export const writeProof = (proof: Proof, options: ProofOptions = {}): Uint8Array =>
  new TextEncoder().encode(proofText(proof, options));

function proofText(proof: Proof, options: ProofOptions): string {
  const key =
    proof.mode === "key"
      ? writeKeyValue(proof.publicKey, options)
      : `<fingerprint>${encodeBase64(proof.keyHash)}</fingerprint>`;
  return `${key}${SIGNATURE}${encodeBase64(proof.signature)}</SignatureValue>`;
}

/**
 * `mode`: the one that was agreed on; the other is refused. The signature is any octets until it is verified.
 * Throws key-malformed, base64-malformed and key-unacceptable.
 */
export function readProof(octets: Uint8Array, mode: KeyMode, options: ProofOptions = {}): Proof {
  if (octets.length > MAX_BYTES)
    throw malformed(`it has ${octets.length} octets, and none needs more than ${MAX_BYTES}`);
  // by octet, because a decoder of UTF-8 swallows a byte order mark; what is not ASCII fits no shape below
  const text = String.fromCharCode(...octets);
  const at = text.indexOf("<SignatureValue");
  const [, encoded] = signatureShape.exec(text.slice(Math.max(at, 0))) ?? [];
  if (encoded === undefined)
    throw malformed("it does not end with a <SignatureValue/> in its namespace, without white space");
  const key = text.slice(0, at);
  const signature = decodeBase64(encoded, "<SignatureValue/>");
  const proof: Proof =
    mode === "key"
      ? { mode, publicKey: readKeyValue(key, options), signature }
      : { mode, keyHash: readFingerprint(key, options.hashBytes ?? 32), signature };
  // the shapes find the parts, and this decides
  if (proofText(proof, options) !== text) throw malformed("its namespace is not that of XML signatures");
  return proof;
}

function readFingerprint(text: string, hashBytes: number): Uint8Array {
  const [, encoded] = fingerprintShape.exec(text) ?? [];
  if (encoded === undefined) throw malformed("it does not begin with a <fingerprint/>, without namespace");
  const hash = decodeBase64(encoded, "<fingerprint/>");
  if (hash.length !== hashBytes)
    throw malformed(`its <fingerprint/> has ${hash.length} octets instead of the ${hashBytes} of the hash`);
  return hash;
}

const malformed = (fault: string) =>
  new EsessionError("key-malformed", `a proof of identity is not in the one form that is read: ${fault}`);
