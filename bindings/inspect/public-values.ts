/** Diffie-Hellman public values: size, range and residue, by the core (XEP-0116 §4.6.1, §4.7.1; docs/protocol.md). */
import type { Core, Group, PublicValueFault } from "../core/types.js";
import { toMpi } from "../wire/integers.js";
import type { Sheet } from "./sheet.js";

const faults: Readonly<Record<PublicValueFault, string>> = {
  empty: "is empty",
  "too-long": "is longer than p",
  "out-of-range": "is not between 1 and p - 1",
  "own-value": "is the other side's own value, sent back",
  "not-a-residue": "is not a quadratic residue: it would tell the lowest bit of the receiver's exponent",
};

/** `own`: the value of whoever receives it. */
export function checkPublicValue(
  core: Core,
  group: Group,
  value: Uint8Array,
  name: string,
  sheet: Sheet,
  own?: Uint8Array,
): void {
  const shortest = toMpi(value);
  if (shortest.length !== value.length)
    sheet.note("leading-zeros", "has leading zero octets, which XEP-0116 §6.1 leaves out", name);
  const fault = core.dh.check(group, shortest, own && toMpi(own));
  if (fault === undefined)
    sheet.ok(
      "public-value",
      `${shortest.length} octets; 1 < value < p - 1 of group ${group}, a quadratic residue`,
      name,
    );
  else sheet.wrong("public-value", `${faults[fault]} of group ${group}`, name);
}
