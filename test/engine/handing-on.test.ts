/** What was opened is handed on, and what was agreed at the same time stays agreed, whatever happens beside it. */
import assert from "node:assert/strict";
import test from "node:test";
import { establish, pairOf } from "../support/pair.js";
import { acquainted } from "./second.js";

const body = (text: string) => `<message><body>${text}</body></message>`;

test("the stanza that confirms a session is handed on, even if what waited for it cannot be sent", async (t) => {
  let broken = false;
  const deployed = { dialect: "deployed" } as const;
  const { world, alice, bob } = await pairOf(t, {
    alice: { policy: deployed },
    bob: {
      policy: deployed,
      sending: () => {
        if (broken) throw new Error("the socket is gone");
      },
    },
  });
  const [first] = await establish(world, alice, bob);
  await first.close();
  await world.quiet();
  const [ours, theirs] = await establish(world, alice, bob);
  assert.equal(theirs.state, "unconfirmed");
  const waiting = body("waiting");
  theirs.send(waiting);
  broken = true;
  ours.send(body("confirms"));
  await world.quiet();
  assert.match(bob.received.at(-1)!, /confirms/);
  const end = await theirs.ended;
  assert.deepEqual([end.reason, end.unsent], ["send-failed", [waiting]]);
});

test("XEP-0116 §4.8: two that know each other and ask at once keep both sessions and the verified chain", async (t) => {
  const { world, alice, bob } = await acquainted(t);
  const started = await Promise.all([
    alice.engine.start("bob@example.com"),
    bob.engine.start("alice@example.org"),
  ]);
  await world.quiet();
  const threads = [alice, bob].map(({ engine }) => engine.sessions.map(({ thread }) => thread).sort());
  assert.deepEqual(threads[0], threads[1], "both have the same sessions");
  assert.equal(threads[0]!.length, 2);
  for (const [session, party] of [
    [started[0], bob],
    [started[1], alice],
  ] as const) {
    assert.equal(session.level, "verified");
    session.send(body(session.thread));
    await world.quiet();
    assert.match(party.received.at(-1)!, new RegExp(`<body>${session.thread}</body>`));
  }
  for (const session of started) await session.close();
  await world.quiet();
  const [next] = await establish(world, bob, alice);
  assert.deepEqual([next.continued, next.level], [true, "verified"]);
});
