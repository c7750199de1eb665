/** `esession inspect`: a capture from a file or from standard input, explained for people or for programs. */
import { closeSync, openSync, readSync } from "node:fs";
import { loadCore } from "../core/index.js";
import type { MessageReport, RecordedKeys, Report, Style } from "../inspect/index.js";
import { explain, inspect, printable, printableJson, readKeys } from "../inspect/index.js";
import { MAX_FILE, readCapture } from "./read-capture.js";

export interface InspectArguments {
  readonly keys?: string;
  readonly json?: true;
}

/** A file that cannot be used, and why: a sentence that can be printed. */
export class UnreadableFile extends Error {}

export async function runInspect(path: string, options: InspectArguments): Promise<Report> {
  const capture = reading(path, () => readCapture(contentOf(path)));
  const recorded = options.keys === undefined ? capture.keys : keysIn(options.keys);
  // two contexts for each session whose keys are known, and no room for large ones
  const core = await loadCore({ sessions: 1_024, tableBytes: 0 });
  return inspect(capture.captured, { core, keys: recorded ? [recorded] : [] });
}

function keysIn(path: string): RecordedKeys {
  return reading(path, () => {
    const keys = readKeys(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(contentOf(path))));
    if (!keys) throw new Error("no keys are in it, such as KC_A and KM_A");
    return keys;
  });
}

function reading<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new UnreadableFile(`${printable(path)}: ${printable((error as Error).message)}`, { cause: error });
  }
}

/** At most one octet more than is taken: a pipe may have no end. */
function contentOf(path: string): Uint8Array {
  const file = path === "-" ? 0 : openSync(path, "r");
  try {
    const octets = Buffer.alloc(MAX_FILE + 1);
    let length = 0;
    while (length < octets.length) {
      const read = readPiece(file, octets, length);
      if (read === 0) break;
      length += read;
    }
    return octets.subarray(0, length);
  } finally {
    if (file !== 0) closeSync(file);
  }
}

/** A terminal or a pipe that is not blocking has nothing yet now and then. */
function readPiece(file: number, octets: Buffer, at: number): number {
  for (;;)
    try {
      return readSync(file, octets, at, octets.length - at, null);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EOF") return 0;
      if (code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
}

export const inspectionJson = ({ messages }: Report): string =>
  messages.map((message: MessageReport) => printableJson(message)).join("\n");

export function inspectionText(report: Report, style: Style): string {
  const { messages, others, negotiations, wrong } = report;
  const blocks = messages.map((message) => explain(message, style));
  const verdict =
    wrong === 0 ? style("green", "nothing is wrong") : style("red", `${count(wrong, "message")} WRONG`);
  const rest = others === 0 ? "" : `; ${count(others, "other stanza")} left out`;
  const summary = `${count(messages.length, "message")} of ${count(negotiations, "negotiation")}${rest}: ${verdict}`;
  return [...blocks, summary].join("\n\n");
}

const count = (number: number, word: string): string =>
  `${number.toLocaleString("en")} ${word}${number === 1 ? "" : "s"}`;
