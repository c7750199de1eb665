/**
 * The two state machines of the negotiation driven by hand: one call for each message, stanzas in and out, whatever
 * a machine asks for answered from the core given. Nothing is stored and nothing waits.
 */
import type { Core } from "esession";
import { loadTestCore, seededRandom } from "esession/testing";
import { parseForm, readPayload, readThread, type Element } from "esession/wire";
import type { Initiator, InitiatorInit } from "../../dist/negotiation/initiator.js";
import type { NegotiationPolicy } from "../../dist/negotiation/policy.js";
import type { Responder } from "../../dist/negotiation/responder.js";
import type { Env, Message, Outcome, PeerFacts, PeerKnowledge, Step } from "../../dist/negotiation/types.js";
import { defaultNegotiationPolicy, initiator, receiveFinal, responder } from "./built.js";
import { copyOf } from "./forms.js";
import { aliceJid, bobJid, cheap } from "./pair.js";

export type { Env, Outcome, PeerFacts, Step, Initiator, Responder };

export const stranger: PeerFacts = { dialect: undefined, spokeXep: false, boundSas: false };
const nothing: PeerKnowledge = { retained: [], otherSecret: undefined };

/** `group 1` by default, as in pair.ts. */
export async function envOf(
  jid: string,
  seed: string,
  policy: Partial<NegotiationPolicy> = {},
  wrap: (core: Core) => Core = (core) => core,
  algorithms: Core["algorithms"] = "common",
): Promise<Env> {
  const { core } = await loadTestCore({
    sessions: 4,
    maxStanzaBytes: 65_536,
    algorithms,
    random: seededRandom(`${seed} ${jid}`),
  });
  const { groups, acceptedGroups, insecureBrokenGroups } = cheap as NegotiationPolicy;
  return {
    core: wrap(core),
    jid,
    now: () => 0,
    policy: { ...defaultNegotiationPolicy, groups, acceptedGroups, insecureBrokenGroups, ...policy },
  };
}

/** A stanza as the other side reads it: from text, with nothing kept of the sender's element. */
export function messageFrom(from: string, stanza: Element): Message {
  const copy = copyOf(stanza);
  const payload = readPayload(copy)!;
  return {
    from,
    to: copy.attrs.to,
    thread: readThread(copy)!,
    id: copy.attrs.id,
    wrapper: payload.wrapper,
    form: parseForm(payload.x),
  };
}

/** Message 1 is in `send`. */
export function request(env: Env, init: Partial<InitiatorInit> = {}): Step<Initiator> {
  const first = initiator.startInitiator(env, { to: bobJid, thread: "thread-1", facts: stranger, ...init });
  const pairs = env.policy.groups.map((group) => env.core.dh.generate(group));
  return initiator.sendRequest(env, expectState(first.next, "offering"), { pairs });
}

/** Takes message 1; message 2 or a refusal is in `send`. */
export function respond(env: Env, message1: Element, facts = stranger): Step<Responder> {
  const read = responder.receiveRequest(env, messageFrom(aliceJid, message1), facts);
  if (read.ask?.kind !== "generate") return read;
  const pairs = read.ask.groups.map((group) => env.core.dh.generate(group));
  return responder.sendResponse(env, expectState(read.next, "preparing"), { pairs });
}

/** Takes message 2; message 3 or a refusal is in `send`. */
export function identify(env: Env, state: Initiator, message2: Element, peer = nothing): Step<Initiator> {
  const awaiting = expectState(state, "awaiting-response");
  const read = initiator.receiveResponse(env, awaiting, messageFrom(bobJid, message2));
  if (read.ask?.kind !== "agree") return read;
  const k = env.core.dh.agree(read.ask.pair, read.ask.value);
  return initiator.sendIdentity(env, expectState(read.next, "agreeing"), { k, peer });
}

/** Takes message 3; message 4 or a refusal is in `send`. */
export function answer(env: Env, state: Responder, message3: Element, peer = nothing): Step<Responder> {
  const awaiting = expectState(state, "awaiting-identity");
  const read = responder.receiveIdentity(env, awaiting, messageFrom(aliceJid, message3));
  if (read.ask?.kind !== "agree") return read;
  const k = env.core.dh.agree(read.ask.pair, read.ask.value);
  return responder.sendFinal(env, expectState(read.next, "verifying"), { k, peer });
}

/** Takes message 4. */
export function conclude(env: Env, state: Initiator, message4: Element): Step<Initiator> {
  return receiveFinal(env, expectState(state, "awaiting-final"), messageFrom(bobJid, message4));
}

/** Narrows a state; fails if it is another one. */
export function expectState<S extends { kind: string }, K extends S["kind"]>(
  state: S,
  kind: K,
): Extract<S, { kind: K }> {
  if (state.kind !== kind) throw new Error(`the machine is in the state ${state.kind}, not ${kind}`);
  return state as Extract<S, { kind: K }>;
}

export const sent = (step: Step<unknown>): Element => {
  const [stanza, second] = step.send;
  if (!stanza || second) throw new Error(`${step.send.length} stanzas were sent, not one`);
  return stanza;
};

export const outcomeOf = (step: Step<unknown>): Outcome => {
  for (const raised of step.raise) if (raised.kind === "established") return raised.outcome;
  throw new Error("no session was established");
};

export const failureOf = (step: Step<unknown>) => {
  for (const raised of step.raise) if (raised.kind === "failed") return raised;
  throw new Error("the machine did not fail");
};

/** What may be changed on the way from one to the other. */
export type Change = (stanza: Element) => void;

export interface Run {
  readonly a: Env;
  readonly b: Env;
  readonly messages: Element[];
  /** The last steps. */
  readonly initiator: Step<Initiator>;
  readonly responder: Step<Responder> | undefined;
}

/**
 * Runs the negotiation as far as it goes: `change[n]` is applied to message n on its way, and the machine whose step
 * sends no further message of the four has the last word.
 */
export function negotiate(a: Env, b: Env, change: Partial<Record<1 | 2 | 3 | 4, Change>> = {}): Run {
  const messages: Element[] = [];
  const passed = (number: 1 | 2 | 3 | 4, step: Step<unknown>) => {
    const stanza = copyOf(sent(step));
    messages.push(stanza);
    const arriving = copyOf(stanza);
    change[number]?.(arriving);
    return arriving;
  };
  let alice = request(a);
  let bob = respond(b, passed(1, alice));
  if (bob.next.kind === "ended") return { a, b, messages, initiator: alice, responder: bob };
  alice = identify(a, alice.next, passed(2, bob));
  if (alice.next.kind === "ended") return { a, b, messages, initiator: alice, responder: bob };
  bob = answer(b, bob.next, passed(3, alice));
  if (failed(bob)) return { a, b, messages, initiator: alice, responder: bob };
  alice = conclude(a, alice.next, passed(4, bob));
  return { a, b, messages, initiator: alice, responder: bob };
}

export const failed = (step: Step<unknown>): boolean => step.raise.some((raised) => raised.kind === "failed");

export async function envs(
  seed: string,
  policies: { a?: Partial<NegotiationPolicy>; b?: Partial<NegotiationPolicy> } = {},
): Promise<[Env, Env]> {
  return [await envOf(aliceJid, seed, policies.a), await envOf(bobJid, seed, policies.b)];
}
