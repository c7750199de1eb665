/**
 * The two state machines with everything that they may ask for, signatures included: whoever sends gets an answer until
 * nobody has anything left to say.
 */
import assert from "node:assert/strict";
import type { Core, EsessionError } from "esession";
import type { Signer } from "esession/identity";
import { serializeStanza, type Element } from "esession/wire";
import type { Identity } from "../../dist/engine/identity.js";
import type { Agreed } from "../../dist/negotiation/agreed.js";
import type { InitiatorInit } from "../../dist/negotiation/initiator-states.js";
import type { NegotiationPolicy } from "../../dist/negotiation/policy.js";
import type { Ask, Env, KnownKey, Outcome, PeerFacts, PeerKnowledge, Raise, Step } from "../../dist/negotiation/types.js"; // prettier-ignore
import { answers, identityOf, initiator, receiveFinal, responder } from "./built.js";
import { copyOf } from "./forms.js";
import { envOf, messageFrom, stranger, type Change } from "./machines.js";
import { aliceJid, bobJid } from "./pair.js";

export interface Side {
  readonly env: Env;
  readonly identity: Identity;
  readonly knowledge: PeerKnowledge;
  readonly facts: PeerFacts;
  /** What was done for this side, in order. */
  readonly asked: Ask["kind"][];
}

export interface SideOptions {
  readonly signers?: readonly Signer[];
  readonly known?: readonly KnownKey[];
  readonly policy?: Partial<NegotiationPolicy>;
  readonly facts?: Partial<PeerFacts>;
  readonly knowledge?: Partial<PeerKnowledge>;
  readonly wrap?: (core: Core) => Core;
  readonly algorithms?: Core["algorithms"];
}

export async function sideOf(jid: string, seed: string, options: SideOptions = {}): Promise<Side> {
  const { signers = [], known = [], policy, facts, knowledge, wrap, algorithms } = options;
  const env = await envOf(jid, seed, policy, wrap, algorithms);
  const identity = identityOf(env.core, signers);
  return {
    env: { ...env, own: identity.own },
    identity,
    knowledge: { retained: [], otherSecret: undefined, keys: known, ...knowledge },
    facts: { ...stranger, keyed: known.length > 0, ...facts },
    asked: [],
  };
}

export interface Proof {
  /** What went over the wire, in order, as it was sent. */
  readonly messages: Element[];
  readonly alice: Ending;
  readonly bob: Ending;
}

export interface Ending {
  readonly raised: readonly Raise[];
  readonly writes: Step<unknown>["write"];
  readonly outcome: Outcome | undefined;
  readonly failure: EsessionError | undefined;
}

/** Runs to its end; `change[n]` is applied to the nth stanza on its way. */
export async function prove(
  alice: Side,
  bob: Side,
  {
    init = {},
    change = {},
    fields = {},
  }: {
    init?: Partial<InitiatorInit>;
    change?: Partial<Record<1 | 2 | 3 | 4, Change>>;
    fields?: Agreed["fields"];
  } = {},
): Promise<Proof> {
  const messages: Element[] = [];
  const a = new Machine(alice, "initiator");
  const b = new Machine(bob, "responder");
  let stanzas = await a.take(
    initiator.startInitiator(alice.env, { to: bobJid, thread: "thread-1", facts: alice.facts, ...init }),
  );
  for (let at = 1; stanzas.length > 0; at++) {
    const [stanza] = stanzas;
    messages.push(copyOf(stanza!));
    const arriving = copyOf(stanza!);
    change[at as 1]?.(arriving);
    if (arriving.attrs.type === "error") break;
    const [to, from] = at % 2 === 1 ? [b, aliceJid] : [a, bobJid];
    stanzas = await to.receive(messageFrom(from, arriving), fields);
  }
  return { messages, alice: a.ending(), bob: b.ending() };
}

class Machine {
  readonly #side: Side;
  readonly #role: "initiator" | "responder";
  readonly #raised: Raise[] = [];
  readonly #writes: Step<unknown>["write"][number][] = [];
  #state: { readonly kind: string } = { kind: "none" };

  constructor(side: Side, role: "initiator" | "responder") {
    this.#side = side;
    this.#role = role;
  }

  receive(message: ReturnType<typeof messageFrom>, fields: Agreed["fields"]): Promise<readonly Element[]> {
    const { env, facts } = this.#side;
    const state = this.#state as never;
    switch (this.#state.kind) {
      case "none":
        return this.take(responder.receiveRequest(env, message, facts, fields));
      case "awaiting-response":
        return this.take(initiator.receiveResponse(env, state, message));
      case "awaiting-identity":
        return this.take(responder.receiveIdentity(env, state, message));
      case "awaiting-opening":
        return this.take(responder.receiveOpening(env, state, message));
      case "awaiting-final":
        return this.take(receiveFinal(env, state, message));
      default:
        throw new Error(`nothing is expected in the state ${this.#state.kind}`);
    }
  }

  /** The stanzas that are sent before something is waited for. */
  async take(first: Step<{ readonly kind: string }>): Promise<readonly Element[]> {
    const sent: Element[] = [];
    for (let step = first; ;) {
      this.#state = step.next;
      this.#raised.push(...step.raise);
      this.#writes.push(...step.write);
      sent.push(...step.send);
      for (const raised of step.raise)
        if (raised.kind === "established" && raised.outcome.opening) sent.push(raised.outcome.opening);
      if (!step.ask) return sent;
      this.#side.asked.push(step.ask.kind);
      const answer = await this.#answer(step.ask);
      const next = this.#role === "initiator" ? answers.answerInitiator : answers.answerResponder;
      step = next(this.#side.env, this.#state as never, answer);
    }
  }

  async #answer(ask: Ask) {
    const { env, identity, knowledge } = this.#side;
    switch (ask.kind) {
      case "generate":
        return { pairs: ask.groups.map((group) => env.core.dh.generate(group)) };
      case "agree":
        return { k: env.core.dh.agree(ask.pair, ask.value, ask.hash), peer: knowledge };
      case "sign":
        return { signature: await identity.sign(ask.key, ask.data) };
      case "verify":
        return { valid: await identity.verify(ask.check) };
      case "review":
        return { completes: true };
    }
  }

  ending(): Ending {
    const established = this.#raised.find((one) => one.kind === "established");
    const failed = this.#raised.find((one) => one.kind === "failed");
    return {
      raised: this.#raised,
      writes: this.#writes,
      outcome: established?.outcome,
      failure: failed?.error,
    };
  }
}

/** The one word that the peer gets instead of an answer. */
export const refusalText = ({ messages }: Proof): string => serializeStanza(messages.at(-1)!);

/** One stanza each way, under the keys and from the counters of both outcomes; throws if one is not opened. */
export function exchange(a: Side, b: Side, ours: Outcome, theirs: Outcome): void {
  for (const role of ["initiator", "responder"] as const) {
    const [from, to] = role === "initiator" ? [a, b] : [b, a];
    const [sender, receiver] = role === "initiator" ? [ours, theirs] : [theirs, ours];
    const sealing = from.env.core.stanza.context(sender[`${role}Keys`], sender[`${role}Counter`], "xep");
    const opening = to.env.core.stanza.context(receiver[`${role}Keys`], receiver[`${role}Counter`], "xep");
    const { data, mac } = from.env.core.stanza.seal(sealing, "<body>x</body>");
    const content = `<data>${data!}</data>`;
    const place = { start: "<data>".length, end: content.length - "</data>".length };
    assert.equal(to.env.core.stanza.open(opening, content, place, mac), "<body>x</body>");
    sealing.wipe();
    opening.wipe();
  }
}

/** Gives back what an ending holds of its core. */
export function wipeEnding({ outcome, writes }: Ending): void {
  for (const write of writes) if (write.kind === "retain") write.secret.wipe();
  if (!outcome) return;
  for (const keys of [outcome.initiatorKeys, outcome.responderKeys])
    for (const secret of [keys.cipher, keys.mac, keys.sigma]) secret.wipe();
  outcome.exchange?.own.secret.wipe();
}
