/** The command line's own files: they are no public entry, so the tests take them from where they are built. */
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type * as Compare from "../../dist/cli/compare.js";
import type * as Corpus from "../../dist/cli/corpus.js";
import type * as Readdress from "../../dist/cli/readdress.js";
import type * as ReadStanzas from "../../dist/cli/read-stanzas.js";
import type * as Router from "../../dist/cli/router.js";
import type * as Skip from "../../dist/cli/skip.js";

/** From `test/.build/cli`. */
export const root = resolve(import.meta.dirname, "../../..");

async function built<Module>(name: string): Promise<Module> {
  return (await import(pathToFileURL(join(root, "dist/cli", name)).href)) as Module;
}

export const { difference } = await built<typeof Compare>("compare.js");
export const { embedded, openCorpus } = await built<typeof Corpus>("corpus.js");
export const { readdress, copy } = await built<typeof Readdress>("readdress.js");
export const { readStanzaFile, readerOf } = await built<typeof ReadStanzas>("read-stanzas.js");
export const { createRouter } = await built<typeof Router>("router.js");
export const { reasonToSkip } = await built<typeof Skip>("skip.js");
