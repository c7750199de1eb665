/** Keys for tests of rules that look at fingerprints only. */
import type { KeyRecord, KeyUse, PeerAndKeys, ShownKey } from "esession/testing";
import { emptyPeer } from "esession/testing";

export const algorithm = "http://www.w3.org/2000/09/xmldsig#rsa-sha256";

/** A key by a digit. */
export const shownKey = (digit: string): ShownKey => ({
  fingerprint: digit.repeat(64),
  keyValue: `<KeyValue>${digit}</KeyValue>`,
  algorithm,
});

export const use = (jid: string, standing: KeyUse["standing"] = "first", at = 1): KeyUse => ({
  jid,
  standing,
  firstSeenAt: at,
  lastSeenAt: at,
});

export const keyRecord = (digit: string, uses: readonly KeyUse[], verified = false): KeyRecord => ({
  ...shownKey(digit),
  hash: "sha256",
  verified: verified ? "fingerprint" : "none",
  ...(verified ? { verifiedAt: 1 } : {}),
  uses,
});

/** What is known of a JID whose keys these are, and of others' keys. */
export const known = (jid: string, ...keys: KeyRecord[]): PeerAndKeys => {
  const own = keys.filter(({ uses }) => uses.some((one) => one.jid === jid));
  return {
    peer: { ...emptyPeer(jid), keys: own.map(({ fingerprint }) => fingerprint), keyRequired: own.length > 0 },
    keys,
  };
};
