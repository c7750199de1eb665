/** Requests that cross (both have sent message 1), and a request that comes back. */
import test from "node:test";
import assert from "node:assert/strict";
import { octetsOf, valueOf } from "../support/forms.js";
import type { StartOptions } from "esession";
import { pairOf, type Party, type World } from "../support/pair.js";
import { settled } from "../support/settled.js";
import { aliceKey, bobKey } from "../support/signers.js";

/** Both start at once, to the JIDs given; nothing is delivered before both requests are out. */
async function cross(world: World, alice: Party, bob: Party, [toBob, toAlice]: readonly [string, string]) {
  const starts = Promise.allSettled([alice.engine.start(toBob), bob.engine.start(toAlice)]);
  await world.clock.pass(60_000);
  const [ours, theirs] = await starts;
  assert.equal(ours.status, "fulfilled", `${alice.jid} has no session`);
  assert.equal(theirs.status, "fulfilled", `${bob.jid} has no session`);
  return [ours.value, theirs.value] as const;
}

const smallerFirst = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) < 0;

test("of two crossing requests the one with the smaller N_A is dropped, in both orders, and both starts get the one session", async (t) => {
  const won = { alice: 0, bob: 0 };
  for (let run = 1; (won.alice === 0 || won.bob === 0) && run <= 40; run++) {
    const { world, alice, bob } = await pairOf(t, { seed: `crossing ${run}` });
    const [ours, theirs] = await cross(world, alice, bob, [bob.jid, alice.jid]);
    const requests = world.messages(1);
    const nonceOf = (jid: string) =>
      octetsOf(
        requests.find((one) => one.attrs.from === jid)!,
        "my_nonce",
      );
    const aliceDrops = smallerFirst(nonceOf(alice.jid), nonceOf(bob.jid));
    won[aliceDrops ? "bob" : "alice"]++;

    assert.deepEqual(
      [ours.role, theirs.role],
      aliceDrops ? ["responder", "initiator"] : ["initiator", "responder"],
    );
    assert.equal(ours.thread, theirs.thread);
    assert.equal(ours.sas, theirs.sas);
    assert.equal(world.messages(2).length, 1);
    assert.deepEqual([alice.engine.sessions.length, bob.engine.sessions.length], [1, 1]);
  }
  assert.ok(won.alice > 0 && won.bob > 0, `only one order came up: ${JSON.stringify(won)}`);
});

test("crossing, the dropped request is answered for who does not answer strangers: it has asked itself", async (t) => {
  const known = { policy: { answer: "known" } } as const;
  const { world, alice, bob } = await pairOf(t, { alice: known, bob: known });
  const [ours, theirs] = await cross(world, alice, bob, [bob.jid, alice.jid]);
  assert.equal(ours.thread, theirs.thread);
  assert.deepEqual([...alice.requests, ...bob.requests], []);
});

for (const [name, addresses] of [
  ["one of them to a bare JID", ["bob@example.com", "alice@example.org/pda"]],
  ["both to bare JIDs", ["bob@example.com", "alice@example.org"]],
] as const)
  for (const seed of ["1", "2"])
    test(`requests that cross, ${name}, both run to their end (seed ${seed})`, async (t) => {
      const { world, alice, bob } = await pairOf(t, { seed });
      const [ours, theirs] = await cross(world, alice, bob, addresses);
      assert.notEqual(ours.thread, theirs.thread);
      assert.deepEqual([ours.role, theirs.role], ["initiator", "initiator"]);
      assert.equal(world.messages(2).length, 2);
      // iq and presence carry no thread, so that only one session of a pair may have them
      for (const kind of ["iq", "presence"] as const)
        assert.ok(alice.engine.sessions.filter(({ info }) => info.stanzas.includes(kind)).length <= 1, kind);
    });

test("crossing, the dropped request's half-open state is gone on both sides", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  const [session] = await cross(world, alice, bob, [bob.jid, alice.jid]);
  await session.close();
  await world.quiet();
  // two more may be opened at once: the limit of two counts nothing that is over
  const starts = Promise.allSettled([
    alice.engine.start("bob@example.com/a"),
    alice.engine.start("bob@example.com/b"),
  ]);
  await world.clock.pass(60_000);
  assert.deepEqual(
    (await starts).map(({ status }) => status),
    ["rejected", "rejected"],
  );
  assert.ok(!alice.traces.some(({ detail }) => detail?.["code"] === "peer-limit"));
});

test("our own request reflected to us, on any thread, is not answered", async (t) => {
  const { world, alice } = await pairOf(t);
  const starting = assert.rejects(alice.engine.start("bob@example.com/nowhere"), {
    code: "negotiation-timeout",
  });
  await world.quiet();
  const [request] = world.messages(1);
  for (const thread of [request!.getChildText("thread")!, "another"]) {
    const back = world.messages(1)[0]!;
    back.attrs["to"] = alice.jid;
    back.attrs["from"] = "bob@example.com/nowhere";
    back.getChild("thread")!.children = [thread];
    world.deliver(back);
  }
  await world.quiet();
  assert.equal(world.log.length, 1);
  assert.ok(valueOf(request!, "my_nonce"));
  await world.clock.pass(60_000);
  await starting;
});

const terms: readonly StartOptions[] = [
  { respPubkey: ["key"] },
  { messages: 3, content: "<message><body>x</body></message>" },
  { fields: [{ var: "a", values: ["b"] }] },
  { review: () => false },
];
for (const options of terms)
  test(`crossing, a start that asks for ${Object.keys(options).join(" and ")} is not given the peer's session, which knows nothing of that`, async (t) => {
    let dropped = 0;
    for (let run = 1; dropped === 0 && run <= 40; run++) {
      const { world, alice, bob } = await pairOf(t, {
        seed: `terms ${run}`,
        alice: { identity: aliceKey, policy: { threeMessages: "accept" } },
        bob: { identity: bobKey, policy: { threeMessages: "accept" } },
      });
      const starts = Promise.allSettled([alice.engine.start(bob.jid, options), bob.engine.start(alice.jid)]);
      const [ours, theirs] = await starts;
      await settled(world);
      if (ours.status === "fulfilled" || bob.engine.session(alice.jid)?.role !== "initiator") continue;
      dropped++;
      assert.equal(theirs.status, "fulfilled");
      assert.equal((ours.reason as { code: string }).code, "negotiation-aborted");
      assert.equal(alice.sessions.length, 1, "the peer's request goes on as any other");
    }
    assert.equal(dropped, 1);
  });
