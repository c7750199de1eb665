/**
 * Public keys in sessions of real engines, without anybody who signs: what the negotiation has proved of a key is put
 * into its outcome, as it would stand there. So these tests are of what the engine makes of a key, and of nothing before.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { TestContext } from "node:test";
import type { ShownKey } from "esession/testing";
import type { Driver as DriverClass } from "../../dist/engine/driver.js";
import type { TrustDesk as TrustDeskClass } from "../../dist/engine/trust-desk.js";
import type { Outcome, Write } from "../../dist/negotiation/types.js";
import { root } from "../support/built.js";

const built = async (name: string): Promise<unknown> => import(pathToFileURL(join(root, "dist", name)).href);
const { Driver } = (await built("engine/driver.js")) as { Driver: typeof DriverClass };
const { TrustDesk } = (await built("engine/trust-desk.js")) as { TrustDesk: typeof TrustDeskClass };

export const algorithm = "http://www.w3.org/2000/09/xmldsig#rsa-sha256";

/** A key by a digit. */
export const keyOf = (digit: string): ShownKey => ({
  fingerprint: digit.repeat(64),
  keyValue: `<KeyValue>${digit}</KeyValue>`,
  algorithm,
});

/** As it is shown to people. */
export const shown = (digit: string) => Array(8).fill(digit.repeat(8)).join(" ");

/** The key that a full JID shows to whom it has a session with. */
const shows = new Map<string, ShownKey>();

/** Until the test ends, which begins with none. */
export function shownKeys(t: TestContext): Map<string, ShownKey> {
  shows.clear();
  t.after(() => shows.clear());
  return shows;
}

// What an initiator is shown comes with message 4, so that the step is the first that is run.
const run = Reflect.get(Driver.prototype, "run");
Driver.prototype.run = function (half, step) {
  const outcome = step.raise.find((one) => one.kind === "established")?.outcome;
  const key = outcome && shows.get(outcome.peer);
  if (!outcome || !key) return run.call(this, half, step);
  show(outcome, key);
  const write = { kind: "remember-key", bareJid: half.bare, ...key } as Write;
  return run.call(this, half, { ...step, write: [...step.write, write] });
};

// A responder's comes within: it is judged, and not remembered when the session stands.
const judge = Reflect.get(TrustDesk.prototype, "judge");
TrustDesk.prototype.judge = function (jid, outcome, elsewhere) {
  const key = shows.get(outcome.peer);
  if (key) show(outcome, key);
  return judge.call(this, jid, outcome, elsewhere);
};

function show(outcome: Outcome, key: ShownKey): void {
  Object.assign(outcome, { peerKey: { ...key, mode: "key", known: false } });
}
