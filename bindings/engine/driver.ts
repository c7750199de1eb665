/**
 * Carries out the steps of a negotiation in their order: store, send, tell; then finds out what the step asks, whose
 * answer is the next input.
 */
import type { Secret } from "../core/secret.js";
import * as initiator from "../negotiation/initiator.js";
import { wipeKeys } from "../negotiation/proof.js";
import * as responder from "../negotiation/responder.js";
import type { AgreedSecret, Ask, Outcome, Raise, Step } from "../negotiation/types.js";
import { wipePeer } from "../trust/book.js";
import { usable } from "../trust/retained.js";
import { generateAll, unlessOver, wipePairs } from "./exponentiations.js";
import { asEsessionError, type HalfOpenTable } from "./half-open-table.js";
import type { HalfOpen, InitiatorHalf } from "./half-open.js";
import type { NegotiatorWorld } from "./negotiator-world.js";
import { retainingIn, storeWrites, type Deferred, type Retaining } from "./retaining.js";

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
      const deferred = await this.#store(step, outcome);
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

  /** Durable when it resolves, so that nothing that depends on it is sent before. */
  async #store(step: AnyStep, outcome: Outcome | undefined): Promise<Deferred | undefined> {
    let deferred: Deferred | undefined;
    try {
      deferred = await storeWrites(this.#retaining, step.write);
      if (outcome) await this.#world.mark(outcome);
      return deferred;
    } catch (error) {
      this.#discard(outcome, deferred);
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
    const { core, exponentiations, book, clock } = this.#world;
    if (ask.kind === "generate") {
      const pairs = await unlessOver(half, generateAll(exponentiations, core, ask.groups), wipePairs);
      if (pairs === undefined) return undefined;
      if (half.over) {
        wipePairs(pairs);
        return undefined;
      }
      return orWipe(
        pairs.map((pair) => pair.secret),
        () =>
          half.role === "initiator"
            ? initiator.sendRequest(half.env, half.state as initiator.Offering, { pairs })
            : responder.sendResponse(half.env, half.state as responder.Preparing, { pairs }),
      );
    }
    const record = await book.load(ask.bareJid);
    if (half.over) {
      wipePeer(record);
      return undefined;
    }
    half.borrowed = record;
    const agreeing = (async () => exponentiations.agree(core, ask.pair, ask.value, ask.hash))();
    const k = await unlessOver(half, agreeing, (late) => late.wipe());
    if (k === undefined) return undefined;
    if (half.over) {
      k.wipe();
      return undefined;
    }
    const agreed: AgreedSecret = {
      k,
      peer: { retained: usable(record.retained, clock.now()), otherSecret: record.otherSecret },
    };
    return orWipe([k, ask.pair.secret], () =>
      half.role === "initiator"
        ? initiator.sendIdentity(half.env, half.state as initiator.Agreeing, agreed)
        : responder.sendFinal(half.env, half.state as responder.Verifying, agreed),
    );
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
        const accept = kind === "dialect-downgrade" ? { accept: () => this.#acceptDowngrade(jid) } : {};
        this.#world.alert({ kind, jid, message, ...accept });
        return;
      }
      case "failed":
        if (raised.retryDialect && half.role === "initiator" && half.start)
          this.#retry(half, raised.retryDialect);
        else this.#table.fail(half, raised.error);
        return;
      case "established":
        this.#establish(half, raised.outcome, deferred, sent);
    }
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
      const session = this.#world.establish(outcome, deferred, half);
      // Message 4 may turn out not to have left.
      for (const one of sent) void one.then((cause) => cause === undefined || session.sendFailed(cause));
      start?.resolve(session);
    } catch (cause) {
      this.#discard(outcome, deferred);
      const error = asEsessionError(cause);
      if (start) start.reject(error);
      else this.#world.alert({ kind: "negotiation-failed", jid, message: error.message, error });
    }
  }

  async #acceptDowngrade(bare: string): Promise<void> {
    await this.#world.book.update(bare, (record) => ({ ...record, spokeXep: false }));
  }
}

function wipeOutcome({ initiatorKeys, responderKeys, exchange }: Outcome): void {
  wipeKeys(initiatorKeys, responderKeys);
  exchange?.own.secret.wipe();
}

/** What must outlive the state that knew it. */
function noteProgress(half: InitiatorHalf): void {
  const { state } = half;
  if (state.kind === "agreeing") half.peer = state.peer;
  if (state.kind === "awaiting-final") half.identitySent = true;
}

/** A transition that throws has handed its secrets to no state. */
function orWipe<T>(secrets: readonly Secret[], run: () => T): T {
  try {
    return run();
  } catch (error) {
    for (const secret of secrets) secret.wipe();
    throw error;
  }
}
