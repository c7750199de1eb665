/** However a negotiation ends after message 3, it may have been a guess at the SAS (XEP-0217 §7.3, docs/sas28x5-bound.md). */
import test from "node:test";
import assert from "node:assert/strict";
import { element, errorStanza, readPayload, readThread, type Element } from "esession/wire";
import { rejectionOf } from "./accept-zero.js";
import { messageNumber } from "../support/forms.js";
import { pairOf, type Pair } from "../support/pair.js";

/** What becomes of message n; `false`: it is lost. */
type Fate = (message: Element, pair: Pair, abort: AbortController) => unknown;

const instead = (other: Element, { world }: Pair): false => {
  world.deliver(other);
  return false;
};

const fates: Record<string, Fate> = {
  silence: () => false,
  "a malformed message": (message) => readPayload(message)!.x.append(element("bogus")),
  "accept 0": (message, pair) => instead(rejectionOf(message, "submit"), pair),
  "an error": (message, pair) => {
    const address = { to: message.attrs.to!, from: message.attrs.from, thread: readThread(message)!, kind: "message" } as const; // prettier-ignore
    return instead(errorStanza(address, "not-acceptable"), pair);
  },
  "the peer's going offline": (message, pair) => {
    pair.world.deliver(
      `<presence type="unavailable" from="${message.attrs.from!}" to="${message.attrs.to!}"/>`,
    );
    return false;
  },
  "our own giving up": (_, __, abort) => {
    abort.abort();
    return false;
  },
};

for (const number of [2, 4] as const)
  for (const [what, fate] of Object.entries(fates)) {
    const guesses = number === 4 && what !== "our own giving up";
    test(`three negotiations that end by ${what} in place of message ${number} are ${guesses ? "told as guessing" : "no guesses"}`, async (t) => {
      // sessions that Bob believes in stay behind, so there must be room for them
      const pair = await pairOf(t, { bob: { sessions: 64 } });
      const { world, alice, bob } = pair;
      let abort = new AbortController();
      world.hooks.push((stanza) =>
        messageNumber(stanza) === number ? fate(stanza, pair, abort) : undefined,
      );
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
      assert.deepEqual(told, guesses ? [0, 0, 1] : [0, 0, 0]);
    });
  }
