/**
 * Random schedules for two sessions, and what must hold of each: told by schedules.test.ts. Runs in a thread of its own,
 * where no runner watches every promise, which takes four times as long.
 */
import assert from "node:assert/strict";
import { parentPort, workerData } from "node:worker_threads";
import { modelCore, type ModelCore } from "./ends.js";
import { sessions, settle, type Pair } from "./sessions.js";

const STEPS = 14;

/** Mulberry32: short, and the same everywhere. */
function randomOf(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) % below;
  };
}

interface Run {
  readonly log: string[];
  /** Something happened that XEP-0200 answers by ending the session. */
  disturbed: boolean;
  /** A side that is gone without a word. */
  crashed: 0 | 1 | undefined;
}

async function act(pair: Pair, random: (below: number) => number, run: Run): Promise<void> {
  const side = random(2) as 0 | 1;
  const { session, link, arrived } = pair.parties[side];
  const dice = random(100);
  const note = (what: string) => run.log.push(`${"AB"[side]} ${what}`);
  if (run.crashed === side) return;
  if (dice < 35) {
    note("sends");
    pair.send(side);
  } else if (dice < 65) {
    note("gets");
    pair.deliver(side);
  } else if (dice < 82) {
    note("re-keys");
    await session.rekey().catch((error: unknown) => {
      const { code } = error as { code: string };
      if (!["rekey-unagreed", "session-ended"].includes(code)) throw error;
    });
  } else if (dice < 86 && arrived.length > 0) {
    note("gets a copy");
    pair.arrive(side, arrived[random(arrived.length)]!);
  } else if (dice < 89) {
    const ms = [1000, 5000, 61_000, 600_000][random(4)]!;
    note(`and all wait ${ms} ms`);
    if (ms > 60_000) run.disturbed = true;
    pair.time.pass(ms);
  } else if (dice < 91 && link.length > 0) {
    note("loses one");
    link.shift();
    run.disturbed = true;
  } else if (dice < 92) {
    note("closes");
    void session.close();
  } else if (dice < 93) {
    note("crashes");
    run.crashed = side;
    run.disturbed = true;
    pair.parties[(1 - side) as 0 | 1].session.peerUnavailable(false);
    link.length = 0;
  }
  await settle();
}

/** Everything under way arrives, and what is still open is closed. */
async function conclude(pair: Pair, run: Run): Promise<void> {
  const drain = async () => {
    while (pair.parties.some(({ link }, n) => link.length > 0 && n !== run.crashed)) {
      for (const n of [0, 1] as const)
        if (n !== run.crashed) pair.deliver(n);
        else pair.parties[n].link.length = 0;
      await settle();
    }
  };
  await drain();
  for (const n of [0, 1] as const) if (n !== run.crashed) void pair.parties[n].session.close();
  await settle();
  await drain();
  pair.time.pass(60_000);
  if (run.crashed !== undefined) pair.parties[run.crashed].session.peerUnavailable(false);
  await settle();
}

function check(pair: Pair, run: Run, model: ModelCore): void {
  for (const n of [0, 1] as const) {
    const [one, other] = [pair.parties[n], pair.parties[(1 - n) as 0 | 1]];
    assert.ok(one.end, "the session has ended");
    assert.deepEqual(one.received, other.sent.slice(0, one.received.length), "in order, once");
    const missing = other.sent.length - one.received.length;
    if (one.end.complete) assert.equal(missing, 0, "what is called complete is");
    assert.ok(other.end!.unconfirmed.count >= missing, "what did not arrive is told");
    if (!run.disturbed) assert.equal(missing, 0, "undisturbed, everything arrives");
    if (!run.disturbed) assert.match(one.end.reason, /^closed-by-/);
  }
  assert.deepEqual(model.macs.faults(), []);
  assert.deepEqual(model.testing.recorder.reused(), [], "no counter is used twice with a key");
}

export interface Order {
  readonly seed: number;
  readonly cases: number;
}

export interface Outcome {
  /** How often each step was seen, by its name in the trace or of its alert. */
  readonly happened: Readonly<Record<string, number>>;
  /** The first schedule that went wrong: how to repeat it, what was done, and what was wrong. */
  readonly failure: string | undefined;
}

async function play(
  model: ModelCore,
  seed: number,
  happened: Record<string, number>,
): Promise<string | undefined> {
  const { core, recorder } = model.testing;
  const random = randomOf(seed);
  const run: Run = { log: [], disturbed: false, crashed: undefined };
  recorder.clear();
  model.macs.faults();
  const policy = { rekeyStanzas: [2, 3, 100][random(3)]!, publishMacKeys: random(2) === 0 };
  const pair = sessions(model, policy, [1, 1, 2, 5][random(4)]!);
  try {
    for (let step = 0; step < STEPS; step++) await act(pair, random, run);
    await conclude(pair, run);
    check(pair, run, model);
    assert.equal(core.usage.contexts, 0, "no keys are left");
    assert.equal(core.usage.secrets, model.kept(), "no secrets are left");
  } catch (error) {
    const steps = pair.parties.map((party) => party.steps.join(", ")).join(" / ");
    return `ESESSION_SEED=${seed} ESESSION_CASES=1: ${run.log.join(", ")}; ${steps}; ${String(error)}`;
  }
  for (const { steps } of pair.parties) for (const step of steps) happened[step] = (happened[step] ?? 0) + 1;
  return undefined;
}

async function playAll({ seed, cases }: Order): Promise<Outcome> {
  const model = await modelCore();
  const happened: Record<string, number> = {};
  let failure;
  for (let i = 0; i < cases && failure === undefined; i++) failure = await play(model, seed + i, happened);
  return { happened, failure };
}

parentPort?.postMessage(await playAll(workerData as Order));
