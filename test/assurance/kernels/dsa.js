/**
 * DSA: x is secret, and k with it, which is made of x. Parameters as near to powers of two as there are: where q is not, candidates for k
 * are refused now and then, which is public and makes traces differ (assembly/dsa/nonce.ts).
 */
import { createHash } from "node:crypto";

/** Octets of a number. */
const octets = (number, length) => Buffer.from(number.toString(16).padStart(2 * length, "0"), "hex");
const numberOf = (bytes) => BigInt(`0x${Buffer.from(bytes).toString("hex")}`);

function power(base, exponent, modulus) {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus;
    if (bit === "1") result = (result * base) % modulus;
  }
  return result;
}

/** As test/core/dsa-parameters.ts has them: q = 2^bits - fromTop, p = 2 q (m - steps) + 1, g = 2^((p - 1)/q). */
function near(pBits, qBits, fromTop, steps) {
  const q = 2n ** BigInt(qBits) - fromTop;
  const p = 2n * q * ((2n ** BigInt(pBits) - 2n) / (2n * q) - steps) + 1n;
  const [pLength, qLength] = [pBits / 8, qBits / 8];
  return { p: octets(p, pLength), q: octets(q, qLength), g: octets(power(2n, (p - 1n) / q, p), pLength) };
}

const sets = [near(2048, 224, 63n, 98n), near(2048, 256, 189n, 193n), near(3072, 256, 189n, 1030n)];
const MESSAGE = createHash("sha256").update("a public message").digest();

export const dsa = sets.flatMap((parameters) => {
  const { p, q } = parameters;
  const name = `${p.length * 8} and ${q.length * 8} bits`;
  const few = { usual: p.length > 256 ? 8 : 12, full: 50 };
  /** 0 < x < q. */
  const secretOf = (draw) => octets((numberOf(draw.octets(q.length)) % (numberOf(q) - 1n)) + 1n, q.length);
  return [
    {
      name: `sign, ${name}`,
      ...few,
      prepare({ core, importSecret }, draw) {
        const secret = importSecret(secretOf(draw));
        return () => core.dsa.sign(parameters, secret, MESSAGE);
      },
    },
    {
      name: `a new key, ${name}`,
      ...few,
      prepare({ core, drawFrom }, draw) {
        drawFrom((target) => target.set(draw.random(target.length)));
        return () => core.dsa.generate(parameters).secret.wipe();
      },
    },
    {
      name: `x of random octets, ${name}`,
      usual: 100,
      full: 1000,
      prepare({ abi, memory }, draw) {
        const x = abi.takeSecret(40);
        memory().set(draw.octets(q.length + 8), x);
        const at = abi.inputRegion();
        memory().set(Buffer.concat([p, q]), at);
        return () => abi.dsaSecret(x, at, p.length, q.length);
      },
    },
  ];
});
