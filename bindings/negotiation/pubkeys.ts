/**
 * How the two sides may identify themselves (XEP-0116 §4.3, §4.5.4): what is shown of ours, what is accepted of the peer's,
 * and which signing algorithm they use. A key once seen is required from then on.
 */
import { SIGN_ALGORITHMS } from "./agreed.js";
import type { PubkeyMode } from "./policy.js";
import type { OwnKey, OwnKeys, SignAlgorithm } from "./types.js";

const ALL_MODES: readonly PubkeyMode[] = ["key", "hash", "none"];
export const noKeys: readonly PubkeyMode[] = ["none"];

export const isMode = (name: string): name is PubkeyMode => (ALL_MODES as readonly string[]).includes(name);

export const withoutNone = (modes: readonly PubkeyMode[]): PubkeyMode[] =>
  modes.filter((mode) => mode !== "none");

/** What our own side may show. The full key first, which everybody can read. */
export function shownModes(
  liked: readonly PubkeyMode[] | undefined,
  own: OwnKeys | undefined,
): readonly PubkeyMode[] {
  return own === undefined || own.signers.length === 0 ? noKeys : (liked ?? ALL_MODES);
}

/**
 * What the peer may show. XEP-0116 §4.3 recommends the fingerprint where the key is known; where none is, it could only
 * fail. A policy that has nothing but `none` does without keys altogether.
 */
export function acceptedModes(
  liked: readonly PubkeyMode[] | undefined,
  {
    own,
    keyed = false,
    keyRequired = keyed,
  }: {
    readonly own?: OwnKeys | undefined;
    readonly keyed?: boolean | undefined;
    readonly keyRequired?: boolean | undefined;
  },
): readonly PubkeyMode[] {
  const modes = liked ?? ((own?.signers.length ?? 0) > 0 || keyed ? ALL_MODES : noKeys);
  if (!keyed) {
    const others = modes.filter((mode) => mode !== "hash");
    return others.length > 0 ? others : modes;
  }
  const shown = withoutNone(modes);
  const inOrder = [...shown].sort((a, b) => Number(b === "hash") - Number(a === "hash"));
  if (!keyRequired && modes.includes("none")) return [...inOrder, "none"];
  return shown.length > 0 ? inOrder : modes;
}

/** Those that we can verify. Every platform can verify RSA. */
export function offeredAlgorithms(own: OwnKeys | undefined): readonly SignAlgorithm[] {
  const verified = own?.verifies ?? SIGN_ALGORITHMS.slice(0, 1);
  return SIGN_ALGORITHMS.filter((name) => verified.includes(name));
}

/** Our key for one of these algorithms. */
export function signerFor(
  own: OwnKeys | undefined,
  algorithms: readonly (SignAlgorithm | undefined)[],
): OwnKey | undefined {
  return own?.signers.find((one) => algorithms.includes(one.algorithm));
}
