/** Public keys as text, and which are used. */
import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import {
  checkPublicKey,
  EsessionError,
  fingerprintOf,
  readKeyValue,
  writeKeyValue,
  type KeyOptions,
  type PublicKey,
} from "esession/identity";
import { refuses, rounds, seed, someDsa, someRsa } from "./support.js";

const NS = 'xmlns="http://www.w3.org/2000/09/xmldsig#"';
const base64 = (octets: Uint8Array) => Buffer.from(octets).toString("base64");
const rsa = someRsa();
const dsa = someDsa();
const n = base64(rsa.modulus);
const rsaText = `<KeyValue ${NS}><RSAKeyValue><Modulus>${n}</Modulus><Exponent>AQAB</Exponent></RSAKeyValue></KeyValue>`;
const dsaChildren = `<P>${base64(dsa.p)}</P><Q>${base64(dsa.q)}</Q><G>Ag==</G><Y>${base64(dsa.y)}</Y>`;
const dsaText = `<KeyValue ${NS}><DSAKeyValue>${dsaChildren}</DSAKeyValue></KeyValue>`;

test("XMLDSIG §4.4.2: a key is written in canonical form, its namespace at one place, and read again", () => {
  for (const [key, text] of [
    [rsa, rsaText],
    [dsa, dsaText],
  ] as const) {
    assert.equal(writeKeyValue(key), text);
    assert.deepEqual(readKeyValue(text), key);
  }
});

test("keys of every size that is used fit the bound on texts", () => {
  const sizes: readonly (readonly [PublicKey, KeyOptions])[] = [
    ...[2048, 2056, 3072, 4096].map((bits) => [someRsa(bits), {}] as const),
    [someRsa(8192), { maxRsaBits: 8192 }],
    ...([[2048, 224], [2048, 256], [3072, 256]] as const).map((size) => [someDsa(...size), {}] as const), // prettier-ignore
  ];
  for (const [key, options] of sizes)
    assert.deepEqual(readKeyValue(writeKeyValue(key, options), options), key);
  const longest: PublicKey = { ...someRsa(), exponent: new Uint8Array(8).fill(255) };
  assert.deepEqual(readKeyValue(writeKeyValue(longest)), longest);
});

const strict: readonly (readonly [name: string, text: string, code: string, sentence: RegExp])[] = [
  ["nothing", "", "key-malformed", /other elements/],
  ["a line break after it", `${rsaText}\n`, "key-malformed", /white space/],
  ["white space before it", ` ${rsaText}`, "key-malformed", /white space/],
  ["white space between elements", rsaText.replace("><M", "> <M"), "key-malformed", /white space/],
  ["white space in Base64", rsaText.replace("AQAB", "AQ\nAB"), "key-malformed", /white space/],
  ["white space in a tag", rsaText.replace("</KeyValue>", "</KeyValue >"), "key-malformed", /white space/],
  ["two spaces before xmlns", rsaText.replace(" xmlns", "  xmlns"), "key-malformed", /white space/],
  ["apostrophes", rsaText.replaceAll('"', "'"), "key-malformed", /namespace/],
  ["no namespace", rsaText.replace(` ${NS}`, ""), "key-malformed", /namespace/],
  ["another namespace", rsaText.replace("dsig#", "dsig"), "key-malformed", /namespace/],
  ["a namespace further in", rsaText.replace("<Modulus", `<Modulus ${NS}`), "key-malformed", /second xmlns/],
  ["a prefix", rsaText.replaceAll(/<(\/?)/g, "<$1ds:"), "key-malformed", /other elements/],
  ["no wrapper", rsaText.replaceAll(/<\/?KeyValue[^>]*>/g, ""), "key-malformed", /lacks the element/],
  ["another order", `<KeyValue ${NS}><RSAKeyValue><Exponent>AQAB</Exponent><Modulus>${n}</Modulus></RSAKeyValue></KeyValue>`, "key-malformed", /order/], // prettier-ignore
  ["a third element", rsaText.replace("</RSA", "<X/></RSA"), "key-malformed", /other elements/],
  ["two keys", rsaText + rsaText, "key-malformed", /second xmlns/],
  ["a comment", rsaText.replace("<RSA", "<!----><RSA"), "key-malformed", /other elements/],
  ["CDATA", rsaText.replace("AQAB", "<![CDATA[AQAB]]>"), "key-malformed", /other elements/],
  ["an entity", rsaText.replace("AQAB", "&#65;QAB"), "key-malformed", /other elements/],
  ["a text before it", `x${rsaText}`, "key-malformed", /other elements/],
  ["a byte order mark", `\ufeff${rsaText}`, "key-malformed", /white space/],
  ["another kind of key", rsaText.replaceAll("RSAKey", "ECKey"), "key-malformed", /other elements/],
  ["an empty number", rsaText.replace("AQAB", ""), "key-malformed", /other elements/],
  ["J", dsaText.replace("</DSA", "<J>Ag==</J></DSA"), "key-malformed", /J, Seed or Pgen/],
  ["Seed", dsaText.replace("</DSA", "<Seed>Ag==</Seed><PgenCounter>Ag==</PgenCounter></DSA"), "key-malformed", /J, Seed/], // prettier-ignore
  ["P and Q left out", dsaText.replace(/<P>.*<\/Q>/, ""), "key-malformed", /other elements/],
  ["G left out", dsaText.replace("<G>Ag==</G>", ""), "key-malformed", /other elements/],
  ["padding left out", dsaText.replace("Ag==", "Ag"), "base64-malformed", /<G\/>/],
  ["unused bits set", dsaText.replace("Ag==", "Ah=="), "base64-malformed", /<G\/>/],
  ["padding within", dsaText.replace("Ag==", "A=g="), "base64-malformed", /<G\/>/],
  [
    "a leading zero octet",
    rsaText.replace("AQAB", "AAEAAQ=="),
    "key-unacceptable",
    /begins with a zero octet/,
  ],
  ["zero", rsaText.replace("AQAB", "AA=="), "key-unacceptable", /zero octet/],
  ["a leading zero octet in a modulus", rsaText.replace(n, base64(new Uint8Array([0, ...rsa.modulus]))), "key-unacceptable", /zero octet/], // prettier-ignore
  [
    "a DSA key with a leading zero octet",
    dsaText.replace("Ag==", "AAI="),
    "key-unacceptable",
    /g of the DSA key/,
  ],
];

for (const [name, text, code, sentence] of strict)
  test(`N9: a key has one text; refused: ${name}`, () => refuses(() => readKeyValue(text), code, sentence));

const number = (value: bigint) => {
  const digits = value.toString(16);
  return new Uint8Array(Buffer.from(digits.padStart(digits.length + (digits.length % 2), "0"), "hex"));
};
const odd = (bits: number) => number(2n ** BigInt(bits - 1) + 1n);

const unacceptable: readonly (readonly [name: string, key: PublicKey, sentence: RegExp])[] = [
  ["RSA of 2047 bits", { ...rsa, modulus: odd(2047) }, /2048 to 4096 bits, and this one of 2047/],
  ["RSA of 4097 bits", { ...rsa, modulus: odd(4097) }, /4097/],
  ["RSA of 10 MB", { ...rsa, modulus: new Uint8Array(1e7).fill(1) }, /bits/],
  ["RSA with an even modulus", { ...rsa, modulus: number(2n ** 2048n - 2n) }, /even/],
  ["RSA without a modulus", { ...rsa, modulus: new Uint8Array() }, /empty/],
  ["RSA with exponent 1", { ...rsa, exponent: number(1n) }, /exponent/],
  ["RSA with exponent 3", { ...rsa, exponent: number(3n) }, /greater than 3/],
  ["RSA with an even exponent", { ...rsa, exponent: number(65536n) }, /odd/],
  ["RSA with an exponent above 2^64", { ...rsa, exponent: number(2n ** 64n + 1n) }, /below 2\^64/],
  ["DSA of 1024 and 160 bits", someDsa(1024, 160), /this one 1024 and 160/],
  ["DSA of 3072 and 224 bits", someDsa(3072, 224), /3072 and 224/],
  ["DSA with an even p", { ...dsa, p: number(2n ** 2048n - 2n) }, /even/],
  ["DSA with an even q", { ...dsa, q: number(2n ** 224n - 2n) }, /even/],
  ["DSA with g = 1", { ...dsa, g: number(1n) }, /g of the DSA key is not between/],
  ["DSA with g = p", { ...dsa, g: dsa.p }, /g of the DSA key is not between/],
  ["DSA with y = 1", { ...dsa, y: number(1n) }, /y of the DSA key is not between/],
  ["DSA with y > p", { ...dsa, y: new Uint8Array(1e7).fill(255) }, /y of the DSA key is not between/],
];

for (const [name, key, sentence] of unacceptable)
  test(`P1, P2: refused, neither written nor read: ${name}`, () => {
    refuses(() => checkPublicKey(key), "key-unacceptable", sentence);
    refuses(() => writeKeyValue(key), "key-unacceptable", sentence);
  });

test("P1: exponents from 5 to 2^64 - 1 are used, moduli of 2048 and 4096 bits, and of 8192 where asked for", () => {
  for (const exponent of [5n, 17n, 65537n, 2n ** 64n - 1n])
    checkPublicKey({ ...rsa, exponent: number(exponent) });
  for (const bits of [2048, 2049, 4096]) checkPublicKey({ ...rsa, modulus: odd(bits) });
  const long: PublicKey = { ...rsa, modulus: odd(8192) };
  refuses(() => checkPublicKey(long), "key-unacceptable", /8192/);
  checkPublicKey(long, { maxRsaBits: 8192 });
  refuses(() => checkPublicKey({ ...rsa, modulus: odd(8193) }, { maxRsaBits: 8192 }), "key-unacceptable");
});

test("D17a: a changed text is refused, or is another key with another fingerprint and that very text", (t) => {
  t.diagnostic(`seed ${seed}`);
  const characters = Array.from("AQg+/=<>&;\"'JX9 \n\t\u00a0\ufeff");
  const character = fc.constantFrom(...characters, "ab", "<J>", NS);
  let keys = 0;
  for (const text of [rsaText, dsaText]) {
    const own = fingerprintOf(readKeyValue(text));
    const place = fc.nat(text.length);
    const check = fc.property(place, fc.nat(3), character, (at, cut, put) => {
      const changed = text.slice(0, at) + put + text.slice(at + cut);
      if (changed === text) return;
      let key;
      try {
        key = readKeyValue(changed);
      } catch (error) {
        assert.ok(EsessionError.is(error), String(error));
        return;
      }
      keys++;
      assert.equal(writeKeyValue(key), changed);
      assert.notEqual(fingerprintOf(key), own);
    });
    fc.assert(check, { seed, numRuns: rounds(2000) });
  }
  assert.ok(keys > 50, `${keys} other keys were among them`);
});
