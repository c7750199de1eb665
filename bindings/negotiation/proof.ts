/**
 * What both proofs of identity are made of: the octets that are MACed, the counters, the final keys
 * (XEP-0116 §4.5.3, §4.5.4, §4.6.3, §4.7.3, §4.7.4).
 */
import type { Secret } from "../core/secret.js";
import type { Cipher, Core, Dialect, DirectionKeys, Hash } from "../core/types.js";
import { sas28x5, sas28x5Bound, type SasBoundInput } from "../trust/sas.js";
import { EsessionError } from "../errors.js";
import { normalForm } from "../wire/canonical.js";
import type { Element } from "../wire/element.js";
import { concat } from "../wire/integers.js";

/** The fields that are cut out of a form before it is MACed. */
export const PROOF_FIELDS = ["identity", "mac"] as const;

export interface ProofParts {
  /** The receiver's nonce, then the prover's. */
  readonly nonces: readonly [Uint8Array, Uint8Array];
  /** The prover's public value, shortest form. */
  readonly publicKey: Uint8Array;
  /** pubKey: the octets of the prover's `<KeyValue/>`; empty in key mode `none`. */
  readonly identityKey?: Uint8Array;
  /** The prover's forms: the last without the proof itself, those before it whole. */
  readonly forms: readonly Element[];
}

/** The input of mac_A or mac_B. */
export function macInput(
  { nonces, publicKey, identityKey = new Uint8Array(0), forms }: ProofParts,
  dialect: Dialect,
): Uint8Array {
  const last = forms.length - 1;
  const normal = forms.map((form, at) => normalForm(form, dialect, at === last ? PROOF_FIELDS : []));
  return concat(...nonces, publicKey, identityKey, ...normal);
}

/** What keys are derived for. */
export interface KeySuite {
  readonly cipher: Cipher;
  readonly hash: Hash;
  readonly dialect: Dialect;
}

export interface SessionKeys {
  readonly initiator: DirectionKeys;
  readonly responder: DirectionKeys;
}

export interface FinalKeys extends SessionKeys {
  /** The retained secret of this session. */
  readonly successor: Secret;
}

/** The keys of one side. Destroys nothing. */
export const deriveKeys = (
  core: Core,
  k: Secret,
  role: "initiator" | "responder",
  { cipher, hash, dialect }: KeySuite,
): DirectionKeys => core.keys.derive(k, role, cipher, dialect, hash);

/** The keys of both directions from K as it is (XEP-0116 §4.5.3). K stays the caller's, the keys become his. */
export function sessionKeys(core: Core, k: Secret, suite: KeySuite): SessionKeys {
  const initiator = deriveKeys(core, k, "initiator", suite);
  let responder: DirectionKeys | undefined;
  try {
    responder = deriveKeys(core, k, "responder", suite);
    // Only a broken peer or core could bring this about; one keystream would serve both directions then.
    if (core.keys.equal(initiator.cipher, responder.cipher) || core.keys.equal(initiator.mac, responder.mac))
      throw new EsessionError("negotiation-failed", "two of the session's keys are equal", {
        condition: "feature-not-implemented",
      });
    return { initiator, responder };
  } catch (error) {
    wipeKeys(initiator, responder);
    throw error;
  }
}

/**
 * K = HASH(K | SRS | OSS) and the keys of both directions from it (XEP-0116 §4.7.3), which become the caller's. Wipes K and
 * what came between.
 */
export function finalKeys(
  core: Core,
  k: Secret,
  secrets: readonly (Secret | undefined)[],
  suite: KeySuite,
): FinalKeys {
  const final = core.keys.mix(
    k,
    secrets.filter((one) => one !== undefined),
    suite.hash,
  );
  try {
    k.wipe();
    const keys = sessionKeys(core, final, suite);
    try {
      return { ...keys, successor: core.keys.retained(final, suite.hash) };
    } catch (error) {
      wipeKeys(keys.initiator, keys.responder);
      throw error;
    }
  } finally {
    final.wipe();
  }
}

export function wipeFinal({ initiator, responder, successor }: FinalKeys): void {
  wipeKeys(initiator, responder);
  successor.wipe();
}

/** What the users compare: the strong strings where r was agreed on, else sas28x5 alone (XEP-0116 §4.7.2), with HASH. */
export function authenticationStrings(
  core: Core,
  name: Hash,
  {
    initiatorProof,
    r,
    ...bound
  }: Omit<SasBoundInput, "r"> & { readonly initiatorProof: Uint8Array; readonly r: Uint8Array | undefined },
): { sas: string; comparisonCode: string | undefined } {
  const hash = (...parts: Uint8Array[]) => core.hash(name, ...parts);
  if (r === undefined) return { sas: sas28x5(initiatorProof, bound.formB, hash), comparisonCode: undefined };
  return sas28x5Bound({ ...bound, r }, hash);
}

export function wipeKeys(...sets: readonly (DirectionKeys | undefined)[]): void {
  for (const keys of sets) {
    keys?.cipher.wipe();
    keys?.mac.wipe();
    keys?.sigma.wipe();
  }
}
