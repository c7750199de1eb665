/** The responder before the initiator has proved the final keys: nothing is sealed, what is sent waits. */
import test from "node:test";
import assert from "node:assert/strict";
import { parseStanza, type Element } from "esession/wire";
import { messageNumber } from "../support/forms.js";
import { establish, pairOf, type Pair, type PartyOptions } from "../support/pair.js";

const isSealed = (stanza: Element) => stanza.getChild("c") !== undefined;
const chat = (text: string) => `<message type="chat"><body>${text}</body></message>`;
const bodies = (stanzas: readonly string[]) => stanzas.map((text) => parseStanza(text).getChildText("body"));

/** A second session of the pair, of which the initiator's first sealed stanza is held back. */
async function unconfirmed(
  t: Parameters<typeof pairOf>[0],
  options: { alice?: PartyOptions; bob?: PartyOptions } = {},
) {
  const pair = await pairOf(t, options);
  const { world, alice, bob } = pair;
  const [first] = await establish(world, alice, bob);
  const closed = first.close();
  await world.clock.pass(30_000);
  await closed;
  const held: Element[] = [];
  const hook = (stanza: Element) =>
    isSealed(stanza) && stanza.attrs.from === alice.jid ? (held.push(stanza), false) : undefined;
  world.hooks.push(hook);
  const [ours, theirs] = await establish(world, alice, bob);
  const release = () => {
    world.hooks.splice(world.hooks.indexOf(hook), 1);
    for (const stanza of held.splice(0)) world.deliver(stanza);
  };
  return { ...pair, ours, theirs, held, release };
}

const sealedBy = ({ world, bob }: Pair) =>
  world.log.filter(({ from, text }) => from === bob.jid && isSealed(parseStanza(text))).length;

test("XEP-0217 §4.5: without any shared secret message 3 proves everything: established at once", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  world.hooks.push((stanza) => (isSealed(stanza) ? false : undefined));
  const [ours, theirs] = await establish(world, alice, bob);
  assert.deepEqual([ours.state, theirs.state], ["established", "established"]);
  theirs.seal(chat("at once"));
});

test("with a shared secret the responder's session is unconfirmed: seal throws, and nothing leaves", async (t) => {
  const pair = await unconfirmed(t);
  const { ours, theirs } = pair;
  assert.deepEqual([ours.state, theirs.state], ["established", "unconfirmed"]);
  const before = sealedBy(pair);
  assert.throws(() => theirs.seal(chat("too early")), { code: "session-unconfirmed" });
  theirs.send(chat("waits"));
  await pair.world.clock.pass(60_000);
  assert.equal(sealedBy(pair), before);
  assert.equal(theirs.state, "unconfirmed");
});

test("what was sent meanwhile goes out in order at the first valid stanza, and before what comes later", async (t) => {
  const { world, alice, theirs, release } = await unconfirmed(t);
  for (const text of ["one", "two", "three"]) theirs.send(chat(text));
  release();
  theirs.send(chat("four"));
  await world.quiet();
  assert.equal(theirs.state, "established");
  assert.deepEqual(bodies(alice.received), ["one", "two", "three", "four"]);
});

test("XEP-0116 §4.8: the initiator sends, right after message 4, a stanza whose <c/> has only a <mac/>", async (t) => {
  const { world, alice, bob, theirs, held, release } = await unconfirmed(t);
  assert.equal(held.length, 1);
  assert.deepEqual(
    held[0]!
      .getChild("c")!
      .getChildElements()
      .map(({ name }) => name),
    ["mac"],
  );
  assert.equal(held[0]!.getChildText("thread"), theirs.thread);
  const last = world.log.findLastIndex(({ text }) => messageNumber(parseStanza(text)) === 4);
  assert.equal(world.log[last + 1]!.from, alice.jid);
  release();
  await world.quiet();
  assert.deepEqual(bob.received, [], "it is nothing to hand on");
});

test("a stanza whose MAC does not match confirms nothing; what waited is given back as not sent", async (t) => {
  const pair = await unconfirmed(t);
  const { world, theirs, held, bob } = pair;
  theirs.send(chat("for Alice alone"));
  const forged = held[0]!;
  const mac = forged.getChild("c")!.getChild("mac")!;
  mac.children = [Buffer.alloc(32).toString("base64")];
  const before = sealedBy(pair);
  world.deliver(forged);
  const end = await theirs.ended;
  assert.equal(end.reason, "mac-mismatch");
  assert.deepEqual(bodies(end.unsent as string[]), ["for Alice alone"]);
  assert.equal(sealedBy(pair), before);
  assert.ok(
    (await bob.record("alice@example.org")).retained.some(({ staged }) => !staged),
    "the old secret is kept",
  );
});

test("no more than the policy's number of stanzas wait", async (t) => {
  const { theirs } = await unconfirmed(t, { bob: { policy: { queueLimit: 2 } } });
  theirs.send(chat("one"));
  theirs.send(chat("two"));
  assert.throws(() => theirs.send(chat("three")), { code: "queue-full" });
});

const deployed = { policy: { dialect: "deployed" } } as const;

test("with a deployed initiator, which sends nothing by itself, the queue goes out after 10 s where the policy allows", async (t) => {
  const { world, alice, bob, theirs } = await unconfirmed(t, {
    alice: deployed,
    bob: { policy: { releaseUnconfirmed: true } },
  });
  assert.deepEqual([theirs.info.dialect, theirs.state], ["deployed", "unconfirmed"]);
  theirs.send(chat("hello?"));
  await world.clock.pass(9_999);
  assert.deepEqual(alice.received, []);
  await world.clock.pass(1);
  assert.deepEqual(bodies(alice.received), ["hello?"]);
  assert.ok(
    bob.alerts.some(({ kind }) => kind === "released-unconfirmed"),
    "it was not told",
  );
});

test("with a deployed initiator the queue waits as long as it takes where the policy does not allow that", async (t) => {
  const { world, alice, ours, theirs, release } = await unconfirmed(t, { alice: deployed });
  theirs.send(chat("hello?"));
  await world.clock.pass(3_600_000);
  assert.deepEqual(alice.received, []);
  ours.send(chat("here I am"));
  await world.quiet();
  release();
  await world.quiet();
  assert.deepEqual(bodies(alice.received), ["hello?"]);
});
