/**
 * What an attacker who shares the machine may learn from an instruction: for each kind of WebAssembly expression, the
 * operands that decide which code runs, which memory is touched or how long the processor takes. Sources: the
 * instructions of the WebAssembly core specification; what V8 makes of them on x86-64 and arm64.
 *
 * Everything not listed here is refused, so that a new instruction cannot slip through unseen.
 */
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const compiler = createRequire(createRequire(import.meta.url).resolve("assemblyscript/package.json"));

/** Binaryen as the AssemblyScript compiler brings it. */
export const { default: binaryen } = await import(pathToFileURL(compiler.resolve("binaryen")).href);

/** Names of operations by number; those of unary, binary and SIMD ones are counted apart. */
const named = (/** @type {RegExp} */ pattern) =>
  new Map(
    Object.entries(binaryen.Operations)
      .filter(([name]) => pattern.test(name))
      .map(([name, number]) => [number, name]),
  );

// Time depends on the operands: division and square root everywhere, counting of bits where the processor has no
// instruction for it. Compiled to branches: conversions of scalars between floats and integers, scalar min and max.
const slowUnary = named(
  /^(Sqrt|Clz|Ctz|Popcnt)(Int|Float|Vec)|^Trunc(Sat)?[SU]Float|^ConvertUInt64ToFloat|^RelaxedTrunc/,
);
const slowBinary = named(/^(Div|Rem)[SU]?(Int|Float|Vec)|^(Min|Max)Float(32|64)$/);
// By how much 64 bits are shifted is a branch where there are only registers of 32.
const shifts = named(/^(Shl|ShrS|ShrU|RotL|RotR)Int(32|64)$/);

/**
 * @typedef {object} Kind
 * @property {(expression: number) => readonly string[]} deciding properties that are folded into the trace
 * @property {readonly string[]} passing properties that are only walked
 * @property {string} [list] the property that is a list of operands, walked too
 */

/** @returns {Kind} */
const kind = (
  /** @type {string | ((expression: number) => string[])} */ deciding = "",
  passing = "",
  list = undefined,
) => {
  const always = typeof deciding === "string" ? deciding.split(" ").filter(Boolean) : [];
  return {
    deciding: typeof deciding === "string" ? () => always : deciding,
    passing: passing.split(" ").filter(Boolean),
    list,
  };
};

/** By the names of Binaryen's classes of expressions. @type {Record<string, Kind>} */
export const kinds = {
  Nop: kind(),
  Unreachable: kind(),
  Const: kind(),
  LocalGet: kind(),
  GlobalGet: kind(),
  MemorySize: kind(),
  LocalSet: kind("", "Value"),
  GlobalSet: kind("", "Value"),
  Drop: kind("", "Value"),
  Return: kind("", "Value"),
  Block: kind("", "", "Child"),
  Loop: kind("", "Body"),
  Call: kind("", "", "Operand"),

  If: kind("Condition", "IfTrue IfFalse"),
  Break: kind("Condition", "Value"),
  Switch: kind("Condition", "Value"),
  Select: kind("Condition", "IfTrue IfFalse"),
  CallIndirect: kind("Target", "", "Operand"),

  Load: kind("Ptr"),
  Store: kind("Ptr", "Value"),
  SIMDLoad: kind("Ptr"),
  SIMDLoadStoreLane: kind("Ptr", "Vec"),
  MemoryCopy: kind("Dest Source Size"),
  MemoryFill: kind("Dest Size", "Value"),
  MemoryGrow: kind("Delta"),

  Unary: kind((unary) => (slowUnary.has(binaryen.Unary.getOp(unary)) ? ["Value"] : []), "Value"),
  Binary: kind((binary) => {
    const op = binaryen.Binary.getOp(binary);
    return slowBinary.has(op) ? ["Left", "Right"] : shifts.has(op) ? ["Right"] : [];
  }, "Left Right"),
  SIMDShift: kind("Shift", "Vec"),
  SIMDExtract: kind("", "Vec"),
  SIMDReplace: kind("", "Vec Value"),
  SIMDShuffle: kind("", "Left Right"),
  SIMDTernary: kind("", "A B C"),
};

/** What a reader should be told about a place: `Load.Ptr`, `DivUInt32.Left`. */
export function placeName(name, expression, property) {
  const op =
    name === "Unary"
      ? slowUnary.get(binaryen.Unary.getOp(expression))
      : name === "Binary"
        ? (slowBinary.get(binaryen.Binary.getOp(expression)) ?? shifts.get(binaryen.Binary.getOp(expression)))
        : undefined;
  return `${op ?? name}.${property}`;
}
