/** The application decides on a request late: when it has expired, or when more is known of the peer (XEP-0155 §10.1). */
import test from "node:test";
import assert from "node:assert/strict";
import { establish, pairOf } from "../support/pair.js";
import { keyPair, scriptedRequest } from "../support/scripted-peer.js";

const nobody = { bob: { policy: { answer: "nobody" } } } as const;

for (const [when, end, wait] of [
  ["has expired", undefined, 120_000],
  ["went with a closed engine", "close", 0],
] as const)
  test(`XEP-0155 §10.1: accept() and reject() of a request that ${when} say so, and nothing is sent`, async (t) => {
    const { world, alice, bob } = await pairOf(t, nobody);
    for (const resource of ["a", "b"])
      world.deliver(scriptedRequest({ from: `${alice.jid}${resource}`, to: bob.jid, pair: keyPair() }));
    await world.clock.pass(wait);
    if (end) await bob.engine.close();
    const [first, second] = bob.requests;
    for (const call of [() => first!.accept(), () => second!.reject("later"), () => second!.accept()])
      assert.throws(call, { code: "negotiation-timeout", message: /expired/ });
    await world.quiet();
    assert.deepEqual(world.log, []);
  });

test("sas-downgrade: accept() judges by what is known then: a JID that used sas28x5-bound meanwhile is refused sas28x5", async (t) => {
  const { world, alice, bob } = await pairOf(t, nobody);
  world.deliver(scriptedRequest({ from: "alice@example.org/old", to: bob.jid, pair: keyPair() }));
  await world.quiet();
  const [request] = bob.requests;
  assert.deepEqual(request!.fields["sas_algs"], ["sas28x5"]);

  const [session] = await establish(world, bob, alice);
  assert.equal(session.info.sasAlgorithm, "sas28x5-bound");
  await session.close();
  await world.quiet();
  const messages = world.messages(2).length;
  request!.accept();
  await world.quiet();
  assert.equal(world.messages(2).length, messages, "message 2 was sent");
  assert.deepEqual(
    bob.alerts.filter(({ kind }) => kind === "sas-downgrade").map(({ jid }) => jid),
    ["alice@example.org"],
  );
});
