/** What the second schema of the recordings leaves out, recomputed from the exponents; the keys it has must agree. */
import assert from "node:assert/strict";
import { getDiffieHellman } from "node:crypto";
import { hmac, sha256, shortest } from "./reference.js";
import { hex, octets, unhex, type Run } from "./runs.js";

export function completed(run: Run): Run {
  if (run.values["K"] !== undefined) return run;
  const group = getDiffieHellman(`modp${run.modp}`);
  const power = (base: Uint8Array, exponent: string) =>
    shortest(modPow(base, unhex(exponent), new Uint8Array(group.getPrime())));
  const generator = new Uint8Array(group.getGenerator());
  const k = sha256(power(octets(run, "d"), run.values.x));
  const final = sha256(k);
  const values: Record<string, string> = {
    K: hex(k),
    SRS: "",
    SRS_new: hex(hmac(final, "New Retained Secret")),
    e: hex(power(generator, run.values.x)),
    C_A_padded16: run.values["C_A"]!.padStart(32, "0"),
  };
  for (const [letter, role] of [
    ["A", "Initiator"],
    ["B", "Responder"],
  ] as const)
    for (const [name, label] of [
      ["KC", "Cipher"],
      ["KM", "MAC"],
      ["KS", "SIGMA"],
    ] as const) {
      values[`${name}_${letter}_provisory`] = hex(hmac(k, `${role} ${label} Key`));
      values[`${name}_${letter}`] = hex(hmac(final, `${role} ${label} Key`));
    }
  for (const name of ["KC_A", "KC_B", "KM_A", "KM_B"]) assert.equal(values[name], run.values[name], name);
  const exponents = { x_by_group: { [run.modp]: run.values.x } };
  return { ...run, values: { ...run.values, ...values, ...exponents } as Run["values"] };
}

function modPow(base: Uint8Array, exponent: Uint8Array, modulus: Uint8Array): Uint8Array {
  const [b, e, m] = [base, exponent, modulus].map((value) => BigInt(`0x${hex(value)}`)) as [bigint, bigint, bigint]; // prettier-ignore
  let result = 1n;
  for (const bit of e.toString(2)) {
    result = (result * result) % m;
    if (bit === "1") result = (result * b) % m;
  }
  return unhex(result.toString(16).padStart(modulus.length * 2, "0"));
}
