/** A signer over the core's DSA: its signatures are those of every other, and its key stays where it is. */
import assert from "node:assert/strict";
import test from "node:test";
import { loadCore } from "esession/core";
import { DSA_SHA256, signerFromCore, signWith, verifySignature, type DsaPublicKey } from "esession/identity";
import { nodeDsa } from "esession/identity/node";
import { dummyKey } from "../support/built.js";

const parameters = dummyKey(DSA_SHA256) as DsaPublicKey;
const data = new TextEncoder().encode("mac_A");

test("XEP-0116 §8.2: a DSA key of the core signs, and the platform's DSA verifies it", async () => {
  const core = await loadCore({ algorithms: "all", sessions: 1 });
  const { publicKey: y, secret } = core.dsa.generate(parameters);
  const signer = signerFromCore(core, { ...parameters, y }, secret);
  assert.equal(signer.algorithm, DSA_SHA256);
  const signature = await signWith(signer, data, { dsa: nodeDsa });
  assert.equal(signature.length, 2 * parameters.q.length);
  await assert.rejects(
    verifySignature(signer.publicKey, DSA_SHA256, Uint8Array.of(1), signature, { dsa: nodeDsa }),
    {
      code: "signature-mismatch",
    },
  );
  secret.wipe();
  await assert.rejects(signWith(signer, data, { dsa: nodeDsa }), { code: "signing-failed" });
  assert.equal(core.usage.secrets, 0);
});

test("a DSA key of sizes that are not used is refused before anything is signed", async () => {
  const core = await loadCore({ sessions: 1 });
  const secret = core.keys.random(32);
  assert.throws(() => signerFromCore(core, { ...parameters, q: parameters.q.slice(1) }, secret), {
    code: "key-unacceptable",
  });
  await assert.rejects(signWith(signerFromCore(core, parameters, secret), data, { dsa: nodeDsa }), {
    code: "signing-failed",
  });
});
