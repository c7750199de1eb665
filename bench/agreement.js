/**
 * Diffie-Hellman: a fresh key pair, and K from the peer's value. node:crypto gets a private key of 256 bits as well:
 * left to itself it takes shorter or much longer ones. Our agree() also checks that the value is a square (the
 * Jacobi symbol), which node:crypto does not; both hash the result.
 */
import assert from "node:assert/strict";
import { createDiffieHellman, createHash, getDiffieHellman, randomBytes } from "node:crypto";
import { loadCore } from "esession/core";

/** Big-endian without leading zero octets (XEP-0116 §6.1). */
const stripped = (/** @type {Buffer} */ octets) => octets.subarray(octets.findIndex((octet) => octet !== 0));
const hash = (/** @type {Buffer} */ z) => createHash("sha256").update(stripped(z)).digest();

/** @returns {Buffer} 256 bits, the top one set */
function exponent() {
  const octets = randomBytes(32);
  octets[0] = (octets[0] ?? 0) | 0x80;
  return octets;
}

/** @returns {Promise<import("./measure.js").Case[]>} */
export async function agreementCases() {
  const cases = [];
  for (const group of /** @type {const} */ ([14, 15, 16, 17, 18])) {
    const core = await loadCore({ sessions: 1 });
    const dh = createDiffieHellman(getDiffieHellman(`modp${group}`).getPrime(), 2);
    dh.setPrivateKey(exponent());
    dh.generateKeys();
    const pair = core.dh.generate(group);
    const [ourValue, theirValue] = [pair.publicKey, stripped(dh.getPublicKey())];

    const k = core.dh.agree(pair, theirValue);
    const expected = core.keys.import(new Uint8Array(hash(dh.computeSecret(ourValue))));
    assert.ok(core.keys.equal(k, expected), `group ${group}: both sides must agree on K`);
    k.wipe();
    expected.wipe();

    cases.push(
      {
        name: `group ${group}: key pair`,
        ours: () => core.dh.generate(group).secret.wipe(),
        peers: {
          node: () => {
            dh.setPrivateKey(exponent());
            dh.generateKeys();
          },
        },
      },
      {
        name: `group ${group}: shared secret`,
        ours: () => core.dh.agree(pair, theirValue).wipe(),
        peers: {
          node: () => {
            hash(dh.computeSecret(ourValue));
          },
        },
      },
    );
  }
  return cases;
}
