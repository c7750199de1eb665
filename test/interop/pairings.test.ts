/**
 * Two engines that speak the dialects in all pairings that can meet: the negotiation, stanzas both ways, a second
 * session that continues the first, the end, and how the dialect is found (D20).
 */
import test from "node:test";
import assert from "node:assert/strict";
import type { Dialect, Policy, Session } from "esession";
import { childrenNamed, findC, parseStanza, readPayload } from "esession/wire";
import { messageNumber, valueOf, valuesOf } from "../support/forms.js";
import { aliceJid, bobJid, establish, join, leave, pairOf, type Pair } from "../support/pair.js";

type Choice = Dialect | "auto";

/** A deployed client encrypts messages only. */
const speaking = (dialect: Choice): Partial<Policy> =>
  dialect === "deployed" ? { dialect, stanzas: ["message"] } : { dialect };

const pairings: readonly (readonly [initiator: Choice, responder: Choice, spoken: Dialect])[] = [
  ["xep", "xep", "xep"],
  ["auto", "auto", "xep"],
  ["auto", "xep", "xep"],
  ["xep", "auto", "xep"],
  ["auto", "deployed", "deployed"],
  ["deployed", "auto", "deployed"],
  ["deployed", "deployed", "deployed"],
];

for (const [initiator, responder, spoken] of pairings)
  test(`a client of ${initiator} asks one of ${responder}: they speak ${spoken}`, async (t) => {
    const pair = await pairOf(t, {
      alice: { policy: speaking(initiator) },
      bob: { policy: speaking(responder) },
    });
    const { world, alice, bob } = pair;
    const first = await establish(world, alice, bob);
    assertAgreed(first, spoken);
    assert.equal(first[0].continued, false);
    await talk(pair, first);
    for (const session of first)
      await (spoken === "deployed" ? session.confirmWeakSas() : session.confirmSas());
    await end(pair, first, spoken);

    for (const [party, peer] of [
      [alice, "bob@example.com"],
      [bob, "alice@example.org"],
    ] as const) {
      const record = await party.record(peer);
      assert.equal(record.dialect, spoken, "the dialect is remembered");
      assert.equal(record.spokeXep, spoken === "xep");
      assert.equal(record.retained.length, 1);
    }

    // the other way round, without looking for the dialect again
    const requests = world.messages(1).length;
    const [theirs, ours] = await establish(world, bob, alice);
    assert.equal(world.messages(1).length, requests + 1);
    await world.quiet();
    assert.ok(theirs.continued && ours.continued);
    assertAgreed([theirs, ours], spoken);
    // a deployed initiator says nothing by itself, so the other side waits for its first stanza
    assert.equal(ours.state, spoken === "deployed" ? "unconfirmed" : "established");
    assert.equal(theirs.level, spoken === "deployed" ? "verified-weak" : "verified");
    assert.equal(
      ours.level,
      spoken === "deployed" ? "unverified" : "verified",
      "nothing is proved before that",
    );
    await talk(pair, [ours, theirs], "bob");
    assert.equal(ours.state, "established");
    assert.equal(ours.level, theirs.level);
    // the attempt in the XEPs' dialect, which a deployed client cannot have understood
    const attempts = initiator === "auto" && responder === "deployed" ? ["negotiation-failed"] : [];
    const alerts = [alice, bob].map((party) =>
      party.alerts.map(({ kind }) => kind).filter((kind) => kind !== "session-ended"),
    );
    assert.deepEqual(alerts, [[], attempts]);
  });

function assertAgreed([ours, theirs]: readonly Session[], spoken: Dialect): void {
  assert.deepEqual(ours!.info, theirs!.info);
  assert.equal(ours!.info.dialect, spoken);
  assert.equal(ours!.info.cipher, spoken === "deployed" ? "aes128-ctr" : "aes256-ctr");
  const name = spoken === "deployed" ? "weakSas" : "sas";
  assert.match(ours![name]!, /^[acdefghikmopqruvwxy1-9]{5}$/);
  assert.equal(ours![name], theirs![name]);
  assert.equal(ours!.comparisonCode, theirs!.comparisonCode);
  assert.equal(ours!.comparisonCode === undefined, spoken === "deployed");
  assert.equal(ours![spoken === "deployed" ? "sas" : "weakSas"], undefined);
}

const texts = [
  "hello",
  "caf\u00e9 \u2013 \u65e5\u672c\u8a9e \ud83d\ude00",
  "<b>1 &amp; 2</b>".replace(/</g, "&lt;"),
  "x".repeat(3000),
];

/** Both write and both read, in turn. */
async function talk(
  { world, alice, bob }: Pair,
  [ours, theirs]: readonly Session[],
  first = "alice",
): Promise<void> {
  const ways = [
    [ours!, bob],
    [theirs!, alice],
  ] as const;
  for (const text of texts)
    for (const [session, reader] of first === "alice" ? ways : [...ways].reverse()) {
      const sent = `<message type="chat" id="m"><body>${text}</body><active xmlns="http://jabber.org/protocol/chatstates"/></message>`;
      session.send(sent);
      await world.quiet();
      const read = parseStanza(reader.received.at(-1)!);
      assert.equal(read.getChildText("body"), parseStanza(sent).getChildText("body"));
      assert.equal(childrenNamed(read, "active", "http://jabber.org/protocol/chatstates").length, 1);
      assert.doesNotMatch(world.log.at(-1)!.text, /active/, "on the wire it is sealed");
    }
}

/** XEP-0116 §5: sealed, and acknowledged; a deployed peer reads the clear form only (D25). */
async function end(
  { world, alice, bob }: Pair,
  [ours, theirs]: readonly Session[],
  spoken: Dialect,
): Promise<void> {
  const before = world.log.length;
  const closed = await ours!.close();
  assert.deepEqual([closed.reason, closed.complete], ["closed-by-us", true]);
  assert.deepEqual((await theirs!.ended).reason, "closed-by-peer");
  await world.quiet();
  const stanzas = world.log.slice(before).map(({ from, text }) => ({ from, stanza: parseStanza(text) }));
  const forms = stanzas.filter(({ stanza }) => readPayload(stanza) !== undefined);
  assert.deepEqual(
    forms.map(({ from }) => from),
    spoken === "deployed" ? [aliceJid] : [],
    "the clear form",
  );
  for (const { stanza } of forms) assert.equal(valueOf(stanza, "terminate"), "1");
  assert.deepEqual(
    stanzas.filter(({ stanza }) => findC(stanza).length > 0).map(({ from }) => from),
    [aliceJid, bobJid],
    "the sealed form and its acknowledgement",
  );
  assert.deepEqual([...alice.engine.sessions, ...bob.engine.sessions], []);
}

test("D20: message 2 without a deployed client's shape: the second attempt, under the same promise, is in the other dialect", async (t) => {
  const { world, alice, bob } = await pairOf(t, { bob: { policy: speaking("deployed") } });
  const session = await alice.engine.start(bobJid);
  await world.quiet();
  assert.equal(session.info.dialect, "deployed");
  assert.deepEqual(
    world.log.map(({ text }) => messageNumber(parseStanza(text)) ?? "refusal"),
    [1, 2, 3, "refusal", 1, 2, 3, 4],
  );
  const [refused, accepted] = world.messages(1);
  assert.notEqual(refused!.getChildText("thread"), accepted!.getChildText("thread"));
  for (const name of ["dhhashes", "my_nonce"])
    assert.notDeepEqual(valuesOf(refused!, name), valuesOf(accepted!, name), `a fresh ${name}`);
  assert.deepEqual([alice.sessions.length, bob.sessions.length], [1, 1]);
  assert.equal((await alice.record("bob@example.com")).dialect, "deployed");
  // the refused one is not remembered as spoken
  assert.equal((await alice.record("bob@example.com")).spokeXep, false);
});

test("D20: where the client knows the peer's software there is one attempt", async (t) => {
  const alice = { dialectOf: () => "deployed" as const };
  const pair = await pairOf(t, { alice, bob: { policy: speaking("deployed") } });
  const session = await pair.alice.engine.start(bobJid);
  assert.equal(session.info.dialect, "deployed");
  assert.equal(pair.world.messages(1).length, 1);
});

test("D20: an engine fixed to the deployed dialect answers as a deployed client can: messages only", async (t) => {
  const { world, alice } = await pairOf(t, { bob: { policy: { dialect: "deployed" } } });
  await alice.engine.start(bobJid).catch(() => undefined);
  assert.deepEqual(valuesOf(world.messages(2)[0]!, "stanzas"), ["message"]);
});

test("D20: nobody who could speak the XEPs' dialect is tried in the other", async (t) => {
  // the proof is damaged on its way: that alone must not lead to the weaker dialect
  const { world, alice } = await pairOf(t, {});
  world.hooks.push((stanza) => (messageNumber(stanza) === 3 ? damage(stanza) : undefined));
  await assert.rejects(alice.engine.start(bobJid), { code: "negotiation-refused" });
  assert.equal(world.messages(1).length, 1, "there was one attempt");

  function damage(stanza: ReturnType<typeof parseStanza>): undefined {
    const mac = readPayload(stanza)!.x.getChildElements().at(-1)!.getChild("value")!;
    mac.children = [Buffer.alloc(32, 7).toString("base64")];
  }
});

test("D16: a contact that used sas28x5-bound once is refused when it offers or answers sas28x5 alone", async (t) => {
  const { world, alice, bob } = await pairOf(t, {});
  const [ours] = await establish(world, alice, bob);
  await ours.close();
  leave(world, bob);
  const older = await join(t, world, bobJid, "older", { policy: speaking("deployed") });

  await assert.rejects(alice.engine.start(bobJid), { code: "options-unacceptable" });
  await assert.rejects(older.engine.start(aliceJid), { code: "negotiation-refused" });
  await world.quiet();
  const downgrades = alice.alerts.filter(({ kind }) => kind === "sas-downgrade");
  assert.equal(downgrades.length, 2);
  assert.deepEqual([...alice.engine.sessions, ...older.engine.sessions], []);
});
