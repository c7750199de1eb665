/**
 * Two ends of a session between which a schedule decides what arrives when: two channels over FIFO links, in one core of
 * the build for tests, with key pairs of the group of 320 bits. Exponents are used again from run to run, and what they
 * make is looked up: never within a run, so that every key of a run is its own.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { KeyPair, StanzaContext } from "esession/core";
import { element } from "esession/wire";
import type { Element } from "esession/wire";
import type { Secret } from "../../dist/core/secret.js";
import type { Channel } from "../../dist/session/channel.js";
import { root } from "../support/built.js";
import { agreedOn } from "../support/agreed.js";
import { loadTestingCore, smallGroup, type TestingCore } from "../support/testing-core.js";
import { replacing } from "../support/wrapped.js";

const { Channel: BuiltChannel } = (await import(
  pathToFileURL(join(root, "dist/session/channel.js")).href
)) as { Channel: typeof Channel };

/** More than any run makes, and few enough for what they make to have room in the core. */
const PAIRS = 32;
const octets = (value: number, length: number) => new Uint8Array(length).fill(value);

/** XEP-0200 §10: no MAC key that was told is one by which something is, or ever will be, accepted or sealed. */
export interface MacWatch {
  /** It was told, in Base64. */
  told(mac: string): void;
  /** What was told too early; empty, and forgets. */
  faults(): string[];
}

/** A core whose exponentiations of the small group are looked up once they are known. */
export async function modelCore(): Promise<{
  readonly testing: TestingCore;
  readonly pair: (n: number) => KeyPair;
  readonly kept: () => number;
  readonly macs: MacWatch;
}> {
  const testing = await loadTestingCore({ sessions: 8, maxStanzaBytes: 16_384 });
  const { core } = testing;
  const pairs = Array.from({ length: PAIRS }, () => core.dh.generate(smallGroup));
  const agreed = new Map<string, Secret>();
  const base64 = (value: Uint8Array) => Buffer.from(value).toString("base64");
  const checked = new Map<string, ReturnType<typeof core.dh.check>>();
  const contexts: { readonly context: StanzaContext; readonly mac: string }[] = [];
  const told = new Set<string>();
  const faults: string[] = [];
  const wrapped = replacing(core, {
    stanza: {
      context(keys, ...rest) {
        const context = core.stanza.context(keys, ...rest);
        const mac = base64(core.keys.publishMac(core.keys.copy(keys.mac)));
        contexts.push({ context, mac });
        if (told.has(mac)) faults.push("a MAC key was used that had been told");
        return context;
      },
    },
    dh: {
      check(group, value, own) {
        const name = base64(value);
        if (!checked.has(name)) checked.set(name, core.dh.check(group, value));
        return own !== undefined && name === base64(own) ? "own-value" : checked.get(name);
      },
      agree(one, value, hash) {
        const name = `${base64(one.publicKey)} ${base64(value)}`;
        const known = agreed.get(name) ?? core.dh.agree(one, value, hash);
        agreed.set(name, known);
        return core.keys.copy(known);
      },
    },
  });
  return {
    testing: { ...testing, core: wrapped },
    macs: {
      told(mac) {
        told.add(mac);
        if (contexts.some((one) => one.mac === mac && !one.context.wiped))
          faults.push("a MAC key was told that is in use");
      },
      faults() {
        contexts.length = 0;
        told.clear();
        return faults.splice(0);
      },
    },
    /** Secrets that are kept from run to run. */
    kept: () => PAIRS + agreed.size,
    /** A pair whose secret is the caller's. */
    pair: (n) => ({ ...pairs[n % PAIRS]!, secret: core.keys.copy(pairs[n % PAIRS]!.secret) }),
  };
}

export type ModelCore = Awaited<ReturnType<typeof modelCore>>;

export interface Side {
  readonly channel: Channel;
  /** What is under way to it, oldest first. */
  readonly link: Element[];
  readonly sent: string[];
  readonly received: string[];
  readonly forgets: (() => void)[];
}

export interface Options {
  readonly rekeyFreq?: number;
  readonly publish?: boolean;
}

/** Both sides as a negotiation leaves them. */
export class Conversation {
  readonly sides: readonly [Side, Side];
  readonly #model: ModelCore;
  #pairs = 2;

  constructor(model: ModelCore, { rekeyFreq = 1, publish = false }: Options = {}) {
    this.#model = model;
    const { core, importSecret } = model.testing;
    const keysOf = (n: number) => ({
      cipher: importSecret(octets(n, 32)),
      mac: importSecret(octets(n + 1, 32)),
    });
    const directions = [1, 3].map((n) => ({ keys: keysOf(n), counter: octets(n, 16) }));
    const side = (n: 0 | 1): Side => {
      const forgets: (() => void)[] = [];
      const channel = new BuiltChannel({
        core,
        agreed: { ...agreedOn, group: smallGroup, rekeyFreq },
        dialect: "xep",
        peer: "peer@example.com/x",
        thread: "t",
        padTo: 0,
        fallbackBody: undefined,
        sending: directions[n]!,
        receiving: directions[1 - n]!,
        exchange: {
          own: model.pair(n),
          peer: this.#publicKey(1 - n),
          publish,
          sent: (forget) => void forgets.push(forget),
          accepted: () => undefined,
        },
      });
      return { channel, link: [], sent: [], received: [], forgets };
    };
    this.sides = [side(0), side(1)];
    for (const { keys } of directions) {
      keys.cipher.wipe();
      keys.mac.wipe();
    }
  }

  #publicKey(n: number): Uint8Array {
    const pair = this.#model.pair(n);
    pair.secret.wipe();
    return pair.publicKey;
  }

  /** False if there are too many exchanges under way, or it is too soon. */
  offer(n: 0 | 1): boolean {
    const { rekeying } = this.sides[n].channel;
    if (rekeying.missing > 0) return false;
    const { core } = this.#model.testing;
    const pair = this.#model.pair(this.#pairs++);
    assert.ok(rekeying.offer(pair, core.dh.agree(pair, rekeying.peer!), rekeying.peer!));
    return true;
  }

  send(n: 0 | 1): Element {
    const { channel, sent } = this.sides[n];
    const text = `${n}-${sent.length}`;
    const sealed = channel.seal(channel.prepare(element("message", {}, element("body", {}, text))));
    sent.push(text);
    this.sides[1 - n]!.link.push(sealed);
    return sealed;
  }

  deliver(n: 0 | 1): void {
    const { channel, link, received } = this.sides[n];
    const opened = channel.open(link.shift()!);
    assert.equal(opened.kind, "opened");
    if (opened.kind === "opened") received.push(opened.element.getChildText("body")!);
  }

  drain(): void {
    for (const n of [0, 1] as const) while (this.sides[n].link.length > 0) this.deliver(n);
  }

  /** All has arrived as it was sent, nothing was encrypted twice, and nothing is left. */
  finish(): void {
    this.drain();
    for (const n of [0, 1] as const) this.send(n);
    this.drain();
    const [a, b] = this.sides;
    assert.deepEqual(b.received, a.sent);
    assert.deepEqual(a.received, b.sent);
    assert.deepEqual(this.#model.testing.recorder.reused(), []);
    this.wipe();
  }

  wipe(): void {
    for (const { channel } of this.sides) channel.wipe();
    this.#model.testing.recorder.clear();
    this.#model.macs.faults();
  }
}
