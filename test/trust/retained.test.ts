import test from "node:test";
import assert from "node:assert/strict";
import {
  addSuccessor,
  confirm,
  expire,
  markVerified,
  maxRetained,
  maxStagedSuccessors,
  retainedLifetimeMs,
  usable,
  type Retained,
} from "esession/testing";
import { handle, retained } from "./secrets.js";

const ids = (list: readonly Retained[]) => list.map(({ id }) => id).join(" ");
const successor = (id: string, from?: string, verified: Retained["verified"] = "none") => ({
  id,
  secret: handle(),
  from,
  verified,
});
const staged = (id: string, from: string, more: Partial<Retained> = {}) =>
  retained(id, { from, staged: true, ...more });
const series = (count: number, make: (index: number) => Retained) =>
  Array.from({ length: count }, (_, i) => make(i));

test("only what has not expired is used, staged ones too; expire() names the others", () => {
  const list = [
    retained("a", { expiresAt: 5 }),
    retained("b", { expiresAt: 6 }),
    staged("c", "b", { expiresAt: 7 }),
  ];
  for (const [now, kept, dropped] of [
    [4, "a b c", ""],
    [5, "b c", "a"],
    [6, "c", "a b"],
    [7, "", "a b c"],
  ] as const) {
    assert.equal(ids(usable(list, now)), kept);
    assert.equal(ids(expire(list, now).list), kept);
    assert.equal(ids(expire(list, now).dropped), dropped);
  }
});

test("a new secret lives for a year, or as long as it is told", () => {
  const add = (options: { staged: boolean; lifetimeMs?: number }) =>
    addSuccessor([], successor("a"), 100, options).list[0];
  assert.equal(retainedLifetimeMs, 31_536_000_000);
  assert.equal(add({ staged: false })?.expiresAt, 100 + retainedLifetimeMs);
  assert.equal(add({ staged: false })?.createdAt, 100);
  assert.equal(add({ staged: true, lifetimeMs: 7 })?.expiresAt, 107);
});

const kept = retained("other");
const replacing: [
  title: string,
  list: Retained[],
  from: string | undefined,
  list: string,
  dropped: string,
][] = [
  ["nothing, where none was shared", [kept], undefined, "other new", ""],
  ["the one that it came from", [retained("s"), kept], "s", "other new", "s"],
  [
    "that one, and not what is staged beside it",
    [retained("s"), staged("t", "s"), staged("u", "s"), kept],
    "s",
    "t u other new",
    "s",
  ],
  [
    "a staged one that it came from, and all before it",
    [retained("s"), staged("t", "s"), staged("u", "t")],
    "u",
    "new",
    "s t u",
  ],
  ["nothing of one that is gone", [staged("t", "gone"), kept], "gone", "t other new", ""],
  ["nothing of another chain", [retained("s"), retained("x"), staged("y", "x")], "s", "x y new", "s"],
];
for (const [title, list, from, expected, dropped] of replacing)
  test(`the initiator's successor replaces ${title}`, () => {
    const result = addSuccessor(list, successor("new", from), 1, { staged: false });
    assert.equal(ids(result.list), expected);
    assert.equal(ids(result.dropped), dropped);
    assert.equal(result.deferred, false);
    assert.equal(result.list.at(-1)?.staged, false);
    assert.ok(!("from" in result.list.at(-1)!));
  });

test("the responder's successor is staged beside the old secret and beside other staged ones", () => {
  let list: readonly Retained[] = [retained("s")];
  for (let index = 1; index <= maxStagedSuccessors; index++) {
    const result = addSuccessor(list, successor(`t${index}`, "s"), 1, { staged: true });
    assert.equal(ids(result.dropped), "");
    assert.equal(result.deferred, false);
    list = result.list;
  }
  assert.equal(ids(list), "s t1 t2 t3 t4 t5 t6 t7 t8");
  assert.ok(list.slice(1).every((entry) => entry.staged && entry.from === "s"));
});

test("a ninth successor of one secret is deferred, and changes nothing until the peer has confirmed it", () => {
  const list = [retained("s"), ...series(8, (i) => staged(`t${i}`, "s"))];
  const ninth = addSuccessor(list, successor("ninth", "s"), 1, { staged: true });
  assert.equal(ninth.deferred, true);
  assert.equal(ninth.list, list);
  assert.equal(ids(ninth.dropped), "");
  // a successor of another one still has its place
  assert.equal(addSuccessor([...list, kept], successor("x", "other"), 1, { staged: true }).deferred, false);

  const confirmed = addSuccessor(list, successor("ninth", "s"), 2, { staged: false, confirmed: true });
  assert.equal(ids(confirmed.list), "ninth");
  assert.equal(confirmed.dropped.length, 9);
});

const confirming: [title: string, list: Retained[], id: string, list: string, dropped: string][] = [
  ["the secret that it came from", [retained("s"), staged("t", "s"), kept], "t", "t other", "s"],
  [
    "all its other successors",
    [retained("s"), staged("t", "s"), staged("u", "s"), staged("v", "s")],
    "u",
    "u",
    "s t v",
  ],
  [
    "what the others led to",
    [retained("s"), staged("t", "s"), staged("u", "s"), staged("v", "u")],
    "t",
    "t",
    "s u v",
  ],
  ["all before it", [retained("s"), staged("t", "s"), staged("u", "t")], "u", "u", "s t"],
  ["not its own successors", [retained("s"), staged("t", "s"), staged("u", "t")], "t", "t u", "s"],
  ["successors of one that is gone", [staged("t", "gone"), staged("u", "gone")], "t", "t", "u"],
  ["nothing, where it came from none", [retained("new", { staged: true }), kept], "new", "new other", ""],
  ["nothing, where it is not known", [retained("s"), staged("t", "s")], "x", "s t", ""],
  ["nothing, where it was not staged", [retained("s"), staged("t", "s")], "s", "s t", ""],
];
for (const [title, list, id, expected, dropped] of confirming)
  test(`a confirmed secret destroys ${title}`, () => {
    const result = confirm(list, id);
    assert.equal(ids(result.list), expected);
    assert.equal(ids(result.dropped), dropped);
    const entry = result.list.find((one) => one.id === id);
    if (entry) assert.deepEqual([entry.staged, "from" in entry], [false, false]);
  });

test("to confirm twice is to confirm once", () => {
  const once = confirm([retained("s"), staged("t", "s")], "t");
  const twice = confirm(once.list, "t");
  assert.deepEqual([ids(twice.list), ids(twice.dropped)], ["t", ""]);
});

const marks = ["none", "weak", "full"] as const;
test("a successor inherits the mark of the secret that it came from, or its own if that is stronger", () => {
  for (const [i, parent] of marks.entries())
    for (const [j, own] of marks.entries())
      for (const isStaged of [true, false]) {
        const list = [retained("s", { verified: parent })];
        const result = addSuccessor(list, successor("new", "s", own), 1, { staged: isStaged });
        assert.equal(result.list.at(-1)?.verified, marks[Math.max(i, j)]);
      }
});

test("a verification marks the secret and all that succeeds it, never what is before or beside it", () => {
  const list = [retained("s"), staged("t", "s"), staged("u", "t"), staged("v", "s"), kept];
  const marked = markVerified(list, "t", "full");
  assert.deepEqual(
    marked.map(({ verified }) => verified),
    ["none", "full", "full", "none", "none"],
  );
  assert.equal(ids(marked), ids(list));
  const weaker = markVerified(marked, "t", "weak");
  assert.deepEqual(
    weaker.map(({ verified }) => verified),
    ["none", "full", "full", "none", "none"],
  );
  assert.equal(markVerified(list, "t", "weak")[2]?.verified, "weak");
  assert.deepEqual(markVerified(list, "unknown", "full"), list);
});

test("the mark moves along the whole chain, staged and confirmed", () => {
  let list: readonly Retained[] = markVerified([retained("0")], "0", "full");
  for (let step = 1; step <= 5; step++) {
    list = addSuccessor(list, successor(`${step}`, `${step - 1}`), step, { staged: step % 2 === 0 }).list;
    list = confirm(list, `${step}`).list;
  }
  assert.deepEqual([ids(list), list[0]?.verified], ["5", "full"]);
});

const full = (verified: (index: number) => Retained["verified"], stagedOnes = false) =>
  series(maxRetained, (i) =>
    retained(`${i}`, {
      createdAt: i,
      verified: verified(i),
      ...(stagedOnes ? { staged: true, from: `f${i}` } : {}),
    }),
  );
test("at most 32 are kept: the oldest unverified one goes first", () => {
  const list = full((i) => (i < 3 ? "full" : i === 3 ? "weak" : "none"));
  const result = addSuccessor(list, successor("new"), 99, { staged: false });
  assert.equal(result.list.length, maxRetained);
  assert.equal(ids(result.dropped), "4");
  assert.equal(result.list.at(-1)?.id, "new");
});

test("what has expired makes room before anything else goes", () => {
  const list = full(() => "none").map((entry, i) => (i === 20 ? { ...entry, expiresAt: 50 } : entry));
  assert.equal(ids(addSuccessor(list, successor("new"), 99, { staged: false }).dropped), "20");
});

test("an unverified secret never displaces a verified one", () => {
  for (const verified of ["weak", "full"] as const) {
    const list = full(() => verified);
    const result = addSuccessor(list, successor("new"), 99, { staged: false });
    assert.equal(ids(result.list), ids(list));
    assert.equal(ids(result.dropped), "");
    assert.equal(result.deferred, true, "it may find its place when the users have compared");
  }
});

test("a verified secret displaces an unverified one, else the oldest of the least verified", () => {
  const add = (list: Retained[]) =>
    ids(addSuccessor(list, successor("new", undefined, "full"), 99, { staged: false }).dropped);
  assert.equal(add(full((i) => (i === 30 ? "none" : "full"))), "30");
  assert.equal(add(full((i) => (i > 20 ? "weak" : "full"))), "21");
  assert.equal(add(full(() => "full")), "0");
});

test("staging never removes another staged secret, nor the one that it comes from: it is deferred", () => {
  const list = full(() => "none", true);
  const result = addSuccessor(list, successor("new"), 99, { staged: true });
  assert.deepEqual([result.deferred, result.list, ids(result.dropped)], [true, list, ""]);

  const oneSettled = [...list.slice(1), retained("s")];
  assert.equal(addSuccessor(oneSettled, successor("new", "s"), 99, { staged: true }).deferred, true);
  const two = [...list.slice(2), retained("s"), retained("old")];
  assert.equal(ids(addSuccessor(two, successor("new", "s"), 99, { staged: true }).dropped), "old");
});

test("a secret is never lost from sight: what was there is kept or dropped, never both", () => {
  const list = [retained("s"), staged("t", "s"), staged("u", "t"), kept, retained("old", { expiresAt: 1 })];
  const changes = [
    ...["s", "t", "u", "other", "gone"].flatMap((from) =>
      [true, false].map((isStaged) => addSuccessor(list, successor("new", from), 1, { staged: isStaged })),
    ),
    ...["s", "t", "u", "other"].map((id) => confirm(list, id)),
    expire(list, 1),
  ];
  for (const change of changes) {
    const after = [...change.list, ...change.dropped].map(({ id }) => id).filter((id) => id !== "new");
    assert.deepEqual(after.sort(), list.map(({ id }) => id).sort());
  }
});

test("an id that is taken is our own mistake", () => {
  assert.throws(() => addSuccessor([kept], successor("other"), 1, { staged: true }), /id of its own/);
});
