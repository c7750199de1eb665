/** RSA signatures against published answers, by Web Cryptography and by Node's. */
import assert from "node:assert/strict";
import { createPrivateKey, webcrypto } from "node:crypto";
import test from "node:test";
import {
  EsessionError,
  RSA_SHA256,
  signerFromCryptoKey,
  signWith,
  verifySignature,
  webRsa,
  type PublicKey,
  type RsaBackend,
} from "esession/identity";
import { nodeRsa, signerFromKeyObject } from "esession/identity/node";
import { hex, number, octets, refuses, rejects, vectors } from "./support.js";

const backends: readonly (readonly [string, RsaBackend])[] = [
  ["Web Cryptography", webRsa],
  ["Node's cryptography", nodeRsa],
];

interface Case {
  readonly id: string;
  readonly key: string;
  readonly msg: string;
  readonly sig: string;
  readonly result: "valid" | "invalid" | "acceptable";
}
interface Numbers {
  readonly n: string;
  readonly e: string;
}

const keyOf = ({ n, e }: Numbers): PublicKey => ({ kind: "rsa", modulus: number(n), exponent: number(e) });

async function verdict(key: PublicKey, data: Uint8Array, signature: Uint8Array, rsa: RsaBackend) {
  try {
    await verifySignature(key, RSA_SHA256, data, signature, { rsa });
    return "valid";
  } catch (error) {
    assert.ok(EsessionError.is(error), String(error));
    return error.code;
  }
}

for (const name of [
  "wycheproof-verify-2048",
  "wycheproof-verify-3072",
  "wycheproof-verify-4096",
  "acvp-sigver-186-5",
])
  for (const [platform, backend] of backends) {
    const file = vectors<Numbers, Case>(`rsa-sha256/${name}.json`);
    test(
      `RFC 8017 §8.2.2: ${name}: valid is verified, invalid and "acceptable" refused, by ${platform}`,
      { skip: file.skip },
      async () => {
        const { keys, tests } = file.read();
        const count = { valid: 0, refused: 0, unused: 0 };
        for (const one of tests) {
          const numbers = keys[one.key]!;
          const found = await verdict(keyOf(numbers), octets(one.msg), octets(one.sig), backend);
          const unused = number(numbers.e).length === 1; // exponent 3
          const expected = unused
            ? "key-unacceptable"
            : one.result === "valid"
              ? "valid"
              : "signature-mismatch";
          assert.equal(found, expected, `test ${one.id}`);
          count[unused ? "unused" : one.result === "valid" ? "valid" : "refused"]++;
        }
        assert.ok(count.valid > 5 && count.refused > 20, JSON.stringify(count));
      },
    );
  }

interface Private {
  readonly modulus: string;
  readonly publicExponent: string;
  readonly privateExponent: string;
}

const siggen = vectors<Private, Case>("rsa-sha256/wycheproof-siggen.json");
test(
  "RFC 8017 §8.2.1: wycheproof-siggen: the makers sign as published, short keys and exponent 3 are refused",
  { skip: siggen.skip },
  async () => {
    const { keys, tests } = siggen.read();
    let [signed, refused] = [0, 0];
    for (const [name, numbers] of Object.entries(keys)) {
      const key = jwkOf(numbers);
      const privateKey = createPrivateKey({ key, format: "jwk" });
      const bits = 8 * number(numbers.modulus).length;
      if (bits < 2048 || number(numbers.publicExponent).length === 1) {
        refuses(() => signerFromKeyObject(privateKey), "key-unacceptable");
        refused++;
        continue;
      }
      const how = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
      const { subtle } = webcrypto;
      const pair = {
        privateKey: await subtle.importKey("jwk", key, how, false, ["sign"]),
        publicKey: await subtle.importKey("jwk", { kty: "RSA", n: key.n, e: key.e }, how, true, ["verify"]),
      };
      for (const signer of [signerFromKeyObject(privateKey), await signerFromCryptoKey(pair)])
        for (const one of tests.filter((each) => each.key === name)) {
          assert.equal(hex(await signWith(signer, octets(one.msg))), one.sig, `test ${one.id}`);
          signed++;
        }
    }
    assert.ok(signed >= 20 && refused === 5, `${signed} ${refused}`);
  },
);

/** The primes of a modulus whose private exponent is known (SP 800-56B, Appendix C.1), for the form Node takes. */
function jwkOf({ modulus, publicExponent, privateExponent }: Private) {
  const [n, e, d] = [modulus, publicExponent, privateExponent].map((text) => BigInt(`0x${text}`)) as [bigint, bigint, bigint]; // prettier-ignore
  let [r, t] = [d * e - 1n, 0];
  while (r % 2n === 0n) [r, t] = [r / 2n, t + 1];
  for (let g = 2n; ; g++) {
    let y = power(g, r, n);
    for (let i = 0; i < t && y !== 1n && y !== n - 1n; i++) {
      const next = (y * y) % n;
      if (next === 1n) {
        const p = gcd(y - 1n, n);
        const q = n / p;
        const rest = { p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: power(q, p - 2n, p) };
        const text = Object.entries({ n, e, d, ...rest }).map(([name, value]) => [name, base64Url(value)]);
        return { kty: "RSA", ...(Object.fromEntries(text) as Record<"n" | "e" | "d", string>) };
      }
      y = next;
    }
  }
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) result = (result * result * (bit === "1" ? base : 1n)) % modulus;
  return result;
}
const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? a : gcd(b, a % b));
function base64Url(value: bigint): string {
  const digits = value.toString(16);
  return Buffer.from(digits.padStart(digits.length + (digits.length % 2), "0"), "hex").toString("base64url");
}

test("RFC 8017 §8.2.2: a signature that is not as long as the modulus, or not below it, never reaches a backend", async () => {
  const never: RsaBackend = { verify: () => assert.fail("asked") };
  const modulus = new Uint8Array(256).fill(0xc5);
  const key: PublicKey = { kind: "rsa", modulus, exponent: new Uint8Array([1, 0, 1]) };
  for (const signature of [
    new Uint8Array(),
    new Uint8Array(255).fill(1),
    new Uint8Array(257).fill(0),
    new Uint8Array(1e7),
    modulus,
    new Uint8Array(256).fill(0xff),
  ])
    await rejects(
      verifySignature(key, RSA_SHA256, octets("00"), signature, { rsa: never }),
      "signature-mismatch",
    );
});
