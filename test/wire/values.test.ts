/** Integers, counters, Base64 and JIDs. */
import test from "node:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  addCounter,
  bareOf,
  concat,
  decodeBase64,
  encodeBase64,
  framed,
  fullOf,
  isSafeCounter,
  isWhite,
  padCounter,
  parseJid,
  toMpi,
  u32,
  utf8Length,
  xorTopBit,
} from "esession/wire";
import { refuses, rounds, seed, shared, vectors } from "./xml.js";

const hex = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString("hex");
const octets = (text: string) => new Uint8Array(Buffer.from(text, "hex"));

test("XEP-0116 §6.1: an integer has no leading zero octets, and zero is one", () => {
  for (const [given, mpi] of [
    ["", "00"],
    ["00", "00"],
    ["0000", "00"],
    ["01", "01"],
    ["0001", "01"],
    ["000100", "0100"],
    ["80", "80"],
  ])
    assert.equal(hex(toMpi(octets(given!))), mpi);
  const original = octets("0102");
  toMpi(original)[0] = 9;
  assert.equal(hex(original), "0102", "a copy");
});

test("a counter is padded to 16 octets, and longer ones are none", () => {
  assert.equal(hex(padCounter(octets("0a0b"))), "0".repeat(28) + "0a0b");
  assert.equal(hex(padCounter(octets("00".repeat(16)))), "00".repeat(16));
  assert.equal(padCounter(octets("")), undefined);
  assert.equal(padCounter(octets("00".repeat(17))), undefined);
});

test("a counter is added to modulo 2^128", (t) => {
  t.diagnostic(`seed ${seed}`);
  assert.equal(hex(addCounter(octets("ff".repeat(16)), 1)), "00".repeat(16));
  const counter = fc.uint8Array({ minLength: 16, maxLength: 16 });
  fc.assert(
    fc.property(
      fc.oneof(
        counter,
        counter.map((c) => c.fill(0xff, 3)),
      ),
      fc.maxSafeNat().map((n) => n % 2 ** 52),
      (c, n) => {
        const before = hex(c)!;
        const sum = (BigInt(`0x${before}`) + BigInt(n)) % (1n << 128n);
        assert.equal(hex(addCounter(c, n)), sum.toString(16).padStart(32, "0"));
        assert.equal(hex(c), before);
      },
    ),
    { seed, numRuns: rounds(500) },
  );
});

test("XEP-0116 §4.5.1: C_B is C_A with its top bit turned over", () => {
  assert.equal(hex(xorTopBit(octets("00".repeat(16)))), "80" + "00".repeat(15));
  assert.equal(hex(xorTopBit(octets("ff".repeat(16)))), "7f" + "ff".repeat(15));
});

test("no counter is chosen that deployed peers could write with fewer octets, now or later", () => {
  for (let top = 0; top < 256; top++) {
    const c = octets("55".repeat(16));
    c[0] = top;
    const tops = [top, top ^ 0x80];
    assert.equal(isSafeCounter(c), !tops.some((one) => [0x00, 0x7f, 0xff].includes(one)), String(top));
  }
  assert.equal(isSafeCounter(octets("55".repeat(15))), false);
});

test("the counters of the recorded runs: C_A, padded, and C_B", () => {
  for (const run of [
    "gajim-01-modp5-14-default",
    "gajim-18-CA-leading-zero",
    "gajim-21-counter-grows-byte",
  ]) {
    const { values } = vectors(`deployed/${run}.json`) as { values: Record<string, string> };
    const padded = padCounter(octets(values["C_A"]!))!;
    assert.equal(hex(padded), values["C_A_padded16"]);
    assert.equal(hex(toMpi(padded)), values["C_A"]);
    assert.equal(hex(xorTopBit(padded)), values["C_B_padded16"]);
    assert.equal(hex(toMpi(xorTopBit(padded))), values["C_B"]);
  }
});

test("values are framed by their length in four octets", () => {
  assert.equal(hex(u32(0xfffefdfc)), "fffefdfc");
  assert.equal(hex(framed(octets(""))), "00000000");
  assert.equal(hex(framed(octets("ab".repeat(256)))), "00000100" + "ab".repeat(256));
  assert.equal(hex(concat(octets("01"), octets(""), octets("0203"))), "010203");
});

test("RFC 4648 §10: the test vectors", () => {
  for (const [plain, text] of [
    ["", ""],
    ["f", "Zg=="],
    ["fo", "Zm8="],
    ["foo", "Zm9v"],
    ["foob", "Zm9vYg=="],
    ["fooba", "Zm9vYmE="],
    ["foobar", "Zm9vYmFy"],
  ]) {
    assert.equal(encodeBase64(new TextEncoder().encode(plain)), text);
    assert.equal(new TextDecoder().decode(decodeBase64(text!)), plain);
  }
});

test("RFC 4648 §4: octets are encoded as the platform does it, and read back", (t) => {
  t.diagnostic(`seed ${seed}`);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const text = encodeBase64(bytes);
      assert.equal(text, Buffer.from(bytes).toString("base64"));
      assert.deepEqual(decodeBase64(text), bytes);
    }),
    { seed, numRuns: rounds(500) },
  );
});

test("RFC 4648 §3.2, §3.3, §3.5: what is not the one way to write some octets is refused", () => {
  for (const text of [
    ...["Z", "Zg", "Zg=", "Zm8", "Zm9vYg", "Zh==", "Zm9=", "Z===", "====", "=", "Zg==Zg==", "Z=g=", "=Zg="],
    ...[
      " Zg==",
      "Zg== ",
      "Zm9v\n",
      "Zm 9",
      "Zm\n9v",
      "Zm9v\0\0\0\0",
      "Zm9-",
      "Zm9_",
      "Zm9é",
      "Zm9\u0139",
      "....",
      "?OTR",
    ],
  ])
    refuses(() => decodeBase64(text), "base64-malformed");
});

test("the message names what was to be read and not what it was", () => {
  const { message } = refuses(() => decodeBase64("s3cr3t!!", "the nonce"), "base64-malformed", "s3cr3t");
  assert.match(message, /^the nonce is not strict Base64/);
});

const base64Vectors = shared("vectors/base64/generated.json");
test("RFC 4648 §4: the shared vectors, valid and not", { skip: base64Vectors.skip }, () => {
  const { tests } = JSON.parse(base64Vectors.read()) as {
    tests: { bin: string; b64: string; valid: boolean }[];
  };
  for (const { bin, b64, valid } of tests)
    if (!valid) refuses(() => decodeBase64(b64), "base64-malformed");
    else {
      assert.equal(encodeBase64(octets(bin)), b64);
      assert.equal(hex(decodeBase64(b64)), bin);
    }
});

test("RFC 7622: JIDs are taken apart, case folded where it does not count", () => {
  assert.deepEqual(parseJid("Alice@Example.ORG/Pda"), {
    bare: "alice@example.org",
    full: "alice@example.org/Pda",
    resource: "Pda",
  });
  assert.deepEqual(parseJid("example.org"), { bare: "example.org", full: undefined, resource: undefined });
  assert.equal(parseJid("example.org/a/b@c d").resource, "a/b@c d");
  assert.equal(parseJid("d\\27artagnan@musketeers.lit/x").bare, "d\\27artagnan@musketeers.lit");
  assert.equal(parseJid("jürgen@müller.example").bare, "jürgen@müller.example");
  assert.equal(parseJid("a@[::1]/x").bare, "a@[::1]");
  assert.equal(bareOf("a@b/c"), "a@b");
  assert.equal(fullOf("A@b/C"), "a@b/C");
  refuses(() => fullOf("a@b"), "jid-malformed");
});

test("RFC 7622: what is no JID is refused", () => {
  for (const text of [
    ...[
      "",
      "@",
      "/",
      "@b",
      "a@",
      "a@/c",
      "/c",
      "a@b/",
      "b/",
      "a@b@c",
      "a b@c",
      "a@b c",
      " a@b",
      "a@b ",
      "a@b\n",
      "a\u0000@b",
    ],
    ...[
      "a@b/\u0007",
      "a@b/\ud83d",
      `"a"@b`,
      "a&b@c",
      "a'b@c",
      "a:b@c",
      "<a>@b",
      "a@<b>",
      "a\\b@c",
      "a@b\\c",
      "a\u00a0b@c",
    ],
    ...[
      "x".repeat(1024) + "@b",
      "a@" + "x".repeat(1024),
      "a@b/" + "x".repeat(1024),
      "a@b/" + "é".repeat(512),
      "x".repeat(1e6),
    ],
  ])
    refuses(() => parseJid(text), "jid-malformed");
  refuses(() => parseJid(undefined as never), "jid-malformed");
});

test("characters: white space and length as XML and UTF-8 have them", () => {
  assert.ok(isWhite("") && isWhite(" \t\r\n") && !isWhite("\u00a0") && !isWhite("\u2028") && !isWhite("x"));
  for (const text of [
    "",
    "a",
    "é",
    "€",
    "🔑",
    "a🔑b",
    "\ud83d",
    "\ude00",
    "\ude00\ud83d",
    "\ud83d\ud83d\ude00",
  ])
    assert.equal(utf8Length(text), new TextEncoder().encode(text).length, JSON.stringify(text));
});
