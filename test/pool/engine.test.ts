/** An engine whose exponentiations are done elsewhere: sessions stand as ever, and no end of a negotiation waits for it. */
import assert from "node:assert/strict";
import test from "node:test";
import type { TestContext } from "node:test";
import type { Core, Exponentiations, Session } from "esession";
import type { KeyPair } from "esession/core";
import { openPool } from "esession/pool";
import { found, recorder } from "../support/memory-search.js";
import { pairOf, type Pair, type Party } from "../support/pair.js";

const few = { sessions: 2, maxStanzaBytes: 16_384 };
const real = { groups: [14, 15], insecureBrokenGroups: false } as const;

/** What the manual clock does not wait for: workers. */
async function until(what: string, holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 20_000; !holds();) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

const standing = (party: Party, peer: Party): Session | undefined => party.engine.session(peer.jid);

async function establish({ alice, bob }: Pair): Promise<readonly [Session, Session]> {
  const session = await alice.engine.start(bob.jid);
  await until("Bob's end stands", () => standing(bob, alice)?.state === "established");
  return [session, standing(bob, alice)!];
}

for (const [title, ours, theirs] of [
  ["the initiator has a pool", true, false],
  ["the responder has one", false, true],
  ["both share one", true, true],
] as const)
  test(`a session stands, is used, ends and is continued: ${title}`, async (t) => {
    const pool = await openPool({ workers: 2 });
    t.after(() => pool.close());
    const options = (uses: boolean) => ({ ...few, policy: real, ...(uses && { exponentiations: pool }) });
    const kept = [recorder(), recorder()] as const;
    const pair = await pairOf(t, {
      alice: { ...options(ours), wrap: (core) => kept[0].wrap(core) },
      bob: { ...options(theirs), wrap: (core) => kept[1].wrap(core) },
    });
    const { world, alice, bob } = pair;
    for (const round of [1, 2]) {
      const [session, other] = await establish(pair);
      assert.equal(session.sas, other.sas);
      assert.equal(session.info.group, 14);
      assert.equal(session.continued, round === 2);
      session.send("<message><body>by other hands</body></message>");
      await world.quiet();
      assert.match(bob.received.at(-1)!, /by other hands/);
      await session.close();
      await world.quiet();
    }
    assert.deepEqual([alice.alerts, bob.alerts].flat().filter(({ kind }) => kind !== "session-ended"), []); // prettier-ignore
    for (const { engine } of [alice, bob]) await engine.close();
    await pool.close();
    for (const [i, { core }] of [alice, bob].entries()) {
      assert.equal(core.core.usage.secrets, 0);
      const secrets = new Map([...kept[i]!.secrets].filter(([name]) => !name.startsWith("imported")));
      assert.ok(secrets.size > 20);
      assert.deepEqual(found(core.memory(), secrets), []);
    }
  });

test("XEP-0116 §4.5.3, §8: a pool whose workers have all algorithms hashes K with whirlpool", async (t) => {
  const pool = await openPool({ workers: 2, algorithms: "all" });
  t.after(() => pool.close());
  const policy = { ...real, hashes: ["whirlpool"], ciphers: ["twofish256-ctr"] } as const;
  const use = { ...few, algorithms: "all", policy } as const;
  const pair = await pairOf(t, { alice: { ...use, exponentiations: pool }, bob: use });
  const [session, other] = await establish(pair);
  assert.deepEqual([session.info.hash, session.info.cipher], ["whirlpool", "twofish256-ctr"]);
  assert.equal(session.sas, other.sas);
  for (const [from, to] of [
    [session, pair.bob],
    [other, pair.alice],
  ] as const) {
    from.send("<message><body>by other hands</body></message>");
    await pair.world.quiet();
    assert.match(to.received.at(-1)!, /by other hands/);
  }
  await session.close();
});

test("XEP-0116 §8: workers without it refuse to hash K with whirlpool, and the negotiation fails with their sentence", async (t) => {
  const pool = await openPool({ workers: 1 });
  t.after(() => pool.close());
  const use = { ...few, algorithms: "all", policy: { ...real, hashes: ["whirlpool"] } } as const;
  const { alice, bob } = await pairOf(t, { alice: use, bob: { ...use, exponentiations: pool } });
  const started = alice.engine.start(bob.jid).catch((error: unknown) => error);
  await until("Bob tells", () => bob.alerts.length > 0);
  assert.match(bob.alerts[0]!.error!.message, /algorithms "all"/);
  await alice.engine.close();
  await started;
});

/** Does the work when it is told to: what is under way can be held there. */
class Held implements Exponentiations {
  readonly waiting: { readonly what: "generate" | "agree"; readonly go: () => void; readonly fail: (error: Error) => void }[] = []; // prettier-ignore
  /** Results that were given although nobody may want them. */
  readonly made: { readonly wiped: boolean }[] = [];
  holds: "generate" | "agree" | "nothing";

  constructor(holds: Held["holds"]) {
    this.holds = holds;
  }

  generate(core: Core, group: KeyPair["group"]): Promise<KeyPair> {
    return this.#when("generate", () => {
      const pair = core.dh.generate(group);
      this.made.push(pair.secret);
      return pair;
    });
  }

  agree(core: Core, pair: KeyPair, value: Uint8Array) {
    const copy = { ...pair, secret: core.keys.copy(pair.secret) };
    return this.#when("agree", () => {
      const k = core.dh.agree(copy, value);
      copy.secret.wipe();
      this.made.push(k);
      return k;
    });
  }

  #when<Result>(what: "generate" | "agree", work: () => Result): Promise<Result> {
    if (what !== this.holds) return Promise.resolve().then(work);
    return new Promise((resolve, reject) => {
      this.waiting.push({ what, go: () => resolve(work()), fail: reject });
    });
  }
}

const ends: Record<string, (pair: Pair, abort: AbortController, ours: boolean) => void> = {
  "is given up by the application": (_, abort) => abort.abort(),
  "runs out of time": ({ world }) => void world.clock.pass(300_000),
  "ends with its engine": ({ alice, bob }, _, ours) => void (ours ? alice : bob).engine.close(),
  "is cancelled by the peer's absence": ({ world, alice, bob }, _, ours) =>
    world.deliver(`<presence type="unavailable" from="${(ours ? bob : alice).jid}" to="${(ours ? alice : bob).jid}"/>`), // prettier-ignore
};

for (const ours of [true, false])
  for (const what of ["generate", "agree"] as const)
    for (const [title, end] of Object.entries(ends)) {
      // before message 2 nobody has answered, so nobody's absence matters; Bob has no signal
      if (ours && what === "generate" && title.includes("absence")) continue;
      if (!ours && title.includes("application")) continue;
      test(`a negotiation that ${title} while the ${ours ? "initiator" : "responder"} waits for ${what} sends nothing more and leaves nothing`, async (t) => {
        const held = new Held(what);
        const use = { ...few, exponentiations: held };
        const pair = await pairOf(t, ours ? { alice: use, bob: few } : { alice: few, bob: use });
        const { world, alice, bob } = pair;
        const abort = new AbortController();
        const started = alice.engine
          .start(bob.jid, { signal: abort.signal })
          .catch((error: unknown) => error);
        await until("an exponentiation is under way", () => held.waiting.length > 0);
        const { core, jid } = ours ? alice : bob;
        end(pair, abort, ours);
        for (let turn = 0; turn < 5; turn++) await world.quiet();
        const sent = world.log.filter(({ from }) => from === jid).length;
        for (const { go } of held.waiting) go();
        for (let turn = 0; turn < 5; turn++) await world.quiet();
        assert.equal(world.log.filter(({ from }) => from === jid).length, sent, "nothing more is sent");
        assert.ok(held.made.length > 0 && held.made.every(({ wiped }) => wiped), "what came late is wiped");
        for (const { engine } of [alice, bob]) {
          const closing = engine.close();
          await world.clock.pass(300_000);
          await closing;
        }
        await started;
        assert.equal(core.core.usage.secrets, 0);
      });
    }

test("engine.close() does not wait for an exponentiation that never ends", async (t) => {
  for (const what of ["generate", "agree"] as const) {
    const held = new Held(what);
    const { alice, bob } = await pairOf(t, { alice: { ...few, exponentiations: held }, bob: few });
    const started = assert.rejects(alice.engine.start(bob.jid), { code: "engine-closed" });
    await until("an exponentiation is under way", () => held.waiting.length > 0);
    await alice.engine.close();
    await started;
  }
});

test("an exponentiation that fails fails the negotiation, and what the others of the offer made is wiped", async (t) => {
  const held = new Held("generate");
  const policy = { groups: [1, 2] as const };
  const { alice, bob } = await pairOf(t, { alice: { ...few, policy, exponentiations: held }, bob: few });
  const started = assert.rejects(alice.engine.start(bob.jid), { code: "negotiation-failed" });
  await until("both pairs are asked for", () => held.waiting.length === 2);
  held.waiting[0]!.go();
  held.waiting[1]!.fail(new Error("a broken machine"));
  await started;
  assert.deepEqual(held.made.map(({ wiped }) => wiped), [true]); // prettier-ignore
});

test("a closed pool fails the negotiation with pool-unavailable, on either side", async (t) => {
  const pool = await openPool({ workers: 1 });
  await pool.close();
  const use = { ...few, exponentiations: pool };
  const one = await pairOf(t, { alice: use, bob: few });
  await assert.rejects(one.alice.engine.start(one.bob.jid), { code: "pool-unavailable" });
  const two = await pairOf(t, { alice: few, bob: use });
  const started = assert.rejects(two.alice.engine.start(two.bob.jid), { code: "negotiation-timeout" });
  await until("Bob tells", () => two.bob.alerts.length > 0);
  assert.deepEqual(two.bob.alerts.map(({ kind, error }) => [kind, error?.code]), [["negotiation-failed", "pool-unavailable"]]); // prettier-ignore
  await two.world.clock.pass(100_000);
  await started;
});

test("the pool is closed while sessions are negotiated: they fail, both engines close, nothing is left", async (t: TestContext) => {
  const pool = await openPool({ workers: 1 });
  const use = { ...few, policy: { ...real, groups: [18] as const }, exponentiations: pool };
  const { world, alice, bob } = await pairOf(t, { alice: use, bob: use });
  const started = assert.rejects(alice.engine.start(bob.jid), { code: "pool-unavailable" });
  await until("a worker has a task", () => pool.usage.busy > 0);
  await pool.close();
  await started;
  for (const { engine, core } of [alice, bob]) {
    const closing = engine.close();
    await world.clock.pass(300_000);
    await closing;
    assert.equal(core.core.usage.secrets, 0);
  }
});
