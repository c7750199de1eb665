/**
 * Carries out the steps of a negotiation in their order: store, send, tell; then finds out what the step asks, whose
 * answer is the next input.
 */
import { EsessionError, assert } from "../errors.js";
import { answerInitiator, answerResponder, type Answer } from "../negotiation/answers.js";
import type { Initiator } from "../negotiation/initiator-states.js";
import { cancellation, refusalStanza } from "../negotiation/refusal.js";
import { wipeKeys } from "../negotiation/proof.js";
import type { Responder } from "../negotiation/responder-states.js";
import type { Ask, NegotiationAlert, Outcome, Raise, Step } from "../negotiation/types.js";
import { wipeHeld } from "../negotiation/wipe.js";
import { wipePeer } from "../trust/book.js";
import type { PeerRecord } from "../trust/peers.js";
import { generateAll, unlessOver, wipePairs } from "./exponentiations.js";
import { asEsessionError, type HalfOpenTable } from "./half-open-table.js";
import { peerOf, type HalfOpen, type InitiatorHalf } from "./half-open.js";
import type { NegotiatorWorld } from "./negotiator-world.js";
import { retainingIn, storeWrites, type Deferred, type Retaining } from "./retaining.js";
import { knowledgeFor } from "./trust-knowledge.js";

type AnyStep = Step<HalfOpen["state"]>;

export class Driver {
  readonly #world: NegotiatorWorld;
  readonly #table: HalfOpenTable;
  readonly #retaining: Retaining;
  /** One more attempt, in the other dialect, under the same promise. */
  readonly #retry: (half: InitiatorHalf, dialect: "xep" | "deployed") => void;

  constructor(
    world: NegotiatorWorld,
    table: HalfOpenTable,
    retry: (half: InitiatorHalf, dialect: "xep" | "deployed") => void,
  ) {
    this.#world = world;
    this.#table = table;
    this.#retry = retry;
    this.#retaining = retainingIn(world);
  }

  async run(half: HalfOpen, first: AnyStep): Promise<void> {
    let step = first;
    for (;;) {
      half.state = step.next;
      if (half.role === "initiator") noteProgress(half);
      const outcome = step.raise.find((one) => one.kind === "established")?.outcome;
      if (outcome && !(await this.#judge(half, step, outcome))) return;
      const deferred = await this.#store(half, step, outcome);
      if (half.over) {
        this.#discard(outcome, deferred);
        return;
      }
      const sent = step.send.map((stanza) => this.#table.transmit(half, stanza));
      for (const raised of step.raise) this.#raise(half, raised, deferred, sent);
      if (step.ask === undefined || half.over) return;
      const answered = await this.#answer(half, step.ask);
      if (answered === undefined) return;
      step = answered;
      if (half.over) {
        this.#wipeStep(step);
        return;
      }
    }
  }

  /** False: there shall be no session, by the peer's key or for want of one; nothing of it is stored or sent. */
  async #judge(half: HalfOpen, step: AnyStep, outcome: Outcome): Promise<boolean> {
    let trust;
    try {
      const moved = half.elsewhere?.entry.id === outcome.sharedRetained?.id;
      trust = await this.#world.judge(half.bare, outcome, moved ? half.elsewhere : undefined);
    } catch (error) {
      this.#wipeStep(step);
      throw error;
    }
    if (!half.over && !EsessionError.is(trust)) {
      half.trust = trust;
      return true;
    }
    this.#wipeStep(step);
    if (!half.over && EsessionError.is(trust)) {
      this.#table.tell(refusalStanza({ from: outcome.peer, thread: half.thread, id: half.lastId }, trust));
      this.#table.fail(half, trust);
    }
    return false;
  }

  /** Durable when it resolves, so that nothing that depends on it is sent before. */
  async #store(half: HalfOpen, step: AnyStep, outcome: Outcome | undefined): Promise<Deferred | undefined> {
    let deferred: Deferred | undefined;
    const note = half.trust && this.#world.note(half.trust);
    try {
      deferred = await storeWrites(this.#retaining, step.write, note);
      if (outcome) await this.#world.mark(outcome);
      return deferred;
    } catch (error) {
      this.#discard(outcome, deferred);
      // the peer has a session already, or waits for the message that would have made it one
      if (outcome && !half.over) this.#table.tell(cancellation(outcome.peer, half.thread));
      throw error;
    }
  }

  /** A step that comes too late: its secrets are in no state. */
  #wipeStep(step: AnyStep): void {
    this.#table.wipeState(step.next);
    for (const write of step.write) if (write.kind === "retain") write.secret.wipe();
    for (const raised of step.raise) if (raised.kind === "established") wipeOutcome(raised.outcome);
  }

  #discard(outcome: Outcome | undefined, deferred: Deferred | undefined): void {
    deferred?.secret.wipe();
    if (!outcome) return;
    wipeOutcome(outcome);
    this.#world.unmark(outcome);
  }

  /** The next step, or undefined if the negotiation ended before there was one. */
  async #answer(half: HalfOpen, ask: Ask): Promise<AnyStep | undefined> {
    const answer = await this.#find(half, ask);
    if (answer === undefined) return undefined;
    if (half.over) {
      wipeHeld(answer);
      return undefined;
    }
    try {
      return half.role === "initiator"
        ? answerInitiator(half.env, half.state as Initiator, answer)
        : answerResponder(half.env, half.state as Responder, answer);
    } catch (error) {
      // a transition that throws has handed its secrets to no state
      wipeHeld(answer);
      throw error;
    }
  }

  async #find(half: HalfOpen, ask: Ask): Promise<Answer | undefined> {
    const { core, exponentiations, identity } = this.#world;
    switch (ask.kind) {
      case "generate": {
        const pairs = await unlessOver(half, generateAll(exponentiations, core, ask.groups), wipePairs);
        return pairs && { pairs };
      }
      case "agree":
        return this.#agree(half, ask);
      case "sign": {
        const signature = await unlessOver(half, this.#sign(half, ask), () => undefined);
        return signature && { signature };
      }
      case "verify": {
        const valid = await unlessOver(half, identity.verify(ask.check), () => undefined);
        return valid === undefined ? undefined : { valid };
      }
      case "review":
        return unlessOver(half, this.#review(half, ask), () => undefined);
    }
  }

  async #agree(half: HalfOpen, ask: Extract<Ask, { kind: "agree" }>): Promise<Answer | undefined> {
    const { core, exponentiations, book } = this.#world;
    const record = await book.load(ask.bareJid);
    if (half.over) {
      wipePeer(record);
      return undefined;
    }
    const peer = await knowledgeFor(this.#world, half, record);
    if (half.over) return undefined;
    const agreeing = (async () => exponentiations.agree(core, ask.pair, ask.value, ask.hash))();
    const k = await unlessOver(half, agreeing, (late) => late.wipe());
    return k && { k, peer };
  }

  /** Whoever waits for us learns that nothing will come. */
  async #sign(half: HalfOpen, { key, data }: Extract<Ask, { kind: "sign" }>): Promise<Uint8Array> {
    try {
      return await this.#world.identity.sign(key, data);
    } catch (error) {
      this.#table.abandon(half, asEsessionError(error), true);
      throw error;
    }
  }

  async #review(half: HalfOpen, { fields, jid }: Extract<Ask, { kind: "review" }>): Promise<Answer> {
    const review = half.role === "initiator" ? half.options.review : undefined;
    try {
      const verdict = (await review?.(fields, jid)) ?? true;
      return typeof verdict === "boolean"
        ? { completes: verdict }
        : { completes: false, reason: verdict.reason };
    } catch (error) {
      this.#table.abandon(half, asEsessionError(error), true);
      throw error;
    }
  }

  #raise(
    half: HalfOpen,
    raised: Raise,
    deferred: Deferred | undefined,
    sent: readonly Promise<unknown>[],
  ): void {
    const { bare: jid, thread, role } = half;
    switch (raised.kind) {
      case "trace": {
        const { step, detail } = raised;
        this.#world.trace({ jid, thread, role, step, ...(detail ? { detail } : {}) });
        return;
      }
      case "alert": {
        const { alert: kind, message } = raised;
        const given = accepting[kind];
        const accept = given ? { accept: () => this.#accept(jid, given) } : {};
        this.#world.alert({ kind, jid, message, ...accept });
        return;
      }
      case "failed":
        if (raised.retryDialect && half.role === "initiator" && half.start)
          this.#retry(half, raised.retryDialect);
        else this.#fail(half, raised.error);
        return;
      case "established":
        this.#establish(half, raised.outcome, deferred, sent);
    }
  }

  #fail(half: HalfOpen, error: EsessionError): void {
    // of a contact without known keys, a fingerprint that is not known is no change
    const keyed = (half.borrowed?.keys.length ?? 0) > 0;
    this.#table.fail(half, error);
    if (keyed && error.code === "key-unknown")
      this.#world.unknownFingerprint(half.bare, peerOf(half) ?? half.bare);
  }

  #establish(
    half: HalfOpen,
    outcome: Outcome,
    deferred: Deferred | undefined,
    sent: readonly Promise<unknown>[],
  ): void {
    const { start, bare: jid } = half;
    half.start = undefined;
    this.#table.remove(half);
    try {
      assert(half.trust !== undefined, "a session is judged before it stands");
      const session = this.#world.establish(outcome, deferred, { ...half, trust: half.trust });
      // Message 4 may turn out not to have left.
      for (const one of sent) void one.then((cause) => cause === undefined || session.sendFailed(cause));
      start?.resolve(session);
    } catch (cause) {
      this.#discard(outcome, deferred);
      const error = asEsessionError(cause);
      // the peer waits for the message that was to be sent by the session
      if (outcome.opening) this.#table.tell(cancellation(outcome.peer, half.thread));
      if (start) start.reject(error);
      else this.#world.alert({ kind: "negotiation-failed", jid, message: error.message, error });
    }
  }

  async #accept(bare: string, change: Partial<PeerRecord>): Promise<void> {
    await this.#world.book.update(bare, (record) => ({ ...record, ...change }));
  }
}

/** What is required of a contact no longer, where the user accepts what an alert warns of. */
const accepting: Partial<Record<NegotiationAlert, Partial<PeerRecord>>> = {
  "dialect-downgrade": { spokeXep: false },
  "key-missing": { keyRequired: false },
};

function wipeOutcome({ initiatorKeys, responderKeys, exchange }: Outcome): void {
  wipeKeys(initiatorKeys, responderKeys);
  exchange?.own.secret.wipe();
}

/** What must outlive the state that knew it. */
function noteProgress(half: InitiatorHalf): void {
  const { state } = half;
  if ("peer" in state) half.peer = state.peer;
  if (state.kind === "awaiting-final") half.identitySent = true;
}
