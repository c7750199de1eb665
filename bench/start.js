/** The cold start: each figure is of processes of their own, because a second load in a process finds everything compiled. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { spread } from "./spread.js";

const child = join(import.meta.dirname, "start-child.js");

/** @param {string} step @returns {Record<string, number>} */
const run = (step) => JSON.parse(execFileSync(process.execPath, [child, step], { encoding: "utf8" }));

/** The figures by step and by the child's name for it. */
const NAMES = {
  instantiate: {
    compile: "WebAssembly.compile",
    instantiate: "WebAssembly.instantiate",
    both: "compile and instantiate",
    set_up: "loadCore() of a compiled module",
  },
  load: { import: "import of esession/core", loadCore: "loadCore()", all: "import and loadCore()" },
  firstKey: { first: "first key pair of group 14" },
  firstSeal: { first: "first seal of 256 B" },
  warmedUp: { warmUp: "warmUp()", first: "first seal of 256 B after warmUp()" },
};

/** @param {number} processes for each step @returns {import("./message.js").Figure[]} */
export function startFigures(processes) {
  return Object.entries(NAMES).flatMap(([step, names]) => {
    const runs = Array.from({ length: processes }, () => run(step));
    return Object.entries(names).map(([key, name]) => ({
      name,
      unit: "ms",
      value: spread(runs.map((one) => one[key] ?? NaN)),
    }));
  });
}
