/**
 * Judges each session before anything of it is stored or sent (XEP-0116 §7.4), tells what the user must know of its key,
 * and keeps what the sessions that stand show of trust up to date.
 */
import { EsessionError } from "../errors.js";
import type { Outcome } from "../negotiation/types.js";
import { wipePeer } from "../trust/book.js";
import { seeKey, verifyKeyBySas, type KeyAlarm } from "../trust/key-rules.js";
import { comparedPeer, type PeerRecord } from "../trust/peers.js";
import { trustApi } from "./trust-api.js";
import type { Elsewhere } from "./trust-search.js";
import { SessionTrust } from "./trust-session.js";
import type { PeerKey, Trust } from "./trust-types.js";
import type { Alert, Session } from "./types.js";
import type { World } from "./world.js";

/** What the desk takes of the engine. */
export type TrustWorld = Pick<World, "book" | "clock" | "events" | "policy">;

export class TrustDesk {
  readonly api: Trust;
  readonly #world: TrustWorld;
  readonly #live = new Set<SessionTrust>();

  constructor(world: TrustWorld) {
    this.#world = world;
    const { book, clock } = world;
    this.api = trustApi({ book, now: () => clock.now(), changed: (jids) => this.#changed(jids) });
  }

  /**
   * What the session will rest on; an error if by the policy there shall be none. Then the user was told, and the key is
   * remembered as one to be accepted. `record`: what was looked up for the negotiation, if it is as new as that.
   */
  async judge(jid: string, outcome: Outcome, elsewhere?: Elsewhere): Promise<SessionTrust | EsessionError> {
    const { book, clock, policy } = this.#world;
    const { peerKey } = outcome;
    const now = clock.now();
    const both = await book.loadWithKeys(jid, peerKey?.fingerprint);
    wipePeer(both.peer);
    const trust = new SessionTrust({
      jid,
      outcome,
      both,
      elsewhere,
      now,
      waive: (contact) => this.api.remind(contact, false),
    });
    if (!trust.first.grave || policy.onKeyAlarm === "alert") return trust;
    if (peerKey) await book.updateWithKeys(jid, peerKey.fingerprint, (found) => seeKey(found, peerKey, now));
    this.tell(trust, undefined);
    return new EsessionError(
      "key-refused",
      `${jid} shows ${peerKey ? "another public key than the one that was verified" : "no public key, and must"}; nothing was sent under its keys`,
      { condition: "feature-not-implemented" },
    );
  }

  /** To be stored with the session: that nobody has compared anything (XEP-0116 §4.7.2). */
  note(trust: SessionTrust): (record: PeerRecord) => PeerRecord {
    return (record) =>
      trust.uncompared && record.unconfirmedSince === undefined
        ? { ...record, unconfirmedSince: trust.since }
        : record;
  }

  /** `session` undefined: there will be none. */
  tell(trust: SessionTrust, session: Session | undefined): void {
    const { events } = this.#world;
    const { jid, peerKey } = trust;
    for (const kind of trust.first.alarms)
      events.emit("alert", {
        kind,
        jid,
        message: sentences[kind](trust),
        ...(session ? { session } : {}),
        ...(peerKey ? { key: peerKey } : {}),
        ...(kind === "key-elsewhere" ? { otherJids: trust.first.others } : {}),
        ...this.#accepting(kind, trust),
      });
    const reminder = session && trust.reminder(session);
    if (reminder) events.emit("reminder", reminder);
  }

  /**
   * Of a contact whose key is known the fingerprint alone is asked for (XEP-0116 §4.3), so a new key comes as one that says
   * nothing: there can be no session, and `restart` asks for the key itself, which can then be accepted (§4.6.1).
   */
  unknownFingerprint(jid: string, restart: () => Promise<Session>): void {
    this.#world.events.emit("alert", {
      kind: "key-changed",
      jid,
      message: `${jid} shows the fingerprint of another public key than before: it may be somebody else; starting again asks for the key`,
      restart,
    });
  }

  #accepting(kind: KeyAlarm, { jid, shown, first }: SessionTrust): Pick<Alert, "accept"> {
    if (!first.open) return {};
    if (kind === "key-missing") return { accept: () => this.api.requireKey(jid, false) };
    return { accept: () => this.api.accept(shown!.fingerprint, jid).then(() => undefined) };
  }

  /** What it shows follows what the user decides, until it ends. */
  follow(trust: SessionTrust): void {
    this.#live.add(trust);
  }

  unfollow(trust: SessionTrust): void {
    this.#live.delete(trust);
  }

  /** The users compared the SAS of a session: its key is the contact's, and there is nothing to remind of. */
  async comparedSas({ jid, shown }: SessionTrust, kind: "weak" | "full"): Promise<void> {
    const { book, clock } = this.#world;
    await book.updateWithKeys(jid, shown?.fingerprint, (both) => {
      const after = kind === "full" && shown ? verifyKeyBySas(both, shown, clock.now()) : both;
      return { ...after, peer: comparedPeer(after.peer) };
    });
    await this.#changed([jid]);
  }

  async #changed(jids: readonly string[]): Promise<void> {
    const { book } = this.#world;
    for (const trust of [...this.#live].filter((one) => jids.includes(one.jid))) {
      const both = await book.loadWithKeys(trust.jid, trust.shown?.fingerprint);
      wipePeer(both.peer);
      trust.update(both);
    }
  }
}

const nameOf = (key: PeerKey | undefined) => (key?.petname === undefined ? "" : ` of “${key.petname}”`);

const sentences: Record<KeyAlarm, (trust: SessionTrust) => string> = {
  "key-new": ({ jid }) =>
    `${jid} shows a public key for the first time: compare its fingerprint, or the SAS where there is one, to know whose it is`,
  "key-changed": ({ jid, first }) =>
    first.grave
      ? `${jid} shows another public key than the one that was verified: it may be somebody else`
      : `${jid} shows another public key than before: it may be somebody else`,
  "key-missing": ({ jid, first }) =>
    `${jid} ${first.grave ? "must show a public key and shows none" : "has shown a public key before and shows none now"}: it may be somebody else`,
  "key-elsewhere": ({ jid, first, peerKey }) =>
    `${jid} shows the public key${nameOf(peerKey)} that ${first.others.join(", ")} has shown: ` +
    "one person with several addresses, or somebody who poses as another",
};
