/** XEP-0116 §7.4, Key Associations: what it means that a JID shows a key, or none, and what the user's word changes. */
import assert from "node:assert/strict";
import test from "node:test";
import {
  acceptKey,
  judgeKey,
  maxKeysOfPeer,
  maxUsesOfKey,
  partKey,
  seeKey,
  unverifyKey,
  verifyKeyByFingerprint,
  verifyKeyBySas,
} from "esession/testing";
import type { KeyRecord, KeyVerdict, PeerAndKeys } from "esession/testing";
import { keyRecord, known, shownKey, use } from "./keys.js";

const alice = "alice@example.org";
const mallory = "mallory@example.net";
const [a, b, m] = ["a", "b", "e"] as const;
const fp = (digit: string) => digit.repeat(64);

/** `open` and `grave` beside the alarms, as one text. */
const told = ({ alarms, open, grave }: KeyVerdict) =>
  [...alarms, ...(open ? ["(open)"] : []), ...(grave ? ["(grave)"] : [])].join(" ");

const judgements: readonly (readonly [title: string, PeerAndKeys, string | undefined, string])[] = [
  ["no key, and none before: nothing to say", known(alice), undefined, ""],
  ["the first key of a JID is new", known(alice), a, "key-new"],
  ["the same key again", known(alice, keyRecord(a, [use(alice)])), a, ""],
  ["a verified key again", known(alice, keyRecord(a, [use(alice)], true)), a, ""],
  ["no key after one", known(alice, keyRecord(a, [use(alice)])), undefined, "key-missing (open) (grave)"],
  [
    "no key after one, which the user has accepted, is still told",
    {
      peer: { ...known(alice, keyRecord(a, [use(alice)])).peer, keyRequired: false },
      keys: [keyRecord(a, [use(alice)])],
    },
    undefined,
    "key-missing",
  ],
  [
    "no key where the user has said that one is required",
    { peer: { ...known(alice).peer, keyRequired: true }, keys: [] },
    undefined,
    "key-missing (open) (grave)",
  ],
  [
    "another key, where nothing was verified",
    known(alice, keyRecord(a, [use(alice)])),
    b,
    "key-changed (open)",
  ],
  [
    "another key than the verified one",
    known(alice, keyRecord(a, [use(alice)], true)),
    b,
    "key-changed (open) (grave)",
  ],
  [
    "another key that the user has accepted",
    known(alice, keyRecord(a, [use(alice)], true), keyRecord(b, [use(alice, "accepted")])),
    b,
    "",
  ],
  [
    "another key that the user was told of and did not accept is told again",
    known(alice, keyRecord(a, [use(alice)]), keyRecord(b, [use(alice, "told")])),
    b,
    "key-changed (open)",
  ],
  [
    "the first key of all, after another was verified: it may have been an attacker's from the beginning",
    known(alice, keyRecord(a, [use(alice)]), keyRecord(b, [use(alice, "accepted")], true)),
    a,
    "key-changed (open) (grave)",
  ],
  [
    "the key that was there first, after one that the user was only told of",
    known(alice, keyRecord(a, [use(alice)]), keyRecord(m, [use(mallory), use(alice, "told")], true)),
    a,
    "",
  ],
  [
    "the key of another JID, shown by one that had none: the attack of XEP-0116 §7.4",
    known(alice, keyRecord(m, [use(mallory)], true)),
    m,
    "key-elsewhere (open)",
  ],
  [
    "the key of another JID in place of its own",
    known(alice, keyRecord(a, [use(alice)], true), keyRecord(m, [use(mallory)], true)),
    m,
    "key-changed key-elsewhere (open) (grave)",
  ],
  [
    "the JID that had it first is not suspected when another shows it too",
    known(mallory, keyRecord(m, [use(mallory), use(alice, "told")])),
    m,
    "",
  ],
  [
    "a key of several JIDs that the user has accepted for this one",
    known(alice, keyRecord(m, [use(mallory), use(alice, "accepted")])),
    m,
    "",
  ],
  ["a key of which all else was forgotten", known(alice, keyRecord(b, [use(alice, "told")])), b, ""],
];

for (const [title, both, digit, expected] of judgements)
  test(`XEP-0116 §7.4: ${title}`, () => {
    assert.equal(told(judgeKey(both, digit && fp(digit))), expected);
  });

test("the verdict names every other JID that has shown the key", () => {
  const both = known(alice, keyRecord(m, [use(mallory), use("m@example.com", "told")]));
  assert.deepEqual(judgeKey(both, fp(m)).others, [mallory, "m@example.com"]);
});

const only = ({ keys }: PeerAndKeys, digit: string): KeyRecord =>
  keys.find(({ fingerprint }) => fingerprint === fp(digit))!;

test("a key that is seen is remembered with its JID, the time, and how it stands to it", () => {
  const first = seeKey(known(alice), shownKey(a), 10);
  assert.deepEqual(first.peer.keys, [fp(a)]);
  assert.equal(first.peer.keyRequired, true, "D17a: a key once seen is required from then on");
  assert.deepEqual(only(first, a), {
    ...shownKey(a),
    hash: "sha256",
    verified: "none",
    uses: [use(alice, "first", 10)],
  });

  const again = seeKey(first, shownKey(a), 20);
  assert.deepEqual(only(again, a).uses, [{ ...use(alice, "first", 10), lastSeenAt: 20 }]);

  const second = seeKey(again, shownKey(b), 30);
  assert.deepEqual(second.peer.keys, [fp(a), fp(b)]);
  assert.equal(only(second, b).uses[0]?.standing, "told");
  assert.equal(told(judgeKey(second, fp(b))), "key-changed (open)");
});

test("a key is required from the first one on, and not again after the user has said otherwise", () => {
  const seen = seeKey(known(alice), shownKey(a), 1);
  const waived = { ...seen, peer: { ...seen.peer, keyRequired: false } };
  assert.equal(seeKey(waived, shownKey(a), 2).peer.keyRequired, false);
  assert.equal(seeKey(waived, shownKey(b), 2).peer.keyRequired, false);
});

test("what the user accepts is no alarm any more, and what was never shown cannot be accepted", () => {
  const changed = seeKey(known(alice, keyRecord(a, [use(alice)], true)), shownKey(b), 2);
  const accepted = acceptKey(changed, fp(b))!;
  assert.equal(told(judgeKey(accepted, fp(b))), "");
  assert.equal(told(judgeKey(accepted, fp(a))), "", "the old one is still hers");
  assert.equal(acceptKey(known(alice, keyRecord(m, [use(mallory)])), fp(m)), undefined);
  assert.equal(acceptKey(known(alice), fp(m)), undefined);
});

test("XEP-0116 §4.2: a SAS that was compared authenticates the key of its session, for the JID of that session", () => {
  const both = seeKey(known(alice, keyRecord(m, [use(mallory)])), shownKey(m), 2);
  const verified = verifyKeyBySas(both, shownKey(m), 3);
  assert.equal(only(verified, m).verified, "sas");
  assert.equal(only(verified, m).verifiedAt, 3);
  assert.equal(told(judgeKey(verified, fp(m))), "");
  const twice = verifyKeyBySas(verified, shownKey(m), 4);
  assert.equal(only(twice, m).verifiedAt, 3);
  const forgotten = verifyKeyBySas(known(alice), shownKey(a), 5);
  assert.equal(only(forgotten, a).verified, "sas", "also a key that was forgotten while the session stood");
});

test("XEP-0116 §7.3: a fingerprint that was compared settles a key of one JID, and leaves the warnings of several", () => {
  const one = verifyKeyByFingerprint(keyRecord(b, [use(alice, "told")]), 5);
  assert.deepEqual([one.verified, one.verifiedAt, one.uses[0]?.standing], ["fingerprint", 5, "accepted"]);
  const two = verifyKeyByFingerprint(keyRecord(m, [use(mallory), use(alice, "told")]), 5);
  assert.deepEqual(
    two.uses.map(({ standing }) => standing),
    ["first", "told"],
  );
  assert.equal(told(judgeKey(known(alice, two), fp(m))), "key-elsewhere (open)");
  const back = unverifyKey(two);
  assert.deepEqual([back.verified, back.verifiedAt], ["none", undefined]);
});

test("what is forgotten is new again; the last key of a JID takes the requirement with it", () => {
  const both = known(alice, keyRecord(a, [use(alice)]), keyRecord(m, [use(mallory), use(alice, "told")]));
  const withoutM = partKey(both, fp(m));
  assert.deepEqual(withoutM.peer.keys, [fp(a)]);
  assert.equal(withoutM.peer.keyRequired, true);
  assert.deepEqual(
    only(withoutM, m).uses.map(({ jid }) => jid),
    [mallory],
    "it stays the key of the others",
  );
  const withoutBoth = partKey(withoutM, fp(a));
  assert.equal(only(withoutBoth, a), undefined);
  assert.equal(withoutBoth.peer.keyRequired, false);
  assert.equal(told(judgeKey(withoutBoth, fp(a))), "key-new");
  assert.equal(told(judgeKey(withoutBoth, undefined)), "");
});

test("a JID that shows ever new keys has 16 remembered: those that nobody trusts go, the trusted stay", () => {
  let both = known(alice, keyRecord(a, [use(alice)], true));
  const many = Array.from({ length: 40 }, (_, index) => ({
    ...shownKey(a),
    fingerprint: index.toString(16).padStart(64, "0"),
  }));
  many.forEach((key, index) => {
    both = seeKey(both, key, 100 + index);
    assert.ok(both.peer.keys.length <= maxKeysOfPeer);
    assert.equal(both.keys.length, both.peer.keys.length);
  });
  assert.ok(both.peer.keys.includes(fp(a)));
  assert.ok(both.peer.keys.includes(many.at(-1)!.fingerprint));
  const trusted: PeerAndKeys = {
    ...both,
    keys: both.keys.map((key) => ({ ...key, verified: "sas", verifiedAt: 1 })),
  };
  assert.equal(
    seeKey(trusted, shownKey(b), 200),
    trusted,
    "where all are trusted the new one is told each time",
  );
  assert.equal(told(judgeKey(trusted, fp(b))), "key-changed (open) (grave)");
});

test("a key under more JIDs than are remembered is told each time", () => {
  const uses = Array.from({ length: maxUsesOfKey }, (_, index) => use(`m${index}@example.net`));
  const both = known(alice, keyRecord(m, uses));
  const seen = seeKey(both, shownKey(m), 5);
  assert.equal(seen, both);
  assert.equal(told(judgeKey(seen, fp(m))), "key-elsewhere (open)");
});
