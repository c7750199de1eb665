/**
 * Many at once. Stanzas: one by one, of one session and of 1,000 in turn, whose keys do not stay in the processor's
 * nearest cache; in lists (sealMany, openMany), of one session and of 100. Negotiations: their arithmetic in a pool of
 * workers, many under way at once. Beside them the same one by one, which a program would otherwise do.
 */
import { loadCore } from "esession/core";
import { openPool } from "esession/pool";
import { prefix, suffix } from "./content.js";
import { NodeDirection } from "./peers/node.js";
import { freshKeys, inTurn, ourDirection, textOf } from "./stanza.js";

/**
 * @typedef {import("esession/core").Core} Core
 * @typedef {import("esession/core").Group} Group
 * @typedef {import("./peers/index.js").Keys} Keys
 * @typedef {{ cases: import("./rounds.js").Case[], close?: () => Promise<void> }} Part
 */

const [BATCH, SESSIONS] = [100, 1000];
const [LIST, LIST_SESSIONS] = [32, 100];
/** Lists that are opened with the same contexts, so that making those does not count. */
const LISTS = 16;
const [WORKERS, AT_ONCE] = [[1, 2], 16];
/** @type {Group[]} */
const GROUPS = [14, 16];

/** @param {number} count @param {(at: number) => unknown} run @returns {() => void} */
const times = (count, run) => () => {
  for (let at = 0; at < count; at++) run(at);
};

/** @returns {Promise<Part>} */
export async function singleCases() {
  const core = await loadCore({ sessions: SESSIONS + 8 });
  const text = textOf(256);
  const row = (/** @type {string} */ name, /** @type {number} */ sessions, /** @type {number} */ per) => {
    const made = Array.from({ length: sessions }, () => {
      const keys = freshKeys();
      return { context: ourDirection(core, keys), direction: new NodeDirection(keys, undefined) };
    });
    const at = (/** @type {number} */ turn) => /** @type {(typeof made)[0]} */ (made[turn % sessions]);
    return {
      name,
      per,
      ours: times(per, (turn) => core.stanza.seal(at(turn).context, text)),
      peers: { "node:crypto": times(per, (turn) => at(turn).direction.seal(text)) },
    };
  };
  return {
    cases: [
      row("seal 256 B, one session", 1, BATCH),
      row("seal 256 B, 1,000 sessions in turn", SESSIONS, SESSIONS),
    ],
  };
}

/** @returns {Promise<Part>} */
export async function listCases() {
  const core = await loadCore({ sessions: 4 * LIST_SESSIONS });
  const one = freshKeys();
  return {
    cases: [
      ...listOf(core, `${LIST} of 64 B, one session`, Array(LIST).fill(one), textOf(64)),
      ...listOf(core, `${LIST} of 256 B, one session`, Array(LIST).fill(one), textOf(256)),
      ...listOf(
        core,
        `${LIST_SESSIONS} of 256 B, each of another session`,
        Array.from({ length: LIST_SESSIONS }, freshKeys),
        textOf(256),
      ),
    ],
  };
}

/** @param {Core} core @param {string} what @param {Keys[]} keys of each stanza @param {string} text @returns {import("./rounds.js").Case[]} */
function listOf(core, what, keys, text) {
  const ours = (/** @type {Keys} */ one) => ourDirection(core, one);
  const nodes = (/** @type {Keys} */ one) => new NodeDirection(one, undefined);
  const sealing = forEach(keys, ours).map((context) => ({ context, content: text }));
  const theirs = forEach(keys, nodes);
  const lists = Array.from({ length: LISTS }, () => {
    const made = theirs.map((direction) => direction.seal(text));
    return core.stanza.sealMany(sealing).map(({ data = "", mac }, at) => {
      if (made[at]?.data !== data || made[at]?.mac !== mac)
        throw new Error(`sealMany, ${what}: other octets than node:crypto's`);
      const content = prefix + data + suffix;
      return { content, data: { start: prefix.length, end: prefix.length + data.length }, mac };
    });
  });
  /**
   * @template T @param {(keys: Keys) => T} make @param {(direction: T) => void} end
   * @param {(opening: { direction: T, stanza: (typeof lists)[0][0] }[]) => unknown[]} open
   */
  const opener = (make, end, open) => {
    let directions = forEach(keys, make);
    const renew = () => {
      for (const direction of new Set(directions)) end(direction);
      directions = forEach(keys, make);
    };
    const run = inTurn(lists, renew, (list) =>
      open(
        directions.map((direction, at) => ({ direction, stanza: /** @type {typeof list[0]} */ (list[at]) })),
      ),
    );
    for (let list = 0; list < LISTS; list++)
      if (run().some((opened) => opened !== text)) throw new Error(`openMany, ${what}: another text`);
    return () => void run();
  };
  const wipe = (/** @type {import("esession/core").StanzaContext} */ context) => context.wipe();
  return [
    {
      name: `sealMany, ${what}`,
      per: keys.length,
      ours: () => void core.stanza.sealMany(sealing),
      peers: {
        "one by one": () => sealing.forEach(({ context, content }) => core.stanza.seal(context, content)),
        "node:crypto": () => theirs.forEach((direction) => direction.seal(text)),
      },
    },
    {
      name: `openMany, ${what}`,
      per: keys.length,
      ours: opener(ours, wipe, (opening) =>
        core.stanza.openMany(opening.map(({ direction, stanza }) => ({ context: direction, ...stanza }))),
      ),
      peers: {
        "one by one": opener(ours, wipe, (opening) =>
          opening.map(({ direction, stanza: { content, data, mac } }) =>
            core.stanza.open(direction, content, data, mac),
          ),
        ),
        "node:crypto": opener(
          nodes,
          () => undefined,
          (opening) => opening.map(({ direction, stanza: { content, mac } }) => direction.open(content, mac)),
        ),
      },
    },
  ];
}

/** What is made of the keys of each stanza: stanzas with the same keys share it. @template T @param {Keys[]} keys @param {(one: Keys) => T} make */
function forEach(keys, make) {
  const made = new Map([...new Set(keys)].map((one) => [one, make(one)]));
  return keys.map((one) => /** @type {T} */ (made.get(one)));
}

/** Two key pairs and two secrets, many of each under way at once, in pools of one and of two workers. @returns {Promise<Part>} */
export async function poolCases() {
  const core = await loadCore({ sessions: 8 * AT_ONCE });
  const pools = await Promise.all(WORKERS.map((workers) => openPool({ workers })));
  const cases = GROUPS.flatMap((group) =>
    pools.map((pool) => {
      const { workers } = pool.usage;
      return {
        name: `group ${group}: two key pairs and two secrets, ${AT_ONCE} at once, ${workers} worker${workers > 1 ? "s" : ""}`,
        per: AT_ONCE,
        ours: async () =>
          void (await Promise.all(Array.from({ length: AT_ONCE }, () => inPool(core, pool, group)))),
        peers: { "main thread": times(AT_ONCE, () => onMainThread(core, group)) },
      };
    }),
  );
  const close = async () => void (await Promise.all(pools.map((pool) => pool.close())));
  return { cases, close };
}

/** @param {Core} core @param {import("esession/pool").Pool} pool @param {Group} group */
async function inPool(core, pool, group) {
  const [a, b] = await Promise.all([pool.generate(core, group), pool.generate(core, group)]);
  finish(
    core,
    [a, b],
    await Promise.all([pool.agree(core, a, b.publicKey), pool.agree(core, b, a.publicKey)]),
  );
}

/** @param {Core} core @param {Group} group */
function onMainThread(core, group) {
  const [a, b] = [core.dh.generate(group), core.dh.generate(group)];
  finish(core, [a, b], [core.dh.agree(a, b.publicKey), core.dh.agree(b, a.publicKey)]);
}

/**
 * @param {Core} core @param {import("esession/core").KeyPair[]} pairs
 * @param {[import("esession/core").Secret, import("esession/core").Secret]} secrets
 */
function finish(core, pairs, secrets) {
  const same = core.keys.equal(...secrets);
  for (const secret of [...secrets, ...pairs.map((pair) => pair.secret)]) secret.wipe();
  if (!same) throw new Error("the two sides find different secrets");
}
