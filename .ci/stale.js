/**
 * Whether what was built is still what the sources say. Nothing is removed that a source stands for, so that somebody
 * else may build or test in the same folders meanwhile.
 */
import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";

/** The time of the newest of the files and of all below the folders; a folder's own tells of a deletion. */
export function newest(root, ...paths) {
  let latest = 0;
  const see = (path) => {
    const found = statSync(path, { throwIfNoEntry: false }); // else deleted meanwhile
    if (!found) return;
    latest = Math.max(latest, found.mtimeMs);
    if (!found.isDirectory()) return;
    for (const name of readdirSync(path)) if (name !== ".build") see(join(path, name));
  };
  for (const path of paths) see(join(root, path));
  return latest;
}

/** Removes the modules and types below `out` for which there is no source, but in folders that others fill. */
export function removeLeftovers(out, sources, others) {
  for (const entry of readdirSync(out, { recursive: true, withFileTypes: true })) {
    const path = relative(out, join(entry.parentPath, entry.name)).split(sep).join("/");
    const [, name] = /^(.*?)(?:\.d\.ts|\.js)$/.exec(path) ?? [];
    if (name === undefined || !entry.isFile() || others.some((other) => path.startsWith(`${other}/`)))
      continue;
    if (!existsSync(join(sources, `${name}.ts`))) rmSync(join(out, path), { force: true });
  }
}
