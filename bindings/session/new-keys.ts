/** What both sides of a key re-exchange have in common (XEP-0200 §9.2, §9.3): its keys, and which public values are refused. */
import type { Secret } from "../core/secret.js";
import type { Core, KeyPair } from "../core/types.js";
import { EsessionError } from "../errors.js";
import type { Agreed } from "../negotiation/agreed.js";
import { wipeRekeyKeys, type RekeyKeys } from "./key-sets.js";

export function refused(
  code: "stanza-mac" | "rekey-unagreed" | "dh-public-value",
  what: string,
): EsessionError {
  return new EsessionError(code, what, { condition: "not-acceptable" });
}

/**
 * KC and KM of who started the re-key and of who accepts it, from K, which stays the caller's. Throws dh-public-value if
 * two are equal: one keystream would serve both directions.
 */
export function newKeys(
  { core, agreed }: { readonly core: Core; readonly agreed: Pick<Agreed, "cipher" | "hash"> },
  k: Secret,
): { readonly initiator: RekeyKeys; readonly acceptor: RekeyKeys } {
  const initiator = core.keys.rekey(k, "initiator", agreed.cipher, agreed.hash);
  let acceptor: RekeyKeys | undefined;
  try {
    acceptor = core.keys.rekey(k, "responder", agreed.cipher, agreed.hash);
    if (core.keys.equal(initiator.cipher, acceptor.cipher) || core.keys.equal(initiator.mac, acceptor.mac))
      throw refused("dh-public-value", "two of the new keys are equal");
    return { initiator, acceptor };
  } catch (error) {
    wipeRekeyKeys(initiator);
    wipeRekeyKeys(acceptor);
    throw error;
  }
}

/**
 * The check of the negotiation, and that the value is new (§11.3: every one is unique): with the peer's last one again
 * the keys would be those of the last time. Throws dh-public-value, before any exponentiation.
 */
export function checkValue(
  core: Core,
  value: Uint8Array,
  {
    own,
    stored,
    last,
  }: { readonly own: KeyPair; readonly stored: readonly Uint8Array[]; readonly last: Uint8Array },
): void {
  if (core.equal(value, last))
    throw refused("dh-public-value", "the peer's new public value is its last one");
  if (stored.some((ours) => core.equal(value, ours)))
    throw refused("dh-public-value", "the peer's new public value is our own, reflected");
  const fault = core.dh.check(own.group, value, own.publicKey);
  if (fault !== undefined)
    throw refused("dh-public-value", `the peer's new public value cannot be used: ${fault}`);
}
