/**
 * Key associations (XEP-0116 §7.4): what it means that a JID shows a public key, and what is remembered of that. Pure:
 * records in, records out.
 *
 * A key is trusted for a JID, not by itself: who holds a key that the user trusts as Mallory's could otherwise show it
 * from Alice's JID. So a JID stands to each of its keys by itself (Standing), and what the user was only told of is told
 * again, and trusted with nothing, until the user accepts it.
 */
import { isVerified, maxKeysOfPeer, maxUsesOfKey, newKey, useBy } from "./known-keys.js";
import type { KeyRecord, KeyUse, ShownKey } from "./known-keys.js";
import type { PeerRecord } from "./peers.js";

/**
 * `key-new`: the first that this JID shows, and nobody else has. `key-changed`: it has shown another before.
 * `key-missing`: it has shown one before, or must show one, and shows none now. `key-elsewhere`: another JID has shown this one.
 */
export type KeyAlarm = "key-new" | "key-changed" | "key-missing" | "key-elsewhere";

export interface KeyVerdict {
  readonly alarms: readonly KeyAlarm[];
  /** The user has not accepted what the alarm is about: nothing is trusted on it. */
  readonly open: boolean;
  /** What the user has verified, or what is required, does not hold: by default there is no session. */
  readonly grave: boolean;
  /** The JIDs that have shown the same key. */
  readonly others: readonly string[];
}

/** A peer, and every key that it has shown or shows now. */
export interface PeerAndKeys {
  readonly peer: PeerRecord;
  readonly keys: readonly KeyRecord[];
}

const quiet: KeyVerdict = { alarms: [], open: false, grave: false, others: [] };

/** `fingerprint`: of the key that is shown; undefined: none is. */
export function judgeKey({ peer, keys }: PeerAndKeys, fingerprint: string | undefined): KeyVerdict {
  if (fingerprint === undefined) {
    if (peer.keys.length === 0 && !peer.keyRequired) return quiet;
    const grave = peer.keyRequired;
    return { alarms: ["key-missing"], open: grave, grave, others: [] };
  }
  const shown = keys.find((key) => key.fingerprint === fingerprint);
  const standing = useBy(shown, peer.jid)?.standing;
  const before = keys.filter((key) => key !== shown && peer.keys.includes(key.fingerprint));
  const verifiedBefore = before.some((key) => isVerified(key) && useBy(key, peer.jid)?.standing !== "told");
  const others = (shown?.uses ?? []).map(({ jid }) => jid).filter((jid) => jid !== peer.jid);

  // A key that was only the first to come is no answer to one that the users have compared since.
  const overtaken = standing === "first" && verifiedBefore && !isVerified(shown!);
  const warned = standing === undefined || standing === "told";
  const changed = before.length > 0 && (warned || overtaken);
  const elsewhere = others.length > 0 && warned;
  const alarms: KeyAlarm[] = [];
  if (changed) alarms.push("key-changed");
  if (elsewhere) alarms.push("key-elsewhere");
  const open = alarms.length > 0;
  if (!open && standing === undefined) alarms.push("key-new");
  return { alarms, open, grave: changed && verifiedBefore, others };
}

/**
 * The key was shown, and its holder has proved it. Where there is no room for more, nothing is remembered of it, and
 * what is warned of it now is warned of it again.
 */
export function seeKey(both: PeerAndKeys, shown: ShownKey, now: number): PeerAndKeys {
  const { fingerprint } = shown;
  const { jid, keyRequired } = both.peer;
  const known = both.keys.find((key) => key.fingerprint === fingerprint) ?? newKey(shown);
  const use = useBy(known, jid);
  if (use) return { ...both, keys: replace(both.keys, withUse(known, { ...use, lastSeenAt: now })) };
  const room = makeRoom(both);
  if (!room || known.uses.length >= maxUsesOfKey) return both;
  const standing = judgeKey(both, fingerprint).open ? "told" : "first";
  const uses: KeyUse[] = [...known.uses, { jid, standing, firstSeenAt: now, lastSeenAt: now }];
  return {
    peer: {
      ...room.peer,
      keys: [...room.peer.keys, fingerprint],
      keyRequired: keyRequired || both.peer.keys.length === 0,
    },
    keys: replace(room.keys, { ...known, uses }),
  };
}

/** The user says that the key is this JID's. undefined if the JID has never shown it. */
export function acceptKey(both: PeerAndKeys, fingerprint: string): PeerAndKeys | undefined {
  const key = both.keys.find((one) => one.fingerprint === fingerprint);
  const use = useBy(key, both.peer.jid);
  if (!key || !use) return undefined;
  return { ...both, keys: replace(both.keys, withUse(key, { ...use, standing: "accepted" })) };
}

/** The users compared the SAS of a session with this JID that was signed with the key. */
export function verifyKeyBySas(both: PeerAndKeys, shown: ShownKey, now: number): PeerAndKeys {
  const seen = seeKey(both, shown, now);
  const accepted = acceptKey(seen, shown.fingerprint);
  if (!accepted) return both;
  return {
    peer: { ...accepted.peer, keyRequired: true },
    keys: accepted.keys.map((key) =>
      key.fingerprint === shown.fingerprint && !isVerified(key)
        ? { ...key, verified: "sas", verifiedAt: now }
        : key,
    ),
  };
}

/**
 * The users compared the fingerprint itself: that says whose key it is, and so settles where only one JID has shown it.
 * Of several, those that the user was warned of stay to be accepted one by one.
 */
export function verifyKeyByFingerprint(key: KeyRecord, now: number): KeyRecord {
  const verified: KeyRecord = { ...key, verified: "fingerprint", verifiedAt: now };
  const [only, second] = key.uses;
  return only && !second ? withUse(verified, { ...only, standing: "accepted" }) : verified;
}

export function unverifyKey(key: KeyRecord): KeyRecord {
  return { ...key, verified: "none", verifiedAt: undefined };
}

/** The JID and the key have nothing to do with each other any more; a JID without keys needs none. */
export function partKey({ peer, keys }: PeerAndKeys, fingerprint: string): PeerAndKeys {
  const left = peer.keys.filter((one) => one !== fingerprint);
  return {
    peer: { ...peer, keys: left, keyRequired: peer.keyRequired && left.length > 0 },
    keys: keys.flatMap((key) => (key.fingerprint === fingerprint ? without(key, peer.jid) : [key])),
  };
}

/** Of a JID that has shown as many as are kept, the one shown longest ago that nobody trusts; undefined: there is none. */
function makeRoom(both: PeerAndKeys): PeerAndKeys | undefined {
  const { peer, keys } = both;
  if (peer.keys.length < maxKeysOfPeer) return both;
  const [oldest] = keys
    .filter((key) => !isVerified(key) && useBy(key, peer.jid)?.standing === "told")
    .sort((a, b) => useBy(a, peer.jid)!.lastSeenAt - useBy(b, peer.jid)!.lastSeenAt);
  return oldest && partKey(both, oldest.fingerprint);
}

/** A key that nobody shows any more is forgotten. */
function without(key: KeyRecord, jid: string): KeyRecord[] {
  const uses = key.uses.filter((use) => use.jid !== jid);
  return uses.length > 0 ? [{ ...key, uses }] : [];
}

function withUse(key: KeyRecord, use: KeyUse): KeyRecord {
  return { ...key, uses: key.uses.map((one) => (one.jid === use.jid ? use : one)) };
}

function replace(keys: readonly KeyRecord[], key: KeyRecord): KeyRecord[] {
  return keys.some((one) => one.fingerprint === key.fingerprint)
    ? keys.map((one) => (one.fingerprint === key.fingerprint ? key : one))
    : [...keys, key];
}
