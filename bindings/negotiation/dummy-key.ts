/**
 * Keys that nobody has: their signatures are verified where the peer's own key cannot be read, so that it takes as long
 * as everything else. Numbers with the right lengths are enough, because no result is used.
 */
import { DSA_SHA256 } from "../identity/algorithms.js";
import type { PublicKey } from "../identity/public-key.js";
import { decodeBase64 } from "../wire/base64.js";
import type { SignAlgorithm } from "./types.js";

/** An odd number of 2048 bits, whose factors nobody knows or needs. */
const rsa: PublicKey = {
  kind: "rsa",
  modulus: Uint8Array.from({ length: 256 }, (_, at) => (at === 0 ? 0xc5 : (37 * at) | 1)),
  exponent: new Uint8Array([1, 0, 1]),
};

/** The parameters of RFC 6979 A.2.2: those of DSA are checked before anything is computed. y = g, of order q as it must be. */
function dsa(): PublicKey {
  const g = decodeBase64(
    "XH/2sG+PFD/oKIQzST5HacTZiKzlviWg4kgJZwcWxhPXsM7mky+PqnxE0sskUj2lP75PbsNZWJLRqljEMooGxGoVZi5+qnA6" +
      "Hez4u7LQXb4uuVbBQqM4Zh0QRhwNE1RyCFBX80lDCf+nPGEfeLMq27V0DDYcnzW+kJl9sgFOLvWqYXgvUqvri9ZDLE3Ql7xU" +
      "I7KF2vtg3DZOgWH0oqNayjoQscTSA8x2pHCjOv3L3ZKVmFmr2LVuFyUlLXjqxm5xuprj8d0khxmYdDk81NgyGGgAZUdg4eNM" +
      "CeTRVRefnsDcRHP5lr3Obu0cq+2LbxFvetnPUF3w+ZjjSrJ1FLD/5w==",
  );
  const p = decodeBase64(
    "nbb7WVG2a7b+HhQPHSzlUCN0Fh/WU43xZIIYZC8LXEjI96QarfoYcyS4dnT6GCKwDx7PgTaUPXxVdXJk5aGkT/4BLpk24Awd" +
      "PpMQsBx9F5gF0wWLKp9Ltvlxa/5hF8a1s8xNm+NBEErUqArWyU4AX0uZPhTwketRdDvzMFDDjeI1Vn4bNMPWpcDOqhoPNoIT" +
      "w9GYQ9C0sJ3Ln8ctOcjeQfG/FNS7RWPKKDcWIcrTMktqLTkhRb6/rHSIBSNvXKL+krhxzY+cNtMpK1UJyoyqd6Kt/Hv9d92m" +
      "9xElp0Vv6hU+QzJWoiYcagbtNpN5fnmV+tWqu8++PtonQeN1QEriWw==",
  );
  return { kind: "dsa", p, q: decodeBase64("8sMRk3TOdsk1aZC0ZTdKF/I/ntNQib2Wn2HG3emZjB8="), g, y: g };
}

export const dummyKey = (algorithm: SignAlgorithm): PublicKey => (algorithm === DSA_SHA256 ? dsa() : rsa);
