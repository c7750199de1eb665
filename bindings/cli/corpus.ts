/** Which stanzas the demo sends: a file that was named, the shared corpus where it lies beside the package, or our own. */
import { existsSync } from "node:fs";
import { relative, resolve } from "node:path";
import { parseStanza } from "../wire/gate.js";
import { embeddedStanzas } from "./corpus/index.js";
import type { FoundStanza, Problem } from "./read-stanzas.js";
import { readStanzaFile } from "./read-stanzas.js";
import { reasonToSkip } from "./skip.js";

/** Relative to the package, two folders above the built file. */
const SHARED = resolve(import.meta.dirname, "../../../shared/corpus/stanzas.jsonl");

export interface Corpus {
  /** A file, or `embedded`. */
  readonly source: string;
  /** What can be sent. */
  readonly stanzas: readonly FoundStanza[];
  /** What cannot, counted by reason. */
  readonly skipped: Readonly<Record<string, number>>;
  readonly problems: readonly Problem[];
}

/** Throws if the file cannot be read at all. */
export function openCorpus(path: string | undefined): Corpus {
  const file = path ?? (existsSync(SHARED) ? SHARED : undefined);
  if (file === undefined) return sort("embedded", embedded(), [], 0);
  const { stanzas, problems, otherElements } = readStanzaFile(file);
  return sort(path ?? relative(process.cwd(), file), stanzas, problems, otherElements);
}

/** The corpus of the package; its line numbers are those of the list. */
export function embedded(): FoundStanza[] {
  return embeddedStanzas.map((xml, at) => ({ line: at + 1, stanza: parseStanza(xml) }));
}

function sort(
  source: string,
  found: readonly FoundStanza[],
  problems: readonly Problem[],
  otherElements: number,
): Corpus {
  const skipped: Record<string, number> = otherElements > 0 ? { "not a stanza": otherElements } : {};
  const stanzas = found.filter(({ stanza }) => {
    const reason = reasonToSkip(stanza);
    if (reason !== undefined) skipped[reason] = (skipped[reason] ?? 0) + 1;
    return reason === undefined;
  });
  return { source, stanzas, skipped, problems };
}
