/**
 * What a run writes, and what it says of the targets.
 *
 * @typedef {{ id: string, title: string, command: string, date?: string, rounds?: number, machine?: Record<string, string>,
 *   notes: string[], results: import("./rounds.js").Result[], figures: import("./message.js").Figure[] }} Section
 * @typedef {{ name: string, machine: Record<string, string>, sections: Section[] }} EngineReport
 * @typedef {{ date: string, rounds: number, machine: Record<string, string>, peers: Record<string, string>,
 *   sections: Section[], engines: EngineReport[] }} Report
 */
import { cell } from "./spread.js";
import { figureTargets, ratioTargets } from "./targets.js";

/**
 * What a report says of each target: our figure, and whether the first and the second column are reached; `missing`
 * where there is no figure.
 * @typedef {{ measure: string, at: string, unit: string, reach: number, aim: number, most: boolean,
 *   found: import("./spread.js").Spread | undefined, missing: string, beside?: string, reached: boolean,
 *   aimed: boolean }} Verdict `beside`: what another peer's ratio in that row is, where a target asks for it
 */

/** @param {Report} report @returns {Verdict[]} */
export function judge({ sections }) {
  const rows = sections.flatMap(({ results }) => results);
  const figures = sections.flatMap((section) => section.figures);
  return [
    ...ratioTargets.map(({ measure, at, row, peer, beside, reach, aim }) => {
      const peers = rows.find(({ name }) => name === row)?.peers ?? [];
      const found = peers.find(({ name }) => name === peer);
      const other = peers.find(({ name }) => name === beside);
      const value = found && "ratio" in found ? found.ratio : undefined;
      const missing = found && "missing" in found ? found.missing : "not measured";
      const given = { measure, at, unit: "", reach, aim, most: false, found: value, missing };
      return verdict(
        other && "ratio" in other ? { ...given, beside: `${other.name}: ${cell(other.ratio)}` } : given,
      );
    }),
    ...figureTargets.map(({ measure, at, figure, unit, reach, aim }) => {
      const found = figures.find(({ name }) => name === figure)?.value;
      return verdict({ measure, at, unit, reach, aim, most: true, found, missing: "not measured" });
    }),
  ];
}

/** @param {Omit<Verdict, "reached" | "aimed">} given @returns {Verdict} */
function verdict(given) {
  const { found, reach, aim, most } = given;
  const meets = (/** @type {number} */ limit) =>
    found !== undefined && (most ? found.median <= limit : found.median >= limit);
  return { ...given, reached: meets(reach), aimed: meets(aim) };
}

/** @param {Verdict} verdict */
export const figureText = ({ found, unit, missing, beside }) =>
  [found ? `${cell(found)} ${unit}`.trim() : missing, beside].filter((text) => text !== undefined).join("; ");

/**
 * When a section was measured and how, and where: what differs from the machine of the report's last run.
 * @param {Section} section @param {Pick<Report, "date" | "rounds" | "machine">} report
 */
export function measuredText({ date, rounds, machine = {}, results }, report) {
  const when = `Measured ${date ?? report.date}`;
  const how = results.length > 0 ? `, ${rounds ?? report.rounds} rounds` : "";
  const where = Object.entries(machine)
    .filter(([name, value]) => report.machine[name] !== value)
    .map(([name, value]) => `; ${name} ${value}`);
  return `${when}${how}${where.join("")}.`;
}

/**
 * A report to be added to: each of its sections says what the whole said until now.
 * @param {Report} report @returns {Report}
 */
export function stamped(report) {
  const { date, rounds, machine } = report;
  return {
    ...report,
    sections: report.sections.map((section) => ({ date, rounds, machine, ...section })),
    engines: report.engines.map((engine) => ({
      ...engine,
      sections: engine.sections.map((section) => ({
        ...{ date, rounds, machine: engine.machine },
        ...section,
      })),
    })),
  };
}
