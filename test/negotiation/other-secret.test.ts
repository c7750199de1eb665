/** The Other Shared Secret in the final keys (XEP-0116 §4.7.3, §4.8.1): equal, different, on one side only. */
import test from "node:test";
import assert from "node:assert/strict";
import {
  answer,
  conclude,
  envs,
  failed,
  failureOf,
  identify,
  outcomeOf,
  request,
  respond,
  sent,
  type Env,
} from "../support/machines.js";
import { establish, pairOf, seedOf } from "../support/pair.js";

const know = ({ core }: Env, octet: number | undefined) => ({
  retained: [],
  otherSecret: octet === undefined ? undefined : core.keys.import(new Uint8Array(32).fill(octet)),
});

async function negotiated(seed: string, ours: number | undefined, theirs: number | undefined) {
  const [a, b] = await envs(seed);
  const first = request(a);
  const second = respond(b, sent(first));
  const third = identify(a, first.next, sent(second), know(a, ours));
  const fourth = answer(b, second.next, sent(third), know(b, theirs));
  return { fourth, last: conclude(a, third.next, sent(fourth)) };
}

test("XEP-0116 §4.7.3: the same other secret on both sides gives a session, which the responder has confirmed", async (t) => {
  const { fourth, last } = await negotiated(seedOf(t), 1, 1);
  assert.equal(outcomeOf(last).sas, outcomeOf(fourth).sas);
  assert.deepEqual([outcomeOf(last).otherSecretUsed, outcomeOf(fourth).otherSecretUsed], [true, true]);
  assert.equal(outcomeOf(fourth).confirmed, false, "message 3 does not prove that the initiator knows it");
});

for (const [name, ours, theirs] of [
  ["different ones", 1, 2],
  ["one on the initiator's side only", 1, undefined],
  ["one on the responder's side only", undefined, 1],
] as const)
  test(`XEP-0116 §4.8.2: with ${name} the initiator refuses message 4 and stores nothing`, async (t) => {
    const { last } = await negotiated(seedOf(t), ours, theirs);
    assert.ok(failed(last));
    assert.equal(failureOf(last).error.code, "identity-mismatch");
    assert.deepEqual(last.write, []);
  });

test("XEP-0116 §4.2: a secret that both users set is used in every session between the two, whatever form it was typed in", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  await alice.engine.setOtherSecret("bob@example.com", "Caf\u00e9 am Ufer, 1998");
  await bob.engine.setOtherSecret("alice@example.org", "Cafe\u0301 am Ufer, 1998");
  for (const [initiator, responder] of [
    [alice, bob],
    [bob, alice],
  ] as const) {
    const [ours, theirs] = await establish(world, initiator, responder);
    assert.equal(ours.sas, theirs.sas);
    assert.equal(theirs.state, "established");
    await ours.close();
  }
});
