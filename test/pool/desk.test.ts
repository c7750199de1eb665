/** A worker's side by itself: what stays in its core between two tasks. */
import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { pathToFileURL } from "node:url";
import { loadTestCore } from "esession/testing";
import type * as Desk from "../../dist/pool/desk.js";
import type * as Messages from "../../dist/pool/messages.js";
import { root } from "../support/built.js";
import { found, recorder } from "../support/memory-search.js";

const built = (name: string): Promise<unknown> => import(pathToFileURL(join(root, "dist/pool", name)).href);
const { desk } = (await built("desk.js")) as typeof Desk;
const { encodeAgreement, taskName } = (await built("messages.js")) as typeof Messages;

const few = { sessions: 1, maxStanzaBytes: 16_384 };

test("between two tasks a worker's core holds the shared keys and nothing else, not even of a task that failed", async () => {
  const [main, worker] = [await loadTestCore(few), await loadTestCore(few)];
  const kept = recorder();
  const answer = desk(kept.wrap(worker.core));
  const octets = main.core.randomBytes(32) as Uint8Array<ArrayBuffer>;
  const key = main.core.keys.import(octets.slice());
  answer({ type: "key", core: 7, key: octets });
  assert.deepEqual(octets, new Uint8Array(32), "what was handed over is wiped");

  const pair = main.core.dh.generate(14);
  const peer = main.core.dh.generate(14);
  const common = { group: 14, hash: "sha256", publicKey: pair.publicKey } as const;
  const agreement = encodeAgreement({ ...common, value: peer.publicKey });
  const invalid = encodeAgreement({ ...common, value: Uint8Array.of(0) });
  const tasks = [
    ["generate", Uint8Array.of(14), [], "done"],
    ["generate", Uint8Array.of(3), [], "refused"],
    ["agree", agreement, [pair.secret], "done"],
    ["agree", invalid, [pair.secret], "refused"],
  ] as const;
  for (const [i, [purpose, header, secrets, came]] of tasks.entries()) {
    const sealed = main.core.records.seal(key, taskName(7, i + 1, purpose), header, secrets) as Uint8Array<ArrayBuffer>; // prettier-ignore
    assert.equal(answer({ type: "task", core: 7, purpose, sealed })?.type, came);
    assert.equal(worker.core.usage.secrets, 1, "the shared key");
  }
  assert.equal(kept.secrets.size, 4, "the key, the exponent made, the one received, K");
  const tasksOnly = new Map([...kept.secrets].filter(([name]) => !name.startsWith("imported")));
  assert.deepEqual(found(worker.memory(), tasksOnly), []);

  answer({ type: "forget", core: 7 });
  assert.equal(worker.core.usage.secrets, 0);
  assert.deepEqual(found(worker.memory(), kept.secrets), []);
  const late = { type: "task", core: 7, purpose: "generate", sealed: new Uint8Array(64) } as const;
  assert.equal(answer(late)?.type, "failed");
});
