import test from "node:test";
import assert from "node:assert/strict";
import { pairOf, establish, seedOf } from "../support/pair.js";
import { negotiate, envs, outcomeOf } from "../support/machines.js";
import { serializeStanza } from "esession/wire";
test("x", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  const [a, b] = await establish(world, alice, bob);
  assert.equal(a.sas, b.sas);
  const [ea, eb] = await envs(seedOf(t));
  const run = negotiate(ea, eb);
  for (const m of run.messages) console.log(serializeStanza(m));
  assert.equal(outcomeOf(run.initiator).sas, outcomeOf(run.responder!).sas);
  console.log(world.log.map(x => x.from + x.text.slice(0, 200)));
});
