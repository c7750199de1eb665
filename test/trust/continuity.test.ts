/**
 * The pair's chain of retained secrets against loss and a man in the middle, on a model of the negotiation: only who
 * knows which secret counts, so a secret is its id.
 */
import test from "node:test";
import assert from "node:assert/strict";
import { addSuccessor, confirm, type Retained } from "esession/testing";
import { handle, retained, seeded } from "./secrets.js";

const negotiations = process.env["ESESSION_LONG"] === "1" ? 10_000 : 2_000;

test("whatever is lost or replayed, an honest pair still shares a verified secret", (t) => {
  const random = seeded(t);
  const chance = (probability: number) => random() < probability;
  const lists: [readonly Retained[], readonly Retained[]] = [
    [retained("0", { verified: "full", expiresAt: Infinity })],
    [retained("0", { verified: "full", expiresAt: Infinity })],
  ];

  for (let number = 1; number <= negotiations; number++) {
    const [a, b] = chance(0.5) ? ([0, 1] as const) : ([1, 0] as const);
    const shared = lists[b].find(({ id }) => lists[a].some((one) => one.id === id));
    assert.ok(shared, `after ${number - 1} negotiations nothing is shared`);
    assert.equal(shared.verified, "full");
    const successor = (id: string) => ({ id, secret: handle(), from: shared.id, verified: "none" as const });
    const staging = (id: string) => addSuccessor(lists[b], successor(id), number, { staged: true });

    if (chance(0.2)) {
      // an attacker copies the initiator's rshashes: the responder stages what only he has
      lists[b] = staging(`attack ${number}`).list;
      continue;
    }
    const id = `${number}`;
    const { list, deferred } = staging(id);
    lists[b] = list;
    if (chance(0.3)) continue; // message 4 is lost, or M_B does not verify
    // what is deferred is stored only when confirmed: the one loss that the bound on staged secrets allows
    const confirmationLost = !deferred && chance(0.3);
    lists[a] = addSuccessor(lists[a], successor(id), number, { staged: false }).list;
    if (confirmationLost) continue;
    lists[b] = deferred
      ? addSuccessor(lists[b], successor(id), number, { staged: false }).list
      : confirm(lists[b], id).list;
  }
});
