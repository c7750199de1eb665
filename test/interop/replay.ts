/** Puts one side of a recorded run into our place: its exponents, its random octets, its retained secrets. */
import assert from "node:assert/strict";
import { defaultPolicy, type Dialect, type Group } from "esession";
import {
  loadTestCore,
  seededRandom,
  type RandomSource,
  type Retained,
  type TestCore,
} from "esession/testing";
import type { Secret } from "esession/core";
import type { Env, Outcome, PeerFacts } from "./internals.js";
import { hmac, type ProofKeys } from "./reference.js";
import { hex, jidOf, octets, unhex, type Run, type Side } from "./runs.js";

export interface Seat {
  readonly tools: TestCore;
  readonly env: Env;
  /** What this side kept of earlier sessions. */
  readonly retained: readonly Retained[];
}

export const stranger: PeerFacts = { dialect: undefined, spokeXep: false, boundSas: false };

/** Gives the octets that are asked for from the list, as far as their length is the one asked for. */
export function replayed(list: readonly Uint8Array[], rest: RandomSource): RandomSource {
  const waiting = [...list];
  return (target) => {
    if (waiting[0]?.length === target.length) target.set(waiting.shift()!);
    else rest(target);
  };
}

export async function takeSeat(
  run: Run,
  side: Side,
  dialect: Dialect | "auto",
  random: readonly Uint8Array[] = [],
): Promise<Seat> {
  const tools = await loadTestCore({ sessions: 4, random: replayed(random, seededRandom(run.id)) });
  const group = run.modp as Group;
  const policy = {
    ...defaultPolicy,
    dialect,
    groups: [group],
    acceptedGroups: [1, 2, 5, 14, 15, 16, 17, 18] as Group[],
    legacy: true,
    insecureBrokenGroups: true,
  };
  const env: Env = { core: tools.core, jid: jidOf(run, side), policy, now: () => 1000 };
  const retained = (run.secrets_before?.[side] ?? []).map(([secret, verified], at) => ({
    id: `secret ${at}`,
    secret: tools.importSecret(unhex(secret)),
    createdAt: at,
    expiresAt: 2000,
    verified: verified ? ("weak" as const) : ("none" as const),
    staged: false,
  }));
  return { tools, env, retained };
}

/** A secret cannot be read; what is made with it can be compared. */
export function assertSecret({ tools }: Seat, secret: Secret, expected: Uint8Array, name: string): void {
  const probe = new TextEncoder().encode(name);
  assert.equal(hex(tools.core.keys.hmac(secret, probe)), hex(hmac(expected, probe)), name);
}

/** The recorded keys of one direction; the initiator's proof is under provisory ones. */
export function recordedKeys(run: Run, letter: "A" | "B", kind: "" | "_provisory" = ""): ProofKeys {
  const key = (name: string) => octets(run, `${name}_${letter}${kind}`);
  return { cipher: key("KC"), mac: key("KM"), sigma: key("KS") };
}

/** What a negotiation must end in, whichever side of the run we are. */
export function assertOutcome(seat: Seat, run: Run, outcome: Outcome): void {
  const own = run.SAS[outcome.role === "initiator" ? "alice" : "bob"]!;
  // deployed clients write the number without leading zero digits
  assert.equal(outcome.sas, own.padStart(5, "a"), "the short authentication string");
  assert.equal(outcome.dialect, "deployed");
  assert.equal(outcome.comparisonCode, undefined);
  assert.deepEqual([outcome.agreed.group, outcome.agreed.cipher], [run.modp, "aes128-ctr"]);
  assert.deepEqual(outcome.agreed.stanzas, ["message"]);
  for (const [letter, keys] of [
    ["A", outcome.initiatorKeys],
    ["B", outcome.responderKeys],
  ] as const)
    for (const [name, secret] of [
      ["KC", keys.cipher],
      ["KM", keys.mac],
    ] as const)
      assertSecret(seat, secret, octets(run, `${name}_${letter}`), `${name}_${letter}`);
  const [first] = run.encrypted.filter(({ from }) => from === "alice");
  assert.equal(
    hex(outcome.initiatorCounter),
    first!.counter_before.padStart(32, "0"),
    "the initiator's counter goes on",
  );
  const { SRS } = run.values;
  const shared = seat.retained.find(({ id }) => id === outcome.sharedRetained?.id);
  assert.equal(shared !== undefined, SRS !== undefined && SRS !== "", "a retained secret is shared or not");
  if (shared) assertSecret(seat, shared.secret, unhex(SRS!), "SRS");
}
