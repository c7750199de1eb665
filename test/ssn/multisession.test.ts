/** XEP-0155 §8, `multisession`: whether there may be several sessions between two full JIDs; by default there may not. */
import assert from "node:assert/strict";
import test from "node:test";
import type { TestContext } from "node:test";
import { memoryStore } from "esession";
import { parseStanza } from "esession/wire";
import { aliceJid, createWorld, establish, join, leave, pairOf, seedOf } from "../support/pair.js";

const policy = { multisession: true } as const;
const several = (t: TestContext) => pairOf(t, { alice: { policy }, bob: { policy } });

test("XEP-0155 §8: by default a session excludes another one with the same full JID", async (t) => {
  for (const options of [{}, { alice: { policy } }, { bob: { policy } }]) {
    const { world, alice, bob } = await pairOf(t, options);
    const [session, other] = await establish(world, alice, bob);
    assert.deepEqual([session.info.multisession, other.info.multisession], [false, false]);
    await assert.rejects(alice.engine.start(bob.jid), { code: "session-exists" });
    await assert.rejects(bob.engine.start(alice.jid), { code: "session-exists" });
  }
});

test("XEP-0155 §8: where both allow it a second session stands beside the first; iq and presence stay with that", async (t) => {
  const { world, alice, bob } = await several(t);
  const [first, other] = await establish(world, alice, bob);
  assert.deepEqual([first.info.multisession, other.info.multisession], [true, true]);
  const second = await bob.engine.start(alice.jid);
  await world.quiet();
  assert.equal(alice.engine.sessions.length, 2);
  assert.equal(bob.engine.sessions.length, 2);
  assert.deepEqual([first.state, second.state], ["established", "established"]);
  assert.deepEqual(second.info.stanzas, ["message"]);
  assert.throws(() => second.send(`<iq type="get" id="1"><q xmlns="urn:x"/></iq>`), {
    code: "stanza-not-in-session",
  });
  first.send(`<iq type="get" id="1"><q xmlns="urn:x"/></iq>`);
  first.send("<message><body>1</body></message>");
  second.send("<message><body>2</body></message>");
  await world.quiet();
  assert.deepEqual(bob.received.map((text) => parseStanza(text).getChildText("body")), [null, "1"]); // prettier-ignore
  assert.deepEqual(alice.received.map((text) => parseStanza(text).getChildText("body")), ["2"]); // prettier-ignore
  await second.close();
  assert.equal(first.state, "established");
});

test("a peer that proves the chain and begins again replaces its session, unless several are agreed on", async (t) => {
  for (const allowed of [false, true]) {
    const world = createWorld();
    const seed = seedOf(t);
    const options = { policy: { multisession: allowed }, store: memoryStore() };
    const bob = await join(t, world, "bob@example.com/laptop", seed, { policy: { multisession: allowed } });
    const alice = await join(t, world, aliceJid, seed, options);
    const [, old] = await establish(world, alice, bob);
    leave(world, alice);
    const again = await join(t, world, aliceJid, `${seed} again`, options);
    const [renewed] = await establish(world, again, bob);
    assert.equal(renewed.continued, true);
    assert.equal(old.state, allowed ? "established" : "ended");
    assert.ok(bob.alerts.every(({ kind }) => kind !== "second-session"));
  }
});

test("XEP-0155 §8: who proves nothing takes no session away, but that there are two is told", async (t) => {
  const world = createWorld();
  const seed = seedOf(t);
  const bob = await join(t, world, "bob@example.com/laptop", seed);
  const alice = await join(t, world, aliceJid, seed);
  const [, old] = await establish(world, alice, bob);
  leave(world, alice);
  const other = await join(t, world, aliceJid, `${seed} other`); // with another store
  const [, renewed] = await establish(world, other, bob);
  assert.equal(old.state, "established");
  const told = bob.alerts.filter(({ kind }) => kind === "second-session");
  assert.deepEqual(told.map(({ session }) => session), [renewed]); // prettier-ignore
});

test("requests that cross lead to two sessions by the rules of D19, and nothing is told of that", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  await Promise.all([alice.engine.start("bob@example.com"), bob.engine.start("alice@example.org")]);
  await world.quiet();
  for (const { alerts } of [alice, bob]) assert.ok(alerts.every(({ kind }) => kind !== "second-session"));
});

test("XEP-0155 §6: whether there may be several is renegotiated where the policies allow it", async (t) => {
  const { world, alice, bob } = await several(t);
  const [session, other] = await establish(world, alice, bob);
  bob.engine.on("renegotiation", (one) => one.accept());
  const ask = (value: string) =>
    session.renegotiate([{ var: "multisession", type: "boolean", values: [value] }]);
  assert.deepEqual(
    (await ask("0")).values,
    { multisession: ["1"] },
    "what is agreed stays, if the answer says nothing",
  );
  bob.engine.on("renegotiation", () => undefined);
  assert.deepEqual([session.info.multisession, other.info.multisession], [true, true]);

  const strict = await pairOf(t);
  const [one] = await establish(strict.world, strict.alice, strict.bob);
  await assert.rejects(one.renegotiate([{ var: "multisession", type: "boolean", values: ["1"] }]), {
    code: "option-invalid",
  });
});
