/** XEP-0155 §4.2: a request that was kept while we were away is not answered, because any answer tells that we were. */
import assert from "node:assert/strict";
import test from "node:test";
import type { TestContext } from "node:test";
import { element } from "esession/wire";
import type { Element } from "esession/wire";
import { messageNumber } from "../support/forms.js";
import { pairOf, type Pair } from "../support/pair.js";

const delayed = (stamp: string) => element("delay", { xmlns: "urn:xmpp:delay", from: "example.com", stamp });
const legacy = (stamp: string) => element("x", { xmlns: "jabber:x:delay", from: "example.com", stamp });
const at = (time: number) => new Date(time).toISOString();

/** Alice asks, and a server on the way adds something to her request. */
async function asking(t: TestContext, add: (now: number) => Element[], policy = {}): Promise<Pair> {
  const pair = await pairOf(t, { bob: { policy } });
  const { world, alice, bob } = pair;
  world.hooks.push((stanza) => {
    if (messageNumber(stanza) === 1) stanza.append(...add(world.clock.now()));
  });
  alice.engine.start(bob.jid).catch(() => undefined);
  await world.quiet();
  return pair;
}

const stale: Record<string, (now: number) => Element[]> = {
  "with urn:xmpp:delay": (now) => [delayed(at(now - 60_001))],
  "with a zone": (now) => [delayed(at(now - 60_001 + 3_600_000).replace("Z", "+01:00"))],
  "with jabber:x:delay": (now) => [legacy(at(now - 61_000).replace(/-|\.\d+Z/g, ""))],
  "at a time that cannot be read": () => [delayed("yesterday")],
  "without a time": () => [element("delay", { xmlns: "urn:xmpp:delay" })],
  "by two servers, one of them long ago": (now) => [delayed(at(now)), delayed(at(now - 3_600_000))],
};

for (const [how, add] of Object.entries(stale))
  test(`XEP-0155 §4.2: a request that was stored, ${how}, gets no answer and is told`, async (t) => {
    const { world, alice, bob } = await asking(t, add);
    assert.ok(
      world.log.every(({ from }) => from === alice.jid),
      "an answer would leak presence",
    );
    assert.deepEqual(bob.requests, []);
    const [alert, ...others] = bob.alerts;
    assert.deepEqual([alert!.kind, alert!.jid, others], ["request-stored", "alice@example.org", []]);
    await world.clock.pass(60_000);
  });

test("XEP-0155 §4.2: the alert says when, and the application may start a session of its own, with a new thread", async (t) => {
  const { world, alice, bob } = await asking(t, (now) => [delayed(at(now - 3_600_000))]);
  const [alert] = bob.alerts;
  assert.equal(alert!.at, world.clock.now() - 3_600_000);
  const { text } = world.log[0]!;
  world.hooks.pop();
  await world.clock.pass(120_000); // Alice's own attempt is over
  const session = await alert!.restart!();
  assert.equal(session.peer, alice.jid);
  assert.ok(!text.includes(session.thread));
});

test("XEP-0155 §4.2: a stored request that cannot be read is not answered with an error either", async (t) => {
  const { world, alice } = await asking(t, (now) => [
    delayed(at(now - 3_600_000)),
    element("feature", { xmlns: "http://jabber.org/protocol/feature-neg" }),
  ]);
  assert.ok(world.log.every(({ from }) => from === alice.jid));
  await world.clock.pass(60_000);
});

test("a request that was on its way for no longer than the policy's time is answered", async (t) => {
  for (const [age, policy] of [
    [60_000, {}],
    [3_600_000, { storedRequestMs: 3_600_000 }],
    [-5_000, { storedRequestMs: 0 }],
  ] as const) {
    const { bob } = await asking(t, (now) => [delayed(at(now - age))], policy);
    assert.equal(bob.sessions.length, 1);
    assert.deepEqual(bob.alerts, []);
  }
});
