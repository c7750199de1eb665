/** Refused before anything happens: times that no timer can wait, padding without room, text that is no XML. */
import assert from "node:assert/strict";
import test from "node:test";
import { createEngine } from "esession";
import type { Policy } from "esession";
import { loadTestCore } from "esession/testing";
import { element } from "esession/wire";
import type { Element } from "esession/wire";
import { establish, join, pairOf } from "../support/pair.js";

const small = { sessions: 2, maxStanzaBytes: 16_384 };
const { core } = await loadTestCore(small);
const engineWith = (policy: Partial<Policy>) =>
  createEngine({ jid: "alice@example.org/pda", send: () => undefined, core, policy });

const times = [Infinity, NaN, 3e9, 2 ** 31, -1, 0, 0.5, "1000" as never];

test("start() refuses a time that no timer can wait, and sends nothing", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  for (const timeoutMs of times)
    await assert.rejects(
      alice.engine.start(bob.jid, { timeoutMs }),
      { code: "option-invalid", message: /'timeoutMs'/ },
      String(timeoutMs),
    );
  await world.quiet();
  assert.deepEqual(world.log, []);
  assert.equal((await alice.engine.start(bob.jid, { timeoutMs: 2 ** 31 - 1 })).state, "established");
});

for (const name of ["startTimeoutMs", "halfOpenMs", "acknowledgementMs"] as const)
  test(`the policy's ${name} is refused where no timer can wait as long`, async () => {
    for (const value of times)
      await assert.rejects(
        engineWith({ [name]: value }),
        { code: "option-invalid", message: new RegExp(`'${name}'`) },
        String(value),
      );
    await (await engineWith({ [name]: 2 ** 31 - 1 })).close();
  });

test("a padding that leaves no room in a stanza is refused when the engine is made, and the largest other one works", async (t) => {
  for (const padTo of [65_536, 16_384, 12_288])
    await assert.rejects(engineWith({ padTo }), { code: "option-invalid", message: /padTo/ });
  const largest = Math.floor((16_384 - 2_048) / 4) * 3;
  await assert.rejects(engineWith({ padTo: largest + 1 }), { code: "option-invalid" });
  const { world, alice } = await pairOf(t, { alice: { ...small, policy: { padTo: largest } } });
  const bob = await join(t, world, `bob@${"b".repeat(60)}.example.com/${"l".repeat(100)}`, "far", small);
  const [session, other] = await establish(world, alice, bob);
  session.send("<message><body>x</body></message>");
  await world.quiet();
  assert.equal(bob.received.length, 1);
  assert.equal((await session.close()).complete, true);
  assert.equal((await other.ended).complete, true);
});

const unwritable: Record<string, () => Element> = {
  "a control character in the stanza's id": () => element("message", { id: "a\u0001" }, element("body", {}, "x")), // prettier-ignore
  "a control character in an attribute of a clear child": () =>
    element("message", {}, element("body", {}, "x"), element("origin-id", { xmlns: "urn:xmpp:sid:0", id: "\u0002" })), // prettier-ignore
  "a control character in an attribute of the content": () =>
    element("message", {}, element("x", { xmlns: "urn:x", a: "\u0000" })),
  "half a surrogate pair in an attribute": () =>
    element("message", { id: "\uD800" }, element("body", {}, "x")),
  "an attribute whose name is none": () => element("message", { "a b": "x" }, element("body", {}, "x")),
};

test("XEP-0200 §6: what could not be read at the other end is refused before the counter moves", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  const [session] = await establish(world, alice, bob);
  const { length } = world.log;
  for (const [what, stanza] of Object.entries(unwritable)) {
    assert.throws(() => session.send(stanza()), { code: "xml-malformed" }, what);
    assert.throws(() => session.seal(stanza()), { code: "xml-malformed" }, what);
  }
  assert.deepEqual([session.state, world.log.length], ["established", length]);
  session.send("<message><body>after</body></message>");
  await world.quiet();
  assert.match(bob.received.at(-1)!, /after/);
});
