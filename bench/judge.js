/**
 * What a run writes, and what it says of the targets.
 *
 * @typedef {{ id: string, title: string, command: string, notes: string[], results: import("./rounds.js").Result[],
 *   figures: import("./message.js").Figure[] }} Section
 * @typedef {{ name: string, machine: Record<string, string>, sections: Section[] }} EngineReport
 * @typedef {{ date: string, rounds: number, machine: Record<string, string>, peers: Record<string, string>,
 *   sections: Section[], engines: EngineReport[] }} Report
 */
import { figureTargets, ratioTargets } from "./targets.js";

/**
 * What a report says of each target: our figure, and whether the first and the second column are reached; `missing`
 * where there is no figure.
 * @typedef {{ measure: string, at: string, unit: string, reach: number, aim: number, most: boolean,
 *   found: import("./spread.js").Spread | undefined, missing: string, reached: boolean, aimed: boolean }} Verdict
 */

/** @param {Report} report @returns {Verdict[]} */
export function judge({ sections }) {
  const rows = sections.flatMap(({ results }) => results);
  const figures = sections.flatMap((section) => section.figures);
  return [
    ...ratioTargets.map(({ measure, at, row, peer, reach, aim }) => {
      const found = rows.find(({ name }) => name === row)?.peers.find(({ name }) => name === peer);
      const value = found && "ratio" in found ? found.ratio : undefined;
      const missing = found && "missing" in found ? found.missing : "not measured";
      return verdict({ measure, at, unit: "", reach, aim, most: false, found: value, missing });
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
