/** However a negotiation ends after message 3, it may have been a guess at the SAS (XEP-0217 §7.3, docs/sas28x5-bound.md). */
import test from "node:test";
import assert from "node:assert/strict";
import { element, errorStanza, parseStanza, readPayload, readThread, type Element } from "esession/wire";
import { rejectionOf } from "./accept-zero.js";
import { messageNumber } from "../support/forms.js";
import { pairOf, type Pair } from "../support/pair.js";

/** What becomes of message n; `false`: it is lost. */
type Fate = (message: Element, pair: Pair, abort: AbortController) => unknown;

const instead = (message: Element, other: Element, { world }: Pair): false => {
  world.deliver(other);
  return void message, false;
};

const fates: Record<string, Fate> = {
  "silence": () => false,
  "a malformed message": (message) => void readPayload(message)!.x.append(element("bogus")),
  "accept 0": (message, pair) => instead(message, rejectionOf(message, "submit"), pair),
  "an error": (message, pair) => {
    const address = { to: message.attrs.to!, from: message.attrs.from, thread: readThread(message)!, kind: "message" } as const; // prettier-ignore
    return instead(message, errorStanza(address, "not-acceptable"), pair);
  },
  "our own giving up": (_, __, abort) => (abort.abort(), false),
};

for (const number of [2, 4] as const)
  for (const [what, fate] of Object.entries(fates))
    test(`three negotiations that end by ${what} in place of message ${number} ${number === 2 ? "are no guesses" : "are told as guessing"}`, async (t) => {
      // sessions that Bob believes in stay behind, so there must be room for them
      const pair = await pairOf(t, { bob: { sessions: 64 } });
      const { world, alice, bob } = pair;
      let abort = new AbortController();
      world.hooks.push((stanza) => (messageNumber(stanza) === number ? fate(stanza, pair, abort) : undefined));
      const told: number[] = [];
      for (let time = 1; time <= 3; time++) {
        abort = new AbortController();
        const starting = assert.rejects(
          alice.engine.start(bob.jid, { timeoutMs: 1_000, signal: abort.signal }),
        );
        await world.clock.pass(125_000);
        await starting;
        told.push(alice.alerts.filter(({ kind }) => kind === "sas-guessing").length);
      }
      assert.equal(world.messages(3).length, number === 2 ? 0 : 3);
      assert.deepEqual(told, number === 2 ? [0, 0, 0] : [0, 0, 1]);
      assert.ok(world.log.every(({ text }) => parseStanza(text).getName() === "message"));
    });
