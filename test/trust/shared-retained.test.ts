import test from "node:test";
import assert from "node:assert/strict";
import type { Core, Secret } from "esession/core";
import {
  findSrshash,
  loadTestCore,
  matchRshashes,
  maxRshashes,
  rshashes,
  seededRandom,
  srshash,
  type Retained,
} from "esession/testing";
import { hex, recordedRuns, unhex } from "./recorded.js";

const testCore = await loadTestCore();
const { core } = testCore;
const importSecret = (bytes: Uint8Array) => testCore.importSecret(bytes);

const retained = (secret: Secret, more: Partial<Retained> = {}): Retained => ({
  id: crypto.randomUUID(),
  secret,
  createdAt: 0,
  expiresAt: 1,
  verified: "none",
  staged: false,
  ...more,
});
const some = (count: number) =>
  Array.from({ length: count }, (_, i) => retained(importSecret(new Uint8Array(32).fill(i + 1))));
const nonce = new Uint8Array(16).fill(9);
const wipe = (list: Retained[]) => list.forEach(({ secret }) => secret.wipe());

for (const run of recordedRuns.filter(({ values }) => values["SRS"])) {
  const own = (who: "alice" | "bob") =>
    run.secrets_before![who].map(([secret]) => retained(importSecret(unhex(secret))));
  const shared = importSecret(unhex(run.values["SRS"]!));

  test(`XEP-0116 §4.7.3: the responder of ${run.id} finds the shared secret in the list it was sent`, () => {
    const bob = own("bob");
    const received = run.values.rshashes!.map(unhex);
    const found = matchRshashes(core, unhex(run.values["N_A"]!), bob, received);
    assert.ok(found && core.keys.equal(found.secret, shared));
    assert.equal(hex(srshash(core, found.secret)), run.values["srshash"]);
    wipe(bob);
  });

  test(`XEP-0116 §4.8: the initiator of ${run.id} finds it by srshash, and its list has what it sent`, () => {
    const alice = own("alice");
    const found = findSrshash(core, alice, unhex(run.values["srshash"]!));
    assert.ok(found && core.keys.equal(found.secret, shared));
    const sent = rshashes(core, unhex(run.values["N_A"]!), [found.secret]).map(hex);
    assert.equal(sent.filter((value) => run.values.rshashes!.includes(value)).length, 1);
    wipe(alice);
  });

  test(`XEP-0116 §4.8: the successor of ${run.id} is HMAC(K, "New Retained Secret")`, () => {
    const successor = core.keys.retained(importSecret(unhex(run.values["K_final"]!)));
    assert.ok(core.keys.equal(successor, importSecret(unhex(run.values["SRS_new"]!))));
  });
}

test("a list has random values beside the secrets', at least four, up to a multiple of eight in all", () => {
  for (const [count, total] of [
    [0, 8],
    [1, 8],
    [4, 8],
    [5, 16],
    [12, 16],
    [13, 24],
    [32, 40],
  ] as const) {
    const own = some(count);
    const secrets = own.map(({ secret }) => secret);
    const [list, again] = [rshashes(core, nonce, secrets).map(hex), rshashes(core, nonce, secrets).map(hex)];
    assert.equal(list.length, total);
    assert.equal(new Set(list).size, total);
    assert.ok(list.every((value) => value.length === 64));
    // only the secrets' own values come again
    assert.equal(list.filter((value) => again.includes(value)).length, count);
    for (const one of own) assert.equal(matchRshashes(core, nonce, [one], list.map(unhex)), one);
    wipe(own);
  }
});

test("under another N_A the list is another", () => {
  const own = some(4);
  const list = rshashes(
    core,
    nonce,
    own.map(({ secret }) => secret),
  );
  assert.equal(matchRshashes(core, new Uint8Array(16), own, list), undefined);
  wipe(own);
});

test("each place of the list is as likely as the other", async () => {
  const source = seededRandom("places");
  let drawn = 0;
  const random = (target: Uint8Array) => {
    if (target.length === 1) drawn += 1;
    source(target);
  };
  const seeded = await loadTestCore({ random });
  const secret = seeded.importSecret(new Uint8Array(32).fill(1));
  const value = hex(seeded.core.keys.hmac(nonce, secret));
  const counts = new Array<number>(8).fill(0);
  const rounds = 1600;
  for (let round = 0; round < rounds; round++)
    counts[rshashes(seeded.core, nonce, [secret]).map(hex).indexOf(value)]! += 1;
  // chi-squared with 7 degrees of freedom: 24.3 is passed by one seed in a thousand
  const expected = rounds / 8;
  const chiSquared = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  assert.ok(chiSquared < 24.3, `places: ${counts.join(", ")}`);
  // 7 draws for each list, and those again that would favour some places: 10 of 256 lists
  assert.ok(drawn > rounds * 7 + rounds / 40, `${drawn} octets were drawn`);
});

test("the HMAC of every secret is made whatever matches", () => {
  const own = some(6);
  let made = 0;
  const counting: Core = {
    ...core,
    equal: core.equal.bind(core),
    keys: {
      ...core.keys,
      hmac: (key, message) => {
        made += 1;
        return core.keys.hmac(key, message);
      },
    },
  };
  const lists = [[], [core.keys.hmac(nonce, own[0]!.secret)], [core.keys.hmac(nonce, own[5]!.secret)]];
  for (const [index, list] of lists.entries()) {
    made = 0;
    assert.equal(matchRshashes(counting, nonce, own, list), [undefined, own[0], own[5]][index]);
    assert.equal(made, 6);
  }
  for (const received of [srshash(core, own[0]!.secret), srshash(core, undefined)]) {
    made = 0;
    findSrshash(counting, own, received);
    assert.equal(made, 6);
  }
  wipe(own);
});

test("at most 256 values are read from a peer", () => {
  const [one] = some(1) as [Retained];
  const value = core.keys.hmac(nonce, one.secret);
  const filler = Array.from({ length: maxRshashes }, () => new Uint8Array(32));
  assert.equal(matchRshashes(core, nonce, [one], [...filler.slice(1), value]), one);
  assert.equal(matchRshashes(core, nonce, [one], [...filler, value]), undefined);
  one.secret.wipe();
});

test("of several matches the best verified one counts, then the newest", () => {
  const own = some(4).map((one, index) => ({
    ...one,
    createdAt: index,
    verified: (["none", "full", "full", "weak"] as const)[index]!,
  }));
  const all = own.map(({ secret }) => core.keys.hmac(nonce, secret));
  assert.equal(matchRshashes(core, nonce, own, all), own[2]);
  assert.equal(matchRshashes(core, nonce, own, [all[0]!, all[3]!]), own[3]);
  wipe(own);
});

test("srshash is random where no secret is shared, and matches nothing of another length", () => {
  const own = some(3);
  const [first, second] = [srshash(core, undefined), srshash(core, undefined)];
  assert.equal(first.length, 32);
  assert.notDeepEqual(first, second);
  assert.equal(findSrshash(core, own, first), undefined);
  const right = srshash(core, own[1]!.secret);
  assert.equal(findSrshash(core, own, right), own[1]);
  assert.equal(findSrshash(core, own, right.slice(1)), undefined);
  assert.equal(findSrshash(core, own, new Uint8Array()), undefined);
  wipe(own);
});
