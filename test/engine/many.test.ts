/** Half a thousand stanzas each way, of all kinds, crossing each other: each arrives once, in order, as it was written. */
import assert from "node:assert/strict";
import test from "node:test";
import { seededRandom } from "esession/testing";
import { element, parseStanza, serializeStanza } from "esession/wire";
import type { Element } from "esession/wire";
import { establish, pairOf, seedOf } from "../support/pair.js";

const COUNT = process.env["ESESSION_LONG"] === "1" ? 20_000 : 500;

/** Numbers below a bound, from a seed. */
function dice(seed: string): (bound: number) => number {
  const random = seededRandom(seed);
  const word = new Uint8Array(4);
  return (bound) => {
    random(word);
    return new DataView(word.buffer).getUint32(0) % bound;
  };
}

const texts = [
  "",
  "x",
  "hello & <b>",
  "😀 \u{10FFFD}",
  `"quotes" 'and' ]]>`,
  "line\r\nend\u2028",
  "é".repeat(300),
  " padded ",
];

function anyElement(roll: (bound: number) => number, depth: number): Element {
  const made = element(`e${roll(5)}`, { xmlns: `urn:example:${roll(3)}` });
  for (let i = roll(4); i > 0; i--) made.attrs[`a${i}`] = texts[roll(texts.length)]!;
  for (let i = depth === 0 ? 0 : roll(3); i > 0; i--) made.append(anyElement(roll, depth - 1));
  made.append(texts[roll(texts.length)]!);
  return made;
}

function anyStanza(roll: (bound: number) => number, id: string): Element {
  const kind = ["message", "message", "presence", "iq"][roll(4)]!;
  const stanza = element(kind, kind === "iq" ? { id, type: ["get", "set"][roll(2)]! } : { id });
  if (kind === "message" && roll(2)) stanza.append(element("body", {}, texts[roll(texts.length)]!));
  for (let i = roll(4); i > 0; i--) stanza.append(anyElement(roll, 3));
  return stanza;
}

/** What the application wrote, without what belongs to the way. */
function content(stanza: Element): string {
  const { id, type } = stanza.attrs;
  const kept = stanza.children.filter((child) => typeof child === "object" && child.name !== "thread");
  return serializeStanza(parseStanza(serializeStanza(element(stanza.name, { id: id!, ...(type ? { type } : {}) }, ...kept)))); // prettier-ignore
}

test(`${COUNT} stanzas each way, of random kinds and content, at random moments`, async (t) => {
  const seed = seedOf(t);
  const roll = dice(seed);
  const { world, alice, bob } = await pairOf(t, { seed, alice: { policy: { padTo: 64 } } });
  const sessions = await establish(world, alice, bob);
  const sent: string[][] = [[], []];
  while (sent[0]!.length < COUNT || sent[1]!.length < COUNT) {
    const who = roll(2);
    if (sent[who]!.length === COUNT) continue;
    const stanza = anyStanza(roll, `${who}-${sent[who]!.length}`);
    sent[who]!.push(content(stanza));
    sessions[who]!.send(stanza);
    if (roll(20) === 0) await world.quiet();
  }
  await world.quiet();
  for (const [who, { received }] of [bob, alice].entries())
    assert.deepEqual(
      received.map((text) => content(parseStanza(text))),
      sent[who],
    );
  const end = await sessions[0].close();
  assert.equal(end.complete, true);
  assert.deepEqual(
    [...alice.alerts, ...bob.alerts].map(({ kind }) => kind),
    ["session-ended", "session-ended"],
  );
});
