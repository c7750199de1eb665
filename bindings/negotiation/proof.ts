/**
 * What both proofs of identity are made of: the octets that are MACed, the counters, the final keys
 * (XEP-0116 §4.5.4, §4.6.3, §4.7.3, §4.7.4). Key mode `none`: pubKey is empty.
 */
import type { Secret } from "../core/secret.js";
import type { Cipher, Core, Dialect, DirectionKeys } from "../core/types.js";
import { sas28x5, sas28x5Bound, type SasBoundInput, type Sha256 } from "../trust/sas.js";
import { EsessionError } from "../errors.js";
import { normalForm } from "../wire/canonical.js";
import type { Element } from "../wire/element.js";
import { concat } from "../wire/integers.js";

/** The fields that are cut out of a form before it is MACed. */
export const PROOF_FIELDS = ["identity", "mac"] as const;

/** An identity of key mode `none` is one MAC of 32 octets: two cipher blocks. */
export const IDENTITY_BLOCKS = 2;

export interface ProofParts {
  /** The receiver's nonce, then the prover's. */
  readonly nonces: readonly [Uint8Array, Uint8Array];
  /** The prover's public value, shortest form. */
  readonly publicKey: Uint8Array;
  /** The prover's first form, whole, and its second, without the proof itself. */
  readonly forms: readonly [Element, Element];
}

/** The input of mac_A or mac_B. */
export function macInput(
  { nonces, publicKey, forms: [first, second] }: ProofParts,
  dialect: Dialect,
): Uint8Array {
  return concat(...nonces, publicKey, normalForm(first, dialect), normalForm(second, dialect, PROOF_FIELDS));
}

export interface FinalKeys {
  readonly initiator: DirectionKeys;
  readonly responder: DirectionKeys;
  /** The retained secret of this session. */
  readonly successor: Secret;
}

/**
 * K = HASH(K | SRS | OSS) and the keys of both directions from it (XEP-0116 §4.7.3), for `use`, which owns them when
 * it returns. Wipes K and what came between, and the keys too if `use` throws.
 */
export function withFinalKeys<T>(
  core: Core,
  k: Secret,
  secrets: readonly (Secret | undefined)[],
  { cipher, dialect }: { readonly cipher: Cipher; readonly dialect: Dialect },
  use: (keys: FinalKeys) => T,
): T {
  const final = core.keys.mix(
    k,
    secrets.filter((one) => one !== undefined),
  );
  const undo = [() => final.wipe()];
  try {
    k.wipe();
    const initiator = core.keys.derive(final, "initiator", cipher, dialect);
    undo.push(() => wipeKeys(initiator));
    const responder = core.keys.derive(final, "responder", cipher, dialect);
    undo.push(() => wipeKeys(responder));
    const successor = core.keys.retained(final);
    undo.push(() => successor.wipe());
    final.wipe();
    // Only a broken peer or core could bring this about; one keystream would serve both directions then.
    if (core.keys.equal(initiator.cipher, responder.cipher) || core.keys.equal(initiator.mac, responder.mac))
      throw new EsessionError("negotiation-failed", "two of the session's keys are equal", {
        condition: "feature-not-implemented",
      });
    return use({ initiator, responder, successor });
  } catch (error) {
    for (const one of undo) one();
    throw error;
  }
}

/** What the users compare: the strong strings where r was agreed on, else sas28x5 alone (XEP-0116 §4.7.2). */
export function authenticationStrings(
  core: Core,
  {
    initiatorProof,
    r,
    ...bound
  }: Omit<SasBoundInput, "r"> & { readonly initiatorProof: Uint8Array; readonly r: Uint8Array | undefined },
): { sas: string; comparisonCode: string | undefined } {
  const sha256: Sha256 = (...parts) => core.sha256(...parts);
  if (r === undefined)
    return { sas: sas28x5(initiatorProof, bound.formB, sha256), comparisonCode: undefined };
  return sas28x5Bound({ ...bound, r }, sha256);
}

export function wipeKeys(...sets: readonly (DirectionKeys | undefined)[]): void {
  for (const keys of sets) {
    keys?.cipher.wipe();
    keys?.mac.wipe();
    keys?.sigma.wipe();
  }
}
