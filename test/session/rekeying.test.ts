/** XEP-0200 §9 to §11 between two engines: when keys are exchanged, what the peer may not do, and what is told. */
import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import type { TestContext } from "node:test";
import { pathToFileURL } from "node:url";
import type { Core, Policy, Session } from "esession";
import { parseStanza, readC, serializeStanza } from "esession/wire";
import type { KeyPair, StanzaContext } from "esession/core";
import { root } from "../support/built.js";
import { found, recorder } from "../support/memory-search.js";
import { establish, pairOf, type Pair, type Party } from "../support/pair.js";
import { prime, mpi } from "../support/scripted-peer.js";
import { replacing } from "../support/wrapped.js";

const message = (text: string) => `<message><body>${text}</body></message>`;
const never = 4_294_967_295;

interface Standing extends Pair {
  readonly session: Session;
  readonly other: Session;
}

async function standing(
  t: TestContext,
  policy: Partial<Policy> = {},
  wrap?: (core: Core) => Core,
): Promise<Standing> {
  const pair = await pairOf(t, { alice: { policy, ...(wrap ? { wrap } : {}) }, bob: { policy } });
  const [session, other] = await establish(pair.world, pair.alice, pair.bob);
  return { ...pair, session, other };
}

/** What each stanza of the log from there on says of keys. */
const said = ({ world }: Pair, jid: string, from = 0) =>
  world.log.slice(from).filter((one) => one.from === jid).map(({ text }) => parseStanza(text).getChild("c")).filter((c) => c !== undefined).map((c) => {
    const { key, new: added, old, data } = readC(c, "xep");
    return { key: key !== undefined, added: added ?? 0, old, empty: data === undefined };
  }); // prettier-ignore

const steps = (party: Party) =>
  party.traces.map(({ step }) => step).filter((step) => step.startsWith("re-key"));

async function sendMany({ world }: Pair, session: Session, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    session.send(message(`${i}`));
    await world.quiet();
  }
}

test("XEP-0200 §9: keys are exchanged after rekeyStanzas stanzas, with content, and by the other side in turn", async (t) => {
  const all = await standing(t, { rekeyStanzas: 10 });
  const { world, alice, bob, session } = all;
  assert.equal(session.info.rekeyFreq, 1);
  await sendMany(all, session, 25);
  assert.equal(steps(alice).filter((step) => step === "re-key sent").length, 2);
  assert.equal(said(all, alice.jid).filter(({ key }) => key).length, 2);
  assert.ok(
    said(all, alice.jid).every(({ key, empty }) => !key || !empty),
    "with content",
  );
  assert.equal(said(all, bob.jid).length, 0, "waits for content");
  await world.clock.pass(5_000);
  assert.deepEqual(said(all, bob.jid), [{ key: true, added: 2, old: [], empty: true }], "then goes alone");
  assert.ok(steps(alice).includes("re-key accepted"));
  assert.equal(bob.received.length, 25);
  assert.deepEqual(alice.received, [], "what has only a <key/> is not handed on");
  await sendMany(all, session, 1);
  assert.equal(said(all, alice.jid).at(-1)!.added, 1);
  await session.close();
  for (const { core } of [alice, bob]) assert.equal(core.core.usage.contexts, 0);
});

test("XEP-0200 §9.1: never more often than rekey_freq, whatever rekeyStanzas says", async (t) => {
  const all = await standing(t, { rekeyFreq: 10, rekeyStanzas: 2 });
  await sendMany(all, all.session, 60);
  const keys = said(all, all.alice.jid).flatMap(({ key }, i) => (key ? [i] : []));
  assert.ok(keys.length >= 2);
  keys.slice(1).forEach((at, i) => assert.ok(at - keys[i]! >= 10, keys.join()));
});

test("XEP-0200 §9, §11.4: after ten minutes the next stanza begins with an exchange of keys", async (t) => {
  const all = await standing(t);
  const { world, alice, bob, session } = all;
  await sendMany(all, session, 1);
  await world.clock.pass(599_000);
  assert.deepEqual(steps(alice), []);
  await world.clock.pass(2_000_000);
  const before = world.log.length;
  assert.deepEqual(steps(alice), [], "a silent session sends nothing by itself");
  await sendMany(all, session, 1);
  assert.deepEqual(said(all, alice.jid, before), [
    { key: true, added: 0, old: [], empty: true },
    { key: false, added: 0, old: [], empty: false },
  ]);
  await world.clock.pass(5_000);
  assert.equal(said(all, bob.jid, before).filter(({ key }) => key).length, 1, "and so does the peer");
  assert.equal(bob.received.length, 2);
});

test("XEP-0200 §11.4: at 2^31 blocks keys are exchanged with the stanza that would be one too many", async (t) => {
  const contexts: StanzaContext[] = [];
  const watch = (core: Core) =>
    replacing(core, {
      stanza: {
        context(...of) {
          const made = core.stanza.context(...of);
          contexts.push(made);
          return made;
        },
      },
    });
  const all = await standing(t, {}, watch);
  const { world, alice, bob, session } = all;
  alice.core.setBlocks(contexts.at(-2)!, 2 ** 31);
  const before = world.log.length;
  session.send(message("one too many"));
  session.send(message("under the new keys"));
  await world.quiet();
  assert.deepEqual(said(all, alice.jid, before).map(({ key }) => key), [true, false]); // prettier-ignore
  assert.equal(bob.received.length, 2);
  assert.equal(session.state, "established");
  assert.ok(contexts.at(-1)!.blocks < 10);
});

test("session.rekey() exchanges keys now, and says why it cannot", async (t) => {
  const all = await standing(t, { rekeyFreq: 3 });
  const { world, alice, bob, session, other } = all;
  await assert.rejects(session.rekey(), { code: "rekey-unagreed" });
  await sendMany(all, session, 2);
  await session.rekey();
  await world.quiet();
  assert.deepEqual(steps(alice), ["re-key sent"]);
  assert.deepEqual(steps(bob), ["re-key accepted"]);
  await assert.rejects(other.rekey(), { code: "rekey-unagreed", message: /3 stanzas; 2 more/ });
  await session.close();
  await assert.rejects(session.rekey(), { code: "session-ended" });
});

test("XEP-0217 §4.1: where 4294967295 was agreed, or the dialect is deployed, keys are never exchanged again", async (t) => {
  for (const policy of [{ rekeyFreq: never }, { dialect: "deployed" }] as const) {
    const all = await standing(t, { ...policy, rekeyStanzas: 2 });
    await assert.rejects(all.session.rekey(), { code: "rekey-unagreed" });
    await sendMany(all, all.session, 10);
    await all.world.clock.pass(1_000_000);
    assert.equal(all.session.info.rekeyFreq, never);
    assert.deepEqual([...steps(all.alice), ...steps(all.bob)], []);
  }
});

const values: readonly (readonly [string, (own: Uint8Array, last: Uint8Array) => Uint8Array])[] = [
  ["0", () => new Uint8Array(1)],
  ["1", () => mpi(1n)],
  ["p - 1", () => mpi(prime - 1n)],
  ["p", () => mpi(prime)],
  ["more octets than p", () => new Uint8Array(97).fill(1)],
  ["a non-residue", () => mpi(prime - 4n)],
  ["our own, reflected", (own) => own],
  ["its last one again", (_, last) => last],
];
for (const [what, make] of values)
  test(`XEP-0200 §9.3, D12: a new public value that is ${what} ends the session before any exponentiation`, async (t) => {
    const lie: { value?: Uint8Array } = {};
    const truth = new Map<KeyPair, KeyPair>();
    let agreements = 0;
    const lying = (core: Core) =>
      replacing(core, {
        dh: {
          generate(...of) {
            const pair = core.dh.generate(...of);
            const told = { ...pair, publicKey: lie.value ?? pair.publicKey };
            truth.set(told, pair);
            return told;
          },
          agree: (pair, ...of) => core.dh.agree(truth.get(pair)!, ...of),
        },
      });
    const counting = (core: Core) =>
      replacing(core, { dh: { agree: (...of) => (agreements++, core.dh.agree(...of)) } });
    const all = await pairOf(t, { alice: { wrap: lying }, bob: { wrap: counting } });
    const { world, alice, bob } = all;
    const dhkeys = (number: 2 | 3) => Buffer.from(/<field var="dhkeys"><value>(.*?)</.exec(serializeStanza(world.messages(number)[0]!))![1]!, "base64"); // prettier-ignore
    const [session, other] = await establish(world, alice, bob);
    lie.value = new Uint8Array(make(dhkeys(2), dhkeys(3)));
    const before = agreements;
    await session.rekey();
    const end = await other.ended;
    assert.equal(end.reason, "protocol-violation");
    assert.equal(agreements, before);
    await world.quiet();
    assert.equal((await session.ended).reason, "closed-by-peer");
    for (const { core } of [alice, bob]) assert.equal(core.core.usage.contexts, 0);
  });

test("XEP-0200 §9.1: a peer that exchanges keys more often than was agreed ends the session before any exponentiation", async (t) => {
  // Alice is made to believe that she may.
  const all = await standing(t, { rekeyFreq: 5 });
  const { world, bob, session, other } = all;
  await sendMany(all, session, 4);
  await session.rekey();
  await world.quiet();
  assert.equal(other.state, "established");
  const { Frequency } = (await import(pathToFileURL(join(root, "dist/session/frequency.js")).href)) as {
    Frequency: { prototype: { missing: number } };
  };
  const honest = Object.getOwnPropertyDescriptor(Frequency.prototype, "missing")!;
  Object.defineProperty(Frequency.prototype, "missing", { get: () => 0, configurable: true });
  try {
    await session.rekey();
  } finally {
    Object.defineProperty(Frequency.prototype, "missing", honest);
  }
  assert.equal((await other.ended).reason, "protocol-violation");
  assert.match(bob.alerts.at(-1)!.error!.message, /more often than every 5 stanzas/);
});

test("XEP-0200 §10: old MAC keys are told where the policy asks: after the peer was heard under new keys, never beside a <key/>", async (t) => {
  const kept = recorder();
  const all = await standing(t, { publishMacKeys: true }, (core) => kept.wrap(core));
  const { world, alice, bob, session, other } = all;
  const old = (jid: string) => said(all, jid).flatMap((one) => one.old);
  await session.rekey();
  await sendMany(all, session, 2);
  assert.deepEqual(old(alice.jid), [], "the peer was not heard");
  await sendMany(all, other, 1);
  await sendMany(all, session, 1);
  const told = old(alice.jid);
  assert.equal(told.length, 2, "one of each direction");
  const secrets = [...kept.secrets.values()].map((octets) => Buffer.from(octets).toString("base64"));
  assert.ok(secrets.includes(told[0]!) && secrets.includes(told[1]!));
  for (let round = 0; round < 12; round++) {
    await session.rekey();
    await sendMany(all, other, 1);
  }
  await session.close();
  for (const jid of [alice.jid, bob.jid])
    for (const one of said(all, jid)) {
      assert.ok(!one.key || one.old.length === 0, "never beside a <key/>");
      assert.ok(one.old.length <= 8);
    }
  assert.ok(said(all, alice.jid).at(-1)!.old.length > 0, "in the termination too");
  assert.equal(bob.received.length, 3);
  for (const { core } of [alice, bob]) assert.equal(core.core.usage.contexts, 0);
  await world.quiet();
});

test("XEP-0200 §10: by default none are told, and what a peer tells is ignored", async (t) => {
  const { world, alice, bob } = await pairOf(t, { alice: { policy: { publishMacKeys: true } } });
  const [session, other] = await establish(world, alice, bob);
  await session.rekey();
  other.send(message("heard"));
  await world.quiet();
  session.send(message("told"));
  await world.quiet();
  assert.equal(said({ world, alice, bob }, alice.jid).at(-1)!.old.length, 2);
  assert.equal(bob.received.length, 1);
  await other.rekey();
  await world.quiet();
  session.send(message("again"));
  await world.quiet();
  other.send(message("nothing"));
  await world.quiet();
  assert.ok(said({ world, alice, bob }, bob.jid).every(({ old }) => old.length === 0));
});

test("a list is right across an exchange of keys, which goes with its first stanza", async (t) => {
  const all = await standing(t, { rekeyStanzas: 3 });
  const { world, alice, bob, session, other } = all;
  const bodies = (received: readonly string[]) =>
    received.map((one) => parseStanza(one).getChildText("body"));
  const expected: string[] = [];
  for (let round = 0; round < 6; round++) {
    const texts = ["a", "b", "c", "d"].map((text) => `${text}${round}`);
    const sealed: string[] =
      round % 2 === 0
        ? session.sealMany(texts.map(message))
        : alice.engine.sealMany(texts.map((text) => ({ session, stanza: message(text) })));
    for (const one of sealed) {
      const stanza = parseStanza(one);
      stanza.attrs.from = alice.jid;
      world.log.push({ from: alice.jid, to: bob.jid, text: serializeStanza(stanza) });
      world.deliver(stanza);
    }
    expected.push(...texts);
    if (round % 2 === 1) await sendMany(all, other, 1);
    await world.quiet();
  }
  assert.deepEqual(bodies(bob.received), expected);
  assert.ok(steps(alice).length > 2, steps(alice).join());
  await session.close();
});

test("XEP-0200 §9.2: old keys, exponents and K are found nowhere once they are superseded, and nothing after the end", async (t) => {
  const made = recorder();
  const pair = await pairOf(t, {
    alice: { wrap: (core) => made.wrap(core), sessions: 2, maxStanzaBytes: 16_384 },
  });
  const { world, alice, bob } = pair;
  const [session, other] = await establish(world, alice, bob);
  await world.clock.pass(0);
  const atFirst = new Map(
    found(alice.core.memory(), made.secrets).map((name) => [name.split(" (")[0]!, true]),
  );
  assert.ok(atFirst.size > 0);
  const first = new Map(
    [...made.secrets].filter(([name]) => atFirst.has(name) && !/retained|stored|random|imported/.test(name)),
  );
  assert.ok([...first.keys()].some((name) => name.startsWith("exponent")));
  await session.rekey();
  await world.quiet();
  other.send(message("heard under the new keys"));
  await world.quiet();
  await other.rekey();
  await world.quiet();
  session.send(message("acknowledged"));
  await world.quiet();
  assert.deepEqual(found(alice.core.memory(), first), [], "of the keys before");
  await session.close();
  await world.quiet();
  const all = new Map([...made.secrets].filter(([name]) => !/retained|stored|random|imported/.test(name)));
  assert.deepEqual(found(alice.core.memory(), all), []);
});

test("XEP-0200 §9.2: what was sent for its <key/> alone is nothing for the application, whatever a server adds to it", async (t) => {
  const all = await standing(t);
  const { world, alice, bob, session, other } = all;
  const added = `<stanza-id xmlns="urn:xmpp:sid:0" id="28482" by="example.com"/><delay xmlns="urn:xmpp:delay" stamp="2030-01-01T00:00:00Z"/>`;
  world.hooks.push((stanza) => {
    stanza.attrs["xml:lang"] = "en";
    stanza.append(...parseStanza(`<message>${added}</message>`).getChildElements());
  });
  for (const one of [session, other, session]) {
    await one.rekey();
    await world.quiet();
  }
  assert.equal(steps(alice).length + steps(bob).length, 6);
  assert.deepEqual([alice.received, bob.received], [[], []]);
  session.send(message("hello"));
  await world.quiet();
  assert.equal(bob.received.length, 1);
});
