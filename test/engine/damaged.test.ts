/** A store in which a record was damaged, or that several accounts share: what is told, and what is left alone. */
import assert from "node:assert/strict";
import test from "node:test";
import { memoryStore } from "esession";
import type { BlobStore } from "esession";
import { element, readPayload, serializeStanza } from "esession/wire";
import { createWorld, establish, join, leave, pairOf, seedOf } from "../support/pair.js";
import { keyPair, scriptedRequest } from "../support/scripted-peer.js";

/** A place that outlives the engine on it; records whose id begins so come back damaged once it is told. */
function place() {
  const inner = memoryStore();
  const made = { damaged: undefined as string | undefined };
  const store: BlobStore = {
    ...inner,
    close: () => Promise.resolve(),
    async get(id) {
      const found = await inner.get(id);
      if (!found || made.damaged === undefined || !id.startsWith(made.damaged)) return found;
      const sealed = Uint8Array.from(found.sealed);
      sealed[sealed.length >> 1]! ^= 1;
      return { ...found, sealed };
    },
  };
  return Object.assign(made, { store });
}

for (const answer of ["known", "everybody"] as const)
  test(`a damaged record of a contact is told, and its request is met with silence (answer: ${answer})`, async (t) => {
    const made = place();
    const { world, alice, bob } = await pairOf(t, { bob: { store: made.store, policy: { answer } } });
    await bob.engine.wroteTo("alice@example.org");
    await (await establish(world, alice, bob))[0].close();
    await world.quiet();
    const before = bob.core.core.usage;
    made.damaged = "peer/";
    bob.alerts.length = 0;

    const starting = assert.rejects(alice.engine.start(bob.jid, { timeoutMs: 1_000 }), {
      code: "negotiation-timeout",
    });
    await world.clock.pass(1_000);
    await starting;
    const malformed = scriptedRequest({ from: alice.jid, to: bob.jid, pair: keyPair() });
    readPayload(malformed)!.x.append(element("bogus"));
    bob.engine.receive(serializeStanza(malformed));
    await world.quiet();
    assert.deepEqual(
      bob.alerts.map(({ kind, jid, error }) => [kind, jid, error?.code]),
      Array(2).fill(["store-failed", "alice@example.org", "record-damaged"]),
    );
    const last = world.log.findLastIndex(({ from }) => from === bob.jid);
    assert.ok(world.messages(1).length === 2 && last < world.log.length - 1, "the peer was told something");
    assert.equal(world.messages(2).length, 1);
    assert.deepEqual([bob.requests, bob.core.core.usage], [[], before]);

    await assert.rejects(bob.engine.start(alice.jid), { code: "record-damaged" });
    assert.deepEqual(bob.core.core.usage, before);
    // and nobody else is concerned
    const carol = await join(t, world, "carol@example.net/desk", "carol");
    made.damaged = undefined;
    await establish(world, bob, carol);
  });

test("the marks of another JID on the same store are left alone: its lost session is told to its own next engine", async (t) => {
  const { store } = place();
  const [world, seed] = [createWorld(), seedOf(t)];
  const alice = await join(t, world, "alice@example.org/pda", seed, { store });
  const bob = await join(t, world, "bob@example.com/laptop", seed);
  await establish(world, alice, bob);
  for (const jid of ["alice@example.org/pda2", "alice@example.org/pd", "second@example.org/pda"]) {
    const other = await join(t, world, jid, seed, { store });
    assert.deepEqual(other.alerts, [], jid);
    await other.engine.close();
  }
  leave(world, alice);
  const again = await join(t, world, alice.jid, "again", { store });
  assert.deepEqual(
    again.alerts.map(({ kind, jid }) => [kind, jid]),
    [["session-lost", "bob@example.com"]],
  );
});

test("a damaged mark keeps no engine from starting: that a session was lost is told, once, and the other marks are read", async (t) => {
  const made = place();
  const { world, alice, bob } = await pairOf(t, { bob: { store: made.store } });
  const carol = await join(t, world, "carol@example.net/desk", "carol");
  await establish(world, alice, bob);
  [made.damaged] = await made.store.list("session/");
  assert.ok(made.damaged !== undefined);
  await establish(world, carol, bob);
  leave(world, bob);
  for (const lost of [["carol@example.net", bob.jid], []]) {
    const again = await join(t, world, bob.jid, "again", { store: made.store });
    assert.deepEqual(
      again.alerts.map(({ kind, jid }) => [kind, jid]),
      lost.map((jid) => ["session-lost", jid]),
    );
    leave(world, again);
  }
});
