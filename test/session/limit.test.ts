/** XEP-0200 §11.4: after 2^31 blocks the session is terminated, where no key exchange was agreed on. */
import assert from "node:assert/strict";
import test from "node:test";
import type { TestContext } from "node:test";
import { parseStanza } from "esession/wire";
import { establish, pairOf } from "../support/pair.js";
import { shadows } from "../support/shadow.js";

const LIMIT = 2 ** 31;
const body = `<message id="m"><body>fifteen octets of text and more</body></message>`;

async function standing(t: TestContext, sending: number, receiving: number) {
  const hand = shadows();
  const { world, alice, bob } = await pairOf(t, {
    alice: { wrap: (core) => hand.wrap(core) },
    bob: { policy: { rekeyFreq: 4_294_967_295 } },
  });
  const [session, other] = await establish(world, alice, bob);
  alice.core.setBlocks(hand.real.sending, sending);
  alice.core.setBlocks(hand.real.receiving, receiving);
  return { world, alice, bob, session, other };
}

test("XEP-0200 §11.4: a stanza beyond 2^31 blocks is not sealed; the session is terminated, and that is acknowledged", async (t) => {
  const { world, session, other, bob } = await standing(t, LIMIT, 0);
  assert.throws(() => session.send(body), { code: "key-exhausted" });
  await world.quiet();
  assert.deepEqual(bob.received, []);
  assert.equal((await session.ended).complete, true);
  assert.equal((await other.ended).complete, true);
});

test("XEP-0200 §11.4: blocks of both directions count together, and the last stanza below the limit goes out", async (t) => {
  const { world, session, bob } = await standing(t, LIMIT - 10, 9);
  session.send(body);
  assert.throws(() => session.send(body), { code: "key-exhausted" });
  await world.quiet();
  assert.equal(bob.received.length, 1);
});

test("XEP-0200 §11.4: what is received counts: the stanza is handed on, then the session is terminated", async (t) => {
  const { world, alice, session, other } = await standing(t, 5, LIMIT - 6);
  other.send(body);
  await world.quiet();
  assert.equal(parseStanza(alice.received[0]!).attrs.id, "m");
  const end = await session.ended;
  assert.equal(end.complete, true);
  assert.equal((await other.ended).reason, "closed-by-peer");
});

test("XEP-0200 §11.4: the termination itself, and the acknowledgement of one, go out beyond the limit", async (t) => {
  const { session, other } = await standing(t, LIMIT + 5, 0);
  const [end] = await Promise.all([other.close(), session.ended]);
  assert.equal(end.complete, true);
});
