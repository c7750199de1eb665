/** A client whose `send` throws or rejects: `receive` does not throw for it, and no rejection is left to nobody. */
import assert from "node:assert/strict";
import test from "node:test";
import type { TestContext } from "node:test";
import { element, parseStanza, readPayload, serializeStanza } from "esession/wire";
import { messageNumber } from "../support/forms.js";
import { establish, pairOf, type Party } from "../support/pair.js";
import { keyPair, scriptedRequest } from "../support/scripted-peer.js";

const gone = () => new Error("the socket is gone");
const ways: [string, () => never | Promise<never>][] = [
  [
    "throws",
    () => {
      throw gone();
    },
  ],
  ["rejects", () => Promise.reject(gone())],
  ["rejects later", () => new Promise((_, reject) => setImmediate(() => reject(gone())))],
];

/** What Bob sends is lost in that way once it is broken. */
async function breakable(t: TestContext, way: () => never | Promise<never>) {
  const line = { broken: false, tried: 0 };
  const sending = () => (line.broken ? (line.tried++, way()) : undefined);
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => void unhandled.push(reason);
  process.on("unhandledRejection", note);
  t.after(() => process.off("unhandledRejection", note));
  const pair = await pairOf(t, { bob: { sending } });
  return {
    ...pair,
    line,
    /** Bob's engine was given this, and has tried to answer. */
    given: async (stanza: string) => {
      line.broken = true;
      pair.bob.engine.receive(stanza);
      await settled();
      assert.equal(line.tried, 1, "an answer was tried");
      assert.deepEqual(unhandled, []);
    },
  };
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const kindsOf = ({ alerts }: Party) => alerts.map(({ kind }) => kind);

for (const [how, way] of ways) {
  test(`XEP-0155 §4.4: a send() that ${how} while a second resource is told accept 0 harms nothing`, async (t) => {
    const { world, alice, bob, given } = await breakable(t, way);
    const session = await bob.engine.start("alice@example.org");
    await world.quiet();
    const late = world.messages(2)[0]!;
    late.attrs.from = "alice@example.org/other";
    await given(serializeStanza(late));
    assert.deepEqual([session.state, session.peer, kindsOf(bob)], ["established", alice.jid, []]);
  });

  test(`a send() that ${how} while a clear iq is refused harms nothing`, async (t) => {
    const { world, alice, bob, given } = await breakable(t, way);
    const [, other] = await establish(world, alice, bob);
    await given(`<iq type="get" id="z" from="${alice.jid}" to="${bob.jid}"><query xmlns="urn:q"/></iq>`);
    assert.deepEqual([other.state, kindsOf(bob)], ["established", ["clear-in-session"]]);
  });

  test(`a send() that ${how} while a form that cannot be read is refused harms nothing`, async (t) => {
    const { alice, bob, given } = await breakable(t, way);
    const request = scriptedRequest({ from: alice.jid, to: bob.jid, pair: keyPair() });
    readPayload(request)!.x.append(element("bogus"));
    await given(serializeStanza(request));
    assert.deepEqual(kindsOf(bob), []);
  });

  test(`message 4 that cannot be sent since send() ${how} ends the session with send-failed`, async (t) => {
    const { world, alice, bob, line } = await breakable(t, way);
    world.hooks.push((stanza) => {
      if (messageNumber(stanza) === 3) line.broken = true;
    });
    const starting = assert.rejects(alice.engine.start(bob.jid, { timeoutMs: 1_000 }), {
      code: "negotiation-timeout",
    });
    await settled();
    assert.equal(line.tried, 1);
    for (const session of bob.sessions) assert.equal((await session.ended).reason, "send-failed");
    assert.deepEqual(bob.engine.sessions, []);
    const failures = bob.alerts.filter(({ error }) => error?.code === "send-failed");
    assert.ok(failures.length > 0, "and it is told");
    assert.deepEqual([bob.core.core.usage.contexts, bob.core.core.usage.secrets], [0, 1]);
    await world.clock.pass(1_000);
    await starting;
  });
}

test("what was sealed from the first failure on is told as unsent, in order: nobody can read past a gap", async (t) => {
  const fates: { resolve: () => void; reject: (cause: Error) => void }[] = [];
  let later = false;
  const { world, alice, bob } = await pairOf(t, {
    alice: {
      sending: () =>
        later ? new Promise<void>((resolve, reject) => void fates.push({ resolve, reject })) : undefined,
    },
  });
  const [session] = await establish(world, alice, bob);
  later = true;
  const stanzas = ["1", "2", "3", "4"].map((id) => `<message id="${id}"><body>${id}</body></message>`);
  for (const stanza of stanzas) session.send(stanza);
  fates[0]!.resolve();
  await world.quiet();
  world.hooks.push(() => false);
  fates[2]!.resolve(); // it left, but stands behind the gap
  await world.quiet();
  fates[1]!.reject(gone());
  await world.quiet();
  const end = await session.ended;
  assert.deepEqual([end.reason, end.unsent], ["send-failed", stanzas.slice(1)]);
  assert.deepEqual(end.unconfirmed, { count: 4, ids: ["1", "2", "3", "4"] });
  assert.deepEqual(
    bob.received.map((text) => parseStanza(text).attrs.id),
    ["1"],
  );
});

test("where every send() rejects all are told as unsent, once each", async (t) => {
  let broken = false;
  const { world, alice, bob } = await pairOf(t, {
    alice: { sending: () => (broken ? Promise.reject(gone()) : undefined) },
  });
  const [session] = await establish(world, alice, bob);
  broken = true;
  const stanzas = ["1", "2", "3"].map((id) => `<message id="${id}"><body>${id}</body></message>`);
  for (const stanza of stanzas) session.send(stanza);
  assert.deepEqual((await session.ended).unsent, stanzas);
  assert.deepEqual(kindsOf(alice), ["send-failed", "session-ended"]);
});
