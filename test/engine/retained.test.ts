/** Retained secrets outlive the process, in each kind of place: the next session continues the chain that was verified. */
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join as path } from "node:path";
import test from "node:test";
import type { TestContext } from "node:test";
import { memoryStore } from "esession";
import type { BlobStore } from "esession";
import { fileStore } from "esession/store/file";
import { parseStanza } from "esession/wire";
import { establish, join, leave, pairOf } from "../support/pair.js";

const places: Record<string, (t: TestContext) => Promise<() => Promise<BlobStore>>> = {
  memory: () => {
    const store = memoryStore();
    return Promise.resolve(() => Promise.resolve({ ...store, close: () => Promise.resolve() }));
  },
  file: async (t) => {
    const folder = await mkdtemp(path(tmpdir(), "esession-"));
    t.after(() => rm(folder, { recursive: true }));
    return () => fileStore(folder);
  },
};

for (const [name, place] of Object.entries(places))
  test(`after a restart on the ${name} store the next session is continued and verified`, async (t) => {
    const [forAlice, forBob] = [await place(t), await place(t)];
    const { world, ...first } = await pairOf(t, {
      alice: { store: await forAlice() },
      bob: { store: await forBob() },
    });
    let { alice, bob } = first;
    const [session, other] = await establish(world, alice, bob);
    assert.equal(session.sas, other.sas);
    await Promise.all([session.confirmSas(), other.confirmSas()]);
    for (let restart = 0; restart < 3; restart++) {
      await alice.engine.close();
      await bob.engine.close();
      leave(world, alice);
      leave(world, bob);
      alice = await join(t, world, alice.jid, `alice ${restart}`, { store: await forAlice() });
      bob = await join(t, world, bob.jid, `bob ${restart}`, { store: await forBob() });
      const pair =
        restart % 2 === 0 ? await establish(world, bob, alice) : await establish(world, alice, bob);
      for (const { continued, level, state } of pair)
        assert.deepEqual([continued, level, state], [true, "verified", "established"]);
    }
    await Promise.all([alice.engine.close(), bob.engine.close()]);
    assert.deepEqual(
      [...alice.alerts, ...bob.alerts].filter(({ kind }) => kind !== "session-ended"),
      [],
    );
  });

test("no file of the file store tells a contact's name, in its name or in its content", async (t) => {
  const folder = await mkdtemp(path(tmpdir(), "esession-"));
  t.after(() => rm(folder, { recursive: true }));
  const { world, alice, bob } = await pairOf(t, { alice: { store: await fileStore(folder) } });
  await establish(world, alice, bob);
  await alice.engine.wroteTo("carol@example.net");
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  assert.ok(files.length >= 4, "check record, two peers, a mark");
  for (const file of files.filter((one) => one.isFile())) {
    const content = await readFile(path(file.parentPath, file.name), "latin1");
    assert.doesNotMatch(file.name + content, /bob|carol|example/);
  }
  await alice.engine.close();
});

test("nothing is written to the store for a stanza: 1,000 stanzas, no write", async (t) => {
  let writes = 0;
  const inner = memoryStore();
  const store: BlobStore = { ...inner, write: (changes) => (writes++, inner.write(changes)) };
  const { world, alice, bob } = await pairOf(t, { bob: { store } });
  const [session, other] = await establish(world, alice, bob);
  await world.quiet();
  assert.ok(writes > 0);
  writes = 0;
  for (let i = 0; i < 500; i++) {
    session.send(`<message id="${i}"><body>${i}</body></message>`);
    other.send(`<message id="${i}"><body>${i}</body></message>`);
  }
  await world.quiet();
  for (const { received } of [alice, bob])
    assert.deepEqual(
      received.map((text) => Number(parseStanza(text).attrs.id)),
      [...Array(500).keys()],
    );
  assert.equal(writes, 0);
});

test("a secret beyond its lifetime continues nothing", async (t) => {
  const day = 86_400_000;
  const policy = { retainedMs: day };
  const { world, alice, bob } = await pairOf(t, { alice: { policy }, bob: { policy } });
  const [session] = await establish(world, alice, bob);
  await session.close();
  await world.clock.pass(day - 1);
  const [second] = await establish(world, alice, bob);
  assert.ok(second.continued);
  await second.close();
  await world.clock.pass(day + 1);
  const [third] = await establish(world, alice, bob);
  assert.equal(third.continued, false);
});
