/**
 * docs/sas28x5-bound.md against a second computation, which shares nothing with the package: node:crypto and BigInt.
 * Then the package against the document.
 */
import { createHash } from "node:crypto";
import test from "node:test";
import assert from "node:assert/strict";
import { sas28x5Bound, sasCommit } from "esession/testing";
import { hex, readDocument, unhex } from "./recorded.js";

interface Vector {
  name: string;
  N_A: string;
  N_B: string;
  e: string;
  d: string;
  formA: string;
  formB: string;
  r: string;
  sas_commit: string;
  hash: string;
  sas: string;
  comparison_code: string;
}

const document = readDocument("sas28x5-bound.md");
const vectors = JSON.parse(/```json\n([^`]*)```/.exec(document)![1]!) as Vector[];
const sha256 = (...parts: Uint8Array[]) =>
  new Uint8Array(createHash("sha256").update(Buffer.concat(parts)).digest());

/** By the words of the document, on text and big integers. */
function compute(v: Vector) {
  const lengthFramed = (value: string) => (value.length / 2).toString(16).padStart(8, "0") + value;
  const form = (text: string) => Buffer.from(text, "utf8").toString("hex");
  const input =
    Buffer.from("ESession SAS", "ascii").toString("hex") +
    [v.N_A, v.N_B, v.e, v.d, form(v.formA), form(v.formB), v.r].map(lengthFramed).join("");
  const hash = createHash("sha256").update(input, "hex").digest("hex");
  const whole = BigInt(`0x${hash}`);
  let sas = "";
  for (let place = 0n; place < 5n; place++) {
    const digit = ((whole % 2n ** 24n) / 28n ** place) % 28n;
    sas = "acdefghikmopqruvwxy123456789"[Number(digit)]! + sas;
  }
  const code = (whole % 2n ** 128n).toString(16).padStart(32, "0");
  return {
    sas_commit: createHash("sha256").update(v.r, "hex").digest("hex"),
    hash,
    sas,
    comparison_code: code.replace(/(.{4})(?=.)/g, "$1 "),
  };
}

test("docs/sas28x5-bound.md: the vectors are what its definition says", () => {
  assert.ok(vectors.length >= 6);
  for (const vector of vectors) assert.deepEqual({ ...vector, ...compute(vector) }, vector, vector.name);
});

test("docs/sas28x5-bound.md: the vectors cover leading zero digits and values of several lengths", () => {
  assert.ok(vectors.some(({ sas }) => sas.startsWith("aa")));
  assert.ok(new Set(vectors.map(({ e }) => e.length)).size >= 3);
  assert.ok(new Set(vectors.map(({ N_A }) => N_A.length)).size >= 2);
});

const input = (v: Vector) => ({
  nonceA: unhex(v.N_A),
  nonceB: unhex(v.N_B),
  e: unhex(v.e),
  d: unhex(v.d),
  formA: new TextEncoder().encode(v.formA),
  formB: new TextEncoder().encode(v.formB),
  r: unhex(v.r),
});

test("sas28x5-bound: the package gives the document's strings", () => {
  for (const vector of vectors) {
    assert.deepEqual(
      sas28x5Bound(input(vector), sha256),
      { sas: vector.sas, comparisonCode: vector.comparison_code },
      vector.name,
    );
    assert.equal(hex(sasCommit(unhex(vector.r), sha256)), vector.sas_commit);
  }
});

test("sas28x5-bound: every value counts, and none can be shifted into its neighbour", () => {
  const given = input(vectors[0]!);
  const code = (changed: object) => sas28x5Bound({ ...given, ...changed }, sha256).comparisonCode;
  const codes = new Set([code({})]);
  for (const name of Object.keys(given) as (keyof typeof given)[]) {
    const flipped = given[name].slice();
    flipped[0]! ^= 1;
    codes.add(code({ [name]: flipped }));
  }
  codes.add(
    code({ nonceA: given.nonceA.slice(0, -1), nonceB: Uint8Array.of(given.nonceA.at(-1)!, ...given.nonceB) }),
  );
  codes.add(code({ e: Uint8Array.of(...given.e, given.d[0]!), d: given.d.slice(1) }));
  assert.equal(codes.size, 10);
});
