/**
 * Compiles the core four times from one source (SIMD and scalar, with the common algorithms and with all) and writes, beside each .wasm, a module that
 * carries the same bytes as Base64, so that the package needs no fetch and no bundler plugin.
 * Fails if a build imports anything, is larger than it may be, or holds an instruction that only traps (which
 * is what the compiler makes of a negative immediate offset).
 * With \`--testing\` it compiles a fifth one instead, for tests, into test/.build/wasm, of which nothing is recorded.
 * Says so when the octets are not those of assembly/wasm.sha256; `npm run build:wasm -- --record` writes them there.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** What a page downloads for it, and a machine compiles before anything else. */
const MAX_BYTES = { common: 40000, all: 100000 };

const root = join(import.meta.dirname, "..");
const asc = join(
  dirname(createRequire(import.meta.url).resolve("assemblyscript/package.json")),
  "bin/asc.js",
);
const out = join(root, "dist/wasm");
const recorded = join(root, "assembly/wasm.sha256");
mkdirSync(out, { recursive: true });

function check(build, limit, wasm, text) {
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(wasm));
  if (imports.length) throw new Error(`${build}: imports ${imports.map(({ name }) => name).join(", ")}`);
  if (wasm.length > limit) throw new Error(`${build}: ${wasm.length} bytes, more than ${limit}`);
  if (/\bunreachable\b/.test(text)) throw new Error(`${build}: holds an instruction that only traps`);
}

function compile(entry, target, file, text) {
  const outputs = ["--outFile", file, "--textFile", text];
  const source = `assembly/builds/${entry}.ts`;
  execFileSync(process.execPath, [asc, source, "--config", "asconfig.json", "--target", target, ...outputs], {
    cwd: root,
    stdio: "inherit",
  });
}

if (process.argv.includes("--testing")) {
  const folder = join(root, "test/.build/wasm");
  mkdirSync(folder, { recursive: true });
  const [file, text] = ["wasm", "wat"].map((ending) => join(folder, `esession-testing.${ending}`));
  compile("testing", "scalar", file, text);
  process.exit(0);
}

/** As `sha256sum` prints and checks them. */
let sums = "";
for (const algorithms of ["common", "all"])
  for (const target of ["simd", "scalar"]) {
    const build = algorithms === "all" ? `${target}-all` : target;
    const [file, text] = ["wasm", "wat"].map((ending) => join(out, `esession-${build}.${ending}`));
    compile(algorithms, target, file, text);
    const wasm = readFileSync(file);
    check(build, MAX_BYTES[algorithms], wasm, readFileSync(text, "utf8"));
    writeFileSync(join(out, `${build}.js`), `export default "${wasm.toString("base64")}";\n`);
    writeFileSync(join(out, `${build}.d.ts`), "declare const base64: string;\nexport default base64;\n");
    console.log(`esession-${build}.wasm: ${wasm.length} bytes`);
    sums += `${createHash("sha256").update(wasm).digest("hex")}  esession-${build}.wasm\n`;
  }

if (process.argv.includes("--record")) writeFileSync(recorded, sums);
else if (!existsSync(recorded) || readFileSync(recorded, "utf8") !== sums)
  console.error(
    "these are not the octets of assembly/wasm.sha256; if they should be: npm run build:wasm -- --record",
  );
