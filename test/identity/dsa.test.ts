/** DSA signatures against published answers, and what is checked of keys before. */
import assert from "node:assert/strict";
import test from "node:test";
import {
  DSA_SHA256,
  EsessionError,
  RSA_SHA256,
  verifySignature,
  type DsaBackend,
  type DsaPublicKey,
} from "esession/identity";
import { nodeDsa, signerFromPem } from "esession/identity/node";
import { ascii, number, octets, rejects, rfc6979Pem, rfc6979Signature, vectors } from "./support.js";

interface Numbers {
  readonly p: string;
  readonly q: string;
  readonly g: string;
  readonly y?: string;
  readonly x?: string;
}
interface Case {
  readonly id?: string;
  readonly key: string;
  readonly msg: string;
  readonly sig?: string;
  readonly r?: string;
  readonly s?: string;
  readonly y?: string;
  readonly x?: string;
  readonly result?: "valid" | "invalid";
}

const big = (octets: Uint8Array) => BigInt(`0x${Buffer.from(octets).toString("hex")}`);
const octetsOf = (value: bigint) => {
  const digits = value.toString(16);
  return number(digits.padStart(digits.length + (digits.length % 2), "0"));
};
function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) result = (result * result * (bit === "1" ? base : 1n)) % modulus;
  return result;
}

function keyOf(numbers: Numbers, one: Case): DsaPublicKey {
  const [p, q, g] = [number(numbers.p), number(numbers.q), number(numbers.g)];
  const [y, x] = [one.y ?? numbers.y, one.x ?? numbers.x];
  return { kind: "dsa", p, q, g, y: y ? number(y) : octetsOf(power(big(g), big(octets(x!)), big(p))) };
}

async function verdict(key: DsaPublicKey, one: Case): Promise<string> {
  const width = 2 * key.q.length;
  const signature = octets(one.sig ?? one.r!.padStart(width, "0") + one.s!.padStart(width, "0"));
  try {
    await verifySignature(key, DSA_SHA256, octets(one.msg), signature, { dsa: nodeDsa });
    return "valid";
  } catch (error) {
    assert.ok(EsessionError.is(error), String(error));
    return error.code;
  }
}

for (const name of [
  "wycheproof-2048_224_sha256_p1363",
  "wycheproof-2048_256_sha256_p1363",
  "wycheproof-3072_256_sha256_p1363",
  "acvp-sigver",
  "cavp-siggen-k",
  "rfc6979",
]) {
  const file = vectors<Numbers, Case>(`dsa-sha256/${name}.json`);
  test(
    `FIPS 186-4 §4.7: ${name}: valid is verified, invalid refused, other sizes of keys too`,
    { skip: file.skip },
    async () => {
      const { keys, tests } = file.read();
      let [valid, invalid] = [0, 0];
      for (const one of tests) {
        const key = keyOf(keys[one.key]!, one);
        const right = (one.result ?? "valid") === "valid";
        const found = await verdict(key, one);
        if (key.p.length === 128) assert.equal(found, "key-unacceptable");
        else if (right) assert.equal(found, "valid", `test ${one.id ?? one.msg}`);
        else assert.match(found, /^(signature-mismatch|key-unacceptable)$/, `test ${one.id ?? ""}`);
        if (found === "valid") valid++;
        else invalid++;
      }
      assert.ok(valid > 0 && invalid + valid === tests.length, `${valid} ${invalid}`);
    },
  );
}

const own = signerFromPem(rfc6979Pem).publicKey as DsaPublicKey;
const data = ascii("test");
const never: DsaBackend = { verify: () => assert.fail("asked") };

test("RFC 6979 A.2.2: its signature is verified, and not over other data", async () => {
  await verifySignature(own, DSA_SHA256, data, rfc6979Signature, { dsa: nodeDsa });
  await rejects(
    verifySignature(own, DSA_SHA256, ascii("Test"), rfc6979Signature, { dsa: nodeDsa }),
    "signature-mismatch",
  );
});

test("P2: r and s are as long as q, greater than 0 and below q, before a backend is asked", async () => {
  const [r, s] = [rfc6979Signature.subarray(0, 32), rfc6979Signature.subarray(32)];
  const zero = new Uint8Array(32);
  for (const signature of [
    [zero, zero],
    [zero, s],
    [r, zero],
    [own.q, s],
    [r, own.q],
    [r],
    [r, s, [0]],
    [[0], r, [0], s],
    [],
  ])
    await rejects(
      verifySignature(own, DSA_SHA256, data, Uint8Array.from(signature.flatMap((part) => [...part])), {
        dsa: never,
      }),
      "signature-mismatch",
    );
  await rejects(
    verifySignature(own, DSA_SHA256, data, new Uint8Array(1e7), { dsa: never }),
    "signature-mismatch",
  );
});

test("P2: a key whose g or y is not of order q is refused before a backend is asked", async () => {
  const [p, q] = [big(own.p), big(own.q)];
  const cases: readonly (readonly [DsaPublicKey, RegExp])[] = [
    [{ ...own, g: octetsOf(p - 1n) }, /g is not of order q/],
    [{ ...own, g: octetsOf(2n) }, /g is not of order q/],
    [{ ...own, y: octetsOf(p - 1n) }, /y is not a power of g/],
    [{ ...own, y: octetsOf((big(own.y) * (p - 1n)) % p) }, /y is not a power of g/],
    [{ ...own, q: octetsOf(q - 2n) }, /q does not divide p - 1/],
    [{ ...own, p: octetsOf(p - 2n) }, /q does not divide p - 1/],
  ];
  for (const [key, sentence] of cases)
    await rejects(
      verifySignature(key, DSA_SHA256, data, rfc6979Signature, { dsa: never }),
      "key-unacceptable",
      sentence,
    );
});

test("without a backend for DSA a sentence says so, and a key is used with its own algorithm only", async () => {
  await rejects(verifySignature(own, DSA_SHA256, data, rfc6979Signature), "option-invalid", /backend/);
  await rejects(
    verifySignature(own, RSA_SHA256, data, rfc6979Signature, { dsa: never }),
    "key-unacceptable",
    /which is dsa, is not one for http/,
  );
});

test("a backend that says no, or rejects, does not verify", async () => {
  const fault = new Error("a fault of the backend");
  const no: DsaBackend = { verify: () => false };
  const broken: DsaBackend = { verify: () => Promise.reject(fault) };
  await rejects(verifySignature(own, DSA_SHA256, data, rfc6979Signature, { dsa: no }), "signature-mismatch");
  await assert.rejects(verifySignature(own, DSA_SHA256, data, rfc6979Signature, { dsa: broken }), fault);
});
