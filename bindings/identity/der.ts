/**
 * DSA public keys as SubjectPublicKeyInfo (RFC 5280 §4.1.2.7, RFC 3279 §2.3.2), the one form in which Node exchanges
 * them:
 *
 *     SEQUENCE { SEQUENCE { OID id-dsa, SEQUENCE { INTEGER p, q, g } }, BIT STRING { INTEGER y } }
 *
 * Only what Node itself wrote is read. Lengths are below 2^16.
 */
import { assert } from "../errors.js";
import { concat, toMpi } from "../wire/integers.js";
import type { DsaPublicKey } from "./public-key.js";

const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OID = 0x06;
const SEQUENCE = 0x30;
/** 1.2.840.10040.4.1 */
const idDsa = new Uint8Array([0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x01]);
/** No bits of the last octet are unused. */
const wholeOctets = new Uint8Array(1);

export function writeDsaKey({ p, q, g, y }: DsaPublicKey): Uint8Array {
  const algorithm = value(SEQUENCE, value(OID, idDsa), value(SEQUENCE, ...[p, q, g].map(integer)));
  return value(SEQUENCE, algorithm, value(BIT_STRING, wholeOctets, integer(y)));
}

/** A zero octet keeps a number with its top bit set from being negative. */
const integer = (octets: Uint8Array) => value(INTEGER, new Uint8Array(octets[0]! >> 7), octets);

function value(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = concat(...parts);
  const { length } = content;
  const long = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return concat(new Uint8Array([tag, ...(length < 0x80 ? [length] : long)]), content);
}

export function readDsaKey(der: Uint8Array): DsaPublicKey {
  const [algorithm, key] = contents(contents(der)[0]!);
  const [, parameters] = contents(algorithm!);
  const [p, q, g] = contents(parameters!).map(toMpi);
  const [y] = contents(key!.subarray(wholeOctets.length)).map(toMpi);
  assert(
    p !== undefined && q !== undefined && g !== undefined && y !== undefined,
    "a DSA key has p, q, g, y",
  );
  return { kind: "dsa", p, q, g, y };
}

/** The contents of the values that stand one after the other. */
function contents(der: Uint8Array): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let at = 0; at < der.length;) {
    const first = der[at + 1]!;
    const more = first < 0x80 ? 0 : first - 0x80;
    const start = at + 2 + more;
    const length =
      more === 0 ? first : der.subarray(at + 2, start).reduce((sum, octet) => 256 * sum + octet, 0);
    found.push(der.subarray(start, start + length));
    at = start + length;
  }
  return found;
}
