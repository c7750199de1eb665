/**
 * Ratios beside those of a baseline, row by row, over the names of both: what was not measured is said, not left out.
 *
 * @typedef {{ corpus?: string | undefined, ratios: Record<string, number | null> }} Ratios `corpus`: shared or embedded, whose
 *   stanzas are others; JSON has null for what is no number
 * @typedef {{ name: string, now?: number | null | undefined, before?: number | null | undefined, share?: number,
 *   remark: string, bad: boolean }} Compared `share`: now, of the baseline's
 */

/** Below this part of the baseline's ratio a row is more than 25 % worse. */
const LEAST = 0.75;

/** @param {Ratios} baseline @param {Ratios & { ofCorpus: ReadonlySet<string> }} run @returns {Compared[]} */
export function compare(baseline, run) {
  const names = new Set([...Object.keys(baseline.ratios), ...Object.keys(run.ratios)]);
  return [...names].map((name) => {
    const [before, now] = [baseline.ratios[name], run.ratios[name]];
    const row = { name, before, now };
    if (now === undefined) return { ...row, remark: "NOT MEASURED", bad: true };
    if (now === null || !Number.isFinite(now)) return { ...row, remark: "NO NUMBER", bad: true };
    if (before === undefined) return { ...row, remark: "not in the baseline", bad: false };
    if (before === null || !(before > 0)) return { ...row, remark: "NO NUMBER in the baseline", bad: true };
    if (run.ofCorpus.has(name) && baseline.corpus !== run.corpus)
      return {
        ...row,
        remark: `not compared: the corpus is ${run.corpus}, the baseline's ${baseline.corpus ?? "not recorded"}`,
        bad: false,
      };
    const share = now / before;
    const bad = share < LEAST;
    return { ...row, share, remark: bad ? "WORSE" : "", bad };
  });
}
