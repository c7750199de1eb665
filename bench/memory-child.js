/**
 * Octets that sessions take, as JSON: the core's linear memory for 1,000 sessions without tables for key pairs, and
 * what each further session adds to the heap of an engine. Both ends are in this process; the figure is of one.
 * Needs --expose-gc. The argument: how many sessions there shall be, beside the first.
 */
import { createEngine } from "esession";
import { loadTestCore, seededRandom } from "esession/testing";
import { parseStanza, serializeStanza } from "esession/wire";

const SESSIONS = Number(process.argv[2]);
const gc = /** @type {() => void} */ (globalThis.gc);

/** @param {number} sessions */
async function linearMemory(sessions) {
  const { memory } = await loadTestCore({ sessions, tableBytes: 0 });
  return memory().length;
}

/** @type {Map<string, import("esession").Engine>} */
const engines = new Map();
/** A clock that holds nobody: what waits for it goes when its engine goes. */
const still = { now: () => Date.now(), after: () => () => undefined };

/** @param {string} jid @param {import("esession").Core} core @param {import("esession").Clock} [clock] */
async function join(jid, core, clock) {
  const engine = await createEngine({
    jid,
    core,
    ...(clock ? { clock } : {}),
    policy: { answer: "everybody", groups: [1], acceptedGroups: [], insecureBrokenGroups: true },
    send(stanza) {
      const text = serializeStanza(/** @type {import("esession/wire").Element} */ (stanza));
      queueMicrotask(() => {
        const copy = parseStanza(text);
        copy.attrs.from = jid;
        engines.get(copy.attrs.to ?? "")?.receive(copy);
      });
    },
  });
  engines.set(jid, engine);
  return engine;
}

async function heap() {
  for (let turn = 0; turn < 4; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    gc();
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/**
 * One engine with so many peers, which are engines too: those are let go, and what is left is of the one. Warm first,
 * so that compiled code is not counted.
 */
const coreFor = async (/** @type {string} */ seed) =>
  (await loadTestCore({ sessions: SESSIONS + 48, tableBytes: 0, random: seededRandom(seed) })).core;
const hub = await join("hub@example.org/x", await coreFor("hub"));
const peersCore = await coreFor("peers");
/** @type {WeakRef<object>[]} */
const gone = [];
async function meet(/** @type {number} */ from, /** @type {number} */ to) {
  for (let at = from; at < to; at++) {
    const peer = await join(`peer${at}@example.com/x`, peersCore, still);
    await peer.start(hub.jid);
    await new Promise(setImmediate);
    engines.delete(peer.jid);
    gone.push(new WeakRef(peer));
  }
}
await meet(0, 40);
const before = await heap();
await meet(40, 40 + SESSIONS);
const after = await heap();
const count = hub.sessions.length;
if (count !== 40 + SESSIONS) throw new Error(`there are ${count} sessions`);

const held = gone.filter((peer) => peer.deref() !== undefined).length;
if (held > 2) throw new Error(`${held} of the peers are still in the heap`);

const [few, many] = [await linearMemory(1000), await linearMemory(11_000)];
console.log(
  JSON.stringify({
    thousandSessions: few,
    coreForEach: (many - few) / 10_000,
    heapForEach: (after - before) / SESSIONS,
  }),
);
process.exit();
