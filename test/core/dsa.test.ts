/** DSA with SHA-256 (FIPS 186-4 §4) in the core: published vectors, what must be refused, and keys as the standard makes them. */
import assert from "node:assert/strict";
import type { DsaParameters } from "esession/core";
import { loadTestCore } from "esession/testing";
import { hex, inAll, inBoth } from "./builds.js";
import { parameterSets, rfc6979, verifiedByNode } from "./dsa-parameters.js";
import { fromHex, noVectors, powBigInt, toBigInt, toOctets, vectorFile } from "./numbers.js";

const text = (words: string): Buffer => Buffer.from(words);

/** RFC 6979 A.2.2, SHA-256. */
const published = {
  sample:
    "eace8bdbbe353c432a795d9ec556c6d021f7a03f42c36e9bc87e4ac7932cc809" +
    "7081e175455f9247b812b74583e9e94f9ea79bd640dc962533b0680793a38d53",
  test:
    "8190012a1969f9957d56fccaad223186f423398d58ef5b3cefd5a4146a4476f0" +
    "7452a53f7075d417b4b013b278d1bb8bbd21863f5e7b1cee679cf2188e1ab19e",
};

inAll("RFC 6979 A.2.2: signatures without added randomness are the published ones", (testing) => {
  const { parameters, x } = rfc6979;
  const secret = testing.importSecret(x);
  for (const [message, expected] of Object.entries(published))
    assert.equal(hex(testing.dsaSignature(parameters, secret, text(message))), expected, message);
  secret.wipe();
});

interface Key {
  p: string;
  q: string;
  g: string;
  y?: string;
}
interface Vector {
  key: string;
  msg: string;
  sig?: string;
  r?: string;
  s?: string;
  x?: string;
  y?: string;
  result?: string;
}

const parametersOf = ({ p, q, g }: Key): DsaParameters => ({ p: fromHex(p), q: fromHex(q), g: fromHex(g) });
const bitsOf = (number: string): number => toBigInt(fromHex(number)).toString(2).length;

for (const [file, least] of [
  ["acvp-sigver", 30],
  ["cavp-siggen-k", 20],
  ["wycheproof-2048_224_sha256_p1363", 80],
  ["wycheproof-2048_256_sha256_p1363", 80],
  ["wycheproof-3072_256_sha256_p1363", 80],
] as const)
  inAll(
    `FIPS 186-4 §4.7: dsa-sha256/${file}; keys of 1024 bits are all refused`,
    ({ core }) => {
      const { keys, tests } = vectorFile<Vector, Key>(`dsa-sha256/${file}.json`);
      let tried = 0;
      for (const { key, msg, sig, r = "", s = "", x, y, result = "valid" } of tests) {
        const parameters = parametersOf(keys[key]!);
        const width = (bitsOf(keys[key]!.q) + 7) >> 3;
        const rs = sig ?? r.padStart(2 * width, "0") + s.padStart(2 * width, "0");
        const power = (exponent: string): Uint8Array =>
          toOctets(powBigInt(toBigInt(parameters.g), toBigInt(fromHex(exponent)), toBigInt(parameters.p)));
        const publicKey = x === undefined ? fromHex((y ?? keys[key]!.y)!) : power(x);
        const good = core.dsa.verify({ ...parameters, y: publicKey }, fromHex(msg), fromHex(rs));
        assert.equal(good, result === "valid" && bitsOf(keys[key]!.p) > 1024, `key ${key}, message ${msg}`);
        tried++;
      }
      assert.ok(tried >= least, `only ${tried}`);
    },
    noVectors,
  );

for (const parameters of parameterSets) {
  const { p, q, g } = parameters;
  const [prime, order] = [toBigInt(p), toBigInt(q)];
  const name = `${p.length * 8} and ${q.length * 8} bits`;
  const octetsOfQ = (number: bigint): Uint8Array => toOctets(number, q.length);

  inAll(`a signature holds, and nothing that differs from it in one place, ${name}`, ({ core }) => {
    const { publicKey: y, secret } = core.dsa.generate(parameters);
    const message = text("what is signed");
    const signature = core.dsa.sign(parameters, secret, message);
    const key = { ...parameters, y };
    assert.equal(signature.length, 2 * q.length);
    assert.ok(core.dsa.verify(key, message, signature));
    assert.ok(verifiedByNode(parameters, y, message, signature), "node:crypto says so too");
    const zeros = (number: Uint8Array): Uint8Array => Buffer.concat([new Uint8Array(3), number]);
    const padded = { p: zeros(p), q: zeros(q), g: zeros(g), y: zeros(y) };
    assert.ok(core.dsa.verify(padded, message, signature), "zeros before a number are none of it");

    assert.equal(core.dsa.verify(key, text("what is signee"), signature), false);
    for (let at = 0; at < signature.length; at += 5) {
      const other = signature.map((octet, i) => (i === at ? octet ^ 4 : octet));
      assert.equal(core.dsa.verify(key, message, other), false, `octet ${at}`);
    }
    const [r, s] = [signature.subarray(0, q.length), signature.subarray(q.length)];
    for (const [otherR, otherS] of [
      [octetsOfQ(0n), s],
      [r, octetsOfQ(0n)],
      [q, s],
      [r, q],
      [r, octetsOfQ(order - toBigInt(s))],
      [new Uint8Array(q.length).fill(0xff), s],
      [r, s.subarray(1)],
      [r, zeros(s)],
      [new Uint8Array(), new Uint8Array()],
    ] as const)
      assert.equal(core.dsa.verify(key, message, Buffer.concat([otherR, otherS])), false, hex(otherS));
    if (toBigInt(r) + order < 2n ** BigInt(8 * q.length))
      assert.equal(
        core.dsa.verify(key, message, Buffer.concat([octetsOfQ(toBigInt(r) + order), s])),
        false,
        "r + q",
      );
    secret.wipe();
  });

  inAll(`parameters and public keys outside of the subgroup are refused, ${name}`, ({ core }) => {
    const { publicKey: y, secret } = core.dsa.generate(parameters);
    const message = text("m");
    const signature = core.dsa.sign(parameters, secret, message);
    const numbers = [0n, 1n, 2n, prime - 1n, prime, prime + 1n, 2n ** BigInt(8 * p.length)].map((n) =>
      toOctets(n),
    );
    for (const other of numbers) {
      const where = hex(other).slice(-8);
      assert.equal(core.dsa.verify({ ...parameters, y: other }, message, signature), false, `y ${where}`);
      assert.equal(core.dsa.verify({ p, q, g: other, y }, message, signature), false, `g ${where}`);
      assert.throws(() => core.dsa.generate({ p, q, g: other }), { code: "core-argument" });
      assert.throws(() => core.dsa.sign({ p, q, g: other }, secret, message), { code: "core-argument" });
    }
    for (const other of [
      { p: toOctets(prime + 1n), q, g },
      { p: toOctets(prime + 2n), q, g },
      { p, q: toOctets(order - 1n), g },
      { p, q: toOctets(order - 2n), g },
      { p: p.subarray(1), q, g },
      { p, q: q.subarray(1), g },
      { p: q, q: p, g },
      { p: new Uint8Array(), q, g },
    ]) {
      assert.equal(core.dsa.verify({ ...other, y }, message, signature), false);
      assert.throws(() => core.dsa.generate(other), { code: "core-argument" });
      assert.throws(() => core.dsa.sign(other, secret, message), { code: "core-argument" });
    }
    secret.wipe();
  });

  inAll(
    `FIPS 186-4 B.1.1: x = c mod (q - 1) + 1 of random octets, 64 bits more than q has, ${name}`,
    async (shared) => {
      const { build } = shared.core;
      for (const fill of [0x55, 0xfe, 0x01]) {
        const random = (target: Uint8Array): void => target.forEach((_, i) => (target[i] = fill + 3 * i));
        const testing = await loadTestCore({ build, algorithms: "all", sessions: 1, random });
        const { publicKey, secret } = testing.core.dsa.generate(parameters);
        const c = new Uint8Array(q.length + 8);
        random(c);
        const x = (toBigInt(c) % (order - 1n)) + 1n;
        assert.equal(hex(publicKey), hex(toOctets(powBigInt(toBigInt(g), x, prime))));
        assert.equal(hex(testing.core.keys.publishMac(secret)), hex(octetsOfQ(x)));
      }
    },
  );
}

inAll("RFC 6979 §3.6: with added randomness no two signatures are the same, and both hold", (testing) => {
  const { core, importSecret, dsaSignature } = testing;
  const { parameters, x } = rfc6979;
  const secret = importSecret(x);
  const y = toOctets(powBigInt(toBigInt(parameters.g), toBigInt(x), toBigInt(parameters.p)));
  const [a, b] = [1, 2].map(() => core.dsa.sign(parameters, secret, text("sample")));
  assert.notEqual(hex(a!), hex(b!));
  assert.notEqual(hex(a!), hex(dsaSignature(parameters, secret, text("sample"))));
  for (const one of [a!, b!]) assert.ok(core.dsa.verify({ ...parameters, y }, text("sample"), one));
  secret.wipe();
});

inAll("a secret key of another length, or of no use, is an error of the caller", ({ core, importSecret }) => {
  const { parameters } = rfc6979;
  for (const octets of [
    new Uint8Array(32),
    parameters.q,
    new Uint8Array(31).fill(1),
    new Uint8Array(33).fill(1),
  ]) {
    const secret = importSecret(octets);
    assert.throws(() => core.dsa.sign(parameters, secret, text("m")), { code: "core-argument" });
    secret.wipe();
    assert.throws(() => core.dsa.sign(parameters, secret, text("m")), { code: "secret-wiped" });
  }
});

inBoth("a core of the common algorithms has no DSA, and says how it is loaded", ({ core, importSecret }) => {
  const { parameters } = rfc6979;
  const secret = importSecret(new Uint8Array(32).fill(1));
  const refused = { code: "core-argument", message: /algorithms "all"/ };
  assert.throws(() => core.dsa.generate(parameters), refused);
  assert.throws(() => core.dsa.sign(parameters, secret, text("m")), refused);
  const key = { ...parameters, y: parameters.g };
  assert.throws(() => core.dsa.verify(key, text("m"), new Uint8Array(64)), refused);
  secret.wipe();
});
