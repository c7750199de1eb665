/** A message of the report for people: one block, its fields with what they mean, each with its mark. */
import { printable } from "./printable.js";
import type { FieldReport, Finding, Mark, MessageReport } from "./types.js";

/** How text is marked on a terminal; without one, not at all. */
export type Style = (format: "bold" | "green" | "yellow" | "red" | "dim", text: string) => string;

/** Longer values are shortened: whole they are in the JSON. */
const MAX_SHOWN = 64;
const MAX_VALUES = 8;
const MAX_CONTENT = 2_000;
const MAX_ADDRESS = 200;
const INDENT = "        ";

const colours: Readonly<Record<Mark, "green" | "yellow" | "red">> = {
  ok: "green",
  note: "yellow",
  wrong: "red",
};
const words: Readonly<Record<Mark, string>> = { ok: "ok", note: "note", wrong: "WRONG" };

/** What came from the capture is shown without its control characters, so that it can be given to a terminal. */
export function explain(message: MessageReport, style: Style = (_format, text) => text): string {
  const { number, place, time, from, to, thread, negotiation, name, section, fields, findings, content } =
    message;
  const sender = message.sender === null ? "" : ` (${message.sender})`;
  const where = [
    place,
    time,
    thread === null ? null : `thread ${cut(thread, MAX_ADDRESS)}`,
    negotiation === null ? null : `negotiation ${negotiation}`,
  ];
  const lines = [
    style("bold", `${number}. ${cut(from ?? "?", MAX_ADDRESS)}${sender} > ${cut(to ?? "?", MAX_ADDRESS)}`),
    `   ${style("bold", name)} (${section}): ${style(colours[message.mark], words[message.mark])}`,
    ...(where.some((one) => one !== null)
      ? [
          style(
            "dim",
            `   ${where
              .filter((one) => one !== null)
              .map((one) => cut(one, 400))
              .join(", ")}`,
          ),
        ]
      : []),
    ...findings.map((one) => finding(one, style)),
    ...fields.flatMap((one) => field(one, style)),
  ];
  if (content !== null) lines.push(`   decrypted: ${cut(content, MAX_CONTENT)}`);
  return lines.join("\n");
}

function field({ name, values, meaning, section, mark, findings }: FieldReport, style: Style): string[] {
  const shown = values.slice(0, MAX_VALUES).map((value) => cut(value, MAX_SHOWN));
  const more = values.length > MAX_VALUES ? `, and ${values.length - MAX_VALUES} more` : "";
  return [
    `   ${marked(mark, style)} ${cut(name, MAX_SHOWN)}: ${shown.join(", ")}${more}`,
    style("dim", `${INDENT} ${meaning} (${section})`),
    ...findings.map((one) => `      ${finding(one, style)}`),
  ];
}

function finding({ mark, text }: Finding, style: Style): string {
  return `   ${marked(mark, style)} ${cut(text, MAX_CONTENT)}`;
}

const marked = (mark: Mark, style: Style): string => style(colours[mark], words[mark].padEnd(5));

function cut(text: string, length: number): string {
  return printable(text.length > length ? `${text.slice(0, length)}…` : text);
}
