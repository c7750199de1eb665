/** Whoever gives up says so, and whoever is told so gives up at once: nobody waits in vain (XEP-0155 §4.3, §4.4). */
import test from "node:test";
import assert from "node:assert/strict";
import { parseStanza, type Element } from "esession/wire";
import { rejectionOf, rejectionsIn } from "./accept-zero.js";
import { messageNumber } from "../support/forms.js";
import { pairOf, type Pair, type Party, type World } from "../support/pair.js";

const from = (world: World, { jid }: Party, since = 0) =>
  world.log.slice(since).filter((sent) => sent.from === jid).map(({ text }) => text); // prettier-ignore

/** The negotiation has come to message n, which is held back. */
async function until(t: Parameters<typeof pairOf>[0], number: 2 | 3 | 4, pair?: Pair, timeoutMs = 60_000) {
  const { world, alice, bob } = pair ?? (await pairOf(t));
  const before = [alice, bob].map(({ core }) => core.core.usage.secrets);
  const held: Element[] = [];
  world.hooks.push((stanza) => (messageNumber(stanza) === number ? (held.push(stanza), false) : undefined));
  const starting = alice.engine.start(bob.jid, { timeoutMs });
  starting.catch(() => undefined);
  await world.quiet();
  assert.equal(held.length, 1);
  const nothingLeft = () =>
    assert.deepEqual(
      [alice, bob].map(({ core }) => core.core.usage.secrets),
      before,
      "secrets",
    );
  return { world, alice, bob, starting, held: held[0]!, nothingLeft, since: world.log.length };
}

for (const [number, type] of [
  [2, "submit"],
  [3, "submit"],
  [3, "result"],
  [4, "submit"],
  [4, "result"],
] as const)
  test(`XEP-0155 §4.4: accept 0 in a form of type ${type} in place of message ${number} ends what its receiver has of it`, async (t) => {
    const { world, alice, bob, starting, held } = await until(t, number);
    const receiver = number === 3 ? bob : alice;
    const { length } = world.log;
    world.deliver(rejectionOf(held, type));
    await world.quiet();
    if (number === 3) {
      const told = bob.alerts.map(({ kind, error }) => [kind, error?.code]);
      assert.deepEqual(told, [["negotiation-failed", "negotiation-refused"]]);
    } else await assert.rejects(starting, { code: "negotiation-refused" });
    const { core } = receiver.core;
    assert.equal(core.usage.secrets, 1, "nothing but the store's key");
    assert.deepEqual(from(world, receiver, length), [], "it is not answered");
    world.deliver(held);
    await world.quiet();
    assert.deepEqual(receiver.engine.sessions, [], "what comes late makes no session");
    assert.ok(number === 3 || alice.sessions.length === 0);
  });

test("XEP-0155 §4.4: a response that comes when the initiator has given up is answered accept 0, and ends the responder's half", async (t) => {
  const { world, alice, bob, starting, held, nothingLeft, since } = await until(t, 2, undefined, 1_000);
  await world.clock.pass(1_000);
  await assert.rejects(starting, { code: "negotiation-timeout" });
  assert.deepEqual(from(world, alice, since), [], "nobody had answered yet");
  world.hooks.pop();
  world.deliver(held);
  await world.quiet();
  assert.deepEqual(rejectionsIn(from(world, alice, since)), ["result"]);
  assert.equal(
    parseStanza(from(world, alice, since)[0]!).getChildText("thread"),
    held.getChildText("thread"),
  );
  assert.deepEqual(
    bob.alerts.map(({ error }) => error?.code),
    ["negotiation-refused"],
  );
  nothingLeft();
});

test("XEP-0155 §4.4: a refusal that comes when the initiator has given up is not answered", async (t) => {
  const { world, alice, starting, held, since } = await until(t, 2, undefined, 1_000);
  await world.clock.pass(1_000);
  await assert.rejects(starting, { code: "negotiation-timeout" });
  world.deliver(rejectionOf(held, "submit"));
  await world.quiet();
  assert.deepEqual(from(world, alice, since), []);
});

for (const [how, end] of [
  ["is closed", ({ bob }: Pair) => bob.engine.close()],
  ["has waited its time", ({ world }: Pair) => world.clock.pass(1_000)],
] as const)
  test(`XEP-0155 §4.3: a responder that ${how} before message 3 came tells the initiator, which gives up at once`, async (t) => {
    const pair = await pairOf(t, { bob: { policy: { halfOpenMs: 1_000 } } });
    const { world, alice, bob, starting, since } = await until(t, 3, pair);
    await end(pair);
    await assert.rejects(starting, { code: "negotiation-refused" });
    assert.deepEqual(rejectionsIn(from(world, bob, since)), ["submit"]);
    assert.equal(alice.core.core.usage.secrets, 1);
  });

for (const number of [3, 4] as const)
  test(`XEP-0155 §4.4: an initiator whose time runs out when message ${number} was sent tells the responder, once`, async (t) => {
    const { world, alice, bob, starting, since } = await until(t, number, undefined, 1_000);
    await world.clock.pass(1_000);
    await assert.rejects(starting, { code: "negotiation-timeout" });
    await world.quiet();
    assert.deepEqual(rejectionsIn(from(world, alice, since)), ["result"]);
    if (number === 3) assert.equal(bob.core.core.usage.secrets, 1, "y is gone long before its 120 seconds");
  });
