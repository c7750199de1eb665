/**
 * What Gajim sent when a negotiation went wrong (refusals, options it does not know, tampering), put before our engine
 * in the same place: the negotiation ends, and nothing ever goes out in clear.
 */
import test, { type TestContext } from "node:test";
import assert from "node:assert/strict";
import { parseStanza, readError, single } from "esession/wire";
import { messageNumber, valueOf } from "../support/forms.js";
import { envOf } from "../support/machines.js";
import {
  aliceJid,
  bobJid,
  createWorld,
  establish,
  join,
  pairOf,
  seedOf,
  type Pair,
} from "../support/pair.js";
import { initiator, makeOffer } from "./internals.js";
import { stranger } from "./replay.js";
import { readMessage } from "./runs.js";
import {
  assertNothingInClear,
  delivered,
  deployed,
  inThread,
  isError,
  scenario,
  scenarios,
} from "./scenarios.js";

const threadOf = ({ world }: Pick<Pair, "world">) =>
  parseStanza(world.log.at(-1)!.text).getChildText("thread")!;

test("Gajim's requests are answered, or declined with accept 0, never with an error (deployed-dialect §7)", async (t) => {
  // what it needs is not offered, or was renamed
  const declined = ["logging-otr-field", "ver-1.3-only", "ver-missing", "three-message-request"];
  const seed = seedOf(t);
  for (const { name, wire } of scenarios) {
    const world = createWorld();
    const bob = await join(t, world, bobJid, seed);
    world.deliver(delivered(wire[0]!));
    await world.quiet();
    assert.equal(world.log.length, 1, name);
    const [answer] = world.log.map(({ text }) => parseStanza(text));
    assert.equal(answer!.getChildText("thread"), parseStanza(wire[0]!.sent).getChildText("thread"));
    assert.equal(valueOf(answer!, "accept"), declined.includes(name) ? "0" : "1", name);
    assert.equal(messageNumber(answer!), declined.includes(name) ? undefined : 2, name);
    assert.deepEqual(bob.engine.sessions, []);
  }
});

/** Every kind of refusal once: with the whole response form in it, or with a reason for a human reader. */
const refusals = new Map(
  scenarios
    .flatMap(({ wire }) => wire.filter(({ from, sent }) => from === "bob" && isError(sent)))
    .map(({ sent }) => {
      const { condition, fields, text } = readError(parseStanza(sent))!;
      const form = sent.includes("<x ") ? ", with a form" : `: ${text!}`;
      return [`${condition} ${fields.join(" ")}${form}`, sent] as const;
    }),
);

for (const [title, sent] of refusals) {
  test(`Gajim's error to our request ends the negotiation: ${title}`, async (t) => {
    const { world, alice } = await pairOf(t, {});
    world.parties.pop(); // in Bob's place is the recording
    const start = alice.engine.start(bobJid);
    await world.quiet();
    world.deliver(inThread(sent, threadOf({ world })));
    await assert.rejects(start, { code: "negotiation-refused" });
    assert.deepEqual(alice.engine.sessions, []);
    assert.equal(world.log.length, 1, "an error is not answered");
    assertNothingInClear({ world });
    await assertFree(t, { world, alice });
  });

  test(`Gajim's error to our message 3 leads to one attempt in the other dialect and no more: ${title}`, async (t) => {
    const { world, alice } = await pairOf(t, { bob: deployed });
    world.hooks.push((stanza) => {
      if (messageNumber(stanza) !== 3) return undefined;
      world.deliver(inThread(sent, stanza.getChildText("thread")!));
      return false;
    });
    await assert.rejects(alice.engine.start(bobJid), { code: "negotiation-refused" });
    await world.quiet();
    assert.equal(world.messages(1).length, 2);
    assert.deepEqual(alice.sessions, []);
    assertNothingInClear({ world });
  });
}

/** Nothing is left of the negotiation: the places for this peer are free again. */
async function assertFree(t: TestContext, { world, alice }: Pick<Pair, "world" | "alice">): Promise<void> {
  const bob = await join(t, world, bobJid, "later");
  await establish(world, alice, bob);
}

test("the user of Gajim declines our request: accept 0", async (t) => {
  const { world, alice } = await pairOf(t, {});
  world.parties.pop();
  const start = alice.engine.start(bobJid);
  await world.quiet();
  const no = inThread(scenario("user-declines").wire.at(-1)!.sent, threadOf({ world }));
  [no.attrs.from, no.attrs.to] = [bobJid, aliceJid];
  world.deliver(no);
  await assert.rejects(start, { code: "negotiation-refused" });
  assert.equal(world.log.length, 1);
  await assertFree(t, { world, alice });
});

test("the user of Gajim declines after our response: accept 0 in a form of type submit (deployed-dialect §7)", async (t) => {
  const world = createWorld();
  const bob = await join(t, world, bobJid, seedOf(t));
  for (const stanza of [scenario("user-declines").wire[0]!, scenario("user-declines").wire.at(-1)!]) {
    world.deliver(stanza.sent);
    await world.quiet();
  }
  assert.deepEqual(
    world.log.map(({ text }) => messageNumber(parseStanza(text))),
    [2],
  );
  assert.deepEqual(
    bob.alerts.map(({ kind, error }) => [kind, error?.code]),
    [["negotiation-failed", "negotiation-refused"]],
    "the negotiation has ended",
  );
});

test("Gajim's answers: a field that is missing or another nonce is refused, the normal one is not", async () => {
  for (const [name, field] of [
    ["normal", undefined],
    ["response-without-logging", "logging"],
    ["bad-nonce-echo", "nonce"],
    ["ver-missing", "ver"],
  ] as const) {
    const [first, second] = scenario(name).wire;
    const asked = readMessage(first!.sent);
    const env = await envOf(aliceJid, name);
    const state = {
      kind: "awaiting-response" as const,
      init: { to: bobJid, thread: asked.thread, facts: stranger },
      nonceA: new Uint8Array(Buffer.from(single(asked.form, "my_nonce")!, "base64")),
      formA: asked.form.element,
      offer: makeOffer({ policy: env.policy }),
      pairs: [env.core.dh.generate(1)],
    };
    const { next, send } = initiator.receiveResponse(env, state, readMessage(delivered(second!)));
    assert.equal(next.kind, field === undefined ? "agreeing" : "ended", name);
    if (next.kind === "agreeing") assert.equal(next.dialect, "deployed");
    const errors = send.map((one) => readError(one)!);
    assert.deepEqual(
      errors.map(({ condition, fields }) => [condition, ...fields]),
      field === undefined ? [] : [["not-acceptable", field]],
      name,
    );
  }
});
