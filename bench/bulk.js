/**
 * Many stanzas: of one session, and of 1,000 sessions in turn, whose keys do not stay in the processor's nearest cache.
 * Where the core has `sealMany`, batches too; where the package has a pool of workers, key pairs and secrets in it.
 */
import { availableParallelism } from "node:os";
import { prefix, suffix } from "./content.js";
import { NodeDirection } from "./peers/node.js";
import { freshKeys, ourDirection } from "./stanza.js";

const TEXT = `<body>${"x".repeat(243)}</body>`;
const [SESSIONS, BATCH] = [1000, 100];

/** @param {number} count @param {(at: number) => unknown} run @returns {() => void} */
const times = (count, run) => () => {
  for (let at = 0; at < count; at++) run(at);
};

/** @param {import("esession/core").Core} core with room for these sessions @returns {import("./rounds.js").Case[]} */
export function bulkCases(core) {
  const keys = Array.from({ length: SESSIONS }, freshKeys);
  const contexts = keys.map((one) => ourDirection(core, one));
  const directions = keys.map((one) => new NodeDirection(one, undefined));
  const [context] = contexts;
  const [direction] = directions;
  if (!context || !direction) return [];
  const single = times(BATCH, () => direction.seal(TEXT));
  return [
    {
      name: "seal 256 B, one session",
      per: BATCH,
      ours: times(BATCH, () => core.stanza.seal(context, TEXT)),
      peers: { "node:crypto": single },
    },
    {
      name: "seal 256 B, 1,000 sessions in turn",
      per: SESSIONS,
      ours: times(SESSIONS, (at) => core.stanza.seal(/** @type {typeof context} */ (contexts[at]), TEXT)),
      peers: { "node:crypto": times(SESSIONS, (at) => directions[at]?.seal(TEXT)) },
    },
    ...batched(core, context, single),
  ];
}

/** @param {any} core whose batches may be missing @param {object} context @param {() => void} node @returns {import("./rounds.js").Case[]} */
function batched(core, context, node) {
  if (typeof core.stanza.sealMany !== "function") return [];
  const texts = Array(BATCH).fill(TEXT);
  const keys = freshKeys();
  const sealing = ourDirection(core, keys);
  let opening = ourDirection(core, keys);
  const items = core.stanza
    .sealMany(sealing, texts)
    .map((/** @type {{ data: string, mac: string }} */ { data, mac }) => ({
      content: prefix + data + suffix,
      data: { start: prefix.length, end: prefix.length + data.length },
      mac,
    }));
  sealing.wipe();
  const reference = new NodeDirection(keys, undefined);
  for (const { content, mac } of items) {
    const made = reference.seal(TEXT);
    if (prefix + made.data + suffix !== content || made.mac !== mac)
      throw new Error("sealMany seals to other octets than node:crypto");
  }
  const openAll = () => {
    opening.wipe();
    opening = ourDirection(core, keys);
    return core.stanza.openMany(opening, items);
  };
  if (openAll().some((/** @type {string} */ text) => text !== TEXT))
    throw new Error("openMany opens to another text");
  const openNode = () => {
    const direction = new NodeDirection(keys, undefined);
    for (const { content, mac } of items) direction.open(content, mac);
  };
  return [
    {
      name: `sealMany, ${BATCH} of 256 B`,
      per: BATCH,
      ours: () => void core.stanza.sealMany(context, texts),
      peers: { "node:crypto": node },
    },
    {
      name: `openMany, ${BATCH} of 256 B`,
      per: BATCH,
      ours: () => void openAll(),
      peers: { "node:crypto": openNode },
    },
  ];
}

/**
 * Key pairs in a pool of workers, beside the same on this thread. No rows where the package has no pool.
 * @param {import("esession/core").Core} core @returns {Promise<{ cases: import("./rounds.js").Case[], close: () => unknown }>}
 */
export async function poolCases(core) {
  const entry = "esession/pool"; // a later version's
  const pools = await import(entry).catch(() => undefined);
  if (pools === undefined) return { cases: [], close: () => undefined };
  const workers = Math.max(1, availableParallelism());
  const pool = await pools.openPool({ workers });
  const count = 4 * workers;
  const value = core.dh.generate(16).publicKey;
  const pair = core.dh.generate(16);
  const all = (/** @type {() => Promise<{ wipe(): void }>} */ make) => async () => {
    for (const secret of await Promise.all(Array.from({ length: count }, make))) secret.wipe();
  };
  const cases = [
    {
      name: `group 16: key pairs, ${count} at once in ${workers} workers`,
      per: count,
      ours: all(async () => (await pool.generate(core, 16)).secret),
      peers: { "one thread": times(count, () => core.dh.generate(16).secret.wipe()) },
    },
    {
      name: `group 16: shared secrets, ${count} at once in ${workers} workers`,
      per: count,
      ours: all(() => pool.agree(core, pair, value)),
      peers: { "one thread": times(count, () => core.dh.agree(pair, value).wipe()) },
    },
  ];
  return { cases, close: () => pool.close() };
}
