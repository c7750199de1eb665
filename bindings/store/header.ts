/**
 * The header of a sealed record: format (1 octet), length of the name (2 octets, big endian), name (UTF-8), and
 * what the owner of the record put there. Sealed with the record, so it is read only once it is authentic.
 */
import { EsessionError } from "../errors.js";

const format = 1;

export function frameHeader(name: string, header: Uint8Array): Uint8Array {
  const bytes = new TextEncoder().encode(name);
  if (bytes.length > 0xffff)
    throw new EsessionError("option-invalid", "a record's name is longer than 65,535 octets");
  const framed = new Uint8Array(3 + bytes.length + header.length);
  framed.set([format, bytes.length >> 8, bytes.length & 0xff]);
  framed.set(bytes, 3);
  framed.set(header, 3 + bytes.length);
  return framed;
}

export function readHeader(framed: Uint8Array): { name: string; header: Uint8Array } {
  if (framed[0] !== format)
    throw new EsessionError(
      "store-format",
      `the store has records of format ${framed[0] ?? "unknown"}; this program knows ${format}`,
    );
  const end = 3 + ((framed[1] ?? 0) << 8) + (framed[2] ?? 0);
  if (framed.length < end)
    throw new EsessionError("record-damaged", "a record's header ends within its name");
  return { name: new TextDecoder().decode(framed.subarray(3, end)), header: framed.slice(end) };
}
