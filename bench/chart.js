/**
 * Ratios as dots on a logarithmic scale, inline SVG: a row for each case, a dot for each peer with its spread as a bar,
 * a line at 1. What lies right of it is slower than esession.
 */
import { cell } from "./spread.js";

/** A colour for each peer, the same in every chart. */
const COLOURS = {
  "node:crypto": "#0072b2",
  "node:crypto tuned": "#56b4e9",
  WebCrypto: "#009e73",
  "gmp-wasm powm": "#d55e00",
  "gmp-wasm powm_sec": "#e69f00",
  BigInt: "#cc79a7",
  "@noble": "#8c6bb1",
  "asmcrypto.js": "#999933",
  "node-forge": "#a6761d",
  sjcl: "#7f7f7f",
  "bn.js": "#44aa99",
  "hacl-wasm": "#aa4466",
};
const others = ["#d55e00", "#009e73", "#cc79a7"];
const LABELS = 410;
const PLOT = 520;
const [LINE, GAP] = [9, 12];

/** @typedef {{ name: string, ratio: import("./spread.js").Spread }} Dot */
/** @typedef {{ name: string, dots: Dot[], ticks?: number[] }} Row */

/** @param {string} text */
export const escaped = (text) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

/** @param {string} peer @param {readonly string[]} all */
const colour = (peer, all) =>
  COLOURS[/** @type {keyof typeof COLOURS} */ (peer)] ?? others[all.indexOf(peer) % others.length] ?? "#888";

/** Whole powers of ten and 2, 5 of them, within the limits. @param {number} low @param {number} high */
function marks(low, high) {
  const wide = high / low > 300;
  const steps = wide ? [1] : [1, 2, 5];
  const all = [];
  for (let power = -3; power < 6; power++) for (const step of steps) all.push(step * 10 ** power);
  return all.filter((mark) => mark >= low && mark <= high);
}

/** @param {readonly Row[]} rows @param {string} axis what the scale shows */
export function ratioChart(rows, axis) {
  const spreads = rows.flatMap(({ dots }) => dots.map(({ ratio }) => ratio));
  if (spreads.length === 0) return "";
  const ticks = rows.flatMap((row) => row.ticks ?? []);
  const low = Math.min(0.8, ...spreads.map(({ min }) => min), ...ticks) / 1.1;
  const high = Math.max(1.25, ...spreads.map(({ max }) => max), ...ticks) * 1.1;
  const x = (/** @type {number} */ value) =>
    Number((LABELS + (PLOT * Math.log(value / low)) / Math.log(high / low)).toFixed(1));
  const peers = [...new Set(rows.flatMap(({ dots }) => dots.map(({ name }) => name)))];
  let y = 26;
  const drawn = rows.map(({ name, dots, ticks: own = [] }) => {
    const top = y;
    const height = Math.max(1, dots.length) * LINE;
    y += height + GAP;
    const middle = top + height / 2;
    return [
      `<text class="label" x="${LABELS - 12}" y="${middle + 4}">${escaped(name)}</text>`,
      ...own.map((tick) => `<path class="tick" d="M${x(tick)} ${top - 3}v${height + 6}"/>`),
      ...dots.map(({ name: peer, ratio }, at) => {
        const line = top + at * LINE + LINE / 2;
        const paint = colour(peer, peers);
        const title = `${name}, ${peer}: ${cell(ratio)}`;
        return `<g stroke="${paint}" fill="${paint}"><title>${escaped(title)}</title><path d="M${x(ratio.min)} ${line}H${x(ratio.max)}" stroke-width="2"/><circle cx="${x(ratio.median)}" cy="${line}" r="3.5"/></g>`;
      }),
      `<path class="row" d="M${LABELS} ${y - GAP / 2}H${LABELS + PLOT}"/>`,
    ].join("");
  });
  const scale = marks(low, high).map(
    (mark) =>
      `<path class="${mark === 1 ? "one" : "grid"}" d="M${x(mark)} 20V${y}"/><text class="mark" x="${x(mark)}" y="14">${mark}</text>`,
  );
  const legend = peers.map(
    (peer) => `<span><i style="background:${colour(peer, peers)}"></i>${escaped(peer)}</span>`,
  );
  const width = LABELS + PLOT + 30;
  return `<figure><figcaption>${escaped(axis)}<br>${legend.join(" ")}</figcaption><svg viewBox="0 0 ${width} ${y + 6}" role="img" aria-label="${escaped(axis)}">${scale.join("")}${drawn.join("")}</svg></figure>`;
}
