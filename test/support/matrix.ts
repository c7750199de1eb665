/**
 * Every combination that two engines can agree on (XEP-0116 §4.2, §4.3, §8): group, cipher, hash, how each side identifies
 * itself, with which kind of key, and the number of messages. The same for every platform: whoever runs it brings cores
 * with all algorithms, and signers. Each combination negotiates between two new engines that have met before, exchanges
 * stanzas of all three kinds both ways, is compared, ends, and leaves nothing behind; else it throws, naming itself.
 */
import { createEngine, fixedKey, memoryStore } from "esession";
import type { BlobStore, Cipher, Core, Engine, Group, Hash, Level, Policy, PubkeyMode, Session } from "esession"; // prettier-ignore
import { fingerprintOf, showFingerprint, signerFromCore } from "esession/identity";
import type { DsaPublicKey, Signer } from "esession/identity";
import { parseStanza, serializeStanza } from "esession/wire";

export type Signing = "rsa" | "dsa";

export interface Combination {
  readonly group: Group;
  readonly cipher: Cipher;
  readonly hash: Hash;
  readonly signing: Signing;
  readonly messages: 3 | 4;
  readonly init: PubkeyMode;
  readonly resp: PubkeyMode;
}

export interface Equipment {
  readonly cores: readonly [Core, Core];
  /** Alice's, then Bob's. */
  readonly signers: Readonly<Record<Signing, readonly [Signer, Signer]>>;
}

/** The type has all of them: who adds one to the engine is asked for it here. */
const all = <Name extends string>(names: Readonly<Record<Name, true>>) => Object.keys(names) as Name[];
const ciphers = all<Cipher>({
  "aes128-ctr": true,
  "aes192-ctr": true,
  "aes256-ctr": true,
  "serpent128-ctr": true,
  "serpent192-ctr": true,
  "serpent256-ctr": true,
  "twofish128-ctr": true,
  "twofish192-ctr": true,
  "twofish256-ctr": true,
  none: true,
});
const hashes = all<Hash>({ sha256: true, whirlpool: true });
const modes = all<PubkeyMode>({ key: true, hash: true, none: true });
const groups = all<`${Group}`>({ 14: true, 15: true, 16: true, 17: true, 18: true, 5: true, 2: true, 1: true }).map((name) => Number(name) as Group); // prettier-ignore

type Way = Pick<Combination, "signing" | "messages" | "init" | "resp">;

/** Three messages need both keys (XEP-0116 §4.2); where neither is shown there is nothing to sign with. */
const ways: readonly Way[] = (["rsa", "dsa"] as const).flatMap((signing) =>
  ([4, 3] as const).flatMap((messages) =>
    modes
      .flatMap((init) => modes.map((resp) => ({ signing, messages, init, resp })))
      .filter(({ init, resp }) => messages === 4 || (init !== "none" && resp !== "none"))
      .filter(({ init, resp }) => signing === "rsa" || init !== "none" || resp !== "none"),
  ),
);

/** The two smallest groups of the default have every cipher, the others one with each hash. */
const hasSuite = ({ group, cipher, hash }: Omit<Combination, keyof Way>): boolean =>
  group === 14 || group === 15 || cipher === (hash === "sha256" ? "aes256-ctr" : "twofish128-ctr");

/** DSA costs four times what the rest does: all ways of one cipher, and else one. */
const hasWay = ({ group, cipher, ...way }: Combination): boolean =>
  way.signing === "rsa" ||
  (group === 14 && cipher === "aes256-ctr") ||
  (way.messages === 4 && way.init === "key" && way.resp === "key");

export const combinations: readonly Combination[] = groups
  .flatMap((group) => hashes.flatMap((hash) => ciphers.map((cipher) => ({ group, hash, cipher }))))
  .filter(hasSuite)
  .flatMap((suite) => ways.map((way) => ({ ...suite, ...way })).filter(hasWay));

export const nameOf = (one: Combination): string =>
  `group ${one.group}, ${one.cipher}, ${one.hash}, ${one.messages} messages, ${one.init}/${one.resp}, ${one.signing}`;

/** With the core's own arithmetic; its secret stays in that core. */
export function dsaSigner(core: Core, parameters: Pick<DsaPublicKey, "p" | "q" | "g">): Signer {
  const { publicKey, secret } = core.dsa.generate(parameters);
  return signerFromCore(core, { kind: "dsa", ...parameters, y: publicKey }, secret);
}

type Records = readonly { readonly id: string; readonly sealed: Uint8Array }[];

interface Party {
  readonly jid: string;
  readonly engine: Engine;
  readonly blobs: BlobStore;
  /** What was opened. */
  readonly inbox: string[];
  readonly alerts: string[];
}

const jids = ["alice@example.org/pda", "bob@example.com/laptop"] as const;
/** Stands in what is sealed, and must stand nowhere on the wire. */
const WORD = "confidential";
const contents = {
  message: ['type="chat"', `<body>${WORD}: Grüße 🦊</body>`],
  iq: ['type="get" id="q1"', `<query xmlns="jabber:iq:private"><storage xmlns="${WORD}"/></query>`],
  presence: ["", `<show>away</show><status>${WORD}</status>`],
} as const;
const kinds = ["message", "iq", "presence"] as const;

export class Matrix {
  readonly #equipment: Equipment;
  /** What both sides remember of an earlier session in which the same of them showed their keys. */
  readonly #met = new Map<string, readonly [Records, Records]>();

  constructor(equipment: Equipment) {
    this.#equipment = equipment;
  }

  async run(one: Combination): Promise<void> {
    try {
      const usage = this.#equipment.cores.map((core) => ({ ...core.usage }));
      await this.#talk(one, await this.#introduce(one));
      same("places in the cores", this.#equipment.cores.map((core) => ({ ...core.usage })), usage); // prettier-ignore
    } catch (cause) {
      throw new Error(`${nameOf(one)}: ${String(cause)}`, { cause });
    }
  }

  /** A key that is shown by its hash must have been seen; and who has shown one must always show it. */
  async #introduce({ signing, init, resp }: Combination): Promise<readonly [Records, Records]> {
    const shows = (mode: PubkeyMode) => (mode === "none" ? "none" : "key");
    const way = { signing, messages: 4, init: shows(init), resp: shows(resp) } as const;
    const name = JSON.stringify(way);
    const known = this.#met.get(name);
    if (known) return known;
    const pair = await this.#pair({ group: 14, cipher: "aes256-ctr", hash: "sha256", ...way }, [[], []]);
    const sessions = await negotiate(pair);
    await Promise.all([sessions[0].close(), sessions[1].ended]);
    await close(pair);
    const met = [await recordsIn(pair[0].blobs), await recordsIn(pair[1].blobs)] as const;
    this.#met.set(name, met);
    return met;
  }

  async #talk(one: Combination, met: readonly [Records, Records]): Promise<void> {
    const pair = await this.#pair(one, met);
    try {
      await this.#converse(one, pair);
    } finally {
      await close(pair);
    }
    same("alerts", pair.map(({ alerts }) => alerts), [["session-ended"], ["session-ended"]]); // prettier-ignore
  }

  async #converse(one: Combination, pair: Pair): Promise<void> {
    const sessions = await negotiate(pair);
    const { group, cipher, hash, messages, init, resp } = one;
    for (const { info } of sessions) {
      const agreed = { group: info.group, cipher: info.cipher, hash: info.hash, messages: info.messages, init: info.initPubkey, resp: info.respPubkey }; // prettier-ignore
      same("what was agreed on", agreed, { group, cipher, hash, messages, init, resp });
    }
    same("the two ends", sessions[1].info, sessions[0].info);
    same("keys shown", sessions.map((session) => session.peerKey?.fingerprint), this.#shown(one)); // prettier-ignore
    // three messages know no retained secrets (XEP-0116 §4.2)
    same("recognised", sessions.map((session) => session.continued), [messages === 4, messages === 4]); // prettier-ignore
    const level: Level = cipher === "none" ? "signed-only" : "unverified";
    same("levels", levels(sessions), [level, level]);
    await exchange(pair, sessions);
    same("stanzas with their content in clear", pair.wire.filter((text) => text.includes(WORD)), []); // prettier-ignore
    await compare(pair, sessions, messages);
    const compared: Level = cipher === "none" ? "signed-only" : "verified";
    same("levels after comparing", levels(sessions), [compared, compared]);
    const ends = await Promise.all([sessions[0].close(), sessions[1].ended]);
    same("complete", ends.map(({ complete }) => complete), [true, true]); // prettier-ignore
  }

  /** The fingerprints that Alice and Bob see of each other. */
  #shown({ signing, init, resp }: Combination): (string | undefined)[] {
    const [alice, bob] = this.#equipment.signers[signing].map(({ publicKey }) => showFingerprint(fingerprintOf(publicKey))); // prettier-ignore
    return [resp === "none" ? undefined : bob, init === "none" ? undefined : alice];
  }

  async #pair(one: Combination, met: readonly [Records, Records]): Promise<Pair> {
    const policy: Partial<Policy> = {
      groups: [one.group],
      acceptedGroups: [],
      legacy: true,
      insecureBrokenGroups: true,
      ciphers: [one.cipher],
      hashes: [one.hash],
      initPubkey: [one.init],
      respPubkey: [one.resp],
      threeMessages: "accept",
      answer: "everybody",
    };
    const { cores, signers } = this.#equipment;
    const pair: Party[] = [];
    const wire: string[] = [];
    for (const at of [0, 1] as const) {
      // outlives its engine
      const blobs = { ...memoryStore(), close: () => Promise.resolve() };
      await blobs.write(met[at].map((record) => ({ ...record, expect: undefined })));
      const engine = await createEngine({
        jid: jids[at],
        core: cores[at],
        identity: signers[one.signing][at],
        form: "string",
        policy,
        store: blobs,
        keys: fixedKey(new Uint8Array(32).fill(7)),
        send(stanza) {
          const sent = parseStanza(stanza as string);
          sent.attrs.from = jids[at];
          const text = serializeStanza(sent);
          wire.push(text);
          queueMicrotask(() => {
            const peer = pair[1 - at]!;
            const opened = peer.engine.receive(text);
            if (opened !== undefined) peer.inbox.push(opened);
          });
        },
      });
      const party: Party = { jid: jids[at], engine, blobs, inbox: [], alerts: [] };
      engine.on("stanza", ({ stanza }) => party.inbox.push(stanza as string));
      engine.on("alert", ({ kind }) => party.alerts.push(kind));
      pair.push(party);
    }
    return Object.assign(pair as [Party, Party], { wire, messages: one.messages });
  }
}

type Pair = [Party, Party] & { readonly wire: string[]; readonly messages: 3 | 4 };

async function negotiate({ 0: alice, 1: bob, messages }: Pair): Promise<readonly [Session, Session]> {
  const ours = await alice.engine.start(bob.jid, { messages });
  const theirs = () => bob.engine.session(alice.jid);
  await until("both ends stand", () => ours.state === "established" && theirs()?.state === "established");
  return [ours, theirs()!];
}

async function exchange(pair: Pair, sessions: readonly Session[]): Promise<void> {
  for (const at of [0, 1] as const) {
    const { jid: to, inbox } = pair[1 - at]!;
    for (const kind of kinds) {
      const [attributes, content] = contents[kind];
      sessions[at]!.send(`<${kind} to="${to}" ${attributes}>${content}</${kind}>`);
    }
    await until("three stanzas arrive", () => inbox.length >= kinds.length);
    const arrived = inbox.map((text) => parseStanza(text));
    same("kinds", arrived.map((stanza) => stanza.getName()), kinds); // prettier-ignore
    same("content", arrived.map((stanza) => serializeStanza(stanza).includes(WORD)), [true, true, true]); // prettier-ignore
  }
}

/** Of three messages there is no string: the users compare the fingerprints of the keys. */
async function compare(pair: Pair, sessions: readonly Session[], messages: 3 | 4): Promise<void> {
  const strings = sessions.map(({ sas }) => sas);
  same("the strings to compare", strings[1], strings[0]);
  same("whether there is one", strings[0] !== undefined, messages === 4);
  await Promise.all(
    messages === 4
      ? sessions.map((session) => session.confirmSas())
      : pair.map(({ engine }, at) => engine.trust.verify(sessions[at]!.peerKey!.fingerprint)),
  );
}

const levels = (sessions: readonly Session[]) => sessions.map(({ level }) => level);
const close = (pair: Pair) => Promise.all(pair.map(({ engine }) => engine.close()));

async function recordsIn(blobs: BlobStore): Promise<Records> {
  const ids = await blobs.list("");
  return Promise.all(ids.map(async (id) => ({ id, sealed: (await blobs.get(id))!.sealed })));
}

/** Both are plain, and have their members in the same order. */
function same(what: string, found: unknown, expected: unknown): void {
  const [one, other] = [JSON.stringify(found), JSON.stringify(expected)];
  if (one !== other) throw new Error(`${what}: ${one} instead of ${other}`);
}

/** Signatures are made elsewhere, so that a few turns of the event loop are not enough. */
async function until(what: string, holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 20_000; !holds();) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}
