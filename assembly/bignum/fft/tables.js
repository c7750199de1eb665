/**
 * Writes the constants in octants.ts beside it: `node assembly/bignum/fft/tables.js`. All values come from integer
 * arithmetic with 256 bits behind the point, and are rounded once.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const BITS = 256n;
const ONE = 1n << BITS;
const times = (/** @type {bigint} */ a, /** @type {bigint} */ b) => (a * b) >> BITS;

/** The series sum x^k / k! over the k for which `sign` is not 0. */
function series(/** @type {bigint} */ x, /** @type {(k: number) => bigint} */ sign) {
  let sum = 0n;
  for (let term = ONE, k = 0; term !== 0n; term = times(term, x) / BigInt(++k)) sum += sign(k) * term;
  return sum;
}

/** arctan(1/q), and artanh(1/q) with alternating = false. */
function inverseTangent(/** @type {bigint} */ q, alternating = true) {
  let sum = 0n;
  for (let power = ONE / q, k = 1n; power !== 0n; power /= q * q, k += 2n)
    sum += alternating && k % 4n === 3n ? -power / k : power / k;
  return sum;
}

const PI = 4n * (4n * inverseTangent(5n) - inverseTangent(239n)); // Machin
const LN2 = 2n * inverseTangent(3n, false);

/** Number() of a bigint rounds to nearest even; the power of two is exact. */
const rounded = (/** @type {bigint} */ x) => Number(x) * 2 ** -Number(BITS);
const cosine = (/** @type {bigint} */ x) => series(x, (k) => [1n, 0n, -1n, 0n][k % 4] ?? 0n);
const sine = (/** @type {bigint} */ x) => series(x, (k) => [0n, 1n, 0n, -1n][k % 4] ?? 0n);

function octant(/** @type {bigint} */ n) {
  return Array.from({ length: Number(n / 4n) + 1 }, (_, k) => {
    const angle = (PI * BigInt(k)) / n;
    return `  ${rounded(cosine(angle))}, ${rounded(sine(angle))},\n`;
  }).join("");
}

function powers(/** @type {bigint} */ n) {
  return Array.from({ length: 8 }, (_, k) => {
    const values = [1n, 3n, -1n, -3n].map((j) => rounded(series((LN2 * (j << BigInt(k))) / n, () => 1n)));
    return `  ${values.join(", ")},\n`;
  }).join("");
}

const table = (/** @type {string} */ name, /** @type {string} */ type, /** @type {string} */ body) =>
  `// prettier-ignore\nexport const ${name}: usize = ASC_FEATURE_SIMD ? memory.data<${type}>([\n${body}], 16) : 0;\n`;

writeFileSync(
  join(import.meta.dirname, "octants.ts"),
  `/**
 * The numbers that the twiddles are made of, each the double next to the exact value. Written by tables.js; proved
 * by test/core/fft.test.ts.
 */

/** cos(pi k/512), sin(pi k/512) for k = 0 to 128: all of the circle follows by symmetry. */
${table("OCTANT_512", "f64", octant(512n))}
/** The same of 384, k = 0 to 96. */
${table("OCTANT_384", "f64", octant(384n))}
/** 2^(j 2^k/512) for j = 1, 3, -1, -3, a line for each k = 0 to 7. */
${table("POWERS_512", "f64", powers(512n))}
/** The same of 384. */
${table("POWERS_384", "f64", powers(384n))}`,
);
