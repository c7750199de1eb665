/** Lists for bots and gateways: stanzas of several sessions sealed, or opened, by one call. */
import assert from "node:assert/strict";
import test from "node:test";
import { element, parseStanza, serializeStanza } from "esession/wire";
import type { Element } from "esession/wire";
import { establish, join, pairOf, seedOf } from "../support/pair.js";

const message = (body: string): Element => element("message", {}, element("body", {}, body));
/** As it arrives at the other end. */
const from = (jid: string, sealed: Element): Element => {
  const stanza = parseStanza(serializeStanza(sealed));
  stanza.attrs.from = jid;
  return stanza;
};
const bodies = (received: readonly { kind: string; stanza?: unknown }[]) =>
  received.map(({ stanza }) => (stanza as Element | undefined)?.getChildText("body"));

test("what a session seals as a list is opened as if each had been sealed by itself", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  const [session] = await establish(world, alice, bob);
  const texts = ["one", "two", "drei €", "", "x".repeat(3000)];
  const sealed = [
    ...session.sealMany(texts.map(message)),
    session.seal(message("last")),
    ...session.sealMany([]),
  ];
  const opened = bob.engine.openMany(sealed.map((stanza) => from(alice.jid, stanza)));
  assert.deepEqual(bodies(opened), [...texts, "last"]);
  assert.ok(opened.every((one) => one.kind === "stanza" && one.session?.peer === alice.jid));
});

test("each comes back in the form in which it came", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  const [session] = await establish(world, alice, bob);
  const [first, second] = session.sealMany<Element | string>([
    message("a"),
    "<message><body>b</body></message>",
  ]);
  assert.equal(typeof first, "object");
  assert.equal(typeof second, "string");
  const opened = bob.engine.openMany([
    from(alice.jid, first as Element),
    from(alice.jid, parseStanza(second as string)),
  ]);
  assert.deepEqual(bodies(opened), ["a", "b"]);
});

test("a list across sessions keeps the order of each", async (t) => {
  const seed = seedOf(t);
  const { world, alice, bob } = await pairOf(t, { seed });
  const carol = await join(t, world, "carol@example.net/bot", seed);
  const [toBob] = await establish(world, alice, bob);
  const [toCarol] = await establish(world, alice, carol);
  const list = [toBob, toCarol, toCarol, toBob, toBob].map((session, i) => ({
    session,
    stanza: message(String(i)),
  }));
  const sealed = alice.engine.sealMany(list);
  assert.deepEqual(
    sealed.map((stanza) => stanza.attrs.to),
    [bob, carol, carol, bob, bob].map(({ jid }) => jid),
  );
  const openedBy = (party: typeof bob) =>
    bodies(
      party.engine.openMany(
        sealed.filter((stanza) => stanza.attrs.to === party.jid).map((stanza) => from(alice.jid, stanza)),
      ),
    );
  assert.deepEqual(
    [openedBy(bob), openedBy(carol)],
    [
      ["0", "3", "4"],
      ["1", "2"],
    ],
  );
});

test("if one of a list cannot be sealed none is, and the next one is still in step", async (t) => {
  const seed = seedOf(t);
  const { world, alice, bob } = await pairOf(t, { seed });
  const carol = await join(t, world, "carol@example.net/bot", seed);
  const [session, other] = await establish(world, alice, bob);
  const [gone] = await establish(world, alice, carol);
  await gone.close();
  const good = { session, stanza: message("good") };
  const cases = [
    [{ session, stanza: message("x".repeat(100_000)) }, "stanza-too-large"],
    [{ session, stanza: element("message", { to: "dave@example.net/x" }) }, "stanza-not-in-session"],
    [{ session: gone, stanza: message("late") }, "session-ended"],
    [{ session: other, stanza: message("of the other engine") }, "session-ended"],
  ] as const;
  for (const [bad, code] of cases)
    for (const list of [
      [bad, good],
      [good, bad],
      [good, bad, good],
    ])
      assert.throws(() => alice.engine.sealMany(list), { code });
  assert.throws(() => session.sealMany([message("good"), message("x".repeat(100_000))]), {
    code: "stanza-too-large",
  });
  const opened = bob.engine.openMany(alice.engine.sealMany([good]).map((stanza) => from(alice.jid, stanza)));
  assert.deepEqual(bodies(opened), ["good"]);
});

test("what is no stanza is refused before anything of its list is opened", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  const [session] = await establish(world, alice, bob);
  const sealed = from(alice.jid, session.seal(message("whole")));
  assert.throws(() => bob.engine.openMany([sealed, 42 as unknown as string]), { code: "stanza-unsupported" });
  assert.deepEqual(bodies(bob.engine.openMany([sealed])), ["whole"]);
});

test("in a list to be opened, what is forged ends its own session only, and copies and clear stanzas are told apart", async (t) => {
  const seed = seedOf(t);
  const { world, alice, bob } = await pairOf(t, { seed });
  const carol = await join(t, world, "carol@example.net/bot", seed);
  const [fromAlice] = await establish(world, alice, bob);
  const [fromCarol] = await establish(world, carol, bob);
  const [a1, a2, a3] = fromAlice.sealMany(["a1", "a2", "a3"].map(message)) as [Element, Element, Element];
  const [c1, c2] = fromCarol.sealMany(["c1", "c2"].map(message)) as [Element, Element];
  const forged = from(alice.jid, a2);
  const mac = forged.getChild("c")!.getChild("mac")!;
  mac.children = [
    mac.getText().startsWith("A") ? `B${mac.getText().slice(1)}` : `A${mac.getText().slice(1)}`,
  ];
  const clear = parseStanza(`<message from="dave@example.net/x"><body>clear</body></message>`);
  const opened = bob.engine.openMany([
    from(alice.jid, a1),
    from(carol.jid, c1),
    from(carol.jid, c1),
    clear,
    forged,
    from(alice.jid, a3),
    from(carol.jid, c2),
  ]);
  assert.deepEqual(bodies(opened), ["a1", "c1", undefined, "clear", undefined, undefined, "c2"]);
  assert.deepEqual(
    opened.map((one) => (one.kind === "stanza" ? (one.session?.peer ?? "clear") : one.kind)),
    [alice.jid, carol.jid, "consumed", "clear", "consumed", "consumed", carol.jid],
  );
  assert.deepEqual(
    bob.alerts.map(({ kind }) => kind),
    ["duplicate", "session-ended"],
  );
  assert.equal(bob.engine.session(alice.jid), undefined);
  assert.ok(bob.engine.session(carol.jid));
});
