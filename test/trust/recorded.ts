/** The recorded runs of deployed clients, and the shared vectors, which may be absent. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../../..");

export interface Run {
  readonly id: string;
  readonly SAS: Readonly<Partial<Record<"alice" | "bob", string>>>;
  readonly flow?: string;
  readonly secrets_before?: Readonly<Record<"alice" | "bob", readonly (readonly [string, boolean | null])[]>>;
  readonly values: Readonly<Record<string, string | undefined>> & { readonly rshashes?: readonly string[] };
}

const runs = join(root, "test/vectors/deployed");
export const recordedRuns: readonly Run[] = readdirSync(runs)
  .filter((name) => name.endsWith(".json"))
  .map((name) => JSON.parse(readFileSync(join(runs, name), "utf8")) as Run)
  .filter((run) => run.flow !== undefined);

/** A file of ../shared/vectors, or undefined. */
export function sharedVectors(path: string): unknown {
  const file = join(root, "../shared/vectors", path);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

export const readDocument = (name: string) => readFileSync(join(root, "docs", name), "utf8");
export const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
export const unhex = (text: string) => new Uint8Array(Buffer.from(text, "hex"));
