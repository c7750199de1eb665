/**
 * Text of strangers on its way to a terminal: control characters of C0 and C1 (escape sequences begin with them), line
 * ends, lone surrogates and what turns the direction of writing (Unicode Bidi_Control, which can make a line read as
 * another) are shown as escapes. The backslash is too, so that nothing can pretend to be an escape.
 */
const UNPRINTABLE =
  /[\\\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\u{e0000}-\u{e007f}]/gu;

export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (char) =>
    char === "\\" ? "\\\\" : `\\u{${char.codePointAt(0)!.toString(16)}}`,
  );
}

/** JSON that a terminal can be given: the same value, those characters as escapes of JSON. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(UNPRINTABLE, (char) =>
    char === "\\"
      ? char
      : Array.from(
          { length: char.length },
          (_, at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, "0")}`,
        ).join(""),
  );
}
