/** Keys for engines that sign, and a contact that comes back with another one. */
import type { TestContext } from "node:test";
import type { Policy } from "esession";
import { fingerprintOf, showFingerprint, signerFromCryptoKey, type Signer } from "esession/identity";
import { join, leave, type Party, type World } from "../support/pair.js";

/** 2048 bits, the least that is used: made in a tenth of a second. */
async function newSigner(): Promise<Signer> {
  const algorithm = {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  };
  return signerFromCryptoKey(await crypto.subtle.generateKey(algorithm, false, ["sign", "verify"]));
}

export const [keyA, keyB, keyC] = await Promise.all([newSigner(), newSigner(), newSigner()]);

/** As it is shown to people. */
export const shown = ({ publicKey }: Signer): string => showFingerprint(fingerprintOf(publicKey));

/** Has no key of its own, and takes those of others. */
export const takesKeys: Partial<Policy> = {
  initPubkey: ["key", "hash", "none"],
  respPubkey: ["key", "hash", "none"],
};

/** Goes as by a crash, and is there again with the same store and another key, or none. */
export async function comesBack(
  t: TestContext,
  world: World,
  party: Party,
  { key, jid = party.jid, policy = {} }: { key?: Signer; jid?: string; policy?: Partial<Policy> } = {},
): Promise<Party> {
  leave(world, party);
  const identity = key ? { identity: key } : {};
  return join(t, world, jid, `again ${world.log.length}`, { store: party.blobs, policy, ...identity });
}
