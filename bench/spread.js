/**
 * The arithmetic of the suite: the median of the rounds with the lowest and the highest, and ratios, each taken within
 * its round, because the machine of one round is not that of another.
 * @typedef {{ median: number, min: number, max: number }} Spread
 */

/** @param {readonly number[]} samples @returns {Spread} */
export function spread(samples) {
  const sorted = [...samples].sort((a, b) => a - b);
  const median = ((sorted[(sorted.length - 1) >> 1] ?? NaN) + (sorted[sorted.length >> 1] ?? NaN)) / 2;
  return { median, min: sorted[0] ?? NaN, max: sorted.at(-1) ?? NaN };
}

/**
 * Their time over ours, round by round; rounds in which one of the two was not measured do not count.
 * @param {readonly (number | undefined)[]} theirs @param {readonly (number | undefined)[]} ours
 */
export const ratios = (theirs, ours) =>
  theirs.flatMap((time, round) => {
    const own = ours[round];
    return time === undefined || own === undefined ? [] : [time / own];
  });

/** Three significant digits, and no fraction of thousands. @param {number} value */
export const digits = (value) => (value < 1000 ? value.toPrecision(3) : value.toFixed(0));

/** @param {Spread} spread */
export const cell = ({ median, min, max }) =>
  min === max ? digits(median) : `${digits(median)} (${digits(min)}-${digits(max)})`;
