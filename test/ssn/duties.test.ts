/** XEP-0116 §7.6 and XEP-0155 §8: what an agreement obliges to is told, and the engine itself keeps nothing of what is said. */
import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { pathToFileURL } from "node:url";
import { memoryStore } from "esession";
import type { BlobStore, Session } from "esession";
import type * as Duties from "../../dist/engine/duties.js";
import { root } from "../support/built.js";
import { establish, pairOf } from "../support/pair.js";

const { duties } = (await import(pathToFileURL(join(root, "dist/engine/duties.js")).href)) as typeof Duties;

test("XEP-0155 §8: that a session must not be logged is told on both sides when it begins", async (t) => {
  const policy = { logging: ["mustnot"] } as const;
  const { world, alice, bob } = await pairOf(t, { alice: { policy } });
  const [session, other] = await establish(world, alice, bob);
  assert.deepEqual([session.info.logging, other.info.logging], ["mustnot", "mustnot"]);
  for (const [{ alerts }, own] of [[alice, session], [bob, other]] as const) // prettier-ignore
    assert.deepEqual(alerts.map((one) => [one.kind, one.session]), [["logging", own]]); // prettier-ignore
  assert.match(alice.alerts[0]!.message, /bob@example\.com\/laptop must not be logged/);
});

test("XEP-0155 §8: where logging is allowed, and nothing may be disclosed, there is nothing to tell", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  const [session] = await establish(world, alice, bob);
  assert.deepEqual([session.info.logging, session.info.disclosure], ["may", "never"]);
  assert.deepEqual([alice.alerts, bob.alerts], [[], []]);
});

test("XEP-0116 §7.6: where disclosure was not agreed to be 'never', the user is told at once", () => {
  const session = { peer: "bob@example.com/laptop", info: { logging: "may", disclosure: undefined } };
  const [duty, ...others] = duties(session as unknown as Session);
  assert.equal(duty!.kind, "disclosure");
  assert.deepEqual(others, []);
});

test("XEP-0116 §7.6: nothing of what is said is stored, and no key: stanzas cause no write at all", async (t) => {
  const blobs = memoryStore();
  let writes = 0;
  const counting = new Proxy(blobs, {
    get(target, name: keyof BlobStore) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...of: unknown[]): unknown => {
        if (!/^(get|read|list|load|has)/.test(name)) writes++;
        return (value as (...of: unknown[]) => unknown).apply(target, of);
      };
    },
  });
  const { world, alice, bob } = await pairOf(t, {
    alice: { store: counting, policy: { logging: ["mustnot"] } },
  });
  const [session, other] = await establish(world, alice, bob);
  await world.quiet();
  assert.ok(writes > 0, "the store is in use");
  const before = writes;
  for (let i = 0; i < 20; i++) {
    session.send(`<message><body>${i}</body></message>`);
    other.send(`<message><body>${i}</body></message>`);
  }
  await world.quiet();
  assert.deepEqual([writes - before, alice.received.length, bob.received.length], [0, 20, 20]);
});
