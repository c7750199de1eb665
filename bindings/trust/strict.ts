/**
 * Strict reading of a record's header (JSON, versioned): a member that is missing, of another type, or unknown is an
 * error, so that nothing is ever guessed from a record that is not as it was written.
 */
import { EsessionError } from "../errors.js";

export type Json = Record<string, unknown>;
type Test = (value: unknown) => boolean;
export type Shape = Readonly<Record<string, Test>>;

/** The longest JID has 3,071 octets, the longest `<KeyValue/>` 2,048 characters. */
export const text: Test = (value) => typeof value === "string" && value !== "" && value.length <= 3071;
export const flag: Test = (value) => typeof value === "boolean";
export const time: Test = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
export const isObject: Test = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
export const listOf =
  (test: Test): Test =>
  (value) =>
    Array.isArray(value) && value.every(test);
export const oneOf =
  (...values: unknown[]): Test =>
  (value) =>
    values.includes(value);
export const optional =
  (test: Test): Test =>
  (value) =>
    value === undefined || test(value);

/** How one kind of record is read; `of`: what it is a record of, for the sentences of errors. */
export class StrictReader {
  constructor(private readonly of: string) {}

  /** The header's object. Throws record-damaged; store-format if it says that it is newer than `newest`. */
  parse(header: Uint8Array, newest: number): Json {
    const read = this.#object(header);
    const { format } = read;
    if (typeof format === "number" && format > newest)
      throw new EsessionError(
        "store-format",
        `the record of ${this.of} has format ${format}; this program knows ${newest}`,
      );
    return read;
  }

  #object(header: Uint8Array): Json {
    try {
      const read: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(header));
      if (isObject(read)) return read as Json;
    } catch {
      // told below
    }
    return this.damaged("its header");
  }

  check(read: Json, shape: Shape): void {
    for (const [name, test] of Object.entries(shape)) if (!test(read[name])) this.damaged(name);
    if (!Object.keys(read).every((name) => Object.hasOwn(shape, name)))
      this.damaged("a member that is not known");
  }

  damaged(what: string): never {
    throw new EsessionError("record-damaged", `the record of ${this.of} is not as it was written: ${what}`);
  }
}
