/** What the engine shows of trust: the keys of peers, what the users have compared, and what is still to be compared. */
import type { Session } from "./types.js";

/** A public key of a peer's, as it is remembered. */
export interface PeerKey {
  /** SHA-256 of the key: eight groups of eight hexadecimal digits, to show and to compare. */
  readonly fingerprint: string;
  /** The user's own name for whoever holds the key. Show it first, before any name that the peer gave itself. */
  readonly petname: string | undefined;
  /** The users compared: the fingerprint itself, or the SAS of a session that was signed with the key. */
  readonly verified: boolean;
  readonly verifiedBy: "fingerprint" | "sas" | undefined;
  readonly verifiedAt: number | undefined;
  /** The bare JIDs that have shown it. */
  readonly jids: readonly string[];
  readonly uses: readonly PeerKeyUse[];
  /** The signature algorithm, by its name in XEP-0116. */
  readonly algorithm: string;
  /** The key itself: the text of `<KeyValue/>` (XMLDSIG). */
  readonly keyValue: string;
}

export interface PeerKeyUse {
  readonly jid: string;
  /** False: the user was warned of it, and has not accepted it. */
  readonly accepted: boolean;
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
}

/** What is remembered of the trust in a bare JID. */
export interface ContactTrust {
  readonly jid: string;
  readonly keys: readonly PeerKey[];
  /** It has shown a key before, and must show one. */
  readonly keyRequired: boolean;
  /** When a session began that nobody had compared, while that is still so. */
  readonly unconfirmedSince: number | undefined;
  /** The user does not want to be reminded of that. */
  readonly remindersWaived: boolean;
  /** When the users last compared. */
  readonly lastVerifiedAt: number | undefined;
}

/**
 * Keys are named by their fingerprint in any spelling: white space, colons, either case. Throws key-malformed if it is
 * none, key-unknown if no such key is remembered.
 */
export interface Trust {
  /** Every key that is remembered. */
  list(): Promise<PeerKey[]>;
  /** undefined: it is not remembered. */
  get(fingerprint: string): Promise<PeerKey | undefined>;
  /** What is remembered of a JID, its keys among it. */
  of(jid: string): Promise<ContactTrust>;
  /** undefined takes the name away. Throws option-invalid for a name with control or direction characters. */
  setPetname(fingerprint: string, petname: string | undefined): Promise<PeerKey>;
  /** The users compared this fingerprint: give what the other one showed or read out, not what is on our own screen. */
  verify(fingerprint: string): Promise<PeerKey>;
  /** Takes verify() back, and what `confirmSas()` said of the key. The chain of retained secrets stays verified. */
  unverify(fingerprint: string): Promise<PeerKey>;
  /** The JID may use this key, which it has shown: what an alert's `accept()` does. */
  accept(fingerprint: string, jid: string): Promise<PeerKey>;
  /** Forgets the key: the next time it is a new one. */
  forget(fingerprint: string): Promise<void>;
  /** Whether the JID must show a key. True from the first key that it shows. */
  requireKey(jid: string, required: boolean): Promise<void>;
  /** Whether the user is to be reminded that nothing was compared with this JID: false is `waive()`, true takes it back. */
  remind(jid: string, wanted: boolean): Promise<void>;
}

/** Nobody has ever compared anything with this contact (XEP-0116 §4.7.2). */
export interface Reminder {
  readonly jid: string;
  readonly session: Session;
  /** When the first such session began. */
  readonly since: number;
  /** One sentence for the user. */
  readonly message: string;
  /** The user does not find it important: no more reminders for this contact. */
  waive(): Promise<void>;
}
