/**
 * Engines in one process: between them every stanza becomes text, passes the hooks of the test and is parsed again.
 * By default they use MODP group 1, which costs nothing and proves the same rules, and answer everybody.
 */
import type { TestContext } from "node:test";
import { createEngine, fixedKey, memoryStore } from "esession";
import type {
  Alert,
  BlobStore,
  Core,
  Delivered,
  Engine,
  EngineOptions,
  KeySource,
  Policy,
  Session,
} from "esession";
import type { SessionRequest, Trace } from "esession";
import { loadTestCore, openPeerBook, openSealedStore, seededRandom, wipePeer } from "esession/testing";
import type { PeerRecord, TestCore } from "esession/testing";
import { parseStanza, serializeStanza } from "esession/wire";
import type { Element } from "esession/wire";
import { manualClock, quiet, type ManualClock } from "./clock.js";
import { messageNumber } from "./forms.js";

export const cheap: Partial<Policy> = {
  groups: [1],
  acceptedGroups: [],
  insecureBrokenGroups: true,
  answer: "everybody",
};

/** May change the stanza, which is the hook's own copy; `false`: it never arrives. Other results mean nothing. */
export type Hook = (stanza: Element) => unknown;

/** A stanza that an engine sent, as text, with its sender's address, before the hooks. */
export interface Sent {
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

export interface World {
  readonly clock: ManualClock;
  /** What was sent, in order. */
  readonly log: Sent[];
  /** Whose turn it is when a stanza passes, in this order. */
  readonly hooks: Hook[];
  /** Those that a stanza to a full or bare JID reaches. */
  readonly parties: Party[];
  /** Hands a stanza to whom it is addressed to, past the hooks. */
  deliver(stanza: Element | string): void;
  /** Waits until nobody has anything left to do. */
  quiet(): Promise<void>;
  /** The stanzas of the log that are a certain message of the negotiation, parsed. */
  messages(number: 1 | 2 | 3 | 4): Element[];
}

export interface Party {
  readonly jid: string;
  readonly engine: Engine;
  readonly core: TestCore;
  /** The record about a bare JID, its secrets wiped. */
  record(bareJid: string): Promise<PeerRecord>;
  readonly blobs: BlobStore;
  readonly keys: KeySource;
  // what the engine told, in order
  readonly sessions: Session[];
  readonly requests: SessionRequest[];
  readonly alerts: Alert[];
  readonly traces: Trace[];
  /** Stanzas that waited for the session. */
  readonly delivered: Delivered[];
  /** Stanzas that were handed on. */
  readonly received: string[];
}

export interface PartyOptions extends Partial<Omit<EngineOptions, "jid" | "core" | "form" | "policy">> {
  readonly policy?: Partial<Policy>;
  /** Of the core. Default common. */
  readonly algorithms?: Core["algorithms"];
  /** Puts something around the core, to count or to disturb. */
  readonly wrap?: (core: Core) => Core;
  /** Asked before a stanza passes: what it throws, or rejects with, the engine's `send` does. */
  readonly sending?: (text: string) => void | Promise<void>;
}

/** A seed that is told, and can be given again: ESESSION_SEED=<seed>. */
export function seedOf(t: TestContext): string {
  const seed = process.env["ESESSION_SEED"] ?? String(crypto.getRandomValues(new Uint32Array(1))[0]);
  t.diagnostic(`ESESSION_SEED=${seed}`);
  return seed;
}

export function createWorld(): World {
  const world: World = {
    clock: manualClock(),
    log: [],
    hooks: [],
    parties: [],
    deliver(stanza) {
      const text = typeof stanza === "string" ? stanza : serializeStanza(stanza);
      const { to } = parseStanza(text).attrs;
      for (const { jid, engine, received } of world.parties) {
        if (to !== jid && to !== bare(jid)) continue;
        const handedOn = engine.receive(text);
        if (handedOn !== undefined) received.push(handedOn);
      }
    },
    quiet,
    messages: (number) =>
      world.log.map(({ text }) => parseStanza(text)).filter((stanza) => messageNumber(stanza) === number),
  };
  return world;
}

const bare = (jid: string) => jid.split("/", 1)[0]!;

/** Adds an engine; `seed` makes its random octets. It leaves when the test ends. */
export async function join(
  t: TestContext,
  world: World,
  jid: string,
  seed: string,
  options: PartyOptions = {},
): Promise<Party> {
  const {
    policy,
    wrap = (core: Core) => core,
    sessions = 8,
    maxStanzaBytes = 65_536,
    sending,
    algorithms = "common",
    ...rest
  } = options;
  const core = await loadTestCore({
    sessions,
    maxStanzaBytes,
    algorithms,
    random: seededRandom(`${seed} ${jid}`),
  });
  const blobs = options.store ?? memoryStore();
  const keys = options.keys ?? fixedKey(new Uint8Array(32).fill(7));
  const engine = await createEngine({
    jid,
    form: "string",
    clock: world.clock,
    ...rest,
    store: blobs,
    keys,
    core: wrap(core.core),
    policy: { ...cheap, ...policy },
    send:
      options.send ??
      ((stanza) => {
        const asked = sending?.(stanza as string);
        if (asked) return asked.then(() => pass(world, jid, stanza as string));
        pass(world, jid, stanza as string);
      }),
  });
  const party: Party = {
    jid,
    engine,
    core,
    blobs,
    keys,
    record: (bareJid) => readRecord(core.core, blobs, keys, bareJid),
    sessions: [],
    requests: [],
    alerts: [],
    traces: [],
    delivered: [],
    received: [],
  };
  engine.on("session", (session) => party.sessions.push(session));
  engine.on("request", (request) => party.requests.push(request));
  engine.on("alert", (alert) => party.alerts.push(alert));
  engine.on("trace", (trace) => party.traces.push(trace));
  engine.on("stanza", (delivered) => party.delivered.push(delivered));
  world.parties.push(party);
  t.after(() => leave(world, party));
  return party;
}

/** The engine goes without a word, as by a crash. */
export function leave(world: World, party: Party): void {
  const at = world.parties.indexOf(party);
  if (at >= 0) world.parties.splice(at, 1);
}

/** Stanzas are delivered one after the other, and never within the call that sends them. */
function pass(world: World, from: string, text: string): void {
  const stanza = parseStanza(text);
  stanza.attrs.from = from;
  world.log.push({ from, to: stanza.attrs.to!, text: serializeStanza(stanza) });
  queueMicrotask(() => {
    for (const hook of [...world.hooks]) if (hook(stanza) === false) return;
    world.deliver(stanza);
  });
}

async function readRecord(core: Core, blobs: BlobStore, keys: KeySource, jid: string): Promise<PeerRecord> {
  // closing would close the place too, which is the engine's
  const book = await openPeerBook({ core, store: await openSealedStore({ core, blobs, keys }) });
  const record = await book.load(jid);
  wipePeer(record);
  return record;
}

export const aliceJid = "alice@example.org/pda";
export const bobJid = "bob@example.com/laptop";

export interface Pair {
  readonly world: World;
  readonly alice: Party;
  readonly bob: Party;
}

/** Alice and Bob of the XEPs. */
export async function pairOf(
  t: TestContext,
  { seed = seedOf(t), alice, bob }: { seed?: string; alice?: PartyOptions; bob?: PartyOptions } = {},
): Promise<Pair> {
  const world = createWorld();
  return {
    world,
    alice: await join(t, world, aliceJid, seed, alice),
    bob: await join(t, world, bobJid, seed, bob),
  };
}

/** One of the two asks, and the session stands: theirs as they see it. */
export async function establish(
  world: World,
  initiator: Party,
  responder: Party,
): Promise<[Session, Session]> {
  const session = await initiator.engine.start(responder.jid);
  await world.quiet();
  const other = responder.engine.session(initiator.jid);
  if (!other) throw new Error(`${responder.jid} has no session with ${initiator.jid}`);
  return [session, other];
}
