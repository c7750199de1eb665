import { createHash } from "node:crypto";
import test from "node:test";
import assert from "node:assert/strict";
import { sas28x5 } from "esession/testing";
import { recordedRuns, sharedVectors, unhex } from "./recorded.js";

const utf8 = (text: string) => new TextEncoder().encode(text);
const sha256 = (...parts: Uint8Array[]) =>
  new Uint8Array(createHash("sha256").update(Buffer.concat(parts)).digest());

interface SasVector {
  hash: string;
  MA: string;
  formB: string;
  sas: string;
}
const vectors = sharedVectors("esession/sas28x5.json") as { tests: SasVector[] } | undefined;

test(
  "XEP-0116, The sas28x5 SAS Algorithm: the shared vectors",
  { skip: !vectors && "../shared/vectors is not here" },
  () => {
    const tests = vectors!.tests.filter(({ hash }) => hash === "sha256");
    assert.ok(tests.length >= 10);
    for (const { MA, formB, sas } of tests) assert.equal(sas28x5(unhex(MA), utf8(formB), sha256), sas);
  },
);

test("XEP-0116, The sas28x5 SAS Algorithm: what recorded clients showed, with the leading `a`s that they drop", () => {
  let checked = 0;
  for (const { id, SAS, values } of recordedRuns)
    for (const shown of Object.values(SAS)) {
      const sas = sas28x5(unhex(values["M_A"]!), unhex(values["formB"]!), sha256);
      assert.equal(sas, shown.padStart(5, "a"), id);
      checked += 1;
    }
  assert.ok(checked > 40);
});

test("XEP-0116, The sas28x5 SAS Algorithm: the string has five characters, whatever the hash", () => {
  const of = (number: number) => {
    const hash = new Uint8Array(32).fill(255);
    hash.set([number >> 16, (number >> 8) & 255, number & 255], 29);
    return sas28x5(new Uint8Array(), new Uint8Array(), () => hash);
  };
  for (const [number, sas] of [
    [0, "aaaaa"],
    [1, "aaaac"],
    [27, "aaaa9"],
    [28, "aaaca"],
    [28 ** 4, "caaaa"],
    [2 ** 24 - 1, "9kiui"],
  ] as const)
    assert.equal(of(number), sas);
});
