/** Fingerprints for people, and the names of algorithms. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import test from "node:test";
import {
  algorithmOf,
  fingerprintOf,
  keyHash,
  parseFingerprint,
  sameFingerprint,
  showFingerprint,
  signingAlgorithm,
  writeKeyValue,
} from "esession/identity";
import { hex, refuses, someDsa, someRsa } from "./support.js";

const key = someRsa();
const digits = createHash("sha256").update(writeKeyValue(key)).digest("hex");

test("XEP-0116 §7.3: the fingerprint is the SHA-256 of the key's text", () => {
  assert.equal(fingerprintOf(key), digits);
  assert.equal(hex(keyHash(key)), digits);
  assert.notEqual(fingerprintOf(someDsa()), digits);
});

test("a fingerprint is shown in eight groups of eight lower-case digits", () => {
  const shown = showFingerprint(fingerprintOf(key));
  assert.match(shown, /^[0-9a-f]{8}( [0-9a-f]{8}){7}$/);
  assert.equal(shown.replaceAll(" ", ""), digits);
});

test("a typed fingerprint may have either case, white space and colons", () => {
  const spellings = [
    digits,
    digits.toUpperCase(),
    showFingerprint(fingerprintOf(key)),
    digits.replaceAll(/..(?!$)/g, "$&:").toUpperCase(),
    `\n ${digits.slice(0, 32)}\r\n\t${digits.slice(32)}\u00a0`,
  ];
  for (const text of spellings) {
    assert.equal(parseFingerprint(text), digits);
    assert.ok(sameFingerprint(text, digits));
  }
  assert.ok(
    !sameFingerprint(
      digits,
      digits.replace(/.$/, (last) => (last === "0" ? "1" : "0")),
    ),
  );
});

for (const text of [
  "",
  digits.slice(1),
  `${digits}0`,
  `${digits.slice(1)}g`,
  digits.replace(/^../, "٣٣"),
  `0x${digits}`,
])
  test(`what is no fingerprint is refused: ${text.slice(0, 6)}… (${text.length})`, () => {
    refuses(() => parseFingerprint(text), "key-malformed", /64 hexadecimal digits/);
    refuses(() => sameFingerprint(digits, text), "key-malformed");
  });

test("XEP-0116 §8: an algorithm has the XEP's own name, and the short one is understood", () => {
  const [rsa, dsa] = ["rsa", "dsa"].map((kind) => `http://www.w3.org/2000/09/xmldsig#${kind}-sha256`);
  assert.deepEqual([algorithmOf(key), algorithmOf(someDsa())], [rsa, dsa]);
  for (const [name, algorithm] of [
    [rsa, rsa],
    [dsa, dsa],
    ["rsa-sha256", rsa],
    ["dsa-sha256", dsa],
    ["rsa", undefined],
    ["RSA-SHA256", undefined],
    ["http://www.w3.org/2000/09/xmldsig#rsa-sha1", undefined],
    ["__proto__", undefined],
  ])
    assert.equal(signingAlgorithm(name ?? ""), algorithm, name);
});
