/** The recorded scenarios of what Gajim does when something is wrong (errors-gajim.json), and how they are put to us. */
import assert from "node:assert/strict";
import { parseStanza, type Element } from "esession/wire";
import type { Pair } from "../support/pair.js";
import { readRecorded, type Side } from "./runs.js";

export interface Scenario {
  readonly name: string;
  readonly note: string;
  readonly wire: readonly {
    readonly from: Side;
    readonly sent: string;
    readonly delivered?: string | null;
  }[];
}

export const scenarios = readRecorded("errors-gajim.json") as readonly Scenario[];
export const scenario = (name: string): Scenario => scenarios.find((one) => one.name === name)!;
export const isError = (xml: string) => parseStanza(xml).attrs.type === "error";
export const delivered = ({ sent, delivered: changed }: Scenario["wire"][number]) => changed ?? sent;

/** A recorded stanza, in a thread of ours. */
export function inThread(xml: string, thread: string): Element {
  const stanza = parseStanza(xml);
  stanza.getChild("thread")!.children = [thread];
  return stanza;
}

/** Nothing that was sent carries a text, or a form beside an error, which Gajim would take for a new one. */
export function assertNothingInClear({ world }: Pick<Pair, "world">): void {
  for (const { text } of world.log) {
    assert.doesNotMatch(text, /<body/);
    if (isError(text)) assert.doesNotMatch(text, /<x /);
  }
}

export const deployed = { policy: { dialect: "deployed", stanzas: ["message"] } } as const;
