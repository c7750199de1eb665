/** How often keys may be exchanged again (XEP-0116 §4.3, §4.5.2; XEP-0217 §4.1). */
import test from "node:test";
import assert from "node:assert/strict";
import { serializeStanza } from "esession/wire";
import { copyOf, setValues, valueOf } from "../support/forms.js";
import {
  envOf,
  expectState,
  identify,
  negotiate,
  outcomeOf,
  request,
  respond,
  sent,
} from "../support/machines.js";
import { aliceJid, bobJid } from "../support/pair.js";
import { refusal } from "../support/refusal.js";

const never = 4_294_967_295;

for (const [ours, theirs, agreed] of [
  [1, 1, 1],
  [1, 50, 50],
  [50, 1, 50],
  [1, never, never],
  [never, 1, never],
  [never - 1, 7, never - 1],
] as const)
  test(`XEP-0116 §4.5.2: ${ours} offered, ${theirs} wanted: the larger of both is agreed on, ${agreed}`, async () => {
    const alice = await envOf(aliceJid, "frequency", { rekeyFreq: ours });
    const bob = await envOf(bobJid, "frequency", { rekeyFreq: theirs });
    const { messages, initiator, responder } = negotiate(alice, bob);
    assert.deepEqual(
      messages.slice(0, 2).map((message) => valueOf(message, "rekey_freq")),
      [String(ours), String(agreed)],
    );
    for (const step of [initiator, responder!]) {
      const outcome = outcomeOf(step);
      assert.equal(outcome.agreed.rekeyFreq, agreed);
      assert.equal(outcome.exchange === undefined, agreed === never, "what an exchange goes on from");
    }
  });

for (const value of ["49", "0", "4294967296", "many", "5e1"])
  test(`XEP-0116 §4.5.2: an answer of ${value} to an offer of 50 is refused`, async () => {
    const alice = await envOf(aliceJid, "frequency refused", { rekeyFreq: 50 });
    const bob = await envOf(bobJid, "frequency refused");
    const first = request(alice);
    const message2 = copyOf(sent(respond(bob, sent(first))));
    setValues(message2, "rekey_freq", value);
    const step = identify(alice, first.next, message2);
    assert.equal(serializeStanza(sent(step)), refusal(bobJid, "not-acceptable", "rekey_freq"));
    expectState(step.next, "ended");
  });

test("XEP-0217 §4.1: the deployed dialect offers and answers 4294967295, whatever the policy says", async () => {
  const alice = await envOf(aliceJid, "frequency deployed", { dialect: "deployed", rekeyFreq: 1 });
  const bob = await envOf(bobJid, "frequency deployed", { dialect: "deployed", rekeyFreq: 1 });
  const { messages, initiator, responder } = negotiate(alice, bob);
  for (const message of messages.slice(0, 2)) assert.equal(valueOf(message, "rekey_freq"), String(never));
  for (const step of [initiator, responder!]) assert.equal(outcomeOf(step).exchange, undefined);
});
