/** The level of a session from all that is known of it: every combination, by rules that are written down once more. */
import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { pathToFileURL } from "node:url";
import type { Level } from "esession";
import type { Evidence, levelOf as LevelOf, levelRank as LevelRank } from "../../dist/engine/level.js";
import { root } from "../support/built.js";

const { levelOf, levelRank } = (await import(pathToFileURL(join(root, "dist/engine/level.js")).href)) as {
  levelOf: typeof LevelOf;
  levelRank: typeof LevelRank;
};

const flags = [false, true] as const;
const all: Evidence[] = [];
for (const toServerOnly of flags)
  for (const inClear of flags)
    for (const confirmed of flags)
      for (const alarm of flags)
        for (const keyVerified of flags)
          for (const chain of ["none", "weak", "full"] as const)
            all.push({ toServerOnly, inClear, confirmed, alarm, keyVerified, chain });

function expected({ toServerOnly, inClear, confirmed, alarm, keyVerified, chain }: Evidence): Level {
  if (toServerOnly) return "c2s";
  if (inClear) return "signed-only";
  const proven = confirmed && !alarm;
  if (proven && (keyVerified || chain === "full")) return "verified";
  return proven && chain === "weak" ? "verified-weak" : "unverified";
}

for (const evidence of all) {
  const holds = Object.entries(evidence).flatMap(([name, value]) => (value === true ? [name] : []));
  test(`${expected(evidence)}: chain ${evidence.chain}${holds.length > 0 ? `, ${holds.join(", ")}` : ""}`, () => {
    assert.equal(levelOf(evidence), expected(evidence));
  });
}

test("of the 96 combinations, verified are only encrypted, confirmed ones without an alarm in which something was compared", () => {
  assert.equal(all.length, 96);
  const verified = all.filter((one) => levelOf(one) === "verified");
  assert.equal(verified.length, 4);
  for (const { toServerOnly, inClear, confirmed, alarm } of verified)
    assert.deepEqual([toServerOnly, inClear, confirmed, alarm], [false, false, true, false]);
});

test("of several sessions with one JID the better one is used", () => {
  const levels = Object.keys(levelRank) as Level[];
  assert.deepEqual(
    levels.sort((a, b) => levelRank[b] - levelRank[a]),
    ["verified", "verified-weak", "unverified", "signed-only", "c2s"],
  );
});
