/**
 * Every single-field change of every message of a negotiation, made on the wire between two engines that share a
 * retained secret and each have a session with a third: no session stands that the peer did not agree to, who notices
 * answers with the error that XEP-0116 has there, and nothing else is harmed.
 */
import test, { type TestContext } from "node:test";
import assert from "node:assert/strict";
import { parseStanza, readError } from "esession/wire";
import type { EsessionError, Policy, SessionState } from "esession";
import { messageNumber } from "../support/forms.js";
import {
  aliceJid,
  bobJid,
  createWorld,
  establish,
  join,
  leave,
  seedOf,
  type Party,
  type World,
} from "../support/pair.js";
import { changesOf, rewritten, type Change } from "./mutate.js";
import { rightVerdicts, type Number } from "./verdicts.js";

const carolJid = "carol@example.net/home";
/** Two groups, so that there is another to name; both cost little. Message 2 is of either's choice. */
const policy: Partial<Policy> = { groups: [1, 2] };
const thorough = process.env["ESESSION_LONG"] === "1";

interface Trio {
  readonly world: World;
  readonly alice: Party;
  readonly bob: Party;
  readonly carol: Party;
}

/** What came of one change. */
interface Observed {
  readonly change: Change;
  readonly title: string;
  /** Who noticed it, and the fields that its error named. */
  readonly verdict: string;
  readonly condition: string | undefined;
  /** The message after which it was noticed. */
  readonly noticedAt: Number | undefined;
  readonly alice: SessionState | undefined;
  readonly bob: SessionState | undefined;
  readonly code: string | undefined;
}

/** Alice and Bob had a session before; Carol has one with each of them. */
async function trio(t: TestContext): Promise<Trio> {
  const world = createWorld();
  const seed = seedOf(t);
  const options = { policy };
  const alice = await join(t, world, aliceJid, seed, options);
  const bob = await join(t, world, bobJid, seed, options);
  const carol = await join(t, world, carolJid, seed, options);
  await establish(world, carol, alice);
  await establish(world, carol, bob);
  const [first] = await establish(world, alice, bob);
  await first.close();
  return { world, alice, bob, carol };
}

for (const number of [1, 2, 3, 4] as const)
  test(`message ${number}, changed in one place`, async (t) => {
    const all = await trio(t);
    const changes = changesOf(all.world.messages(number).at(-1)!);
    const observed: Observed[] = [];
    for (const [at, change] of changes.entries()) {
      observed.push(await attempt(all, number, change));
      await unharmed(all, changes[at + 1]?.field !== change.field || thorough);
    }
    t.diagnostic(`${observed.length} changes`);
    const refused = observed.filter(({ verdict }) => verdict !== "accepted");

    await t.test("no side has a session that the other did not agree to", () => {
      none(refused, ({ alice, bob }) => alice === undefined && (bob === undefined || bob === "unconfirmed"));
      // Bob has answered to the end when Alice sees message 4.
      if (number === 1 || number === 3) none(refused, ({ bob }) => bob === undefined);
    });
    const malformed = (one: Observed) => number === 1 && isMalformed(one.change);
    await t.test("who can notice the change does, and names the field", () => {
      const wellFormed = observed.filter((one) => !malformed(one));
      none(wellFormed, ({ change, verdict }) =>
        rightVerdicts(number, change.field, change.kind).includes(verdict),
      );
    });
    if (number === 1)
      await t.test(
        "§4.4: a request that breaks the schema is answered too, when it is a known contact's",
        () => {
          none(observed.filter(malformed), ({ change, verdict }) =>
            rightVerdicts(number, change.field, change.kind).includes(verdict),
          );
        },
      );
    await t.test(
      "XEP-0155 §4.3, XEP-0116 §4.4 and §4.6.1: a field that cannot be accepted is not-acceptable",
      () => {
        const named = refused.filter(
          ({ noticedAt, change }) => noticedAt !== undefined && change.field !== undefined,
        );
        none(
          named.filter(({ noticedAt, code }) => noticedAt! < 3 || isSchema(code)),
          ({ condition }) => condition === "not-acceptable",
        );
      },
    );
    await t.test("§4.7.1, §4.8.2: the checks of messages 3 and 4 give feature-not-implemented", () => {
      const checked = refused.filter(({ noticedAt, code }) => noticedAt! >= 3 && !isSchema(code));
      none(checked, ({ condition }) => condition === "feature-not-implemented");
    });
    await t.test("a proof that does not match is called that, at home only", () => {
      none(observed, ({ verdict, code }) => verdict.endsWith("proof") === (code === "identity-mismatch"));
    });
  });

test("what servers rewrite changes nothing: the normal form is the same (XEP-0116 §6.2)", async (t) => {
  const all = await trio(t);
  const observed: Observed[] = [];
  for (const number of [1, 2, 3, 4] as const)
    for (const change of rewritten) observed.push(await attempt(all, number, change));
  none(
    observed,
    ({ verdict, alice, bob }) => verdict === "accepted" && alice === "established" && bob === alice,
  );
  await unharmed(all, true);
});

test("a claim to a retained secret that was never proved ends no session", async (t) => {
  const { world, alice, bob } = await trio(t);
  const [, standing] = await establish(world, alice, bob);
  // somebody has Alice's rshashes, and cannot go on after message 4
  leave(world, alice);
  const claimant = await join(t, world, aliceJid, "claimant", {
    policy,
    store: alice.blobs,
    keys: alice.keys,
  });
  world.hooks.push((stanza) => (messageNumber(stanza) === 4 ? false : undefined));
  const start = claimant.engine.start(bobJid).catch(() => undefined);
  await world.quiet();
  assert.equal(bob.sessions.at(-1)!.state, "unconfirmed");
  assert.equal(standing.state, "established");
  await world.clock.pass(61_000);
  await start;
});

const isSchema = (code: string | undefined): boolean =>
  ["form-malformed", "options-unacceptable", "base64-malformed"].includes(code ?? "");

const isMalformed = ({ field, kind }: Change): boolean =>
  /^(doubled|with the form twice|with text in the form)$/.test(kind) ||
  (kind === "with the same value twice" &&
    !/^(FORM_TYPE|accept|rekey_freq|my_nonce|dhhashes)$/.test(field ?? ""));

/** Fails with a line for each that is not right. */
function none(observed: readonly Observed[], isRight: (one: Observed) => boolean): void {
  const wrong = observed.filter((one) => !isRight(one));
  assert.deepEqual(
    wrong.map(({ title, verdict, condition, code, alice, bob }) => `${title}: ${verdict} (${condition ?? "no error"}, ${code ?? "no code"}); alice ${alice ?? "none"}, bob ${bob ?? "none"}`), // prettier-ignore
    [],
  );
}

/** One negotiation with the change on its way. */
async function attempt({ world, alice, bob }: Trio, number: Number, change: Change): Promise<Observed> {
  const before = world.log.length;
  const alerts = bob.alerts.length;
  let applied = false;
  world.hooks.push((stanza) => {
    if (applied || messageNumber(stanza) !== number) return undefined;
    applied = true;
    const text = change.apply(stanza);
    if (text === undefined) return undefined;
    world.deliver(text);
    return false;
  });
  const start = alice.engine.start(bobJid).then(
    () => undefined,
    (error: unknown) => (error as EsessionError).code,
  );
  await world.quiet();
  const thread = parseStanza(world.log[before]!.text).getChildText("thread");
  const stateAt = (party: Party) => party.engine.sessions.find((one) => one.thread === thread)?.state;
  const states = { alice: stateAt(alice), bob: stateAt(bob) };
  // whoever was not told gives up by himself
  await world.clock.pass(121_000);
  const code = await start;
  world.hooks.length = 0;
  assert.ok(applied, `message ${number} was on its way`);

  const title = `${change.field ?? "the message"} ${change.kind}`;
  const sent = world.log.slice(before).map(({ from, text }) => ({ from, stanza: parseStanza(text) }));
  const at = sent.findIndex(({ stanza }) => readError(stanza) !== undefined);
  if (at < 0) {
    const verdict = code === undefined ? "accepted" : code === "negotiation-refused" ? "declined" : "silence";
    await endSessions({ world, alice, bob });
    return { change, title, verdict, condition: undefined, noticedAt: undefined, ...states, code };
  }
  const { condition, fields } = readError(sent[at]!.stanza)!;
  const byAlice = sent[at]!.from === aliceJid;
  const noticedAt = sent.slice(0, at).reduce<Number>((last, { stanza }) => messageNumber(stanza) ?? last, 1);
  const isProof = fields.length === 0 && condition === "feature-not-implemented";
  const told = bob.alerts.slice(alerts).find(({ kind }) => kind === "negotiation-failed");
  await endSessions({ world, alice, bob });
  return {
    change,
    title,
    verdict: `${byAlice ? "alice" : "bob"}: ${isProof ? "proof" : fields.join(" ")}`,
    condition,
    noticedAt,
    ...states,
    code: byAlice ? code : told?.error?.code,
  };
}

async function endSessions({ world, alice, bob }: Pick<Trio, "world" | "alice" | "bob">): Promise<void> {
  for (const [party, peer] of [[alice, bobJid], [bob, aliceJid]] as const) void party.engine.session(peer)?.close(); // prettier-ignore
  await world.clock.pass(31_000);
}

/** The other sessions go on, and what was retained is still there: the next session continues the last. */
async function unharmed({ world, alice, bob, carol }: Trio, again: boolean): Promise<void> {
  for (const party of [alice, bob])
    for (const [from, to] of [
      [carol, party],
      [party, carol],
    ] as const) {
      // prettier-ignore
      const received = to.received.length;
      from.engine.session(to.jid)!.send("<message><body>still there</body></message>");
      await world.quiet();
      assert.match(to.received.slice(received).join(), /still there/, `${from.jid} to ${to.jid}`);
    }
  assert.deepEqual(alice.engine.sessions.length, 1, "Alice has the session with Carol alone");
  if (!again) return;
  const [ours, theirs] = await establish(world, alice, bob);
  await world.quiet();
  assert.ok(ours.continued && theirs.continued, "a retained secret is shared");
  assert.equal(ours.sas, theirs.sas);
  assert.deepEqual([ours.state, theirs.state], ["established", "established"]);
  assert.equal((await ours.close()).complete, true);
}
