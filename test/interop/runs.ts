/** The recorded runs of the deployed clients; the README beside them says what each value is. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parseForm, parseStanza, readPayload, readThread } from "esession/wire";
import type { Message } from "./internals.js";

export type Side = "alice" | "bob";

export interface RecordedStanza {
  readonly n: number;
  readonly from: Side;
  readonly what?: string;
  readonly xml: string;
  /** As the server delivered it, where one was between. */
  readonly received?: string;
}

export interface SealedStanza {
  readonly stanza: number;
  readonly from: Side;
  readonly plaintext_text?: string;
  readonly padded: string;
  readonly counter_before: string;
  readonly counter_after: string;
  readonly m_content: string;
  readonly sender_mac_counter?: string;
  readonly a_mac?: string;
  readonly receiver?: string;
  readonly receiver_body: string | null;
}

export interface Run {
  readonly id: string;
  readonly note: string;
  readonly flow?: "4-message" | "3-message";
  readonly modp: number;
  readonly thread: string;
  readonly SAS: Readonly<Partial<Record<Side, string>>>;
  readonly stanzas: readonly RecordedStanza[];
  readonly encrypted: readonly SealedStanza[];
  readonly secrets_before?: Readonly<Record<Side, readonly (readonly [string, boolean | null])[]>>;
  readonly values: Values;
}

type Values = Readonly<Record<string, string | undefined>> & {
  readonly x: string;
  readonly y: string;
  readonly x_by_group?: Readonly<Record<string, string>>;
  readonly rshashes?: readonly string[];
};

const folder = join(import.meta.dirname, "../../../test/vectors/deployed");
export const readRecorded = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), "utf8"));

export const runs = readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .map((name) => readRecorded(name) as Run)
  .filter((run) => run.encrypted !== undefined);

/** Why a run is not one that this package could have taken part in. */
export function outOfScope(run: Run): string | undefined {
  if (run.flow === "3-message") return "three-message negotiations are not spoken here";
  if ((run.values["pubKey_A"] ?? "") !== "") return "its clients sign with raw RSA, which is not spoken here";
  return undefined;
}

export const hex = (octets: Uint8Array): string => Buffer.from(octets).toString("hex");
export const unhex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "hex"));
export const base64 = (octets: Uint8Array): string => Buffer.from(octets).toString("base64");

/** A value of the run as octets; fails where the recording does not have it. */
export function octets(run: Run, name: string): Uint8Array {
  const text = run.values[name];
  if (typeof text !== "string") throw new Error(`${run.id} has no value ${name}`);
  return unhex(text);
}

const names = ["request", "response", "identity-a", "identity-b"] as const;

/** One of the four messages, as it arrived or as it was sent. */
export function message(
  run: Run,
  number: 1 | 2 | 3 | 4,
  which: "as received" | "as sent" = "as received",
): Message {
  const recorded = run.stanzas.find((stanza, at) => (stanza.what ?? names[at]) === names[number - 1])!;
  return readMessage(which === "as sent" ? recorded.xml : (recorded.received ?? recorded.xml));
}

export function readMessage(xml: string): Message {
  const stanza = parseStanza(xml);
  const { wrapper, x } = readPayload(stanza)!;
  const { from, to, id } = stanza.attrs;
  return { from: from!, to, thread: readThread(stanza)!, id, wrapper, form: parseForm(x) };
}

export const jidOf = (run: Run, side: Side): string => message(run, side === "alice" ? 1 : 2).from;
