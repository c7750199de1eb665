/** Runs the compiled tests with Node's runner. Arguments are passed on: `npm test -- --test-name-pattern=SAS`. */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

const build = join(import.meta.dirname, "../test/.build");
const files = readdirSync(build, { recursive: true })
  .filter((name) => name.endsWith(".test.js"))
  .sort()
  .map((name) => join(build, name));
const { status } = spawnSync(process.execPath, ["--test", ...process.argv.slice(2), ...files], { stdio: "inherit" });
process.exit(status ?? 1);
