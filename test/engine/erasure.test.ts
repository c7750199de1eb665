/**
 * When a session is over nothing of its secrets is left: the whole linear memory is searched for each of them, as
 * recorded in a run of the deployed clients, and for everything that a live run has made.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join as path } from "node:path";
import test from "node:test";
import type { TestContext } from "node:test";
import type { Core } from "esession";
import { loadTestCore } from "esession/testing";
import type { TestCore } from "esession/testing";
import { createEngine } from "esession";
import { parseStanza } from "esession/wire";
import { manualClock } from "../support/clock.js";
import { root } from "../support/built.js";
import { found, recorder, type Named } from "../support/memory-search.js";
import { aliceJid, bobJid, cheap, establish, pairOf } from "../support/pair.js";
import { replacing } from "../support/wrapped.js";

const fromHex = (hex: string) => new Uint8Array(Buffer.from(hex, "hex"));

const recorded = JSON.parse(
  readFileSync(path(root, "test/vectors/deployed/gajim-04-modp14.json"), "utf8"),
) as { values: Record<string, string> };

const names = [
  ...["x", "y", "dh_shared", "K", "K_final", "SRS_new"],
  ...["KC_A", "KM_A", "KS_A", "KC_B", "KM_B", "KS_B"],
  ...["KC_A_provisory", "KM_A_provisory", "KS_A_provisory"],
];

const few = { sessions: 2, maxStanzaBytes: 16_384 };

test("of the secrets of a recorded run none is in the memory after session.close(), on either side (gajim-04)", async () => {
  const secrets: Named = new Map(names.map((name) => [name, fromHex(recorded.values[name]!)]));
  const clock = manualClock();
  const engines: Record<string, { receive(stanza: string): unknown }> = {};
  const seen = new Map<string, Set<string>>();
  const one = async (jid: string, exponent: string) => {
    const testing = await loadTestCore(few);
    const engine = await createEngine({
      jid,
      clock,
      form: "string",
      core: withExponent(testing, fromHex(recorded.values[exponent]!)),
      policy: { groups: [14], dialect: "deployed", answer: "everybody" },
      send(stanza) {
        for (const what of found(testing.memory(), secrets))
          seen.set(jid, (seen.get(jid) ?? new Set()).add(what));
        const copy = parseStanza(stanza as string);
        copy.attrs.from = jid;
        queueMicrotask(() => engines[copy.attrs.to!]!.receive(copy.toString()));
      },
    });
    engines[jid] = engine;
    return { testing, engine };
  };
  const [alice, bob] = [await one(aliceJid, "x"), await one(bobJid, "y")];
  const session = await alice.engine.start(bobJid);
  session.send("<message><body>of the recorded run</body></message>");
  // what the run must have computed, since the values that it depends on are those of the record
  for (const [who, needed] of [
    [aliceJid, ["x (raw)", "K (raw)"]],
    [bobJid, ["y (raw)"]],
  ] as const)
    for (const what of needed) assert.ok(seen.get(who)!.has(what), `${what} is found while it lives: ${[...seen.get(who)!].join()}`); // prettier-ignore
  for (const { testing } of [alice, bob]) {
    const alive = found(testing.memory(), secrets);
    for (const name of ["KM_A", "KM_B"])
      assert.ok(
        alive.some((what) => what.startsWith(name)),
        `${name} is found while the session stands`,
      );
    for (const name of ["x", "y", "dh_shared", "K", "K_final", "SRS_new"])
      assert.ok(
        !alive.some((what) => what.startsWith(`${name} `)),
        `${name} is gone when the session stands`,
      );
  }
  await session.close();
  await clock.pass(0);
  for (const { testing } of [alice, bob]) assert.deepEqual(found(testing.memory(), secrets), []);
});

/** The engine's exponent is the recorded one. */
function withExponent({ core, importKeyPair }: TestCore, exponent: Uint8Array): Core {
  return replacing(core, { dh: { generate: (group) => importKeyPair(group, exponent) } });
}

async function recordedPair(t: TestContext, policy = {}) {
  const kept = [recorder(), recorder()] as const;
  const [ofAlice, ofBob] = kept;
  const pair = await pairOf(t, {
    alice: { ...few, policy, wrap: (core) => ofAlice.wrap(core) },
    bob: { ...few, policy, wrap: (core) => ofBob.wrap(core) },
  });
  /** Of both, but for what was put in: the stores' keys. */
  const secrets = () =>
    new Map<string, Uint8Array>(kept.flatMap((one, i) => [...one.secrets].map(([name, octets]) => [`${i} ${name}`, octets] as const)).filter(([name]) => !name.includes("imported"))); // prettier-ignore
  return { ...pair, secrets };
}

for (const dialect of ["xep", "deployed"] as const)
  test(`everything that two sessions have made is gone when they are closed, and the store's key with the engine (${dialect})`, async (t) => {
    const { world, alice, bob, secrets } = await recordedPair(t, { dialect });
    for (const round of [1, 2]) {
      const [session, other] = await establish(world, alice, bob);
      assert.equal(session.continued, round === 2);
      session.send("<message><body>the plaintext of the message</body></message>");
      other.send("<message><body>another plaintext of a message</body></message>");
      await world.quiet();
      await session.close();
      await world.quiet();
    }
    const all = secrets();
    assert.ok(all.size > 40, `${all.size} secrets were made`);
    const plaintexts = ["the plaintext of the message", "another plaintext of a message"];
    for (const text of plaintexts) all.set(text, Buffer.from(text));
    await world.quiet();
    for (const { core } of [alice, bob]) assert.deepEqual(found(core.memory(), all), []);
    for (const key of [alice.keys, bob.keys]) all.set("the store's key", await key.key());
    assert.ok(found(alice.core.memory(), all).length > 0, "the search finds what lives: the store's key");
    for (const { engine, core } of [alice, bob]) {
      await engine.close();
      assert.deepEqual(found(core.memory(), all), []);
      assert.deepEqual([core.core.usage.secrets, core.core.usage.contexts], [0, 0]);
    }
  });

test("a store that has no place of its own leaves nothing either", async () => {
  const made = recorder();
  const testing = await loadTestCore(few);
  const engine = await createEngine({
    jid: aliceJid,
    send: () => undefined,
    core: made.wrap(testing.core),
    policy: cheap,
  });
  await engine.setOtherSecret("bob@example.com", "a long secret that both users know well");
  engine.start(bobJid).catch(() => undefined);
  await engine.close();
  assert.deepEqual(found(testing.memory(), made.secrets), []);
  assert.equal(testing.core.usage.secrets, 0);
});
