/**
 * Every combination that can be agreed on, in Node. Which they are and what is expected of each stands in
 * test/support/matrix.ts; browsers run the same (.ci/browser.js).
 */
import assert from "node:assert/strict";
import test from "node:test";
import { loadCore } from "esession";
import { DSA_SHA256, type DsaPublicKey } from "esession/identity";
import { dummyKey } from "../support/built.js";
import { combinations, dsaSigner, Matrix, nameOf, type Combination } from "../support/matrix.js";
import { aliceKey, bobKey } from "../support/signers.js";

const small = { algorithms: "all", sessions: 8, maxStanzaBytes: 16_384 } as const;
const cores = [await loadCore(small), await loadCore(small)] as const;
const parameters = dummyKey(DSA_SHA256) as DsaPublicKey;
const matrix = new Matrix({
  cores,
  signers: {
    rsa: [aliceKey, bobKey],
    dsa: [dsaSigner(cores[0], parameters), dsaSigner(cores[1], parameters)],
  },
});

test("XEP-0116 §4.3, §8: there are 750 combinations, no two of them the same", () => {
  // 14 and 15: 20 suites, 13 ways with RSA and one with DSA; 22 more with DSA; six groups with two suites
  assert.equal(new Set(combinations.map(nameOf)).size, 20 * 14 + 20 * 14 + 22 + 6 * 2 * 14);
  assert.equal(combinations.length, 750);
});

const suiteOf = ({ group, cipher, hash }: Combination) => `group ${group}, ${cipher}, ${hash}`;
for (const suite of new Set(combinations.map(suiteOf))) {
  const ways = combinations.filter((one) => suiteOf(one) === suite);
  test(`XEP-0116 §4.2, §4.3, §8: ${suite}: ${ways.length} ways to identify each other`, async () => {
    for (const one of ways) await matrix.run(one);
  });
}
