/** The sessions that stand: how one begins and ends, and what the engine keeps of them. */
import { EsessionError } from "../errors.js";
import type { StanzaKind } from "../negotiation/policy.js";
import type { Outcome } from "../negotiation/types.js";
import { ownCopy } from "../wire/characters.js";
import { bareOf, parseJid } from "../wire/jid.js";
import { asEsessionError } from "./half-open-table.js";
import { loggingAlert } from "./duties.js";
import { Guesses } from "./guesses.js";
import type { HalfOpen } from "./half-open.js";
import { LiveTable } from "./live-table.js";
import { addMark, removeMark } from "./marks.js";
import {
  confirmSuccessor,
  retainingIn,
  verifySuccessor,
  type Deferred,
  type Retaining,
} from "./retaining.js";
import { LiveSession } from "./session.js";
import type { Session } from "./types.js";
import { transmit, type World } from "./world.js";

const MAX_ENDED = 64;

export class Sessions {
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
    const rank = { verified: 2, "verified-weak": 1, unverified: 0 } as const;
    return [...this.#live.of(peer)].sort((a, b) => rank[a.level] - rank[b.level]).at(-1);
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
   * does one that will be replaced when the new one proves the chain (`lost`: its peer's full or bare JID).
   */
  kindsInUse(jid: string, lost?: string): StanzaKind[] {
    const { bare, full } = parseJid(jid);
    return this.all()
      .filter((session) => session.peer !== lost && bareOf(session.peer) !== lost)
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
    { began, waiting }: Pick<HalfOpen, "began" | "waiting">,
  ): LiveSession {
    const outcome = { ...given, peer: ownCopy(given.peer), thread: ownCopy(given.thread) };
    const older = this.#live.of(outcome.peer).filter((session) => this.#standsSince.get(session)! < began);
    const session = this.#begin(outcome, deferred, older);
    this.#live.add(session);
    this.#standsSince.set(session, this.sequence());
    if (outcome.confirmed) this.#replace(older, session);
    session.begin();
    if (!this.#live.has(session))
      throw new EsessionError("send-failed", `the session with ${session.peer} ended as it began`);
    this.#tell(session, outcome);
    this.#world.events.emit("session", session);
    for (const { element, deliver } of waiting) {
      if (!this.#live.has(session)) break;
      const received = session.receive(element, { maybe: element.getName() !== "message" });
      if (received.kind === "stanza")
        this.#world.events.emit("stanza", { session, stanza: deliver(received.element) });
    }
    return session;
  }

  #begin(outcome: Outcome, deferred: Deferred | undefined, older: readonly LiveSession[]): LiveSession {
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
      transmit: (stanza) => transmit(this.#world, stanza),
      alert: (alert) => events.emit("alert", { ...alert, jid, session }),
      trace: (step) => events.emit("trace", { jid, thread, role, step }),
      confirmed: () => {
        const kept = later;
        later = undefined;
        this.follow(confirmSuccessor(retaining, jid, successorId, kept));
        this.#replace(older, session);
      },
      markVerified: async (kind) => {
        const kept = later;
        later = undefined;
        const stored = await verifySuccessor(retaining, jid, successorId, kind, kept);
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
      renegotiation: (request) => events.emit("renegotiation", { ...request, session }),
      mayMoveTo: (next) => this.#mayMoveTo(session, next),
      readdressed: (former) => {
        this.#live.readdress(session, former);
        this.#remark(session, { own: this.#world.jid, peer: former, thread });
      },
      ended: (known) => {
        this.#live.delete(session);
        if (known) this.#ended.add(`${session.peer}\n${thread}`);
        if (this.#ended.size > MAX_ENDED) this.#ended.delete(this.#ended.values().next().value!);
        later?.secret.wipe();
        this.unmark(session);
      },
    });
    return session;
  }

  /** What the user should know of a session that begins. */
  #tell(session: LiveSession, { continuityLost, sharedRetained, thread }: Outcome): void {
    const { events, policy } = this.#world;
    const jid = bareOf(session.peer);
    if (session.info.logging === "mustnot")
      events.emit("alert", { ...loggingAlert(session.peer, session.info.logging), jid, session });
    if ((sharedRetained?.verified ?? "none") === "none") this.countGuess(jid, thread);
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
   */
  #replace(older: readonly LiveSession[], session: LiveSession): void {
    for (const one of older)
      if (this.#live.has(one) && one.state !== "ending")
        if (session.continued || one.leftOver) one.superseded();
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

  /** What the peer would find there: a session that excludes others, or one for stanzas that carry no thread. */
  #mayMoveTo(session: LiveSession, next: string): boolean {
    const kinds = ["iq", "presence"] as const;
    return this.#live
      .of(next)
      .every(
        (one) =>
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
