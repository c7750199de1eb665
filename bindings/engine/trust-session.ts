/** What one session's trust rests on: the chain of retained secrets, the key that it was signed with, what was compared. */
import { showFingerprint, type Fingerprint } from "../identity/fingerprint.js";
import type { Outcome } from "../negotiation/types.js";
import { judgeKey, seeKey, type KeyVerdict, type PeerAndKeys } from "../trust/key-rules.js";
import { isVerified, newKey, type KeyRecord, type ShownKey } from "../trust/known-keys.js";
import type { Verified } from "../trust/retained.js";
import { levelOf } from "./level.js";
import type { Elsewhere } from "./trust-search.js";
import type { PeerKey, Reminder } from "./trust-types.js";
import type { Level, Session } from "./types.js";

export interface SessionTrustInit {
  /** The peer's bare JID. */
  readonly jid: string;
  readonly outcome: Outcome;
  /** What is remembered, before this session is. */
  readonly both: PeerAndKeys;
  /** Its retained secret was found under another JID. */
  readonly elsewhere: Elsewhere | undefined;
  readonly now: number;
  readonly waive: (jid: string) => Promise<void>;
}

export class SessionTrust {
  readonly jid: string;
  readonly shown: ShownKey | undefined;
  readonly elsewhere: Elsewhere | undefined;
  /** As it was when the session was about to stand. */
  readonly first: KeyVerdict;
  readonly #began: number;
  readonly #inClear: boolean;
  /** What the best comparison of this session is worth. */
  readonly #best: Verified;
  /** What there is to compare. */
  readonly #what: string;
  readonly #waive: SessionTrustInit["waive"];
  #verdict: KeyVerdict;
  #key: KeyRecord | undefined;
  #chain: Verified;
  #since: number;
  #waived: boolean;

  constructor(init: SessionTrustInit) {
    const { jid, outcome, both, elsewhere, now, waive } = init;
    this.#began = now;
    this.#inClear = outcome.agreed.cipher === "none";
    this.#best = outcome.agreed.sas === "sas28x5" ? "weak" : "full";
    this.#what = outcome.sas === undefined ? "the fingerprint of its key" : "the SAS";
    this.#waive = waive;
    this.jid = jid;
    this.shown = outcome.peerKey;
    this.elsewhere = elsewhere;
    this.first = judgeKey(both, this.shown?.fingerprint);
    this.#verdict = this.first;
    this.#chain = outcome.sharedRetained?.verified ?? "none";
    this.#since = both.peer.unconfirmedSince ?? now;
    this.#waived = both.peer.remindersWaived;
    if (this.shown) this.#key = this.#keyIn(seeKey(both, this.shown, now)) ?? newKey(this.shown);
  }

  /** What is remembered has changed: a comparison, a petname, what the user accepted. */
  update(both: PeerAndKeys): void {
    this.#verdict = judgeKey(both, this.shown?.fingerprint);
    this.#since = both.peer.unconfirmedSince ?? this.#since;
    this.#waived = both.peer.remindersWaived;
    // A key that was forgotten while its session stands is nobody's.
    if (this.shown) this.#key = this.#keyIn(both) ?? newKey(this.shown);
  }

  #keyIn({ keys }: PeerAndKeys): KeyRecord | undefined {
    return keys.find(({ fingerprint }) => fingerprint === this.shown?.fingerprint);
  }

  /** The users compared the SAS of this session, or accepted that its chain is one that they had compared. */
  compared(kind: Verified): void {
    if (this.#chain !== "full" && kind !== "none") this.#chain = kind;
  }

  level(confirmed: boolean): Level {
    return levelOf({
      // an ESession is end to end; less is what XEP-0155 agrees on without one
      toServerOnly: false,
      inClear: this.#inClear,
      confirmed,
      alarm: this.#verdict.open,
      chain: this.#chain,
      keyVerified: this.keyVerified,
    });
  }

  get keyVerified(): boolean {
    return this.#key !== undefined && isVerified(this.#key) && !this.#verdict.open;
  }

  get peerKey(): PeerKey | undefined {
    return this.#key && describeKey(this.#key);
  }

  /** Nothing was ever compared that this session goes on from; the weak SAS counts where there is no other. */
  get uncompared(): boolean {
    return !this.keyVerified && this.#chain !== "full" && this.#chain !== this.#best;
  }

  /** When the reminding began. */
  get since(): number {
    return this.#since;
  }

  reminder(session: Session): Reminder | undefined {
    if (!this.uncompared || this.#waived) return undefined;
    const { jid } = this;
    return {
      jid,
      session,
      since: this.#since,
      message: `nobody has made sure yet that ${jid} is who it says: compare ${this.#what}${this.#since < this.#began ? ", which is put off since an earlier session" : ""}`,
      waive: () => this.#waive(jid),
    };
  }
}

export function describeKey(key: KeyRecord): PeerKey {
  return {
    fingerprint: showFingerprint(key.fingerprint as Fingerprint),
    petname: key.petname,
    verified: isVerified(key),
    verifiedBy: key.verified === "none" ? undefined : key.verified,
    verifiedAt: key.verifiedAt,
    jids: key.uses.map(({ jid }) => jid),
    uses: key.uses.map(({ jid, standing, firstSeenAt, lastSeenAt }) => ({
      jid,
      accepted: standing !== "told",
      firstSeenAt,
      lastSeenAt,
    })),
    algorithm: key.algorithm,
    keyValue: key.keyValue,
  };
}
