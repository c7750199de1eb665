/**
 * Whole stanzas, sealed and opened by the core, against node:crypto (XEP-0200 §6, §8): sessions of some stanzas each,
 * with every length of key, counters that carry, MACs over the shortest form of a counter, and both dialects.
 * `deployed` peers keep one keystream through all stanzas, so that opening starts at every place within a block.
 */
import assert from "node:assert/strict";
import { createCipheriv, createHmac } from "node:crypto";
import type { Dialect, StanzaContext } from "esession/core";
import type { TestCore } from "esession/testing";
import { inBoth } from "../builds.js";
import { seed, toBigInt, toOctets } from "../numbers.js";
import { cases, type Seeded, seeded } from "./cases.js";

const perSession = 50;

interface Session {
  readonly dialect: Dialect;
  readonly cipherKey: Uint8Array;
  readonly macKey: Uint8Array;
  readonly start: bigint;
}

const counterOf = (value: bigint): Uint8Array => toOctets(BigInt.asUintN(128, value), 16);
const blocksOf = (octets: number): number => Math.ceil(octets / 16);

function newSession({ octets, below }: Seeded, dialect: Dialect): Session {
  const counter = octets(16);
  // about to carry, to wrap, or with leading zeros
  const kind = below(4);
  if (kind === 0) counter.fill(0xff, below(16), 15);
  if (kind === 1) counter.fill(0, 0, below(17));
  return {
    dialect,
    cipherKey: octets([16, 24, 32][below(3)]!),
    macKey: octets(1 + below(64)),
    start: toBigInt(counter),
  };
}

function context({ core, importSecret }: TestCore, session: Session): StanzaContext {
  const keys = { cipher: importSecret(session.cipherKey), mac: importSecret(session.macKey) };
  const made = core.stanza.context(keys, counterOf(session.start), session.dialect);
  keys.cipher.wipe();
  keys.mac.wipe();
  return made;
}

const cipherFrom = ({ cipherKey }: Session, counter: bigint) =>
  createCipheriv(`aes-${cipherKey.length * 8}-ctr`, cipherKey, counterOf(counter));

const macOf = ({ macKey }: Session, content: string, counter: Uint8Array): string =>
  createHmac("sha256", macKey).update(content).update(counter).digest("base64");

/** Text of Unicode characters, a few octets or some thousands. */
function newText({ octets, below }: Seeded): string {
  const text = Buffer.from(octets(below(below(16) === 0 ? 5_000 : 301)));
  return text.toString(below(2) === 0 ? "latin1" : "hex").slice(0, text.length);
}

const newExtra = ({ below }: Seeded): string => (below(4) === 0 ? `<new>${below(1_000_000_000)}</new>` : "");

function sealsAsTwin(testing: TestCore, source: Seeded, dialect: Dialect, stanzas: number): void {
  const session = newSession(source, dialect);
  const sealing = context(testing, session);
  let counter = session.start;
  for (; stanzas > 0; stanzas--) {
    const [text, extra] = [newText(source), newExtra(source)];
    const length = Buffer.byteLength(text);
    const spaces = dialect === "xep" ? 0 : Math.max(16, 16 * blocksOf(length)) - length;
    const data = cipherFrom(session, dialect === "xep" ? counter : counter + 1n)
      .update(text + " ".repeat(spaces))
      .toString("base64");
    const mac = macOf(session, `<data>${data}</data>${extra}`, counterOf(counter));
    assert.deepEqual(testing.core.stanza.seal(sealing, text, extra), { data, mac });
    counter += BigInt(Math.max(1, blocksOf(length)));
  }
  sealing.wipe();
}

function opensWhatTwinSeals(testing: TestCore, source: Seeded, dialect: Dialect, stanzas: number): void {
  const session = newSession(source, dialect);
  const opening = context(testing, session);
  const running = cipherFrom(session, session.start + 1n);
  let counter = session.start;
  let sent = 0;
  for (; stanzas > 0; stanzas--) {
    const [text, extra] = [newText(source), newExtra(source)];
    const length = Buffer.byteLength(text);
    const cipher = dialect === "xep" ? cipherFrom(session, counter) : running;
    const data = cipher.update(text).toString("base64");
    const content = `<data>${data}</data>${extra}`;
    const at = { start: 6, end: 6 + data.length };
    const octets = counterOf(counter);
    const zeros = Math.min(15, octets.findIndex((octet) => octet !== 0) >>> 0);
    const mac = macOf(session, content, source.below(2) === 0 ? octets : octets.subarray(zeros));
    const open = (received: string) => testing.core.stanza.open(opening, received, at, mac);
    if (source.below(8) === 0) {
      const place = source.below(content.length);
      const changed = String.fromCharCode(content.charCodeAt(place) ^ (1 + source.below(31)));
      const received = content.slice(0, place) + changed + content.slice(place + 1);
      assert.throws(() => open(received), { code: "stanza-mac" });
    }
    assert.equal(open(content), text);
    counter += BigInt(
      dialect === "xep" ? Math.max(1, blocksOf(length)) : blocksOf(sent + length) - blocksOf(sent),
    );
    sent += length;
  }
  opening.wipe();
}

const directions = { seals: sealsAsTwin, opens: opensWhatTwinSeals };

for (const dialect of ["xep", "deployed"] as const)
  for (const [does, run] of Object.entries(directions))
    inBoth(
      `${dialect}: the core ${does} ${cases} random stanzas as node:crypto does (seed ${seed})`,
      (testing) => {
        const source = seeded(`stanza ${dialect} ${does}`);
        for (let left = cases; left > 0; left -= perSession)
          run(testing, source, dialect, Math.min(left, perSession));
      },
    );
