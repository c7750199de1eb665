/** XEP-0200 §8, between two engines: loss, repetition and reordering of any stanza of a run are noticed and told. */
import assert from "node:assert/strict";
import test from "node:test";
import type { TestContext } from "node:test";
import { element, parseStanza } from "esession/wire";
import type { Element } from "esession/wire";
import { establish, pairOf, type Hook } from "../support/pair.js";

const COUNT = 6;

const isSealed = (stanza: Element) => stanza.getChild("c") !== undefined;
const textOf = (text: string) => parseStanza(text).getChildText("body");

/** Alice sends numbers in a session; what Bob reads, and how his session ended. */
async function run(t: TestContext, disturb: (sealed: Element[]) => Element[]) {
  const { world, alice, bob } = await pairOf(t);
  const [session, other] = await establish(world, alice, bob);
  const caught: Element[] = [];
  const hook: Hook = (stanza) => (isSealed(stanza) && stanza.attrs.to === bob.jid ? (caught.push(stanza), false) : undefined); // prettier-ignore
  world.hooks.push(hook);
  for (let i = 0; i < COUNT; i++)
    session.send(element("message", { id: `n${i}` }, element("body", {}, `${i}`)));
  await world.quiet();
  assert.equal(caught.length, COUNT);
  world.hooks.length = 0;
  for (const stanza of disturb(caught)) world.deliver(stanza);
  await world.quiet();
  const state = other.state;
  const closing = session.close();
  await world.clock.pass(60_000);
  return {
    read: bob.received.map(textOf),
    state,
    alice: await closing,
    alerts: bob.alerts,
    bob: other,
    session,
  };
}

const numbers = (...list: number[]) => list.map(String);
const upTo = (n: number) => numbers(...Array(n).keys());

test("a run that nobody disturbs is read whole, and both sides know that nothing is missing", async (t) => {
  const { read, alice, bob, alerts } = await run(t, (sealed) => sealed);
  assert.deepEqual(read, upTo(COUNT));
  assert.deepEqual(alice, {
    reason: "closed-by-us",
    complete: true,
    unconfirmed: { count: 0, ids: [] },
    unsent: [],
  });
  assert.equal((await bob.ended).complete, true);
  assert.deepEqual(
    alerts.map(({ kind }) => kind),
    ["session-ended"],
  );
});

for (let lost = 0; lost < COUNT; lost++)
  test(`XEP-0200 §8: when stanza ${lost} is lost the session ends at the next one, and the loss is told`, async (t) => {
    const { read, state, alice, bob } = await run(t, (sealed) => sealed.filter((_, i) => i !== lost));
    assert.deepEqual(read, upTo(lost), "nothing after the loss is read");
    if (lost < COUNT - 1) assert.equal(state, "ended");
    // the loss of the last one is found by the termination, whose MAC does not match
    const end = await bob.ended;
    assert.equal(end.reason, "mac-mismatch");
    assert.equal(end.complete, false);
    assert.deepEqual(
      alice.unconfirmed.ids,
      upTo(COUNT).map((n) => `n${n}`),
    );
  });

for (let first = 0; first < COUNT - 1; first++)
  test(`XEP-0200 §8: when stanzas ${first} and ${first + 1} change places the session ends, and nothing is read out of order`, async (t) => {
    const { read, state, bob } = await run(t, (sealed) => {
      const order = [...sealed];
      order.splice(first, 2, sealed[first + 1]!, sealed[first]!);
      return order;
    });
    assert.deepEqual(read, upTo(first));
    assert.equal(state, "ended");
    assert.equal((await bob.ended).reason, "mac-mismatch");
  });

for (let twice = 0; twice < COUNT; twice++)
  test(`a copy of stanza ${twice} is ignored at once and at the end, and told; the session goes on`, async (t) => {
    const { read, alice, alerts } = await run(t, (sealed) => {
      const copy = () => parseStanza(sealed[twice]!.toString());
      return [...sealed.slice(0, twice + 1), copy(), ...sealed.slice(twice + 1), copy()];
    });
    assert.deepEqual(read, upTo(COUNT));
    assert.equal(alice.complete, true);
    assert.deepEqual(
      alerts.map(({ kind }) => kind),
      ["duplicate", "duplicate", "session-ended"],
    );
  });
