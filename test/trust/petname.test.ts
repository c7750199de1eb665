/** XEP-0116 §7.4: petnames stand before what a peer calls itself, so they may not disturb the text around them. */
import assert from "node:assert/strict";
import test from "node:test";
import { maxPetname, normalizePetname } from "esession/testing";

test("a petname is kept in NFC, without white space around it", () => {
  assert.equal(normalizePetname("  Bob  "), "Bob");
  assert.equal(normalizePetname("Bo\u0301b"), "B\u00f3b");
  assert.equal(normalizePetname("Bob\u00a0 \u2003Smith"), "Bob Smith");
  assert.equal(normalizePetname("علی‌رضا"), "علی‌رضا");
  assert.equal(normalizePetname("👩‍🔬 Ada"), "👩‍🔬 Ada");
});

test("a petname with control characters, or that turns the direction of text, is refused", () => {
  for (const code of [
    0, 9, 10, 0x7f, 0x85, 0x61c, 0x200b, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a, 0x202e, 0x2066, 0x2069,
    0xfeff, 0xfffb,
  ])
    assert.throws(
      () => normalizePetname(`Bob${String.fromCharCode(code)}Smith`),
      { code: "option-invalid" },
      code.toString(16),
    );
  assert.throws(() => normalizePetname("Bob\ud800"), { code: "option-invalid" });
});

test("a petname that is empty, cannot be seen, is too long or is no text is refused", () => {
  assert.equal(normalizePetname("🦊".repeat(maxPetname)).length, 2 * maxPetname);
  for (const name of ["", "   ", "\u200d", "x".repeat(maxPetname + 1), "x".repeat(1e6), 7, undefined])
    assert.throws(() => normalizePetname(name as string), { code: "option-invalid" });
});
