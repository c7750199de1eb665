/** Who may take how many places: negotiations at once, sessions of one contact, strangers. */
import test from "node:test";
import assert from "node:assert/strict";
import { parseStanza } from "esession/wire";
import {
  aliceJid,
  bobJid,
  createWorld,
  establish,
  join,
  pairOf,
  seedOf,
  type Party,
} from "../support/pair.js";
import { keyPair, scriptedRequest } from "../support/scripted-peer.js";

test("of two starts at once with one JID the second is refused with session-exists, and one session stands", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  for (const jid of [bob.jid, "bob@example.com"]) {
    const [first, second] = await Promise.allSettled([alice.engine.start(jid), alice.engine.start(jid)]);
    await world.quiet();
    assert.equal(first.status, "fulfilled");
    assert.equal(second.status === "rejected" && (second.reason as { code?: string }).code, "session-exists");
    assert.deepEqual([alice.engine.sessions, bob.engine.sessions.length], [[first.value], 1]);
    first.value.send(`<iq type="get" id="${jid}"><query xmlns="urn:example:query"/></iq>`);
    await world.quiet();
    assert.equal(parseStanza(bob.received.at(-1)!).attrs.id, jid);
    await first.value.close();
    await world.quiet();
  }
});

test("XEP-0200 §5: of two starts at once that end at one resource exactly one gets iq and presence", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  const starts = Promise.allSettled([alice.engine.start(bob.jid), alice.engine.start("bob@example.com")]);
  await world.clock.pass(60_000);
  await starts;
  const { sessions } = alice.engine;
  for (const kind of ["iq", "presence"] as const)
    assert.equal(sessions.filter(({ info }) => info.stanzas.includes(kind)).length, 1, kind);
  for (const { thread, info } of sessions)
    assert.deepEqual(bob.engine.sessions.find((one) => one.thread === thread)!.info.stanzas, info.stanzas);
  for (const session of sessions) session.send("<message><body>x</body></message>");
  await world.quiet();
  assert.equal(bob.received.length, sessions.length);
  assert.ok([...sessions, ...bob.engine.sessions].every(({ state }) => state === "established"));
});

test("XEP-0200 §5: two resources of one contact that ask at once do not take iq and presence from each other", async (t) => {
  const [world, seed] = [createWorld(), seedOf(t)];
  const bob = await join(t, world, bobJid, seed, { sessions: 16 });
  const resources = [
    await join(t, world, aliceJid, seed),
    await join(t, world, "alice@example.org/desk", seed),
  ];
  const sessions = await Promise.all(resources.map(({ engine }) => engine.start(bob.jid)));
  assert.ok(sessions.some(({ info }) => info.stanzas.length === 3));
});

for (const [sessions, limit] of [
  [8, 2],
  [12, 3],
  [64, 8],
] as const)
  test(`of ${sessions} places one contact's resources get ${limit}, whoever asks, and everybody else still finds one`, async (t) => {
    const [world, seed] = [createWorld(), seedOf(t)];
    const bob = await join(t, world, bobJid, seed, { sessions });
    const resources: Party[] = [];
    for (let number = 0; number <= limit; number++)
      resources.push(await join(t, world, `alice@example.org/${number}`, seed, { sessions: 2 }));
    const last = resources.pop()!;
    for (const one of resources) await establish(world, one, bob);
    const { length } = world.log;
    const starting = assert.rejects(last.engine.start(bobJid, { timeoutMs: 1_000 }), {
      code: "negotiation-timeout",
    });
    await world.clock.pass(1_000);
    await starting;
    assert.equal(world.log.length, length + 1, "a request beyond the limit is not answered");
    await assert.rejects(bob.engine.start(last.jid), { code: "peer-limit" });
    assert.equal(bob.engine.sessions.length, limit);

    const carol = await join(t, world, "carol@example.net/desk", seed);
    await establish(world, bob, carol);
    await resources[0]!.engine.sessions[0]!.close();
    await world.quiet();
    await establish(world, last, bob);
  });

test("XEP-0155 §10.1: who answers everybody still leaves strangers no more than a quarter of the places", async (t) => {
  const [world, seed] = [createWorld(), seedOf(t)];
  const bob = await join(t, world, bobJid, seed, { policy: { answer: "everybody" }, sessions: 8 });
  const alice = await join(t, world, aliceJid, seed);
  for (let number = 1; number <= 20; number++)
    world.deliver(scriptedRequest({ to: bob.jid, from: `stranger${number}@example.net/x`, pair: keyPair() }));
  await world.quiet();
  assert.equal(world.messages(2).length, 2);
  assert.equal(bob.core.core.usage.secrets, 3, "two exponents and the store's key");

  await bob.engine.wroteTo("alice@example.org");
  await (await establish(world, alice, bob))[0].close();
  await world.quiet();
  await establish(world, bob, alice);
  // when the strangers' time is over there is room again
  await world.clock.pass(120_000);
  world.deliver(scriptedRequest({ to: bob.jid, from: "late@example.net/x", pair: keyPair() }));
  await world.quiet();
  assert.ok(world.messages(2).some(({ attrs }) => attrs.to === "late@example.net/x"));
});
