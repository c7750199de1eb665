/**
 * Two whole sessions (engine/session.ts) over links that a schedule disturbs, on a clock that it moves: the world that an
 * engine gives a session, but for the negotiation before it.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { defaultPolicy } from "esession";
import type { Policy, SessionEnd } from "esession";
import type { KeyPair } from "esession/core";
import { element, parseStanza, serializeStanza } from "esession/wire";
import type { LiveSession } from "../../dist/engine/session.js";
import type { SessionWorld } from "../../dist/engine/session-world.js";
import type { SessionTrust } from "../../dist/engine/trust-session.js";
import type * as Peers from "../../dist/trust/peers.js";
import { root } from "../support/built.js";
import { agreedOn } from "../support/agreed.js";
import { smallGroup } from "../support/testing-core.js";
import type { ModelCore } from "./ends.js";

const builtFrom = async <T>(name: string) => (await import(pathToFileURL(join(root, "dist", name)).href)) as T; // prettier-ignore
const built = await builtFrom<{ LiveSession: typeof LiveSession }>("engine/session.js");
const { SessionTrust: Trust } = await builtFrom<{ SessionTrust: typeof SessionTrust }>(
  "engine/trust-session.js",
);
const { emptyPeer } = await builtFrom<typeof Peers>("trust/peers.js");

const octets = (value: number, length: number) => new Uint8Array(length).fill(value);
const jids = ["a@example.org/x", "b@example.org/y"] as const;
const bares = ["a@example.org", "b@example.org"] as const;

export interface Timeline {
  now: number;
  after(delayMs: number, run: () => void): () => void;
  pass(ms: number): void;
}

function timeline(): Timeline {
  const timers = new Set<{ readonly at: number; readonly run: () => void }>();
  const self: Timeline = {
    now: 0,
    after(delayMs, run) {
      const timer = { at: self.now + delayMs, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    pass(ms) {
      const end = self.now + ms;
      for (;;) {
        const [next] = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        if (!next) break;
        timers.delete(next);
        self.now = next.at;
        next.run();
      }
      self.now = end;
    },
  };
  return self;
}

export interface Party {
  readonly session: LiveSession;
  /** What is under way to it, as text, oldest first, and what has arrived. */
  readonly link: string[];
  readonly arrived: string[];
  /** Texts of the application. */
  readonly sent: string[];
  readonly received: string[];
  readonly steps: string[];
  end: SessionEnd | undefined;
}

export interface Pair {
  readonly parties: readonly [Party, Party];
  readonly time: Timeline;
  send(n: 0 | 1): void;
  /** The next stanza of the link arrives, if there is one. */
  deliver(n: 0 | 1): void;
  arrive(n: 0 | 1, text: string): void;
}

export function sessions(model: ModelCore, policy: Partial<Policy>, rekeyFreq: number): Pair {
  const { core, importSecret } = model.testing;
  const time = timeline();
  const pairs: KeyPair[] = [model.pair(0), model.pair(1)];
  let made = 2;
  const keysOf = (n: number) => ({ cipher: importSecret(octets(n, 32)), mac: importSecret(octets(n + 1, 32)), sigma: importSecret(octets(9, 32)) }); // prettier-ignore
  const values = pairs.map(({ publicKey }) => publicKey);
  const party = (n: 0 | 1): Party => {
    const links = () => parties[1 - n]!.link;
    const steps: string[] = [];
    const world: Omit<SessionWorld, "trust"> = {
      bare: bares[n],
      core,
      policy: { ...defaultPolicy, ...policy },
      clock: { now: () => time.now, after: (ms, run) => time.after(ms, run) },
      exponentiations: {
        generate: () => model.pair(made++),
        agree: (_core, pair, value, hash) => core.dh.agree(pair, value, hash),
      },
      transmit(stanza) {
        const text = serializeStanza(stanza);
        for (const [, mac] of text.matchAll(/<old>(.*?)<\/old>/g)) model.macs.told(mac!);
        links().push(text);
      },
      alert: ({ kind }) => void steps.push(kind),
      trace: (step) => void steps.push(step),
      confirmed: () => undefined,
      markVerified: () => Promise.resolve(),
      restart: () => Promise.reject(new Error("no restart here")),
      renegotiation: () => undefined,
      mayMoveTo: () => false,
      readdressed: () => undefined,
      ended: () => undefined,
    };
    const outcome = {
      role: n === 0 ? "initiator" : "responder",
      peer: jids[1 - n],
      thread: "t",
      agreed: { ...agreedOn, group: smallGroup, rekeyFreq },
      dialect: "xep",
      initiatorKeys: keysOf(1),
      responderKeys: keysOf(3),
      initiatorCounter: octets(1, 16),
      responderCounter: octets(3, 16),
      exchange: { own: pairs[n], peer: values[1 - n] },
      sharedRetained: undefined,
      successorId: "s",
      otherSecretUsed: false,
      continuityLost: false,
      sas: "abcde",
      comparisonCode: "",
      confirmed: true,
    } as unknown as ConstructorParameters<typeof LiveSession>[0];
    const jid = bares[1 - n]!;
    const both = { peer: emptyPeer(jid), keys: [] };
    const waive = () => Promise.resolve();
    const trust = new Trust({ jid, outcome, both, elsewhere: undefined, now: 0, waive });
    const session = new built.LiveSession(outcome, { ...world, trust });
    const one: Party = { session, link: [], arrived: [], sent: [], received: [], steps, end: undefined };
    void session.ended.then((end) => (one.end = end));
    return one;
  };
  const parties: readonly [Party, Party] = [party(0), party(1)];
  parties[0].session.begin();
  const self: Pair = {
    parties,
    time,
    send(n) {
      const { session, sent } = parties[n];
      const text = `${n}-${sent.length}`;
      if (!session.lives) return;
      sent.push(text);
      session.send(element("message", { to: jids[(1 - n) as 0 | 1] }, element("body", {}, text)));
    },
    deliver(n) {
      const text = parties[n].link.shift();
      if (text !== undefined) self.arrive(n, text);
    },
    arrive(n, text) {
      const { session, received, arrived } = parties[n];
      if (session.state === "ended") return;
      const stanza = parseStanza(text);
      stanza.attrs.from = jids[(1 - n) as 0 | 1];
      if (!text.includes("<c ")) return;
      arrived.push(text);
      const result = session.receive(stanza);
      if (result.kind === "stanza") received.push(result.element.getChildText("body")!);
    },
  };
  return self;
}

/** What an engine does between two stanzas is made of microtasks. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 12; i++) await Promise.resolve();
}
