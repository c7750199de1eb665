/**
 * What is to be reached, and what is aimed at. Ratios are a peer's time over ours in the same run, on Node 20 with its
 * default flags, warm, conversions included; figures are absolute and shall be at most so much. Every target names the
 * row that it is judged by.
 * @typedef {{ measure: string, at: string, row: string, peer: string, beside?: string, reach: number, aim: number }} RatioTarget
 *   `beside`: a peer whose ratio in the row is shown with it
 * @typedef {{ measure: string, at: string, figure: string, unit: string, reach: number, aim: number }} FigureTarget
 */

const pairs = (/** @type {string} */ text) => text.split("/").map(Number);

/**
 * One target for each place.
 * @param {string} measure @param {string} peer @param {(string | number)[]} places @param {(place: any) => string} row
 * @param {string} reach @param {string} aim the figures in the order of the places, or one for all
 * @returns {RatioTarget[]}
 */
function ratio(measure, peer, places, row, reach, aim) {
  const [least, wanted] = [pairs(reach), pairs(aim)];
  return places.map((place, at) => ({
    measure,
    at: typeof place === "number" ? `group ${place}` : place,
    row: row(place),
    peer,
    reach: least[at] ?? least[0] ?? NaN,
    aim: wanted[at] ?? wanted[0] ?? NaN,
  }));
}

const all = [14, 15, 16, 17, 18];
const key = (/** @type {number} */ group) => `group ${group}: key pair`;
const secret = (/** @type {number} */ group) => `group ${group}: shared secret`;
const both = (/** @type {number} */ group) => `group ${group}: two key pairs and two secrets`;
const [node, tuned] = ["node:crypto", "node:crypto tuned"];
/** With the HMAC key kept it is another program, which few write. */
const asShown = "@noble, key given each time";
const small = ["64 B", "256 B", "1 KiB", "4 KiB"];
const sizes = [...small, "16 KiB", "64 KiB"];

/** The same for sealing and opening. @param {"seal" | "open"} what */
function stanza(what) {
  const row = (/** @type {string} */ size) => `${what} ${size}`;
  return [
    ...ratio(`${what}, against ${node}`, node, sizes.slice(0, 3), row, "3.5/2.3/1.2", "5/3.5/1.8"),
    ...ratio(`${what}, against ${tuned}`, tuned, sizes.slice(0, 2), row, "2.5/1.8", "3.5/2.5"),
    ...ratio(`${what}, against ${node}`, node, ["4 KiB", "64 KiB"], row, "0.5/0.22", "0.75/0.3"),
    ...ratio(`${what}, against ${asShown}`, "@noble", sizes, row, "10/6/6/4/4/4", "20/9/9/6/6/6").map(
      (target) => ({
        ...target,
        beside: "@noble tuned",
      }),
    ),
    ...ratio(`${what}, against WebCrypto`, "WebCrypto", small, row, "4", "10"),
  ];
}

/** @type {RatioTarget[]} */
export const ratioTargets = [
  ...ratio(`key pair, against ${node}`, node, all, key, "2.0/2.7/3.0/4.3/5.5", "3/3.5/4.5/5.5/8"),
  ...ratio(
    `shared secret, against ${node}`,
    node,
    all,
    secret,
    "0.50/0.60/0.70/1.0/1.3",
    "0.70/0.8/1.0/1.3/1.8",
  ),
  ...ratio(
    "shared secret, against gmp-wasm powm",
    "gmp-wasm powm",
    [14, 16, 18],
    secret,
    "2.3/3.7/5.0",
    "3.5/5/7",
  ),
  ...ratio(
    "shared secret, against gmp-wasm powm_sec",
    "gmp-wasm powm_sec",
    [14, 16, 18],
    secret,
    "3/5.5/10",
    "4.5/8/14",
  ),
  ...ratio(
    `two key pairs and two secrets, against ${node}`,
    node,
    [14, 16, 18],
    both,
    "0.75/1.15/2.0",
    "1.1/1.6/2.6",
  ),
  ...stanza("seal"),
  ...stanza("open"),
  ...ratio(
    `the corpus through session.seal and session.open, against ${node}`,
    node,
    ["XML included"],
    () => "corpus, session.seal and session.open (AES-256, the default)",
    "1.5",
    "2.5",
  ),
];

/** @type {FigureTarget[]} */
export const figureTargets = [
  { measure: "core, SIMD build", at: "raw", figure: "core, SIMD build", unit: "KB", reach: 40, aim: 30 },
  {
    measure: "imports of the core",
    at: "SIMD build",
    figure: "imports of the core",
    unit: "",
    reach: 0,
    aim: 0,
  },
  {
    measure: "compile and instantiate",
    at: "a process",
    figure: "compile and instantiate",
    unit: "ms",
    reach: 1.5,
    aim: 1,
  },
  {
    measure: "first key pair of group 14",
    at: "a process",
    figure: "first key pair of group 14",
    unit: "ms",
    reach: 6,
    aim: 3,
  },
  {
    measure: "core for 1,000 sessions, no tables",
    at: "memory",
    figure: "core for 1,000 sessions, no tables",
    unit: "MiB",
    reach: 4,
    aim: 4,
  },
  {
    measure: "each further session, engine included",
    at: "memory",
    figure: "each further session, engine included",
    unit: "KiB",
    reach: 10,
    aim: 10,
  },
];
