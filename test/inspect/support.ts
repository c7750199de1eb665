/** What the tests of the inspector share: one core, a right negotiation to break, and what was found wrong in a report. */
import type { TestContext } from "node:test";
import { loadCore } from "esession";
import { inspect, type Captured, type RecordedKeys, type Report } from "esession/inspect";
import { parseStanza, serializeStanza, type Element } from "esession/wire";
import { establish, pairOf, type PartyOptions, type Sent } from "../support/pair.js";

export const core = await loadCore({ sessions: 64, tableBytes: 0 });

export const inspected = (
  stanzas: readonly (Element | string)[],
  keys: readonly RecordedKeys[] = [],
): Report =>
  inspect(
    stanzas.map((stanza): Captured => ({ stanza })),
    { core, keys },
  );

/** Number, code and field of everything that is wrong. */
export const wrongs = ({ messages }: Report): [number: number, code: string, field: string | undefined][] =>
  messages.flatMap(({ number, findings, fields }) => [
    ...findings.filter(({ mark }) => mark === "wrong").map(({ code }): [number, string, undefined] => [number, code, undefined]), // prettier-ignore
    ...fields.flatMap(
      ({ name, findings: found }) =>
      found.filter(({ mark }) => mark === "wrong").map(({ code }): [number, string, string] => [number, code, name]), // prettier-ignore
    ),
  ]);

/** Texts of the notes with a code. */
export const notes = ({ messages }: Report, code: string): string[] =>
  messages.flatMap(({ findings, fields }) =>
    [...findings, ...fields.flatMap((field) => field.findings)]
      .filter((one) => one.code === code)
      .map(({ text }) => text),
  );

export const kinds = ({ messages }: Report): string[] => messages.map(({ kind }) => kind);

export interface Talk {
  readonly log: readonly Sent[];
  /** Of the log, parsed: messages 1 to 4, then a sealed stanza from each side. */
  readonly stanzas: Element[];
  readonly sas: string | undefined;
  readonly weakSas: string | undefined;
  readonly comparisonCode: string | undefined;
}

/** Two engines negotiate in group 1, greet each other and part. */
export async function talk(
  t: TestContext,
  options: { alice?: PartyOptions; bob?: PartyOptions } = {},
): Promise<Talk> {
  const { world, alice, bob } = await pairOf(t, { seed: "inspect", ...options });
  const [session, other] = await establish(world, alice, bob);
  session.send('<message id="1"><body>hello</body></message>');
  other.send('<message id="2"><body>hello yourself</body></message>');
  await world.quiet();
  await session.close();
  await world.quiet();
  const { sas, weakSas, comparisonCode } = session;
  return {
    log: world.log,
    stanzas: world.log.map(({ text }) => parseStanza(text)),
    sas,
    weakSas,
    comparisonCode,
  };
}

export const text = (stanza: Element): string => serializeStanza(stanza);
