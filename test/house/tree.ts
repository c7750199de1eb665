/** The package as a tree of files: where its root is, what is in it, which file imports what. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, posix, sep } from "node:path";
import ts from "typescript";

/** The package root, found from the compiled test in test/.build/house. */
export const root = join(import.meta.dirname, "../../..");

export const read = (path: string): string => readFileSync(join(root, path), "utf8");
export const exists = (path: string): boolean => existsSync(join(root, path));
export const manifest = JSON.parse(read("package.json")) as Manifest;

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly type: string;
  readonly license: string;
  readonly sideEffects: boolean;
  readonly engines: Readonly<Record<string, string>>;
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string | null>>>>;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** The files below a folder that end so, as paths from that folder with slashes. */
export function filesBelow(folder: string, ending: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath, entry.name).slice(join(root, folder).length + 1))
    .map((path) => path.split(sep).join("/"))
    .sort();
}

/** What a file of bindings/ imports: files of bindings/ by path, and everything else by name. */
export interface Imports {
  readonly files: readonly string[];
  readonly packages: readonly string[];
}

export function importsOf(path: string): Imports {
  const names = ts.preProcessFile(read(`bindings/${path}`)).importedFiles.map((one) => one.fileName);
  const local = names.filter((name) => name.startsWith("."));
  return {
    files: local.map((name) => posix.join(posix.dirname(path), name).replace(/\.js$/, ".ts")),
    packages: names.filter((name) => !name.startsWith(".")),
  };
}

/** The room of a file of bindings/: its folder, or its own name for the files at the top. */
export const roomOf = (path: string): string =>
  path.includes("/") ? path.slice(0, path.indexOf("/")) : path;
