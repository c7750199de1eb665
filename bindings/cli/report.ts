/** What the demo found, for a person and for a program. */
import type { DemoReport, SessionReport } from "./demo.js";
import type { WireLine } from "./router.js";
import type { Mismatch } from "./transfer.js";

/** How text is marked on a terminal; without one, not at all. */
export type Style = (format: "bold" | "green" | "red" | "dim", text: string) => string;

export function mismatchesOf(report: DemoReport): Mismatch[] {
  return report.transfers.flatMap(({ mismatches }) => mismatches);
}

/** Nothing differed, nothing in the corpus was broken. */
export function isFine(report: DemoReport): boolean {
  return (
    mismatchesOf(report).length === 0 && report.faults.length === 0 && report.corpus.problems.length === 0
  );
}

export function toJson(report: DemoReport, wire: readonly WireLine[] | undefined): string {
  const { corpus, ...rest } = report;
  const { source, stanzas, skipped, problems } = corpus;
  return JSON.stringify(
    {
      ok: isFine(report),
      ...rest,
      corpus: { source, stanzas: stanzas.length, skipped, problems },
      ...(wire && { traffic: wire }),
    },
    null,
    2,
  );
}

export function toText(report: DemoReport, style: Style): string {
  const { corpus, transfers, sessions, wire } = report;
  const sum = (of: (transfer: DemoReport["transfers"][number]) => number) =>
    transfers.reduce((total, transfer) => total + of(transfer), 0);
  const mismatches = mismatchesOf(report).length;
  const rows: [string, string][] = [
    ["corpus", `${corpus.source}: ${number(corpus.stanzas.length)} stanzas`],
    ["skipped", counted(corpus.skipped)],
    ["broken", corpus.problems.length === 0 ? "none" : style("red", number(corpus.problems.length))],
    ...sessions.flatMap((session, at) => sessionRows(session, at + 1)),
    ...transfers.map(({ from, to, equal }): [string, string] => [
      "arrived equal",
      `${number(equal)} of ${number(corpus.stanzas.length)}, ${from} to ${to}`,
    ]),
    [
      "carried along",
      `${number(sum(({ carriers }) => carriers))} requests and answers, so that every iq has its own`,
    ],
    [
      "bytes",
      `${number(sum(({ bytes }) => bytes))} in clear; ${number(wire.bytes)} on the wire in ${number(wire.stanzas)} stanzas`,
    ],
  ];
  const verdict = isFine(report)
    ? style("green", "every stanza arrived equal")
    : style(
        "red",
        `${number(mismatches)} mismatches, ${number(report.faults.length)} other faults, ${number(corpus.problems.length)} broken in the file`,
      );
  return [...table(rows, style), verdict].join("\n");
}

/** The one part that differs from run to run. */
export function times(report: DemoReport, style: Style): string {
  const rows = Object.entries(report.milliseconds).map(([step, time]): [string, string] => [
    step,
    `${time.toFixed(1).padStart(9)} ms`,
  ]);
  return table(rows, style).join("\n");
}

function sessionRows(session: SessionReport, number: number): [string, string][] {
  const { group, cipher, dialect, sasAlgorithm, sas, level, levelConfirmed, continued } = session;
  const found = continued ? "retained secret recognised" : "no retained secret";
  const compared = levelConfirmed ? `; once compared: ${levelConfirmed.join(" and ")}` : "";
  return [
    [`session ${number}`, `group ${group}, ${cipher}, dialect ${dialect}, ${found}`],
    ["  SAS", `${sas.join(" and ")} (${sasAlgorithm})`],
    ["  level", `${level.join(" and ")}${compared}`],
  ];
}

function counted(counts: Readonly<Record<string, number>>): string {
  const entries = Object.entries(counts);
  if (entries.length === 0) return "none";
  return entries.map(([reason, count]) => `${number(count)} ${reason}`).join(", ");
}

function table(rows: readonly (readonly [string, string])[], style: Style): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${style("dim", name.padEnd(width))}  ${value}`);
}

function number(value: number): string {
  return value.toLocaleString("en");
}
