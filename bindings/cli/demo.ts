/**
 * The whole life of a session, between two engines in one process: negotiation (XEP-0116 §4), a corpus in both directions
 * (XEP-0200), termination (§5), a second negotiation that finds the retained secret of the first (§4.7.3).
 */
import type { Group } from "../core/types.js";
import type { Level, Session } from "../engine/types.js";
import type { Corpus } from "./corpus.js";
import type { Parties } from "./parties.js";
import { createParties } from "./parties.js";
import type { WireLine } from "./router.js";
import type { Transfer } from "./transfer.js";
import { transfer } from "./transfer.js";

export interface DemoOptions {
  readonly group: Group;
  readonly seed: string | undefined;
  readonly corpus: Corpus;
  readonly onLine?: (line: WireLine) => void;
  readonly onProgress?: (step: string, done: number, total: number) => void;
}

export interface SessionReport {
  readonly group: Group;
  readonly cipher: string;
  readonly sasAlgorithm: string;
  readonly dialect: string;
  /** A retained secret was recognised. */
  readonly continued: boolean;
  /** What the two sides show. */
  readonly sas: readonly [string, string];
  /** Of the two sides, as negotiated. */
  readonly level: readonly [Level, Level];
  /** After both users said that the SAS matches. */
  readonly levelConfirmed?: readonly [Level, Level];
  /** Both ends know that nothing is missing. */
  complete: boolean;
}

export interface DemoReport {
  readonly group: Group;
  readonly seed: string | undefined;
  readonly corpus: Corpus;
  readonly sessions: SessionReport[];
  readonly transfers: Transfer[];
  readonly wire: { readonly stanzas: number; readonly bytes: number };
  /** What should not have happened, beside the mismatches of the transfers. */
  readonly faults: string[];
  readonly alerts: readonly string[];
  readonly milliseconds: Record<string, number>;
}

type Ends = readonly [Session, Session];

export async function runDemo(options: DemoOptions): Promise<DemoReport> {
  const { group, seed, corpus, onProgress } = options;
  const milliseconds: Record<string, number> = {};
  const faults: string[] = [];

  async function timed<T>(step: string, run: () => Promise<T>): Promise<T> {
    onProgress?.(step, 0, 0);
    const start = performance.now();
    const result = await run();
    milliseconds[step] = Math.round((performance.now() - start) * 10) / 10;
    return result;
  }

  const parties = await timed("load", () => createParties({ group, seed, onLine: options.onLine }));
  const { initiator, responder, router } = parties;

  const ends = await timed("negotiate", () => negotiate(parties));
  const first = { ...describe(ends), levelConfirmed: await confirm(ends) };
  if (first.sas[0] !== first.sas[1]) faults.push(`the SAS differ: ${first.sas.join(", ")}`);

  const transfers: Transfer[] = [];
  for (const [step, from, to, sending, receiving] of [
    ["initiator to responder", initiator, responder, ends[0], ends[1]],
    ["responder to initiator", responder, initiator, ends[1], ends[0]],
  ] as const)
    transfers.push(
      await timed(step, () =>
        transfer({ from, to, sending, receiving, router }, corpus.stanzas, (done) =>
          onProgress?.(step, done, corpus.stanzas.length),
        ),
      ),
    );
  first.complete = await timed("terminate", () => terminate(ends));

  const again = await timed("negotiate again", () => negotiate(parties));
  const second = describe(again);
  if (!second.continued) faults.push("the second negotiation did not find the retained secret of the first");
  second.complete = await timed("terminate again", () => terminate(again));
  for (const [at, { complete }] of [first, second].entries())
    if (!complete) faults.push(`the termination of session ${at + 1} was not acknowledged`);

  await Promise.all([initiator.engine.close(), responder.engine.close()]);
  return {
    group,
    seed,
    corpus,
    sessions: [first, second],
    transfers,
    wire: { stanzas: router.stanzas, bytes: router.bytes },
    faults,
    alerts: [...initiator.alerts, ...responder.alerts],
    milliseconds,
  };
}

/** Until both ends may send: the responder's when the initiator has proved that it has the keys. */
async function negotiate({ initiator, responder, router }: Parties): Promise<Ends> {
  const peers = new Promise<Session>((resolve) => {
    const stop = responder.engine.on("session", (session) => {
      stop();
      resolve(session);
    });
  });
  const ours = await initiator.engine.start(responder.jid);
  const theirs = await peers;
  router.drain();
  return [ours, theirs];
}

async function confirm([ours, theirs]: Ends): Promise<readonly [Level, Level]> {
  await Promise.all([ours.confirmSas(), theirs.confirmSas()]);
  return [ours.level, theirs.level];
}

async function terminate([ours, theirs]: Ends): Promise<boolean> {
  const [mine, peers] = await Promise.all([ours.close(), theirs.ended]);
  return mine.complete && peers.complete;
}

function describe([ours, theirs]: Ends): SessionReport {
  const { group, cipher, sasAlgorithm, dialect } = ours.info;
  return {
    group,
    cipher,
    sasAlgorithm: sasAlgorithm ?? "none",
    dialect,
    continued: ours.continued && theirs.continued,
    sas: [ours.sas ?? "none", theirs.sas ?? "none"],
    level: [ours.level, theirs.level],
    complete: false,
  };
}
