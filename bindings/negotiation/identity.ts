/**
 * The proofs of identity, made and checked (XEP-0116 §4.5.4, §4.6.2, §4.6.3, §4.7.1): what is MACed, what is signed, what
 * is encrypted. In key mode `none` the mac itself is the proof, else the public key, or its fingerprint, and a signature
 * over the mac. Whoever signs and verifies is asked for, so a proof is made and checked in two steps.
 */
import type { Core, Dialect, DirectionKeys } from "../core/types.js";
import { EsessionError } from "../errors.js";
import { algorithmOf } from "../identity/algorithms.js";
import { fingerprintOf } from "../identity/fingerprint.js";
import { readKeyValue, writeKeyValue } from "../identity/key-value.js";
import { readProof, writeProof, type Proof } from "../identity/proof.js";
import { signatureBytes, type PublicKey } from "../identity/public-key.js";
import { encodeBase64 } from "../wire/base64.js";
import type { Element } from "../wire/element.js";
import { buildForm, type FieldInit } from "../wire/forms.js";
import { hashBytes, identityBlocks, type Agreed } from "./agreed.js";
import { dummyKey } from "./dummy-key.js";
import type { PubkeyMode } from "./policy.js";
import { macInput } from "./proof.js";
import type { KnownKey, OwnKey, PeerKey, SignAlgorithm, SignatureCheck } from "./types.js";

/** ID and M. */
export interface Sealed {
  readonly identity: Uint8Array;
  readonly mac: Uint8Array;
}

/** What both proofs are over. */
interface Subject {
  readonly keys: DirectionKeys;
  readonly counter: Uint8Array;
  readonly agreed: Agreed;
  readonly dialect: Dialect;
  /** The receiver's nonce, then the prover's. */
  readonly nonces: readonly [Uint8Array, Uint8Array];
  /** The prover's public value, shortest form. */
  readonly publicKey: Uint8Array;
  /** The prover's forms; of the last the proof itself is left out. */
  readonly forms: readonly Element[];
  readonly mode: PubkeyMode;
}

export interface Proving extends Subject {
  /** undefined in key mode `none`. */
  readonly signer: OwnKey | undefined;
}

/** What has to be signed, or the proof, where nothing has. */
export type Begun =
  | { readonly kind: "sealed"; readonly sealed: Sealed }
  | { readonly kind: "to-sign"; readonly key: OwnKey; readonly data: Uint8Array };

const utf8 = (text: string) => new TextEncoder().encode(text);

function inputOf({ nonces, publicKey, forms, dialect }: Subject, keyValue = ""): Uint8Array {
  return macInput({ nonces, publicKey, identityKey: utf8(keyValue), forms }, dialect);
}

export function beginProof(core: Core, proving: Proving): Begun {
  const { keys, counter, dialect, mode, signer } = proving;
  if (mode === "none" || signer === undefined)
    return { kind: "sealed", sealed: core.identity.seal(keys, counter, inputOf(proving), dialect) };
  // the MAC is over the whole key also where only its fingerprint is shown
  return { kind: "to-sign", key: signer, data: core.identity.mac(keys, inputOf(proving, signer.keyValue)) };
}

export function finishProof(
  core: Core,
  { keys, counter, mode, agreed }: Proving,
  { publicKey, keyValue }: OwnKey,
  signature: Uint8Array,
): Sealed {
  const proof: Proof =
    mode === "hash"
      ? { mode, keyHash: core.hash(agreed.hash, utf8(keyValue)), signature }
      : { mode: "key", publicKey, signature };
  const content = writeProof(proof, { hashBytes: hashBytes(agreed.hash) });
  return core.identity.sealContent(keys, counter, content);
}

export interface Checking extends Subject {
  readonly received: Sealed;
  readonly known: readonly KnownKey[];
  /** Those in which a signature is accepted. */
  readonly algorithms: readonly SignAlgorithm[];
}

/** What is wrong with a proof, for us alone: the peer learns only that something is. */
export interface Fault {
  readonly code: "identity-mismatch" | "key-unknown" | "key-unacceptable" | "signature-mismatch";
  readonly what: string;
}

export type Checked =
  | { readonly kind: "checked"; readonly fault: Fault | undefined }
  /** Not decided before the signature is verified; with a fault that has to be done all the same. */
  | {
      readonly kind: "to-verify";
      readonly check: SignatureCheck;
      readonly fault: Fault | undefined;
      readonly peerKey: PeerKey | undefined;
    };

/**
 * Everything but the signature. Whatever is wrong is found by the same work: where M is not authentic, or the proof cannot
 * be read, the signature of a key that stands in for the peer's is verified (D13).
 */
export function checkProof(core: Core, checking: Checking): Checked {
  const { keys, counter, received, dialect, mode, agreed } = checking;
  if (mode === "none") {
    const fault = core.identity.fault(keys, counter, inputOf(checking), received, dialect);
    return { kind: "checked", fault: fault && mismatch(fault) };
  }
  const { content, authentic } = core.identity.openContent(keys, counter, received);
  const read = readIdentity(core, content, checking);
  const usable = authentic && "peerKey" in read;
  const stand = dummyKey(agreed.signing ?? checking.algorithms[0]!);
  const publicKey = usable ? read.publicKey : stand;
  const keyValue = usable ? read.peerKey.keyValue : writeKeyValue(stand);
  return {
    kind: "to-verify",
    check: {
      publicKey,
      algorithm: algorithmOf(publicKey),
      data: core.identity.mac(keys, inputOf(checking, keyValue)),
      signature: usable ? read.signature : new Uint8Array(signatureBytes(stand)).fill(1),
    },
    fault: !authentic ? mismatch("mac") : "peerKey" in read ? undefined : read.fault,
    peerKey: usable ? read.peerKey : undefined,
  };
}

type Read =
  | { readonly peerKey: PeerKey; readonly publicKey: PublicKey; readonly signature: Uint8Array }
  | { readonly fault: Fault };

function readIdentity(core: Core, content: Uint8Array, { mode, agreed, known, algorithms }: Checking): Read {
  try {
    const proof = readProof(content, mode === "hash" ? "hash" : "key", {
      hashBytes: hashBytes(agreed.hash),
    });
    const matching =
      proof.mode === "hash"
        ? known.filter((one) => core.equal(core.hash(agreed.hash, utf8(one.keyValue)), proof.keyHash))[0]
        : undefined;
    if (proof.mode === "hash" && matching === undefined)
      return {
        fault: {
          code: "key-unknown",
          what: "shows the fingerprint of a key that is not known here: start again with the key asked for",
        },
      };
    const publicKey = proof.mode === "key" ? proof.publicKey : readKeyValue(matching!.keyValue);
    const algorithm = algorithmOf(publicKey);
    if (!algorithms.includes(algorithm))
      return {
        fault: { code: "key-unacceptable", what: `shows a key for ${algorithm}, which was not agreed on` },
      };
    const keyValue = writeKeyValue(publicKey);
    return {
      publicKey,
      signature: proof.signature,
      peerKey: {
        keyValue,
        fingerprint: fingerprintOf(publicKey),
        algorithm,
        mode: proof.mode,
        known: known.some((one) => one.keyValue === keyValue),
      },
    };
  } catch (error) {
    if (!EsessionError.is(error)) throw error;
    return { fault: { code: "key-unacceptable", what: `is refused: ${error.message}` } };
  }
}

/** The fault that remains when the signature is verified. */
export const verdict = (fault: Fault | undefined, valid: boolean): Fault | undefined =>
  fault ??
  (valid
    ? undefined
    : {
        code: "signature-mismatch",
        what: "has a signature that is not that of its key over this negotiation",
      });

const mismatch = (fault: "mac" | "identity"): Fault => ({
  code: "identity-mismatch",
  what:
    fault === "mac"
      ? "does not match its M: it, the keys or the secrets are not those of this negotiation"
      : "proves something else: a form was changed on the way, or the dialect is not the one remembered",
});

/** Blocks of the counter that a proof took. */
export const blocksOf = ({ identity }: Sealed, { cipher }: Agreed): number =>
  identityBlocks(cipher, identity.length);

/** The whole form: the proof stands last. */
export const withProof = (
  fields: readonly FieldInit[],
  { identity, mac }: Sealed,
  type: "submit" | "result" = "result",
) =>
  buildForm(type, [
    ...fields,
    { var: "identity", values: [encodeBase64(identity)] },
    { var: "mac", values: [encodeBase64(mac)] },
  ]);
