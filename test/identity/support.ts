/** What the tests of keys and signatures share: refusals, published vectors, keys that are nobody's. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { EsessionError, type DsaPublicKey, type RsaPublicKey } from "esession/identity";

const root = new URL("../../../", import.meta.url);

export const hex = (octets: Uint8Array) => Buffer.from(octets).toString("hex");
/** Without the zero octets that the vectors have before some numbers. */
export const number = (text: string) => new Uint8Array(Buffer.from(text.replace(/^(00)+/, ""), "hex"));
export const octets = (text: string) => new Uint8Array(Buffer.from(text, "hex"));
export const ascii = (text: string) => new TextEncoder().encode(text);

/** ESESSION_SEED repeats a run; every test that samples says its seed. */
export const seed = Number(process.env["ESESSION_SEED"] ?? Date.now() & 0x7fffffff);
/** Twenty times as many cases with ESESSION_LONG=1. */
export const rounds = (count: number): number => (process.env["ESESSION_LONG"] === "1" ? 20 * count : count);

export interface Vectors<Key, Case> {
  readonly keys: Readonly<Record<string, Key>>;
  readonly tests: readonly Case[];
}

/** Published vectors, from the optional folder beside the package; where it is missing the test says so and is skipped. */
export function vectors<Key, Case>(path: string): { skip: string | false; read: () => Vectors<Key, Case> } {
  const url = new URL(`../shared/vectors/${path}`, root);
  return {
    skip: existsSync(url) ? false : `../shared/vectors/${path} is not there`,
    read: () => JSON.parse(readFileSync(url, "utf8")) as Vectors<Key, Case>,
  };
}

export function refuses(run: () => unknown, code: string, pattern = /./): void {
  try {
    run();
  } catch (error) {
    isRefusal(error, code, pattern);
    return;
  }
  assert.fail(`accepted, where ${code} was expected`);
}

export async function rejects(promise: Promise<unknown>, code: string, pattern = /./): Promise<void> {
  const error: unknown = await promise.then(
    () => assert.fail(`accepted, where ${code} was expected`),
    (cause: unknown) => cause,
  );
  isRefusal(error, code, pattern);
}

function isRefusal(error: unknown, code: string, pattern: RegExp): void {
  assert.ok(EsessionError.is(error), `a typed error, not ${String(error)}`);
  assert.equal(error.code, code, error.message);
  assert.match(error.message, pattern);
}

/** Numbers of the right size, with no private key to them: for what is only written and read. */
export const someRsa = (bits = 2048): RsaPublicKey => {
  const modulus = new Uint8Array(bits / 8).map((_, index) => (index * 37 + 129) & 0xff);
  modulus[modulus.length - 1]! |= 1;
  return { kind: "rsa", modulus, exponent: new Uint8Array([1, 0, 1]) };
};

/** RFC 6979 A.2.2: DSA with 2048 and 256 bits. The key of the standard's own example. */
export const rfc6979Pem = `-----BEGIN PRIVATE KEY-----
MIICZAIBADCCAjkGByqGSM44BAEwggIsAoIBAQCdtvtZUbZrtv4eFA8dLOVQI3QW
H9ZTjfFkghhkLwtcSMj3pBqt+hhzJLh2dPoYIrAPHs+BNpQ9fFV1cmTloaRP/gEu
mTbgDB0+kxCwHH0XmAXTBYsqn0u2+XFr/mEXxrWzzE2b40EQStSoCtbJTgBfS5k+
FPCR61F0O/MwUMON4jVWfhs0w9alwM6qGg82ghPD0ZhD0LSwncufxy05yN5B8b8U
1LtFY8ooNxYhytMyS2otOSFFvr+sdIgFI29cov6SuHHNj5w20ykrVQnKjKp3oq38
e/133ab3ESWnRW/qFT5DMlaiJhxqBu02k3l+eZX61aq7z74+2idB43VASuJbAiEA
8sMRk3TOdsk1aZC0ZTdKF/I/ntNQib2Wn2HG3emZjB8CggEAXH/2sG+PFD/oKIQz
ST5HacTZiKzlviWg4kgJZwcWxhPXsM7mky+PqnxE0sskUj2lP75PbsNZWJLRqljE
MooGxGoVZi5+qnA6Hez4u7LQXb4uuVbBQqM4Zh0QRhwNE1RyCFBX80lDCf+nPGEf
eLMq27V0DDYcnzW+kJl9sgFOLvWqYXgvUqvri9ZDLE3Ql7xUI7KF2vtg3DZOgWH0
oqNayjoQscTSA8x2pHCjOv3L3ZKVmFmr2LVuFyUlLXjqxm5xuprj8d0khxmYdDk8
1NgyGGgAZUdg4eNMCeTRVRefnsDcRHP5lr3Obu0cq+2LbxFvetnPUF3w+ZjjSrJ1
FLD/5wQiAiBpx1SMIdDf6muaUcnq1OJ8M9Oz8YAxblvKuSyTPw5NvA==
-----END PRIVATE KEY-----
`;
/** Its signature over "test", with the nonce of that document. */
export const rfc6979Signature = octets(
  "8190012a1969f9957d56fccaad223186f423398d58ef5b3cefd5a4146a4476f0" +
    "7452a53f7075d417b4b013b278d1bb8bbd21863f5e7b1cee679cf2188e1ab19e",
);

export const someDsa = (pBits = 2048, qBits = 224): DsaPublicKey => {
  const [p, q] = [someRsa(pBits).modulus, someRsa(qBits).modulus];
  const below = p.slice();
  below[0]! -= 1;
  return { kind: "dsa", p, q, g: new Uint8Array([2]), y: below };
};
