/** A run is the function of its seed and of what it is told: the same once more, byte for byte. */
import assert from "node:assert/strict";
import test from "node:test";
import type { TestContext } from "node:test";
import { parseStanza } from "esession/wire";
import { establish, pairOf, seedOf, type Party } from "../support/pair.js";

/** Two sessions with everything that an application does; what went over the wire and what was told. */
async function run(t: TestContext, seed: string) {
  const { world, alice, bob } = await pairOf(t, { seed, alice: { policy: { padTo: 32 } } });
  const [session, other] = await establish(world, alice, bob);
  session.send(`<message type="chat" id="1"><body>héllo</body></message>`);
  other.send(`<iq type="get" id="2"><query xmlns="urn:q"/></iq>`);
  await Promise.all([session.confirmSas(), other.confirmSas()]);
  await other.close();
  const [again] = await establish(world, bob, alice);
  again.send("<presence><show>away</show></presence>");
  await world.clock.pass(1_000);
  await again.close();
  await world.quiet();
  const told = ({ alerts, traces, received, delivered }: Party) =>
    JSON.stringify({ alerts, traces, received, delivered });
  return { wire: world.log, told: [alice, bob].map(told) };
}

test("the same seed twice gives the same octets on the wire, the same alerts and the same traces", async (t) => {
  const seed = seedOf(t);
  const [first, second, another] = [await run(t, seed), await run(t, seed), await run(t, `${seed} another`)];
  assert.deepEqual(second, first);
  assert.equal(another.wire.length, first.wire.length);
  const differing = another.wire.filter(({ text }, i) => text !== first.wire[i]!.text);
  assert.equal(differing.length, first.wire.length, "with another seed no stanza is the same");
});

test("one side replayed from the transcript of the other sends what it sent, byte for byte", async (t) => {
  const seed = seedOf(t);
  const live = await pairOf(t, { seed });
  const [session, other] = await establish(live.world, live.alice, live.bob);
  session.send("<message id='1'><body>one</body></message>");
  await live.world.quiet();
  other.send("<message id='2'><body>two</body></message>");
  await live.world.quiet();
  await session.close();
  const transcript = live.world.log.map(({ from, text }) => ({ from, text }));

  const replayed = await pairOf(t, { seed });
  const { world, bob } = replayed;
  world.hooks.push((stanza) => (stanza.attrs.to === bob.jid ? undefined : false));
  for (const { from, text } of transcript) {
    if (from === bob.jid) continue;
    if (parseStanza(text).getChild("c") && world.log.filter((one) => one.from === bob.jid).length === 2)
      bob.engine.session(from)?.send("<message id='2'><body>two</body></message>");
    world.deliver(text);
    await world.quiet();
  }
  const byBob = (log: readonly { from: string; text: string }[]) =>
    log.filter(({ from }) => from === bob.jid).map(({ text }) => text);
  assert.deepEqual(byBob(world.log), byBob(transcript));
});
