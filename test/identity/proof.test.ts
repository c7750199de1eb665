/** The content of an encrypted identity. */
import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import {
  EsessionError,
  keyHash,
  parseFingerprint,
  readKeyValue,
  readProof,
  signingAlgorithm,
  writeKeyValue,
  writeProof,
  type Proof,
} from "esession/identity";
import { ascii, refuses, rounds, seed, someDsa, someRsa } from "./support.js";

const NS = 'xmlns="http://www.w3.org/2000/09/xmldsig#"';
const publicKey = someRsa();
const signature = new Uint8Array(256).fill(0xa5);
const signatureText = `<SignatureValue ${NS}>${Buffer.from(signature).toString("base64")}</SignatureValue>`;
const hash = keyHash(publicKey);
const hashText = `<fingerprint>${Buffer.from(hash).toString("base64")}</fingerprint>`;
const text = writeKeyValue(publicKey) + signatureText;

const byKey: Proof = { mode: "key", publicKey, signature };
const byHash: Proof = { mode: "hash", keyHash: hash, signature };

test("XEP-0116 §4.5.4: the key, or its fingerprint, and the signature stand one after the other", () => {
  assert.deepEqual(writeProof(byKey), ascii(text));
  assert.deepEqual(writeProof(byHash), ascii(hashText + signatureText));
  assert.deepEqual(readProof(ascii(text), "key"), byKey);
  assert.deepEqual(readProof(ascii(hashText + signatureText), "hash"), byHash);
});

test("a proof of every size fits the bound", () => {
  const proofs: readonly Proof[] = [
    { mode: "key", publicKey: someRsa(8192), signature: new Uint8Array(1024) },
    { mode: "key", publicKey: someDsa(3072, 256), signature: new Uint8Array(64) },
  ];
  for (const proof of proofs)
    assert.deepEqual(readProof(writeProof(proof, { maxRsaBits: 8192 }), "key", { maxRsaBits: 8192 }), proof);
});

test("a fingerprint is as long as the agreed hash", () => {
  const long: Proof = { mode: "hash", keyHash: new Uint8Array(64).fill(7), signature };
  assert.deepEqual(readProof(writeProof(long), "hash", { hashBytes: 64 }), long);
  refuses(() => readProof(writeProof(long), "hash"), "key-malformed", /64 octets instead of the 32/);
  refuses(() => readProof(writeProof(byHash), "hash", { hashBytes: 64 }), "key-malformed", /32 octets/);
});

const table: readonly (readonly [name: string, content: string | Uint8Array, mode: "key" | "hash"])[] = [
  ["nothing", "", "key"],
  ["a key where a fingerprint was agreed on", text, "hash"],
  ["a fingerprint where a key was agreed on", hashText + signatureText, "key"],
  ["no key", signatureText, "key"],
  ["no fingerprint", signatureText, "hash"],
  ["no signature", writeKeyValue(publicKey), "key"],
  ["the signature first", signatureText + writeKeyValue(publicKey), "key"],
  ["white space between", text.replace("<Sig", " <Sig"), "key"],
  ["white space after", `${text} `, "key"],
  ["a line break after", `${text}\n`, "key"],
  ["a byte order mark before", `\ufeff${text}`, "key"],
  ["a zero octet after", `${text}\0`, "key"],
  ["an octet that is not ASCII", Uint8Array.of(...ascii(text), 0xa0), "key"],
  ["two signatures", text + signatureText, "key"],
  ["a third element", `${text}<x/>`, "key"],
  ["a signature without namespace", text.replace(/(<SignatureValue) [^>]*/, "$1"), "key"],
  ["a signature with an Id", text.replace("<SignatureValue", '<SignatureValue Id="s"'), "key"],
  ["an empty signature", text.replace(/(<SignatureValue [^>]*>)[^<]*/, "$1"), "key"],
  ["a fingerprint with a namespace", hashText.replace(">", ` ${NS}>`) + signatureText, "hash"],
  ["an empty fingerprint", `<fingerprint></fingerprint>${signatureText}`, "hash"],
  ["a fingerprint of 31 octets", `<fingerprint>${Buffer.alloc(31).toString("base64")}</fingerprint>${signatureText}`, "hash"], // prettier-ignore
];

for (const [name, content, mode] of table)
  test(`D17: a proof has one form; refused: ${name}`, () =>
    refuses(() => readProof(typeof content === "string" ? ascii(content) : content, mode), "key-malformed"));

test("D17: Base64 that is not the shortest is refused in a fingerprint and in a signature", () => {
  refuses(
    () => readProof(ascii(text.replace("=</Sig", "</Sig")), "key"),
    "base64-malformed",
    /SignatureValue/,
  );
  refuses(
    () => readProof(ascii((hashText + signatureText).replace("=</f", "</f")), "hash"),
    "base64-malformed",
  );
});

test("what is read of a changed proof would be written so", (t) => {
  t.diagnostic(`seed ${seed}`);
  let read = 0;
  for (const proof of [byKey, byHash]) {
    const content = writeProof(proof);
    const octet = fc.oneof(fc.constantFrom(...ascii("AQg+/=<>& ")), fc.nat(255));
    const changed = fc.property(fc.nat(content.length - 1), octet, (at, put) => {
      const other = content.with(at, put);
      try {
        assert.deepEqual(writeProof(readProof(other, proof.mode)), other);
        read++;
      } catch (error) {
        assert.ok(EsessionError.is(error), String(error));
      }
    });
    fc.assert(changed, { seed, numRuns: rounds(2000) });
  }
  assert.ok(read > 50, `${read} were read`);
});

test("10 MB of anything are refused at once", () => {
  const huge = "A".repeat(1e7);
  const tasks: readonly (readonly [() => unknown, RegExp])[] = [
    [() => readKeyValue(writeKeyValue(publicKey).replace("AQAB", huge)), /characters/],
    [() => readKeyValue(" ".repeat(1e7)), /it has 10000000 characters/],
    [() => readProof(new Uint8Array(1e7).fill(65), "key"), /it has 10000000 octets/],
    [() => readProof(new Uint8Array(1e7).fill(60), "hash"), /it has 10000000 octets/],
    [() => parseFingerprint(huge), /64/],
    [() => parseFingerprint(" ".repeat(1e7)), /64/],
  ];
  for (const [task, sentence] of tasks) {
    const begun = performance.now();
    refuses(task, "key-malformed", sentence);
    assert.ok(performance.now() - begun < 250, "quickly");
  }
  assert.equal(signingAlgorithm(huge), undefined);
});
