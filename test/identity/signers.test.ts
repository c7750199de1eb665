/** Who signs: Web Cryptography's keys, Node's, PEM, a token. */
import assert from "node:assert/strict";
import { createPrivateKey, generateKeyPairSync, sign, webcrypto } from "node:crypto";
import { createRequire } from "node:module";
import test from "node:test";
import {
  checkSigner,
  DSA_SHA256,
  generateSigner,
  RSA_SHA256,
  signatureBytes,
  signerFromCryptoKey,
  signWith,
  verifySignature,
  webRsa,
  writeKeyValue,
  readKeyValue,
  type Signer,
} from "esession/identity";
import { nodeDsa, nodeRsa, signerFromKeyObject, signerFromPem } from "esession/identity/node";
import { ascii, refuses, rejects, rfc6979Pem } from "./support.js";

const { subtle } = webcrypto;
const data = ascii("a MAC of 32 octets, as it is signed");
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pkcs8 = rsa.privateKey.export({ format: "pem", type: "pkcs8" }).toString();
const pkcs1 = rsa.privateKey.export({ format: "pem", type: "pkcs1" }).toString();
const locked = rsa.privateKey
  .export({ format: "pem", type: "pkcs8", cipher: "aes-256-cbc", passphrase: "open sesame" })
  .toString();
const expected = new Uint8Array(sign("sha256", data, rsa.privateKey));

async function webPair(hash = "SHA-256", modulusLength = 2048) {
  const how = {
    name: "RSASSA-PKCS1-v1_5",
    hash,
    modulusLength,
    publicExponent: new Uint8Array([1, 0, 1]),
  };
  return subtle.generateKey(how, false, ["sign", "verify"]);
}

test("XEP-0116 §4.5.4: a key signs the same octets, whichever way it came in", async () => {
  const how = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  const der = rsa.privateKey.export({ format: "der", type: "pkcs8" });
  const spki = rsa.publicKey.export({ format: "der", type: "spki" });
  const pair = {
    privateKey: await subtle.importKey("pkcs8", der, how, false, ["sign"]),
    publicKey: await subtle.importKey("spki", spki, how, true, ["verify"]),
  };
  const signers = [
    await signerFromCryptoKey(pair),
    signerFromKeyObject(rsa.privateKey),
    signerFromPem(pkcs8),
    signerFromPem(pkcs1),
    signerFromPem(locked, "open sesame"),
    signerFromPem(locked, ascii("open sesame")),
  ];
  for (const signer of signers) {
    assert.equal(signer.algorithm, RSA_SHA256);
    assert.deepEqual(readKeyValue(writeKeyValue(signer.publicKey)), signers[0]!.publicKey);
    assert.deepEqual(await signWith(signer, data), expected);
    assert.deepEqual(await signWith(signer, data, { rsa: nodeRsa }), expected);
  }
});

test("a private key that nobody can read out signs, and its signature is verified from the text of its key", async () => {
  const pair = await webPair();
  assert.equal(pair.privateKey.extractable, false);
  const signer = await signerFromCryptoKey(pair);
  const signature = await signWith(signer, data);
  assert.equal(signature.length, signatureBytes(signer.publicKey));
  const received = readKeyValue(writeKeyValue(signer.publicKey));
  await verifySignature(received, RSA_SHA256, data, signature);
  const wrong = signature.with(7, signature[7]! ^ 1);
  await rejects(verifySignature(received, RSA_SHA256, data, wrong), "signature-mismatch");
  await rejects(verifySignature(received, RSA_SHA256, data.with(0, 0), signature), "signature-mismatch");
});

test("a fresh key has 3072 bits, cannot be read out, and is the same signer again when it was kept", async () => {
  const signer = await generateSigner();
  assert.equal(signatureBytes(signer.publicKey), 384);
  assert.equal(signer.keys.privateKey.extractable, false);
  const again = await signerFromCryptoKey(structuredClone({ ...signer.keys }));
  assert.deepEqual(again.publicKey, signer.publicKey);
  assert.deepEqual(await signWith(again, data), await signWith(signer, data));
});

test("keys of Web Cryptography of another kind or use are refused with a sentence", async () => {
  const pair = await webPair();
  const pss = await subtle.generateKey(
    { name: "RSA-PSS", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
    false,
    ["sign", "verify"],
  );
  const ec = (await subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"])); // prettier-ignore
  const closed = await subtle.importKey(
    "jwk",
    await subtle.exportKey("jwk", pair.publicKey),
    { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
    false,
    ["verify"],
  );
  const useless = { type: "private", usages: [], algorithm: pair.privateKey.algorithm, extractable: false };
  for (const [keys, sentence] of [
    [pss, /RSA-PSS with SHA-256/],
    [ec, /ECDSA/],
    [await webPair("SHA-512"), /with SHA-512/],
    [await webPair("SHA-256", 1024), /this one of 1024/],
    [{ publicKey: pair.privateKey, privateKey: pair.publicKey }, /the public key is a private one/],
    [{ publicKey: closed, privateKey: pair.privateKey }, /not extractable/],
    [{ publicKey: pair.publicKey, privateKey: useless as unknown as webcrypto.CryptoKey }, /may not sign/],
  ] as const)
    await rejects(signerFromCryptoKey(keys), "key-unacceptable", sentence);
});

test("XEP-0116 §8: a DSA key signs as r | s, each as long as q", async () => {
  const signer = signerFromPem(rfc6979Pem);
  assert.equal(signer.algorithm, DSA_SHA256);
  assert.deepEqual(readKeyValue(writeKeyValue(signer.publicKey)), signer.publicKey);
  for (let i = 0; i < 8; i++) {
    const signature = await signWith(signer, data, { dsa: nodeDsa });
    assert.equal(signature.length, 64);
    await verifySignature(signer.publicKey, DSA_SHA256, data, signature, { dsa: nodeDsa });
  }
  assert.deepEqual(signerFromKeyObject(createPrivateKey(rfc6979Pem)).publicKey, signer.publicKey);
  await rejects(signWith(signer, data), "option-invalid", /backend/);
});

test("Node's keys of another kind or size are refused with a sentence", () => {
  const pss = generateKeyPairSync("rsa-pss", { modulusLength: 2048 }).privateKey;
  const short = generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey;
  for (const [key, sentence] of [
    [pss, /private one that is rsa-pss/],
    [generateKeyPairSync("ed25519").privateKey, /ed25519/],
    [rsa.publicKey, /a public one that is rsa/],
    [short, /this one of 1024/],
  ] as const)
    refuses(() => signerFromKeyObject(key), "key-unacceptable", sentence);
});

test("PEM that cannot be opened is refused with a sentence, and no passphrase is in it", () => {
  const publicPem = rsa.publicKey.export({ format: "pem", type: "spki" }).toString();
  for (const [pem, passphrase, sentence] of [
    [locked, undefined, /no passphrase was given/],
    [locked, "open barley", /not its own/],
    [locked, "", /not its own/],
    [publicPem, undefined, /no private key/],
    ["", undefined, /no private key/],
    [pkcs8.slice(0, 200), undefined, /no private key/],
  ] as const) {
    refuses(() => signerFromPem(pem, passphrase), "key-unreadable", sentence);
    refuses(() => signerFromPem(pem, passphrase), "key-unreadable", /^((?!barley).)*$/);
  }
});

/** What a program writes for a token: the key stays in it, only octets go there and come back. */
function tokenSigner(change: (signature: Buffer) => Uint8Array = (signature) => signature): Signer {
  const { publicKey } = signerFromKeyObject(rsa.privateKey);
  return {
    publicKey,
    algorithm: RSA_SHA256,
    sign: (given) =>
      new Promise((done) => setImmediate(() => done(change(sign("sha256", given, rsa.privateKey))))),
  };
}

test("a signer written by hand, for a token, is as good as any, and its octets become ours", async () => {
  let kept = new Uint8Array();
  const signature = await signWith(
    tokenSigner((made) => (kept = new Uint8Array(made))),
    data,
  );
  assert.deepEqual(signature, expected);
  kept.fill(0);
  assert.deepEqual(signature, expected);
});

test("verify-after-sign: a signature that is wrong, cut short or of another key never leaves", async () => {
  const flipped = (made: Buffer) => {
    made[100]! ^= 1;
    return made;
  };
  for (const change of [
    flipped,
    (made: Buffer) => made.subarray(1),
    () => new Uint8Array(256),
    () => new Uint8Array(),
  ])
    await rejects(signWith(tokenSigner(change), data), "signing-failed", /does not verify/);
  const other = signerFromKeyObject(generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey);
  await rejects(signWith({ ...tokenSigner(), publicKey: other.publicKey }, data), "signing-failed");
});

test("a signer that changes what it is given does not change what is verified", async () => {
  const signer = tokenSigner();
  const changing: Signer = { ...signer, sign: (given) => signer.sign(given.fill(7)) };
  for (const given of [data.slice(), Buffer.from(data)]) {
    await rejects(signWith(changing, given), "signing-failed");
    assert.deepEqual(new Uint8Array(given), data);
  }
});

test("a signer that rejects or throws is named as the cause", async () => {
  const fault = new Error("the PIN was not given");
  const signers: readonly Signer[] = [
    { ...tokenSigner(), sign: () => Promise.reject(fault) },
    {
      ...tokenSigner(),
      sign: () => {
        throw fault;
      },
    },
  ];
  for (const signer of signers) {
    await rejects(signWith(signer, data), "signing-failed");
    await assert.rejects(signWith(signer, data), (error: Error) => error.cause === fault);
  }
});

test("a signer has a key that is used, and its own algorithm, else it is not asked", async () => {
  const never = () => assert.fail("asked");
  const signer: Signer = { ...tokenSigner(), sign: never };
  checkSigner(signer);
  const wrong: Signer = { ...signer, algorithm: DSA_SHA256 };
  refuses(() => checkSigner(wrong), "key-unacceptable", /that is rsa says/);
  await rejects(signWith(wrong, data), "key-unacceptable", /says/);
  const modulus = new Uint8Array(128).fill(255);
  const short: Signer = { ...signer, publicKey: { kind: "rsa", modulus, exponent: ascii("\x05") } };
  await rejects(signWith(short, data), "key-unacceptable", /1024/);
});

test("what is verified is what was given, though its octets are wiped at once", async () => {
  const { publicKey } = signerFromKeyObject(rsa.privateKey);
  for (const backend of [webRsa, nodeRsa]) {
    const [ownData, ownSignature] = [data.slice(), expected.slice()];
    const verified = verifySignature(publicKey, RSA_SHA256, ownData, ownSignature, { rsa: backend });
    ownData.fill(0);
    ownSignature.fill(0);
    await verified;
  }
});

test("RFC 7518 §6.3.1.1: a zero octet that a platform puts before a modulus is no part of the key", async (t) => {
  const pair = await webPair();
  const { publicKey } = await signerFromCryptoKey(pair);
  const { n = "" } = await subtle.exportKey("jwk", pair.publicKey);
  const padded = Buffer.concat([Buffer.alloc(1), Buffer.from(n, "base64url")]).toString("base64url");
  t.mock.method(globalThis.crypto.subtle, "exportKey", () =>
    Promise.resolve({ kty: "RSA", n: padded, e: "AAEAAQ" }),
  );
  assert.deepEqual((await signerFromCryptoKey(pair)).publicKey, publicKey);
});

test("no entry awaits at its top level: require() gives the same module as import", async () => {
  const require = createRequire(import.meta.url);
  for (const entry of ["esession/identity", "esession/identity/node"])
    assert.equal(require(entry), await import(entry), entry);
});
