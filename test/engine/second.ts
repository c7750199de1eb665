/** Two who have compared and closed a session negotiate again: message 3 proves too little then (XEP-0116 §4.7.3). */
import type { TestContext } from "node:test";
import type { Session } from "esession";
import type { Element } from "esession/wire";
import { establish, pairOf, type Pair, type PartyOptions } from "../support/pair.js";

export const isSealed = (stanza: Element): boolean => stanza.getChild("c") !== undefined;

/** Their first session is verified and closed. */
export async function acquainted(
  t: TestContext,
  options: { alice?: PartyOptions; bob?: PartyOptions } = {},
): Promise<Pair> {
  const pair = await pairOf(t, options);
  const sessions = await establish(pair.world, pair.alice, pair.bob);
  for (const session of sessions) await session.confirmSas();
  await sessions[0].close();
  await pair.world.quiet();
  for (const { alerts } of [pair.alice, pair.bob]) alerts.length = 0;
  return pair;
}

export interface Unconfirmed extends Pair {
  readonly session: Session;
  /** Bob's, which is unconfirmed: what Alice sends is held back. */
  readonly other: Session;
  /** Delivers what was held back, and holds nothing more. */
  readonly release: () => Promise<void>;
}

export async function unconfirmed(
  t: TestContext,
  options: { alice?: PartyOptions; bob?: PartyOptions } = {},
): Promise<Unconfirmed> {
  const pair = await acquainted(t, options);
  const { world, alice, bob } = pair;
  const held: Element[] = [];
  world.hooks.push((stanza) =>
    isSealed(stanza) && stanza.attrs.from === alice.jid ? (held.push(stanza), false) : undefined,
  );
  const [session, other] = await establish(world, alice, bob);
  return {
    ...pair,
    session,
    other,
    release: async () => {
      world.hooks.length = 0;
      for (const stanza of held.splice(0)) world.deliver(stanza);
      await world.quiet();
    },
  };
}
