/**
 * What came between two Gajims in a session (loss, tampering, clear text, an end in clear), put before our engine: the
 * session goes on or ends as it must, and nothing ever goes out in clear.
 */
import test, { type TestContext } from "node:test";
import assert from "node:assert/strict";
import { parseStanza, type Element } from "esession/wire";
import { messageNumber } from "../support/forms.js";
import { establish, pairOf } from "../support/pair.js";
import { assertNothingInClear, deployed, inThread, isError, scenario } from "./scenarios.js";

/** Alice and Bob in a session as between Gajims. */
async function gajims(t: TestContext) {
  const pair = await pairOf(t, { alice: deployed, bob: deployed });
  const [ours, theirs] = await establish(pair.world, pair.alice, pair.bob);
  const say = async (text: string) => {
    ours.send(`<message type="chat"><body>${text}</body></message>`);
    await pair.world.quiet();
    return pair.bob.received.at(-1);
  };
  await say("first");
  return { ...pair, ours, theirs, say };
}

test("Gajim's error to our message 4 proves nothing: the session goes on (D21)", async (t) => {
  for (const name of ["bad-m-b", "bad-id-b", "bad-nonce-echo"]) {
    const { world, theirs, say } = await gajims(t);
    const { sent } = scenario(name).wire.at(-1)!;
    assert.ok(isError(sent));
    const before = world.log.length;
    world.deliver(inThread(sent, theirs.thread));
    await world.quiet();
    assert.equal(theirs.state, "established");
    assert.equal(world.log.length, before, "an error is not answered");
    assert.match((await say("still there"))!, /still there/);
  }
});

test("Gajim ends a session in clear: it has ended, unauthenticated, and nothing goes out any more (D25)", async (t) => {
  const { world, bob, theirs } = await gajims(t);
  const before = world.log.length;
  world.deliver(inThread(scenario("terminate").wire.at(-1)!.sent, theirs.thread));
  const end = await theirs.ended;
  assert.deepEqual([end.reason, end.complete], ["closed-by-peer-unauthenticated", false]);
  assert.throws(() => theirs.send("<message><body>too late</body></message>"), { code: "session-ended" });
  await world.quiet();
  assert.equal(world.log.length, before);
  const { retained } = await bob.record("alice@example.org");
  assert.equal(retained.length, 1, "the retained secret is kept");
});

test("the same form ends no session by the XEPs' dialect, where terminations are sealed", async (t) => {
  const { world, alice, bob } = await pairOf(t, {});
  const [ours, theirs] = await establish(world, alice, bob);
  world.deliver(inThread(scenario("terminate").wire.at(-1)!.sent, theirs.thread));
  await world.quiet();
  assert.deepEqual([ours.state, theirs.state], ["established", "established"]);
  assert.equal(bob.alerts.at(-1)?.kind, "clear-in-session");
});

test("Gajim's message in clear within a session is refused and reported (plain-in-session, D21)", async (t) => {
  const { world, bob, theirs, say } = await gajims(t);
  const handedOn = bob.received.length;
  world.deliver(inThread(scenario("plain-in-session").wire.at(-1)!.sent, theirs.thread));
  assert.equal(bob.received.length, handedOn);
  assert.equal(bob.alerts.at(-1)?.kind, "clear-in-session");
  assert.match((await say("sealed"))!, /sealed/);
});

/** What came between two Gajims, and what it must come to here. */
const disturbances: readonly [
  name: string,
  disturb: (c: Element) => false | undefined,
  end: string | undefined,
][] = [
  ["lost-stanza", () => false, "mac-mismatch"],
  [
    "tampered-stanza",
    (c) => change(c, (text) => (text.startsWith("A") ? "B" : "A") + text.slice(1)),
    "mac-mismatch",
  ],
  [
    "newline-inside-data",
    (c) => change(c, (text) => `${text.slice(0, 8)}\n${text.slice(8)}`),
    "content-malformed",
  ],
  ["whitespace-in-c", (c) => void c.children.splice(1, 0, "\n  "), undefined],
];

function change(c: Element, by: (text: string) => string): undefined {
  const data = c.getChild("data")!;
  data.children = [by(data.getText())];
}

for (const [name, disturb, reason] of disturbances)
  test(`${name}: ${scenario(name).note}: the session ${reason === undefined ? "goes on" : "ends, and only so (D23)"}`, async (t) => {
    const { world, bob, theirs, say } = await gajims(t);
    world.hooks.push((stanza) => {
      const c = stanza.getChild("c");
      world.hooks.length = 0;
      return c ? disturb(c) : undefined;
    });
    await say("disturbed");
    // whoever notices says so in a sealed termination, so that the other does not write into the void
    if (theirs.state === "ended") await assert.rejects(say("next"), { code: "session-ended" });
    else await say("next");
    if (reason === undefined) {
      assert.match(bob.received.at(-1)!, /next/);
      assert.equal(theirs.state, "established");
      return;
    }
    assert.equal((await theirs.ended).reason, reason);
    assert.doesNotMatch(bob.received.join(), /disturbed|next/);
    // Gajim would begin a new session at once; here that is the user's to say
    const told = bob.alerts.find(({ kind }) => kind === "session-ended");
    assert.equal(typeof told?.restart, "function");
    assert.deepEqual(world.log.filter(({ text }) => messageNumber(parseStanza(text)) === 1).length, 1);
    assertNothingInClear({ world });
  });
