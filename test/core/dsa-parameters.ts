/**
 * Parameters of DSA with nothing up their sleeves, and the twin that the tests compare with: node:crypto, with keys in DER.
 */
import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import type { DsaParameters } from "esession/core";
import { fromHex, powBigInt, toBigInt, toOctets } from "./numbers.js";

/**
 * q is the largest prime of its bits, p the largest of its own that is 1 modulo q, g = 2^((p - 1)/q). Given are the
 * distances: q = 2^bits - fromTop, p = 2 q (m - steps) + 1 for the greatest m that fits.
 */
function near(pBits: number, qBits: number, fromTop: bigint, steps: bigint): DsaParameters {
  const q = 2n ** BigInt(qBits) - fromTop;
  const p = 2n * q * ((2n ** BigInt(pBits) - 2n) / (2n * q) - steps) + 1n;
  const g = powBigInt(2n, (p - 1n) / q, p);
  return { p: toOctets(p), q: toOctets(q), g: toOctets(g) };
}

export const parameterSets: readonly DsaParameters[] = [
  near(2048, 224, 63n, 98n),
  near(2048, 256, 189n, 193n),
  near(3072, 256, 189n, 1030n),
];

/** RFC 6979 A.2.2: q is 5 % below a power of two. */
export const rfc6979 = {
  parameters: {
    p: fromHex(
      "9db6fb5951b66bb6fe1e140f1d2ce5502374161fd6538df1648218642f0b5c48c8f7a41aadfa187324b87674fa1822b0" +
        "0f1ecf8136943d7c55757264e5a1a44ffe012e9936e00c1d3e9310b01c7d179805d3058b2a9f4bb6f9716bfe6117c6b5" +
        "b3cc4d9be341104ad4a80ad6c94e005f4b993e14f091eb51743bf33050c38de235567e1b34c3d6a5c0ceaa1a0f368213" +
        "c3d19843d0b4b09dcb9fc72d39c8de41f1bf14d4bb4563ca28371621cad3324b6a2d392145bebfac748805236f5ca2fe" +
        "92b871cd8f9c36d3292b5509ca8caa77a2adfc7bfd77dda6f71125a7456fea153e433256a2261c6a06ed3693797e7995" +
        "fad5aabbcfbe3eda2741e375404ae25b",
    ),
    q: fromHex("f2c3119374ce76c9356990b465374a17f23f9ed35089bd969f61c6dde9998c1f"),
    g: fromHex(
      "5c7ff6b06f8f143fe8288433493e4769c4d988ace5be25a0e24809670716c613d7b0cee6932f8faa7c44d2cb24523da5" +
        "3fbe4f6ec3595892d1aa58c4328a06c46a15662e7eaa703a1decf8bbb2d05dbe2eb956c142a338661d10461c0d135472" +
        "085057f3494309ffa73c611f78b32adbb5740c361c9f35be90997db2014e2ef5aa61782f52abeb8bd6432c4dd097bc54" +
        "23b285dafb60dc364e8161f4a2a35aca3a10b1c4d203cc76a470a33afdcbdd92959859abd8b56e1725252d78eac66e71" +
        "ba9ae3f1dd2487199874393cd4d832186800654760e1e34c09e4d155179f9ec0dc4473f996bdce6eed1cabed8b6f116f" +
        "7ad9cf505df0f998e34ab27514b0ffe7",
    ),
  },
  x: fromHex("69c7548c21d0dfea6b9a51c9ead4e27c33d3b3f180316e5bcab92c933f0e4dbc"),
};

/** One DER value. */
function der(tag: number, ...parts: Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const size =
    content.length < 128 ? Buffer.of(content.length) : Buffer.of(0x82, content.length >> 8, content.length);
  return Buffer.concat([Buffer.of(tag), size, content]);
}

const integer = (octets: Uint8Array): Buffer => {
  const shortest = toBigInt(octets) === 0n ? Uint8Array.of(0) : toOctets(toBigInt(octets));
  return der(0x02, Buffer.from(shortest[0]! & 0x80 ? [0] : []), shortest);
};

/** 1.2.840.10040.4.1 with p, q and g (RFC 3279 §2.3.2). */
const algorithm = ({ p, q, g }: DsaParameters): Buffer =>
  der(0x30, der(0x06, fromHex("2a8648ce380401")), der(0x30, integer(p), integer(q), integer(g)));

/** Whether node:crypto takes r | s for a signature. */
export function verifiedByNode(
  of: DsaParameters,
  y: Uint8Array,
  message: Uint8Array,
  rs: Uint8Array,
): boolean {
  const key = createPublicKey({
    key: der(0x30, algorithm(of), der(0x03, Buffer.of(0), integer(y))),
    format: "der",
    type: "spki",
  });
  return verify("sha256", message, { key, dsaEncoding: "ieee-p1363" }, rs);
}

/** r | s by node:crypto. */
export function signedByNode(of: DsaParameters, x: Uint8Array, message: Uint8Array): Buffer {
  const key = createPrivateKey({
    key: der(0x30, integer(Uint8Array.of(0)), algorithm(of), der(0x04, integer(x))),
    format: "der",
    type: "pkcs8",
  });
  return sign("sha256", message, { key, dsaEncoding: "ieee-p1363" });
}
