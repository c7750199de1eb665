/** Requests that copy what a pair shares make the responder stage successors: that never costs a verified secret (XEP-0116 §4.7.4). */
import test from "node:test";
import assert from "node:assert/strict";
import { addSuccessor, maxRetained, maxStagedSuccessors, type Retained } from "esession/testing";
import { handle, retained } from "../trust/secrets.js";

const stage = (list: readonly Retained[], id: string, from: string, now: number) =>
  addSuccessor(list, { id, secret: handle(), from, verified: "none" }, now, { staged: true });
const idsOf = (list: readonly Retained[]) => list.map(({ id }) => id);

for (const verified of ["full", "weak"] as const)
  test(`XEP-0116 §4.7.4: whichever of several secrets (${verified}) is named, and however often, each of them stays`, () => {
    const roots = ["a", "b", "c", "d", "e"];
    let list: readonly Retained[] = roots.map((id, at) => retained(id, { verified, createdAt: at }));
    let now = roots.length;
    for (let time = 0; time <= maxStagedSuccessors; time++)
      for (const from of roots) {
        const change = stage(list, `${from}${time}`, from, now++);
        assert.deepEqual(idsOf(change.dropped), [], `${from}${time}`);
        assert.equal(change.deferred, !idsOf(change.list).includes(`${from}${time}`));
        ({ list } = change);
      }
    assert.equal(list.length, maxRetained);
    assert.deepEqual(idsOf(list.filter(({ staged }) => !staged)), roots);
  });

test("XEP-0116 §4.7.4: a full list of verified secrets drops none of them for what is staged, only an unverified one", () => {
  const list = Array.from({ length: maxRetained }, (_, at) => retained(`v${at}`, { verified: "full", createdAt: at })); // prettier-ignore
  const refused = stage(list, "new", "v31", 99);
  assert.deepEqual([refused.deferred, refused.list, refused.dropped], [true, list, []]);

  const [, ...others] = list;
  const mixed = [...others, retained("unverified", { createdAt: 98 })];
  assert.deepEqual(idsOf(stage(mixed, "new", "v31", 99).dropped), ["unverified"]);
});
