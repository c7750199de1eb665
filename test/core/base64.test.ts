/** Base64 (RFC 4648 §4) in the core: strict, one error for all that is not canonical. */
import assert from "node:assert/strict";
import { seededRandom } from "esession/testing";
import { hex, inBoth } from "./builds.js";
import { fromHex, noVectors, sampler, seed, vectors } from "./numbers.js";

type Vector = { b64: string; valid: boolean; bin?: string; note?: string };

for (const file of ["rfc4648", "generated"])
  inBoth(
    `RFC 4648 §4: base64/${file}`,
    ({ base64Encode, base64Decode }) => {
      for (const { b64, valid, bin = "", note = "" } of vectors<Vector>(`base64/${file}.json`)) {
        const octets = base64Decode(b64);
        assert.equal(
          octets === undefined ? "refused" : hex(octets),
          valid ? bin : "refused",
          `${b64} ${note}`,
        );
        if (valid) assert.equal(base64Encode(fromHex(bin)), b64);
      }
    },
    noVectors,
  );

inBoth(
  `texts of every length from 0 to 300 octets come back (seed ${seed})`,
  ({ base64Encode, base64Decode }) => {
    const { octets } = sampler(seededRandom(seed));
    for (let length = 0; length <= 300; length++) {
      const bytes = octets(length);
      const text = Buffer.from(bytes).toString("base64");
      assert.equal(base64Encode(bytes), text);
      assert.equal(hex(base64Decode(text) ?? new Uint8Array()), hex(bytes), `length ${length}`);
    }
  },
);

inBoth("RFC 4648 §3.3: no other character is taken at any place", ({ base64Decode }) => {
  const good = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  assert.ok(base64Decode(good));
  for (let code = 0; code < 256; code++) {
    const character = String.fromCharCode(code);
    for (let at = 0; at < good.length; at += code < 128 ? 1 : 7) {
      const text = good.slice(0, at) + character + good.slice(at + 1);
      const refused = !good.includes(character);
      assert.equal(base64Decode(text) === undefined, refused, `octet ${code} at ${at}`);
    }
  }
});

inBoth("RFC 4648 §3.5: unused bits must be zero", ({ base64Decode }) => {
  for (let first = 0; first < 256; first++) {
    const text = Buffer.from([first]).toString("base64");
    const next = String.fromCharCode(text.charCodeAt(1) + 1);
    assert.ok(base64Decode(text));
    assert.equal(base64Decode(text[0]! + next + "=="), undefined, text);
  }
});
