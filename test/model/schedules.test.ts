/**
 * XEP-0200 §8, §9, random schedules: two sessions whose stanzas are delayed, lost and repeated, which exchange keys
 * whenever they like, are closed, crash, and wait for minutes. Whatever happens: what is handed on is what was sent, in
 * order, once; what was not, is told by the ends; nothing is encrypted twice under a key and counter; nothing is left in
 * the core. Without a loss and a wait too long, everything arrives.
 *
 * ESESSION_CASES says how many, ESESSION_SEED which: the seed that is printed with a failure, and 1 case, repeat it.
 */
import assert from "node:assert/strict";
import test from "node:test";
import { modelCore, type ModelCore } from "./ends.js";
import { sessions, settle, type Pair } from "./sessions.js";

const CASES = Number(process.env["ESESSION_CASES"] ?? 300);
const SEED = Number(process.env["ESESSION_SEED"] ?? crypto.getRandomValues(new Uint32Array(1))[0]);
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
  assert.deepEqual(model.testing.recorder.reused(), [], "no counter is used twice with a key");
}

test(`XEP-0200 §9: ${CASES} random schedules: what arrives is right, what does not is told`, async (t) => {
  const model = await modelCore();
  const { core, recorder } = model.testing;
  t.diagnostic(`ESESSION_SEED=${SEED}`);
  const start = performance.now();
  const happened: Record<string, number> = {};
  for (let i = 0; i < CASES; i++) {
    const seed = SEED + i;
    const random = randomOf(seed);
    const run: Run = { log: [], disturbed: false, crashed: undefined };
    recorder.clear();
    const policy = {
      rekeyStanzas: [2, 3, 100][random(3)]!,
      publishMacKeys: random(2) === 0,
    };
    const pair = sessions(model, policy, [1, 1, 2, 5][random(4)]!);
    try {
      for (let step = 0; step < STEPS; step++) await act(pair, random, run);
      await conclude(pair, run);
      check(pair, run, model);
      assert.equal(core.usage.contexts, 0, "no keys are left");
      assert.equal(core.usage.secrets, model.kept(), "no secrets are left");
    } catch (error) {
      t.diagnostic(`ESESSION_SEED=${seed} ESESSION_CASES=1: ${run.log.join(", ")}`);
      t.diagnostic(pair.parties.map(({ steps }) => steps.join(", ")).join(" / "));
      throw error;
    }
    for (const { steps } of pair.parties)
      for (const step of steps) happened[step] = (happened[step] ?? 0) + 1;
  }
  t.diagnostic(`${Math.round((CASES / (performance.now() - start)) * 1000)} schedules per second`);
  t.diagnostic(JSON.stringify(happened));
});
