/** Demands of XEP-0200 on key exchanges and old MAC keys that no other test shows: docs/conformance.md. */
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import type { Core } from "esession";
import type { StanzaContext } from "esession/core";
import { parseStanza, readC } from "esession/wire";
import { found, recorder } from "../support/memory-search.js";
import { establish, pairOf, type PartyOptions } from "../support/pair.js";
import { replacing } from "../support/wrapped.js";

const body = (text: string) => `<message><body>${text}</body></message>`;

async function standing(t: TestContext, parties: { alice?: PartyOptions; bob?: PartyOptions }) {
  const pair = await pairOf(t, parties);
  const [session, other] = await establish(pair.world, pair.alice, pair.bob);
  /** The `<old/>` of each stanza that somebody has sent in the session. */
  const old = (jid: string) =>
    pair.world.log
      .filter(({ from }) => from === jid)
      .map(({ text }) => parseStanza(text).getChild("c"))
      .filter((c) => c !== undefined)
      .map((c) => readC(c, "xep").old);
  return { ...pair, session, other, old };
}

const named = (secrets: ReadonlyMap<string, Uint8Array>, pattern: RegExp) =>
  new Map([...secrets].filter(([name]) => pattern.test(name)));

test("XEP-0200 §9.2: K is destroyed when the keys are made, and the own old keys once <key/> has gone; the peer's wait", async (t) => {
  const made = recorder();
  const contexts: StanzaContext[] = [];
  const watch = (core: Core) =>
    replacing(core, {
      stanza: {
        context(...of) {
          const context = core.stanza.context(...of);
          contexts.push(context);
          return context;
        },
      },
    });
  const { world, alice, session } = await standing(t, {
    alice: { wrap: (core) => watch(made.wrap(core)) },
  });
  const memory = (pattern: RegExp) => found(alice.core.memory(), named(made.secrets, pattern));
  // the keys of the session are those of the final K, made after the provisory ones
  const last = (pattern: RegExp) => new RegExp(`^${[...named(made.secrets, pattern).keys()].at(-1)!}$`);
  const [own, peers] = [last(/^initiator mac/), last(/^responder mac/)];
  const exponents = new RegExp(`^(${[...named(made.secrets, /^exponent/).keys()].join("|")})$`);
  const [sending, receiving] = contexts as [StanzaContext, StanzaContext];
  assert.equal(contexts.length, 2);
  assert.ok(memory(own).length > 0 && memory(peers).length > 0);
  const before = new Set(made.secrets.keys());

  // Bob hears of nothing, and says nothing
  world.hooks.push(() => false);
  await session.rekey();
  assert.ok([...made.secrets.keys()].some((name) => name.startsWith("K ") && !before.has(name)));
  assert.deepEqual(memory(/^(K|mixed) /), [], "no K is left");
  assert.deepEqual([sending.wiped, receiving.wiped], [true, false]);
  assert.deepEqual(memory(own), [], "nor the MAC key, which nobody publishes here");
  assert.ok(memory(peers).length > 0, "what Bob has sent meanwhile can still be opened");
  assert.ok(memory(exponents).length > 0, "the old x waits as well");
  await world.clock.pass(60_000);
  assert.equal(receiving.wiped, true);
  assert.deepEqual([...memory(peers), ...memory(exponents)], [], "all of it goes after 60 s");
});

test("XEP-0200 §10: the peer's old MAC key may be told when its re-key has come, by who has not re-keyed itself", async (t) => {
  const made = recorder();
  const { world, session, other, old, bob } = await standing(t, {
    bob: { policy: { publishMacKeys: true }, wrap: (core) => made.wrap(core) },
  });
  const [, theirs] = [...named(made.secrets, /^initiator mac/)].at(-1)!;
  await session.rekey();
  await world.quiet();
  other.send(body("1"));
  await world.quiet();
  assert.ok(old(bob.jid).flat().includes(Buffer.from(theirs).toString("base64")));
});

test("XEP-0116 §5: old MAC keys may be told in a termination and in its acknowledgement", async (t) => {
  const policy = { publishMacKeys: true };
  const { world, alice, bob, session, other, old } = await standing(t, {
    alice: { policy },
    bob: { policy },
  });
  for (const one of [session, other]) {
    await one.rekey();
    await world.quiet();
  }
  const before = [alice, bob].map(({ jid }) => old(jid).length);
  await session.close();
  await world.quiet();
  const told = [alice, bob].map(({ jid }, n) => old(jid).slice(before[n]));
  assert.deepEqual(told.map(({ length }) => length), [1, 1], "the termination, and the acknowledgement"); // prettier-ignore
  assert.ok(told.every(([keys]) => keys!.length > 0));
  assert.deepEqual((await other.ended).reason, "closed-by-peer");
});
