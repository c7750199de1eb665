/**
 * Makes a module tell its trace: a copy of the final, optimised WebAssembly in which each operand that decides
 * something (deciding.js) is folded, on its way, into a rolling hash inside the module. What the module computes
 * stays the same. Equal hashes after equal work mean: the same branches, addresses and operands in the same order,
 * but for a chance of about 2^-64.
 *
 * Added exports, mutable globals of 64 bits: `traceHash`, `traceCount`, and to find a place again `traceStop`, the
 * number of the fold after which `traceStopHash` and `traceStopPlace` are noted. Every mutable global of the module
 * itself is exported as `state:N`, so that its whole state can be put back.
 */
import { binaryen, kinds, placeName } from "./deciding.js";

/** An odd number; with the rotation it makes each fold a bijection of the hash. */
const MULTIPLIER = 0x9e3779b97f4a7c15n;
const COUNTERS = ["traceHash", "traceCount", "traceStop", "traceStopHash", "traceStopPlace"];

const { i32, i64, f32, f64, v128 } = binaryen;

/** The function that passes a value of one type through and folds it. */
function addFold(module, type, words) {
  const { i64: long } = module;
  const get = (name) => module.global.get(name, i64);
  const constant = (value) => long.const(BigInt.asIntN(64, value));
  const value = () => module.local.get(0, type);
  const place = () => long.extend_u(module.local.get(1, i32));
  const steps = words(module, value).map((word) =>
    module.global.set(
      "traceHash",
      long.mul(
        long.add(long.rotl(long.xor(get("traceHash"), word), constant(23n)), place()),
        constant(MULTIPLIER),
      ),
    ),
  );
  const body = module.block(
    null,
    [
      ...steps,
      module.global.set("traceCount", long.add(get("traceCount"), constant(1n))),
      module.if(
        long.eq(get("traceCount"), get("traceStop")),
        module.block(null, [
          module.global.set("traceStopHash", get("traceHash")),
          module.global.set("traceStopPlace", place()),
        ]),
      ),
      value(),
    ],
    type,
  );
  module.addFunction(`fold ${type}`, binaryen.createType([type, i32]), type, [], body);
}

/** How a value of each type becomes words of 64 bits. */
const folds = new Map([
  [i32, (module, value) => [module.i64.extend_u(value())]],
  [i64, (module, value) => [value()]],
  [f32, (module, value) => [module.i64.extend_u(module.i32.reinterpret(value()))]],
  [f64, (module, value) => [module.i64.reinterpret(value())]],
  [v128, (module, value) => [0, 1].map((lane) => module.i64x2.extract_lane(value(), lane))],
]);

/** From the numbers that Binaryen gives to kinds to the names of its classes. */
const classes = new Map(Object.keys(kinds).map((name) => [binaryen[`${name}Id`], name]));

/**
 * Walks one expression and those below, folding what decides. `note` is told of each place and gives its number.
 * @param {(place: string, type: number) => number} note
 */
function walk(module, expression, note) {
  const name = classes.get(binaryen.getExpressionId(expression));
  if (name === undefined)
    throw new Error(`an instruction that the trace does not know: ${binaryen.emitText(expression)}`);
  const { deciding, passing, list } = kinds[name];
  const { [name]: access } = binaryen;
  const folded = deciding(expression);
  for (const property of new Set([...folded, ...passing])) {
    const operand = access[`get${property}`](expression);
    if (operand === 0) continue; // an absent `else`, an unconditional branch
    walk(module, operand, note);
    const type = binaryen.getExpressionType(operand);
    const constant = binaryen.getExpressionId(operand) === binaryen.ConstId;
    if (!folded.includes(property) || constant || type === binaryen.unreachable) continue;
    const place = module.i32.const(note(placeName(name, expression, property), type));
    access[`set${property}`](expression, module.call(`fold ${type}`, [operand, place], type));
  }
  if (list === undefined) return;
  const count = access[list === "Child" ? "getNumChildren" : "getNumOperands"](expression);
  for (let i = 0; i < count; i++) walk(module, access[`get${list}At`](expression, i), note);
}

/** A call for each fold is two thirds of the time. The folds are in place by now: inlining moves none of them. */
function inlineFolds(module) {
  binaryen.setAlwaysInlineMaxSize(200);
  binaryen.setFlexibleInlineMaxSize(0);
  module.runPasses(["inlining"]);
}

/** @typedef {{ name: string, place: string }} Place the function and what is folded there */

/**
 * @param {Uint8Array} wasm
 * @param {readonly string[]} names of the functions, in their order, for the report
 * @returns {{ wasm: Uint8Array, places: Place[], state: number }} `state`: how many `state:N` there are
 */
export function instrument(wasm, names = []) {
  const module = binaryen.readBinary(wasm);
  module.setFeatures(binaryen.Features.All);
  const functions = Array.from({ length: module.getNumFunctions() }, (_, i) => module.getFunctionByIndex(i));
  const globals = Array.from({ length: module.getNumGlobals() }, (_, i) =>
    binaryen.getGlobalInfo(module.getGlobalByIndex(i)),
  );
  const state = globals.filter(({ mutable }) => mutable);
  for (const [i, { name }] of state.entries()) module.addGlobalExport(name, `state:${i}`);
  for (const name of COUNTERS) {
    module.addGlobal(name, i64, true, module.i64.const(0n));
    module.addGlobalExport(name, name);
  }

  /** @type {Place[]} */
  const places = [];
  const types = new Set();
  const known = names.length === functions.length;
  for (const [i, reference] of functions.entries()) {
    const body = binaryen.Function.getBody(reference);
    const name = known ? names[i] : `function ${i}`;
    if (body === 0) continue; // an import
    walk(module, body, (place, type) => {
      types.add(type);
      return places.push({ name, place }) - 1;
    });
  }
  for (const type of types) addFold(module, type, folds.get(type));
  if (!module.validate()) throw new Error("the module with its trace is not valid WebAssembly");
  inlineFolds(module);
  const traced = module.emitBinary();
  module.dispose();
  return { wasm: traced, places, state: state.length };
}

/** The names of the functions of a module, from its text form. */
export const functionNames = (/** @type {string} */ text) =>
  [...text.matchAll(/^ \(func \$(\S+)/gm)].map(([, name]) => name);
