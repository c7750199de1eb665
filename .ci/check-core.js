/**
 * Type-checks the core with the AssemblyScript compiler, as each build. Every file is an entry here, so that what
 * no export of the core reaches is checked too; bignum/fft and hash/whirlpool/vectors.ts only as SIMD, which they are written in. tsc cannot do it: it does not know isVector<T>() and its kind.
 */
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";

const root = join(import.meta.dirname, "..");
const asc = join(
  dirname(createRequire(import.meta.url).resolve("assemblyscript/package.json")),
  "bin/asc.js",
);
const sources = readdirSync(join(root, "assembly"), { recursive: true })
  .filter((name) => name.endsWith(".ts") && !name.startsWith("builds"))
  .sort()
  .map((name) => join("assembly", name));

const vectors = [join("bignum", "fft"), join("whirlpool", "vectors")];

// AS235: a class or a generic function of an entry file does not become an export of the module. None should.
// AS112: vectors cannot be exchanged with JavaScript. None are.
const quiet = ["--disableWarning", "235", "--disableWarning", "112"];
for (const [build, algorithms] of [
  ["simd", "common"],
  ["scalar", "common"],
  ["simd", "all"],
  ["scalar", "all"],
  ["scalar", "testing"],
]) {
  const files = [`assembly/builds/${algorithms}.ts`, ...sources];
  const checked =
    build === "simd" ? files : files.filter((name) => !vectors.some((path) => name.includes(path)));
  const { status } = spawnSync(
    process.execPath,
    [asc, "--target", build, "--noEmit", "-O0", ...quiet, ...checked],
    {
      cwd: root,
      stdio: "inherit",
    },
  );
  if (status !== 0) process.exit(1);
}
