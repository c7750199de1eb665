/**
 * The check of the check: leaks that were planted must all be found, at the instruction where they were planted,
 * and their safe twins must pass. Else no result of the run counts.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { compare } from "./compare.js";
import { instrument } from "./instrument.js";
import { subject } from "./subject.js";

const BRANCH = /^(If|Break|Select)\.Condition$/;

/** Where each leak must show. The compiler may choose among the ways to branch. */
const leaks = {
  earlyExitCompare: BRANCH,
  leadingZeroStrip: BRANCH,
  loopBound: BRANCH,
  loopUntilSecret: /^Break\.Condition$/,
  conditionalSubtract: BRANCH,
  squareAndMultiply: BRANCH,
  choiceBySelect: /^Select\.Condition$/,
  switchOnSecret: /^Switch\.Condition$/,
  indirectCall: /^CallIndirect\.Target$/,
  tableSbox: /^Load\.Ptr$/,
  windowByIndex: /^Load\.Ptr$/,
  base64ByTable: /^Load\.Ptr$/,
  storeAddress: /^Store\.Ptr$/,
  vectorLoad: /^Load\.Ptr$/,
  vectorStore: /^Store\.Ptr$/,
  vectorSplat: /^SIMDLoad\.Ptr$/,
  vectorExtend: /^SIMDLoad\.Ptr$/,
  vectorZero: /^SIMDLoad\.Ptr$/,
  laneLoad: /^SIMDLoadStoreLane\.Ptr$/,
  laneStore: /^SIMDLoadStoreLane\.Ptr$/,
  copyLength: /^MemoryCopy\.Size$/,
  copySource: /^MemoryCopy\.Source$/,
  copyTarget: /^MemoryCopy\.Dest$/,
  fillLength: /^MemoryFill\.Size$/,
  fillTarget: /^MemoryFill\.Dest$/,
  growth: /^MemoryGrow\.Delta$/,
  division: /^DivUInt32\./,
  remainder: /^RemUInt32\./,
  longDivision: /^DivUInt64\./,
  longRemainder: /^RemSInt64\./,
  floatDivision: /^DivFloat64\./,
  vectorDivision: /^DivVecF64x2\./,
  squareRoot: /^SqrtFloat32\./,
  truncation: /^TruncSatSFloat64ToInt32\./,
  floatMaximum: /^MaxFloat64\./,
  leadingZeroCount: /^ClzInt32\./,
  shiftAmount: /^ShlInt64\./,
  vectorShiftAmount: /^SIMDShift\./,
};

const SECRETS = 64;
const SECRET_AT = 65536 - 32;
const folder = join(import.meta.dirname, "planted");
const asc = join(
  dirname(createRequire(import.meta.url).resolve("assemblyscript/package.json")),
  "bin/asc.js",
);

/** Compiles as the core is compiled (asconfig.json), with everything switched on. */
function compiled(name) {
  const out = mkdtempSync(join(tmpdir(), "esession-planted-"));
  try {
    const options = ["--bindings", "", "--runtime", "stub", "--use", "abort=", "-O3", "--converge"];
    const unchecked = ["--noAssert", "--uncheckedBehavior", "always", "--enable", "simd"];
    const file = join(out, `${name}.wasm`);
    execFileSync(process.execPath, [asc, `${name}.ts`, ...options, ...unchecked, "--outFile", file], {
      cwd: folder,
      stdio: ["ignore", "ignore", "pipe"],
    });
    return readFileSync(file);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** The difference that each exported function shows, undefined where it shows none. */
function differences(name, seed) {
  const instrumented = instrument(compiled(name));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(instrumented.wasm));
  const one = subject(exports, instrumented);
  const functions = Object.keys(exports).filter((key) => typeof exports[key] === "function");
  return new Map(
    functions.map((key) => {
      const prepare = (_, draw) => {
        new Uint8Array(exports.memory.buffer).set(draw.octets(32), SECRET_AT);
        return () => exports[key](SECRET_AT);
      };
      return [key, compare(one, { name: key, prepare }, { secrets: SECRETS, seed }).difference];
    }),
  );
}

/** @returns the numbers, and a sentence for each failure */
export function planted(seed) {
  const failures = [];
  const leaking = differences("leaks", seed);
  for (const name of leaking.keys())
    if (!(name in leaks)) failures.push(`the planted leak ${name} is not in the list of leaks`);
  let found = 0;
  for (const [name, place] of Object.entries(leaks)) {
    const difference = leaking.get(name);
    if (difference === undefined) failures.push(`the planted leak ${name} was not found`);
    else if (!place.test(difference.place))
      failures.push(`the planted leak ${name} was found at ${difference.place}, not at ${place}`);
    else found++;
  }
  const safe = differences("safe", seed);
  let passed = 0;
  for (const [name, difference] of safe)
    if (difference === undefined) passed++;
    else failures.push(`the safe function ${name} was taken for a leak, at ${difference.place}`);
  return { leaks: Object.keys(leaks).length, found, safe: safe.size, passed, secrets: SECRETS, failures };
}
