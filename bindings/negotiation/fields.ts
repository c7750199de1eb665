/**
 * Reading single fields of a negotiation form. Each function throws EsessionError with the field's name, so that
 * the error stanza can name it (XEP-0155 §4.3).
 */
import { EsessionError, type ErrorCode } from "../errors.js";
import { decodeBase64 } from "../wire/base64.js";
import { parseBoolean } from "../wire/booleans.js";
import { field, single, type Form } from "../wire/forms.js";
import { MAX_IDENTITY_BYTES, MAX_MAC_BYTES, NO_REKEY } from "./agreed.js";

/** The error for a field that cannot be accepted. */
export function unacceptable(
  name: string,
  what: string,
  code: ErrorCode = "options-unacceptable",
): EsessionError {
  return new EsessionError(code, `the field '${name}' ${what}`, {
    condition: "not-acceptable",
    fields: [name],
  });
}

/** The one value of a field. */
export function text(form: Form, name: string): string {
  const value = single(form, name);
  if (value === undefined) throw unacceptable(name, "must be there with exactly one value");
  return value;
}

/** The octets of a field with one Base64 value of `min` to `max` octets. */
export function octets(form: Form, name: string, min: number, max: number): Uint8Array {
  return decoded(text(form, name), name, min, max);
}

/** The octets of each value of a field. */
export function octetList(form: Form, name: string, min: number, max: number): Uint8Array[] {
  return (field(form, name)?.values ?? []).map((value) => decoded(value, name, min, max));
}

function decoded(value: string, name: string, min: number, max: number): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = decodeBase64(value);
  } catch (cause) {
    throw new EsessionError("base64-malformed", `the field '${name}' is not strict Base64`, {
      condition: "not-acceptable",
      fields: [name],
      cause,
    });
  }
  if (bytes.length < min || bytes.length > max)
    throw unacceptable(
      name,
      `holds ${bytes.length} octets, must be ${min === max ? min : `${min} to ${max}`}`,
    );
  return bytes;
}

/** XEP-0004 §3.3: a boolean is 0, 1, true or false and nothing else. */
export function boolean(form: Form, name: string): boolean {
  const value = parseBoolean(text(form, name));
  if (value === undefined) throw unacceptable(name, "is not a boolean: 0, 1, true or false");
  return value;
}

/** `identity` and `mac` are cut out before a form is MACed, so each stands there once, and both stand last. */
export function requireProofLast(form: Form): void {
  const [identity, mac] = form.fields.slice(-2);
  if (identity?.var !== "identity")
    throw unacceptable("identity", "must be the last but one field of the form");
  if (mac?.var !== "mac") throw unacceptable("mac", "must be the last field of the form");
}

/** ID and M. */
export const readSealed = (form: Form): { identity: Uint8Array; mac: Uint8Array } => ({
  identity: octets(form, "identity", 1, MAX_IDENTITY_BYTES),
  mac: octets(form, "mac", 1, MAX_MAC_BYTES),
});

/** XEP-0116 §4.3: a number below 2^32. */
export function rekeyFrequency(values: readonly string[]): number | undefined {
  const [value] = values;
  return value !== undefined && /^[1-9][0-9]{0,9}$/.test(value) && Number(value) <= NO_REKEY
    ? Number(value)
    : undefined;
}
