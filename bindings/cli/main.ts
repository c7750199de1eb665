#!/usr/bin/env node
/**
 * The command line. Data and summaries go to stdout, progress and complaints to stderr.
 * Exit status: 0 all is fine; 1 something differed or a file was broken; 2 the arguments cannot be used.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { styleText } from "node:util";
import { Command, CommanderError, Option } from "commander";
import type { Group } from "../core/types.js";
import { EsessionError } from "../errors.js";
import type { Corpus } from "./corpus.js";
import { openCorpus } from "./corpus.js";
import { runDemo } from "./demo.js";
import type { InspectArguments } from "./inspect.js";
import type { Style as InspectStyle } from "../inspect/index.js";
import { UnreadableFile, inspectionJson, inspectionText, runInspect } from "./inspect.js";
import { createProgress } from "./progress.js";
import type { Style } from "./report.js";
import { isFine, mismatchesOf, times, toJson, toText } from "./report.js";
import type { WireLine } from "./router.js";

const MOST_COMPLAINTS = 20;

type Format = Parameters<Style>[0] | Parameters<InspectStyle>[0];

interface DemoArguments {
  group: string;
  seed?: string;
  stanzas?: string;
  wire?: true;
  json?: true;
}

const program = new Command("esession")
  .description("End-to-end encrypted XMPP sessions")
  .version(version())
  .exitOverride();

program
  .command("demo")
  .description("Two engines in one process negotiate, exchange a corpus, end, and find each other again")
  .addOption(
    new Option(
      "--group <number>",
      "MODP group; 5 needs the legacy policy, 1 and 2 are broken: for tests only",
    )
      .choices(["1", "2", "5", "14", "15", "16", "17", "18"])
      .default("14"),
  )
  .option("--stanzas <file>", "send these: a .jsonl with a stanza a line, or an .xml with any number of them")
  .option("--seed <text>", "derive all that is random from this: the same traffic in every run")
  .option("--wire", "print the traffic")
  .option("--json", "print the report as JSON; with --wire the traffic is in it")
  .addHelpText(
    "after",
    "\nExit status: 0 all equal, 1 something differed or a line of the file was broken, 2 bad arguments." +
      "\nWith --seed the times go to stderr, so that stdout is the same in every run.",
  )
  .action(demo);

program
  .command("inspect")
  .description(
    "Names, explains and checks the stanzas of a capture: negotiations (XEP-0116), sealed stanzas (XEP-0200)",
  )
  .argument("<file>", "XML, or JSON lines with a member xml or text, or a recorded run; - for standard input")
  .option("--keys <file>", "keys of a recorded test run, in JSON; a file with stanzas may carry them itself")
  .option("--json", "print a JSON object a line for each message")
  .addHelpText(
    "after",
    "\nExit status: 0 nothing is wrong, 1 something is, 2 a file cannot be read." +
      "\nDecryption is for test runs, whose keys were recorded: esession itself gives no keys out.",
  )
  .action(inspectFile);

async function inspectFile(path: string, options: InspectArguments, command: Command): Promise<void> {
  try {
    const report = await runInspect(path, options);
    console.log(options.json ? inspectionJson(report) : inspectionText(report, styleFor(process.stdout)));
    process.exitCode = report.wrong === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    command.error(`error: ${error.message}`, { exitCode: 2 });
  }
}

async function demo(options: DemoArguments, command: Command): Promise<void> {
  const corpus = corpusFor(options.stanzas, command);
  const traffic: WireLine[] = [];
  const onLine = options.json
    ? (line: WireLine) => traffic.push(line)
    : (line: WireLine) => console.log(`${line.from} > ${line.to}\n${line.xml}\n`);
  // a line that is rewritten makes no sense between lines of traffic
  const progress = createProgress(process.stderr, options.wire === undefined || !process.stdout.isTTY);

  const report = await runDemo({
    group: Number(options.group) as Group,
    seed: options.seed,
    corpus,
    onProgress: progress.show,
    ...(options.wire && { onLine }),
  }).finally(progress.clear);

  for (const { line, what } of corpus.problems.slice(0, MOST_COMPLAINTS))
    complain(`${corpus.source}, line ${line}: ${what}`);
  for (const { line, from, what } of mismatchesOf(report).slice(0, MOST_COMPLAINTS))
    complain(`${corpus.source}, line ${line}, from ${from}: ${what}`);
  report.faults.forEach(complain);

  if (options.json) console.log(toJson(report, options.wire && traffic));
  else {
    console.log(toText(report, styleFor(process.stdout)));
    const print = options.seed === undefined ? console.log : console.error;
    print(times(report, styleFor(options.seed === undefined ? process.stdout : process.stderr)));
  }
  process.exitCode = isFine(report) ? 0 : 1;
}

function corpusFor(path: string | undefined, command: Command): Corpus {
  try {
    return openCorpus(path);
  } catch (error) {
    return command.error(`error: --stanzas ${path ?? ""}: ${(error as Error).message}`, { exitCode: 2 });
  }
}

/** Marks text on terminals only, and not where NO_COLOR is set (https://no-color.org). */
function styleFor(stream: NodeJS.WriteStream): (format: Format, text: string) => string {
  const plain = !stream.isTTY || (process.env.NO_COLOR ?? "") !== "";
  return (format, text) => (plain ? text : styleText(format, text));
}

function complain(sentence: string): void {
  console.error(`esession: ${sentence}`);
}

function version(): string {
  const text = readFileSync(resolve(import.meta.dirname, "../../package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

// a reader that has seen enough (`| head`) is no fault
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

program.parseAsync().catch((error: unknown) => {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else if (EsessionError.is(error)) {
    complain(`${error.code}: ${error.message}`);
    process.exitCode = 1;
  } else throw error;
});
