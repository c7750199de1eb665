/**
 * Whole negotiations of XEP-0116: four messages with their XML, both sides in one process, and the termination, so that
 * the next one can begin. The peer is the same engine with node:crypto's Diffie-Hellman; it does not check that a value
 * is a square, ours does.
 */
import { withNodeDh } from "./node-core.js";
import { openPair } from "./pair.js";

/** @param {readonly import("esession/core").Group[]} groups @returns {Promise<import("./rounds.js").Case[]>} */
export async function handshakeCases(groups) {
  const cases = [];
  for (const group of groups) {
    const ours = await openPair({ group, seed: `bench ${group}` });
    const theirs = await openPair({ group, seed: `bench ${group}`, wrap: withNodeDh });
    const life = (/** @type {Awaited<ReturnType<typeof openPair>>} */ pair) => async () => {
      const { session } = await pair.negotiate();
      await session.close();
    };
    cases.push({
      name: `group ${group}: negotiate and end a session`,
      ours: life(ours),
      peers: { "node:crypto": life(theirs) },
    });
  }
  return cases;
}
