/** Files of the suite that are committed are written as the formatter wants them. */
import { writeFileSync } from "node:fs";
import { format, resolveConfig } from "prettier";

/** @param {string} text @param {string} path of the package, which says how */
export async function formatted(text, path) {
  const config = await resolveConfig(path);
  return format(text, { ...config, plugins: [], filepath: path });
}

/** @param {string} path @param {unknown} value */
export async function writeJson(path, value) {
  writeFileSync(path, await formatted(JSON.stringify(value), path));
}
