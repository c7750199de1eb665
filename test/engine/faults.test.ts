/**
 * A store or a core that fails at any point of a session's life: the negotiation fails, nothing is sent that depends
 * on what could not be done, other sessions go on, and no secret stays behind in the core.
 */
import assert from "node:assert/strict";
import test from "node:test";
import { isDeepStrictEqual } from "node:util";
import type { TestContext } from "node:test";
import { EsessionError, memoryStore } from "esession";
import type { BlobStore, Core, Session } from "esession";
import { parseStanza } from "esession/wire";
import { establish, join, pairOf, type Pair, type Party, type PartyOptions } from "../support/pair.js";
import { replacing } from "../support/wrapped.js";

/** Counts operations and lets the one that is due fail. */
interface Fuse {
  count: number;
  blowAt: number;
  /** What failed. */
  blown: string | undefined;
  /** Before each operation. */
  check(operation: string): void;
}

function fuse(error: () => Error): Fuse {
  return {
    count: 0,
    blowAt: Infinity,
    blown: undefined,
    check(operation) {
      if (++this.count !== this.blowAt) return;
      this.blown = operation;
      throw error();
    },
  };
}

function fusedStore(of: Fuse): BlobStore {
  const inner = memoryStore();
  return { ...inner, ...fused(of, "store", inner, ["get", "write", "list"]) };
}

/** Every call that needs room for a secret may fail, and the comparisons beside them. */
function fusedCore(of: Fuse, core: Core): Core {
  return replacing(core, {
    dh: fused(of, "dh", core.dh, ["generate", "agree"]),
    keys: fused(of, "keys", core.keys, ["mix", "derive", "retained", "hmac", "copy", "equal"]),
    stanza: fused(of, "stanza", core.stanza, ["context"]),
    records: fused(of, "records", core.records, ["seal", "open"]),
  });
}

/** Calls that may fail instead: they throw, and those of a store reject. */
function fused<Calls extends object, Name extends keyof Calls>(
  of: Fuse,
  part: string,
  calls: Calls,
  names: readonly Name[],
): Pick<Calls, Name> {
  const entries = names.map((name) => {
    const call = calls[name] as (...args: unknown[]) => unknown;
    const checked = (...args: unknown[]) => {
      of.check(`${part}.${String(name)}`);
      return call(...args);
    };
    return [name, part === "store" ? (...args: unknown[]) => Promise.resolve().then(() => checked(...args)) : checked]; // prettier-ignore
  });
  return Object.fromEntries(entries) as Pick<Calls, Name>;
}

type Who = "alice" | "bob";

interface Scene extends Pair {
  readonly carol: Party;
  readonly bystanders: readonly [Session, Session];
  readonly faulty: Party;
}

/** Alice and Bob have had a session, and the one that is to fail has another with Carol. */
async function scene(t: TestContext, who: Who, options: PartyOptions): Promise<Scene> {
  const { world, ...pair } = await pairOf(t, { [who]: options });
  const carol = await join(t, world, "carol@example.net/desk", "carol");
  const [first] = await establish(world, pair.alice, pair.bob);
  await first.close();
  const faulty = pair[who];
  const bystanders = await establish(world, faulty, carol);
  await world.quiet();
  return { world, ...pair, carol, bystanders, faulty };
}

const usageOf = ({ core }: Party) => {
  const { secrets, contexts } = core.core.usage;
  return { secrets, contexts };
};

/** One try with the fuse set: undefined if nothing failed in it, else what stayed behind in the cores. */
async function attempt(t: TestContext, who: Who, made: Fuse, options: PartyOptions, n: number) {
  const { world, alice, bob, carol, bystanders, faulty } = await scene(t, who, options);
  const parties = [alice, bob, carol];
  const before = parties.map(usageOf);
  const { length } = world.log;
  made.count = 0;
  made.blowAt = n;
  const started = alice.engine.start(bob.jid);
  started.catch(() => undefined);
  await world.clock.pass(1_000);
  made.blowAt = Infinity;
  const at = `at call ${n}, ${made.blown ?? "none"}`;

  const own = faulty.engine.session(faulty === alice ? bob.jid : alice.jid);
  const sent = world.log.slice(length).filter(({ from }) => from === faulty.jid);
  if (own === undefined && made.blown?.startsWith("store"))
    assert.deepEqual(
      sent.filter(({ text }) => ["c", "init"].some((name) => parseStanza(text).getChild(name))),
      [],
      `${at}: the session or the last message went on although nothing came of it`,
    );

  // whatever half of a session stands on the other side ends
  for (const { engine } of [alice, bob])
    for (const session of engine.sessions)
      if (session.peer !== carol.jid) session.close().catch(() => undefined);
  await world.clock.pass(200_000);
  await started.catch((error: unknown) => assert.ok(EsessionError.is(error), `${at}: ${String(error)}`));
  const after = parties.map(usageOf);

  for (const session of bystanders) session.send("<message><body>still here</body></message>");
  await world.quiet();
  for (const { received } of [carol, faulty]) assert.match(received.at(-1)!, /still here/, at);

  const [next] = await establish(world, alice, bob);
  assert.ok(next.continued, `${at}: the chain of retained secrets is broken`);
  if (made.blown === undefined) return undefined;
  return isDeepStrictEqual(before, after) ? [] : [at];
}

/** Every operation in turn; what stays in the core is told for all of them at once. */
async function everywhere(
  t: TestContext,
  who: Who,
  error: () => Error,
  options: (made: Fuse) => PartyOptions,
) {
  const left: string[] = [];
  for (let n = 1; n < 300; n++) {
    const made = fuse(error);
    const stayed = await attempt(t, who, made, options(made), n);
    if (stayed === undefined) break;
    left.push(...stayed);
  }
  assert.deepEqual(left, [], "secrets stay in the core");
}

for (const who of ["alice", "bob"] as const) {
  const role = who === "alice" ? "initiator" : "responder";
  const unavailable = () => new EsessionError("store-unavailable", "the disk is full");
  const full = () => new EsessionError("core-full", "no place is left");
  test(`the ${role}'s store fails at any operation of a negotiation`, (t) =>
    everywhere(t, who, unavailable, (made) => ({ store: fusedStore(made) })));
  test(`the ${role}'s core fails at any call of a negotiation`, (t) =>
    everywhere(t, who, full, (made) => ({ wrap: (core) => fusedCore(made, core) })));
}

test("a store that fails with an error of its own fails the negotiation with an error of ours", async (t) => {
  const made = fuse(() => new TypeError("of the application's store"));
  const { alice, bob, world } = await pairOf(t, { alice: { store: fusedStore(made) } });
  made.count = 0;
  made.blowAt = 1;
  await assert.rejects(alice.engine.start(bob.jid), (error: unknown) => EsessionError.is(error) && error.cause instanceof TypeError); // prettier-ignore
  await world.quiet();
  assert.deepEqual(world.log, [], "nothing was sent");
});

test("a store that fails after a session stands is told, and the session goes on", async (t) => {
  const made = fuse(() => new EsessionError("store-unavailable", "the disk is full"));
  const { alice, bob, world } = await pairOf(t, { bob: { store: fusedStore(made) } });
  const [session, other] = await establish(world, alice, bob);
  made.check = () => {
    throw new EsessionError("store-unavailable", "the disk is full");
  };
  await assert.rejects(other.confirmSas(), { code: "store-unavailable" });
  assert.equal(other.level, "unverified", "what could not be stored is not claimed");
  session.send("<message><body>x</body></message>");
  await world.quiet();
  assert.equal(bob.received.length, 1);
  assert.equal((await session.close()).complete, true);
  await world.quiet();
  assert.deepEqual(
    bob.alerts.map(({ kind }) => kind),
    ["session-ended", "store-failed"],
  );
});
