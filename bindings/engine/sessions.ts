/** The sessions that stand: how one begins and ends, and what the engine keeps of them. */
import { EsessionError } from "../errors.js";
import type { StanzaKind } from "../negotiation/policy.js";
import type { Outcome } from "../negotiation/types.js";
import { ownCopy } from "../wire/characters.js";
import { bareOf, parseJid } from "../wire/jid.js";
import { asEsessionError } from "./half-open-table.js";
import { duties } from "./duties.js";
import { inTheCore } from "./exponentiations.js";
import { Guesses } from "./guesses.js";
import type { HalfOpen, InitiatorHalf } from "./half-open.js";
import { LiveTable } from "./live-table.js";
import { addMark, removeMark } from "./marks.js";
import {
  confirmSuccessor,
  retainingIn,
  verifySuccessor,
  type Deferred,
  type Retaining,
} from "./retaining.js";
import { levelRank } from "./level.js";
import { LiveSession } from "./session.js";
import { TrustDesk } from "./trust-desk.js";
import type { SessionTrust } from "./trust-session.js";
import type { AnyStanza, Renegotiation, Session } from "./types.js";
import { transmit, type World } from "./world.js";

const MAX_ENDED = 64;

export class Sessions {
  readonly trust: TrustDesk;
  readonly #world: World;
  readonly #restart: (jid: string) => Promise<Session>;
  readonly #retaining: Retaining;
  readonly #live = new LiveTable();
  /** What still arrives for a session whose end the peer was told is no news. */
  readonly #ended = new Set<string>();
  readonly #guesses = new Guesses();
  readonly #standsSince = new WeakMap<LiveSession, number>();
  #sequence = 0;
  /** Resolves when the marks of sessions that go on elsewhere are where they belong. */
  #remarked: Promise<unknown> = Promise.resolve();
  /** Writes that follow an event of a session; closing waits for them. */
  #following: Promise<unknown> = Promise.resolve();

  constructor(world: World, restart: (jid: string) => Promise<Session>) {
    this.#world = world;
    this.#restart = restart;
    this.#retaining = retainingIn(world);
    this.trust = new TrustDesk(world);
  }

  all(): readonly LiveSession[] {
    return this.#live.all();
  }

  /** Whether it is one of ours that stands. */
  has(session: Session): session is LiveSession {
    return this.#live.has(session);
  }

  count(bareJid?: string): number {
    return bareJid === undefined
      ? this.#live.size
      : this.all().filter((session) => bareOf(session.peer) === bareJid).length;
  }

  /** The session with a full JID: of several the best verified one, then the newest. */
  with(peer: string): LiveSession | undefined {
    return [...this.#live.of(peer)].sort((a, b) => levelRank[a.level] - levelRank[b.level]).at(-1);
  }

  /** XEP-0155 §8: a session with this full JID stands that agreed to no other beside it. */
  excludes(peer: string): boolean {
    return this.#live.of(peer).some((session) => !session.info.multisession);
  }

  /**
   * The sessions that a sealed stanza may be for. iq and presence carry no thread: those that agreed on the kind, which
   * are more than one only while a peer that has lost a session begins again.
   */
  for(kind: StanzaKind, peer: string, thread: string | undefined): readonly LiveSession[] {
    const here = this.#live.of(peer);
    const candidates = [...here, ...this.#live.formerlyOf(peer)];
    return candidates.filter(
      (session) => session.agreedOn(kind) && (kind !== "message" || session.thread === thread),
    );
  }

  /** A stanza of the session's has come from here. */
  heardFrom(session: LiveSession, from: string): void {
    if (session.peer === from) this.#live.settle(session);
  }

  hasEnded(peer: string, thread: string | undefined): boolean {
    return thread === undefined
      ? [...this.#ended].some((key) => key.startsWith(`${peer}\n`))
      : this.#ended.has(`${peer}\n${thread}`);
  }

  /**
   * A session from which nothing was ever heard may not stand at the other end: it keeps nothing from a new one. Nor
   * does one that will be replaced when the new one proves the chain (`lost`: its peer's full or bare JID); where further
   * sessions are agreed on, none is.
   */
  kindsInUse(jid: string, lost?: string): StanzaKind[] {
    const { bare, full } = parseJid(jid);
    return this.all()
      .filter(({ peer, info }) => info.multisession || (peer !== lost && bareOf(peer) !== lost))
      .filter((session) => session.heard || session.role === "initiator")
      .filter((session) => (full ? session.peer === full : bareOf(session.peer) === bare))
      .flatMap((session) => session.info.stanzas);
  }

  sequence(): number {
    return ++this.#sequence;
  }

  /** Throws if the session cannot stand; then nothing of it is left. */
  establish(
    given: Outcome,
    deferred: Deferred | undefined,
    half: Pick<HalfOpen, "began" | "waiting"> & { readonly trust: SessionTrust },
  ): LiveSession {
    const { began, waiting, trust } = half;
    const outcome = { ...given, peer: ownCopy(given.peer), thread: ownCopy(given.thread) };
    const older = this.#live.of(outcome.peer).filter((session) => this.#standsSince.get(session)! < began);
    const session = this.#begin(outcome, deferred, trust, older);
    this.#live.add(session);
    this.#standsSince.set(session, this.sequence());
    if (outcome.confirmed) this.#replace(older, session);
    this.#open(session, outcome, contentOf(half));
    if (!this.#live.has(session))
      throw new EsessionError("send-failed", `the session with ${session.peer} ended as it began`);
    this.#tell(session, outcome, trust);
    this.#world.events.emit("session", session);
    for (const { element, deliver } of waiting) {
      if (!this.#live.has(session)) break;
      const received = session.receive(element, { maybe: element.getName() !== "message" });
      if (received.kind === "stanza")
        this.#world.events.emit("stanza", { session, stanza: deliver(received.element) });
    }
    if (outcome.terminated && this.#live.has(session)) session.endAtOnce();
    return session;
  }

  /** Throws what keeps the first stanza from being sealed. */
  #open(session: LiveSession, { opening, terminated }: Outcome, content: AnyStanza | undefined): void {
    try {
      if (opening) session.beginWith(opening, content);
      else session.begin();
    } catch (error) {
      session.sendFailed(error, content === undefined ? [] : [content]);
      throw error;
    }
    if (terminated) session.sendNoMore();
  }

  #begin(
    outcome: Outcome,
    deferred: Deferred | undefined,
    trust: SessionTrust,
    older: readonly LiveSession[],
  ): LiveSession {
    const { core, policy, clock, events } = this.#world;
    const { peer, thread, role, successorId } = outcome;
    const jid = bareOf(peer);
    const retaining = this.#retaining;
    let later = deferred;
    const session: LiveSession = new LiveSession(outcome, {
      bare: bareOf(this.#world.jid),
      core,
      policy,
      clock,
      exponentiations: this.#world.options.exponentiations ?? inTheCore,
      transmit: (stanza) => transmit(this.#world, stanza),
      alert: (alert) => events.emit("alert", { ...alert, jid, session }),
      trace: (step) => events.emit("trace", { jid, thread, role, step }),
      confirmed: () => {
        const kept = later;
        later = undefined;
        this.follow(confirmSuccessor(retaining, jid, successorId, kept));
        this.#replace(older, session);
        this.#moved(session, trust, outcome);
      },
      trust,
      markVerified: async (kind) => {
        const kept = later;
        later = undefined;
        const stored = await verifySuccessor(retaining, jid, successorId, kind, kept);
        trust.compared(kind);
        await this.trust.comparedSas(trust, kind);
        this.#guesses.remove(jid, thread);
        if (!stored)
          events.emit("alert", {
            kind: "continuity-lost",
            jid,
            session,
            message: `this comparison holds for this session only: a newer one with ${jid} has replaced its secret`,
          });
      },
      restart: () => this.#restart(session.peer),
      renegotiation: (request) => {
        if (events.heard("renegotiation")) events.emit("renegotiation", { ...request, session });
        else declineUnheard(request);
      },
      mayMoveTo: (next) => this.#mayMoveTo(session, next),
      readdressed: (former) => {
        this.#live.readdress(session, former);
        this.#remark(session, { own: this.#world.jid, peer: former, thread });
      },
      ended: (known) => {
        this.#live.delete(session);
        this.trust.unfollow(trust);
        if (known) this.#ended.add(`${session.peer}\n${thread}`);
        if (this.#ended.size > MAX_ENDED) this.#ended.delete(this.#ended.values().next().value!);
        later?.secret.wipe();
        this.unmark(session);
      },
    });
    this.trust.follow(trust);
    return session;
  }

  /** What the user should know of a session that begins. */
  #tell(
    session: LiveSession,
    { continuityLost, sharedRetained, sas, thread }: Outcome,
    trust: SessionTrust,
  ): void {
    const { events, policy } = this.#world;
    const jid = bareOf(session.peer);
    for (const duty of duties(session)) events.emit("alert", { ...duty, jid, session });
    // Whoever holds a key that the users have compared has no SAS to guess, and after three messages there is none.
    const compared = (sharedRetained?.verified ?? "none") !== "none" || trust.keyVerified;
    if (!compared && sas !== undefined) this.countGuess(jid, thread);
    this.trust.tell(trust, session);
    if (continuityLost)
      events.emit("alert", {
        kind: "continuity-lost",
        jid,
        session,
        message: `${jid} was verified before, but this session shares no secret with those: compare again`,
      });
    // Deployed clients protect messages only; that is known of them.
    const left = policy.stanzas.filter((kind) => !session.agreedOn(kind));
    if (left.length > 0 && session.info.dialect === "xep")
      events.emit("alert", {
        kind: "partly-protected",
        jid,
        session,
        message: `the session with ${session.peer} does not protect ${left.join(" and ")} stanzas`,
      });
  }

  /**
   * Who proves the chain of retained secrets again has lost the sessions that stood when that negotiation began; one
   * never heard of proves nothing. Of two that were negotiated at the same time, none replaces the other.
   * Who proves nothing may be anybody: it takes no session away, but that there are two now is told where they agreed on
   * one (XEP-0155 §8). Refusing it would lock out a peer that has lost its session and its store.
   */
  #replace(older: readonly LiveSession[], session: LiveSession): void {
    const standing = older.filter((one) => this.#live.has(one) && one.state !== "ending");
    const replaced = standing.filter((one) => one.leftOver || (session.continued && !one.info.multisession));
    for (const one of replaced) one.superseded();
    if (standing.every((one) => replaced.includes(one) || one.info.multisession)) return;
    this.#world.events.emit("alert", {
      kind: "second-session",
      jid: bareOf(session.peer),
      session,
      message: `${session.peer} has begun another session beside the one that stands: it has lost that one, or it is somebody else`,
    });
  }

  /**
   * The peer has proved a retained secret that was shared with another JID of its own (XEP-0116 §4.7.3): its chain goes
   * on under the one that it uses now, and ends under the other. What was compared there counts here when the user has
   * accepted that both are one person, since it is this JID that the user sees.
   */
  #moved(session: LiveSession, trust: SessionTrust, { successorId }: Outcome): void {
    const { jid, elsewhere } = trust;
    if (!elsewhere) return;
    const { book, events } = this.#world;
    const { id, verified } = elsewhere.entry;
    this.follow(
      book.update(elsewhere.jid, (record) => ({
        ...record,
        retained: record.retained.filter((one) => one.id !== id),
      })),
    );
    const accept = async () => {
      if (verified === "none") return;
      await this.#following;
      await verifySuccessor(this.#retaining, jid, successorId, verified, undefined);
      trust.compared(verified);
    };
    events.emit("alert", {
      kind: "known-elsewhere",
      jid,
      session,
      otherJids: [elsewhere.jid],
      message: `${jid} has shown a secret that was shared with ${elsewhere.jid}: they are one person, who was ${verified === "none" ? "never compared" : "compared as the other; accept that for this address, or compare again"}`,
      ...(verified === "none" ? {} : { accept }),
    });
  }

  countGuess(jid: string, key: string): void {
    const { events, clock } = this.#world;
    if (!this.#guesses.add(jid, key, clock.now())) return;
    events.emit("alert", {
      kind: "sas-guessing",
      jid,
      message: `three or more sessions with ${jid} within an hour failed late or were never compared: somebody may be guessing the SAS`,
    });
  }

  /** Not where a session stands that agreed to no other beside it, or has stanzas that carry no thread, as this one has. */
  #mayMoveTo(session: LiveSession, next: string): boolean {
    const kinds = ["iq", "presence"] as const;
    return this.#live
      .of(next)
      .every(
        (one) =>
          one.info.multisession &&
          session.info.multisession &&
          one.thread !== session.thread &&
          !kinds.some((kind) => one.agreedOn(kind) && session.agreedOn(kind)),
      );
  }

  async mark({ peer, thread }: Pick<Outcome, "peer" | "thread">): Promise<void> {
    const { store, clock, jid } = this.#world;
    if (store) await addMark(store, { own: jid, peer, thread, at: clock.now() });
  }

  unmark({ peer, thread }: Pick<Outcome, "peer" | "thread">): void {
    const { store, jid } = this.#world;
    if (store) this.follow(this.#remarked.then(() => removeMark(store, { own: jid, peer, thread })));
  }

  /** The session's mark is at another place than before; a session that ends meanwhile leaves none. */
  #remark(session: LiveSession, former: { own: string; peer: string; thread: string }): void {
    const { store } = this.#world;
    if (!store) return;
    const lives = this.#live.has(session);
    const moved = this.#remarked.then(async () => {
      if (lives) await this.mark(session);
      await removeMark(store, former);
    });
    this.#remarked = moved.catch(() => undefined);
    this.follow(moved);
  }

  /** A write that follows: its failure is told, and harms nothing that stands. */
  follow(write: Promise<void>): void {
    const told = write.catch((cause: unknown) => {
      const error = asEsessionError(cause);
      const { events, jid } = this.#world;
      events.emit("alert", { kind: "store-failed", jid, message: error.message, error });
    });
    this.#following = Promise.all([this.#following, told]).then(() => undefined);
  }

  /** Our own client is at another full JID: the sessions whose peers have accepted that go on there. */
  arrived(former: string): void {
    const { resource } = parseJid(this.#world.jid);
    for (const session of this.all()) {
      const { peer, thread } = session;
      session.arrived(resource!);
      this.#remark(session, { own: former, peer, thread });
    }
  }

  /** Terminates all, and waits until what follows is stored. */
  async close(): Promise<void> {
    await Promise.all(this.all().map((session) => session.close()));
    await this.#following;
  }
}

/** What the application sends in the third message of three. */
const contentOf = (half: object) => (half as Partial<InitiatorHalf>).options?.content;

/** A request that nobody will ever answer would keep this side from asking too (XEP-0155 §6). */
function declineUnheard({ fields, reject, unsupported }: Omit<Renegotiation, "session">): void {
  const foreign = fields.filter(({ required, known }) => required && !known).map((one) => one.var);
  if (foreign.length > 0) unsupported(...foreign);
  else reject();
}
