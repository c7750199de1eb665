/** DSA with SHA-256 in the core against that of node:crypto: what one signs the other verifies, and the other way round. */
import assert from "node:assert/strict";
import { hex, inAll } from "../builds.js";
import { parameterSets, rfc6979, signedByNode, verifiedByNode } from "../dsa-parameters.js";
import { powBigInt, seed, toBigInt, toOctets } from "../numbers.js";
import { cases, seeded } from "./cases.js";

/** A signature takes some ten milliseconds, and there are eight of these tests. */
const rounds = Math.ceil(cases / 5000);

for (const parameters of [...parameterSets, rfc6979.parameters]) {
  const { p, q, g } = parameters;
  const name = `${p.length * 8} and ${q.length * 8} bits, q ${hex(q.subarray(0, 4))}...`;
  inAll(`${rounds} random keys and messages, ${name} (seed ${seed})`, ({ core, importSecret }) => {
    const { octets, below } = seeded(`dsa ${name}`);
    for (let round = 0; round < rounds; round++) {
      const x = toOctets((toBigInt(octets(q.length)) % (toBigInt(q) - 1n)) + 1n, q.length);
      const y = toOctets(powBigInt(toBigInt(g), toBigInt(x), toBigInt(p)));
      const message = octets(below(200));
      const secret = importSecret(x);
      const where = `x ${hex(x)}, message ${hex(message)}`;
      const signature = core.dsa.sign(parameters, secret, message);
      assert.ok(verifiedByNode(parameters, y, message, signature), `${where}, signature ${hex(signature)}`);
      const theirs = signedByNode(parameters, x, message);
      assert.ok(core.dsa.verify({ ...parameters, y }, message, theirs), `${where}, theirs ${hex(theirs)}`);
      const place = below(theirs.length);
      const changed = theirs.map((octet, i) => (i === place ? octet ^ (1 << below(8)) : octet));
      const holds = verifiedByNode(parameters, y, message, changed);
      assert.equal(
        core.dsa.verify({ ...parameters, y }, message, changed),
        holds,
        `${where}, ${hex(changed)}`,
      );
      secret.wipe();
    }
  });
}
