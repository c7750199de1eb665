/** Every combination that can be agreed on, in a page: the same as in Node (test/support/matrix.ts). */
import { loadCore, type Core } from "esession";
import { DSA_SHA256, signerFromCryptoKey, type DsaPublicKey, type Signer } from "esession/identity";
import { dummyKey } from "../../dist/negotiation/dummy-key.js";
import { combinations, dsaSigner, Matrix, nameOf, type Combination } from "../support/matrix.js";

/** All of them, or the suites of group 14 with the same way to identify each other. */
export type Part = "all" | "column";

const inColumn = ({ group, messages, init, resp }: Combination) =>
  group === 14 && messages === 4 && init === "key" && resp === "key";

/** The names of those that were agreed on; throws the first fault. */
export async function runMatrix(build: Core["build"], part: Part): Promise<string[]> {
  const small = { build, algorithms: "all", sessions: 8, maxStanzaBytes: 16_384 } as const;
  const cores = [await loadCore(small), await loadCore(small)] as const;
  const rsa = [await rsaSigner(), await rsaSigner()] as const;
  const parameters = dummyKey(DSA_SHA256) as DsaPublicKey;
  const dsa = [dsaSigner(cores[0], parameters), dsaSigner(cores[1], parameters)] as const;
  const matrix = new Matrix({ cores, signers: { rsa, dsa } });
  const done: string[] = [];
  for (const one of part === "all" ? combinations : combinations.filter(inColumn)) {
    await matrix.run(one);
    done.push(nameOf(one));
  }
  return done;
}

/** Of 2048 bits, which are made faster than the 3072 of generateSigner(). */
async function rsaSigner(): Promise<Signer> {
  const how = {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  };
  return signerFromCryptoKey(await crypto.subtle.generateKey(how, false, ["sign", "verify"]));
}
