/** Collects what is found out about one message. A check that throws EsessionError becomes a finding with its sentence. */
import { EsessionError } from "../errors.js";
import type { FieldReport, Finding, Mark } from "./types.js";

/** Longer values are cut in the report: only a stanza's size bounds those of a form that was refused. */
const MAX_VALUE = 4_096;
/** As many findings about one message: a form has 128 fields at most, and each of them a few. */
const MAX_FINDINGS = 512;

const rank: Readonly<Record<Mark, number>> = { ok: 0, note: 1, wrong: 2 };

export function worst(marks: readonly Mark[]): Mark {
  return marks.reduce<Mark>((worse, mark) => (rank[mark] > rank[worse] ? mark : worse), "ok");
}

interface Row {
  readonly name: string;
  readonly values: readonly string[];
  readonly meaning: string;
  readonly section: string;
  readonly findings: Finding[];
}

export class Sheet {
  readonly #rows: Row[] = [];
  readonly #findings: Finding[] = [];
  #count = 0;

  row(name: string, values: readonly string[], meaning: string, section: string): void {
    const cut = values.map((value) => (value.length > MAX_VALUE ? `${value.slice(0, MAX_VALUE)}…` : value));
    this.#rows.push({ name, values: cut, meaning, section, findings: [] });
  }

  /** About a field, or about the message where there is no such row. */
  add(mark: Mark, code: string, text: string, field?: string): void {
    if (++this.#count > MAX_FINDINGS) return;
    const row = field === undefined ? undefined : this.#rows.find(({ name }) => name === field);
    (row?.findings ?? this.#findings).push({ mark, code, text });
  }
  ok(code: string, text: string, field?: string): void {
    this.add("ok", code, text, field);
  }
  note(code: string, text: string, field?: string): void {
    this.add("note", code, text, field);
  }
  wrong(code: string, text: string, field?: string): void {
    this.add("wrong", code, text, field);
  }

  /** The result of a check that throws; undefined where it did, which is then found wrong. */
  attempt<T>(code: string, field: string | undefined, check: () => T): T | undefined {
    try {
      return check();
    } catch (error) {
      if (!EsessionError.is(error)) throw error;
      this.wrong(code, sentenceOf(error), field ?? error.fields[0]);
      return undefined;
    }
  }

  get fields(): FieldReport[] {
    return this.#rows.map((row) => ({ ...row, mark: worst(row.findings.map(({ mark }) => mark)) }));
  }

  get findings(): readonly Finding[] {
    return this.#findings;
  }

  get mark(): Mark {
    return worst(
      [...this.#findings, ...this.#rows.flatMap(({ findings }) => findings)].map((one) => one.mark),
    );
  }
}

/** The cause says what of Base64 was not kept. */
export function sentenceOf(error: EsessionError): string {
  return EsessionError.is(error.cause) ? `${error.message}: ${error.cause.message}` : error.message;
}
