/** Sizes and memory: of the core's builds as files, of what a bundler makes of the package, of sessions. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const root = join(import.meta.dirname, "..");

/** @param {string} name @param {number} value @param {string} unit @param {string} [note] @returns {import("./message.js").Figure} */
const exact = (name, value, unit, note) => ({
  name,
  unit,
  value: { median: value, min: value, max: value },
  ...(note === undefined ? {} : { note }),
});

/** @param {string} entry */
async function bundled(entry) {
  const { outputFiles } = await build({
    stdin: { contents: `export * from "${entry}";`, resolveDir: root },
    absWorkingDir: root,
    bundle: true,
    format: "esm",
    platform: "browser",
    minify: true,
    write: false,
    logLevel: "error",
  });
  return outputFiles[0]?.contents ?? new Uint8Array();
}

/** @param {number} sessions of an engine */
export async function memoryFigures(sessions) {
  const figures = [];
  for (const name of ["simd", "scalar"]) {
    const bytes = readFileSync(join(root, `dist/wasm/esession-${name}.wasm`));
    const label = `core, ${name === "simd" ? "SIMD" : name} build`;
    figures.push(exact(label, bytes.length / 1000, "KB"));
    figures.push(exact(`${label}, gzipped`, gzipSync(bytes).length / 1000, "KB"));
    if (name === "simd") {
      const imports = WebAssembly.Module.imports(new WebAssembly.Module(bytes)).length;
      figures.push(exact("imports of the core", imports, ""));
    }
  }
  for (const entry of ["esession", "esession/core"]) {
    const bundle = await bundled(entry);
    figures.push(
      exact(`${entry}, bundled and minified`, bundle.length / 1000, "KB", "both builds of the core"),
    );
    figures.push(exact(`${entry}, the same gzipped`, gzipSync(bundle).length / 1000, "KB"));
  }
  const child = join(import.meta.dirname, "memory-child.js");
  const text = execFileSync(process.execPath, ["--expose-gc", child, String(sessions)], { encoding: "utf8" });
  const { thousandSessions, coreForEach, heapForEach } = JSON.parse(text);
  figures.push(
    exact("core for 1,000 sessions, no tables", thousandSessions / 2 ** 20, "MiB", "tableBytes: 0"),
    exact("each further session in the core", coreForEach / 1024, "KiB"),
    exact(
      "each further session in the engine's heap",
      heapForEach / 1024,
      "KiB",
      `${sessions} sessions, after collection`,
    ),
    exact("each further session, engine included", (coreForEach + heapForEach) / 1024, "KiB"),
  );
  return figures;
}
