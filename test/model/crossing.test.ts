/**
 * XEP-0200 §9, crossing re-keys, exhaustively: every order of sends, re-keys and deliveries of two sides, up to a depth,
 * but for orders that differ only in which side does first what the other does not notice. Whatever the order, all
 * arrives as it was sent and both sides come to the same keys. ESESSION_DEPTH says how deep.
 */
import assert from "node:assert/strict";
import test from "node:test";
import { Conversation, modelCore } from "./ends.js";

const DEPTH = Number(process.env["ESESSION_DEPTH"] ?? 5);

type Action = readonly [kind: "send" | "re-key" | "deliver", side: 0 | 1];
const actions: readonly Action[] = ([0, 1] as const).flatMap((side) => (["send", "re-key", "deliver"] as const).map((kind): Action => [kind, side])); // prettier-ignore

/** Every schedule of that length in which nothing is delivered that was not sent. */
function* schedules(
  depth: number,
  before: readonly Action[] = [],
  links: readonly [number, number] = [0, 0],
): Generator<readonly Action[]> {
  if (before.length === depth) {
    yield before;
    return;
  }
  for (const action of actions) {
    const [kind, side] = action;
    if (kind === "deliver" && links[side] === 0) continue;
    // The two sides are alike: Alice begins.
    if (before.length === 0 && side === 1) continue;
    const last = before.at(-1);
    // Neighbours of different sides may change places, unless the one delivers what the other has sent: only one order is tried.
    if (last?.[1] === 1 && side === 0) {
      const delivered = kind === "deliver" && last[0] !== "deliver" && links[0] === 1;
      if (!delivered) continue;
    }
    const next: [number, number] = [...links];
    if (kind === "deliver") next[side]--;
    else next[(1 - side) as 0 | 1]++;
    yield* schedules(depth, [...before, action], next);
  }
}

test(`XEP-0200 §9: every order of sends, re-keys and deliveries up to depth ${DEPTH} ends with everything delivered`, async (t) => {
  const model = await modelCore();
  const before = model.testing.core.usage.contexts;
  const start = performance.now();
  let count = 0;
  for (const schedule of schedules(DEPTH)) {
    const conversation = new Conversation(model);
    try {
      for (const [kind, side] of schedule)
        if (kind === "deliver") conversation.deliver(side);
        else {
          if (kind === "re-key") conversation.offer(side);
          conversation.send(side);
        }
      conversation.finish();
    } catch (error) {
      t.diagnostic(schedule.map(([kind, side]) => `${"AB"[side]} ${kind}`).join(", "));
      throw error;
    }
    count++;
  }
  assert.equal(model.testing.core.usage.contexts, before);
  assert.equal(model.testing.core.usage.secrets, model.kept());
  t.diagnostic(`${count} schedules, ${Math.round((count / (performance.now() - start)) * 1000)} per second`);
});
