/** However a negotiation or a session ends: no secret of it is left in the core, no place in use, no timer set. */
import assert from "node:assert/strict";
import test from "node:test";
import type { TestContext } from "node:test";
import { EsessionError } from "esession";
import type { Engine } from "esession";
import { parseStanza } from "esession/wire";
import type { Element } from "esession/wire";
import { flipBit, messageNumber, setValues } from "../support/forms.js";
import { found, recorder } from "../support/memory-search.js";
import { establish, pairOf, type Pair } from "../support/pair.js";
import { countTimers } from "../support/timers.js";

interface Scene extends Pair {
  readonly abort: AbortController;
  /** The connection of both breaks. */
  readonly cut: () => void;
}

/** Before message n arrives: an alteration of it, or something that happens; `false`: the message is lost. */
type Event = (scene: Scene, message: Element) => unknown;

const small = { sessions: 2, maxStanzaBytes: 16_384 };

/**
 * Two who share a retained secret negotiate again, or have negotiated, and then it happens. In the end everything is
 * as it was before.
 */
async function scene(t: TestContext, play: (scene: Scene) => Promise<void>): Promise<void> {
  const kept = [recorder(), recorder()] as const;
  let broken = false;
  const sending = () => {
    if (broken) throw new Error("the connection is cut");
  };
  const pair = await pairOf(t, {
    alice: { ...small, sending, wrap: (core) => kept[0].wrap(core) },
    bob: { ...small, sending, wrap: (core) => kept[1].wrap(core) },
  });
  const { world, alice, bob } = pair;
  const timers = countTimers(world.clock);
  const [first] = await establish(world, alice, bob);
  await first.close();
  await world.quiet();
  const before = [alice, bob].map(({ core }) => core.core.usage);
  await play({ ...pair, abort: new AbortController(), cut: () => (broken = true) });
  await world.clock.pass(300_000);
  for (const [i, { core, engine }] of [alice, bob].entries())
    assert.deepEqual(core.core.usage, isClosed(engine) ? { ...before[i], secrets: 0, freeSecrets: before[i]!.freeSecrets + before[i]!.secrets } : before[i], "places in use"); // prettier-ignore
  const closing = Promise.all([alice.engine.close(), bob.engine.close()]);
  await world.clock.pass(60_000);
  await closing;
  for (const { core } of [alice, bob]) assert.equal(core.core.usage.secrets, 0);
  assert.equal(timers(), 0, "timers");
  const secrets = new Map(
    kept.flatMap(({ secrets }) => [...secrets]).filter(([name]) => !name.startsWith("imported")),
  );
  for (const { core } of [alice, bob]) assert.deepEqual(found(core.memory(), secrets), []);
}

/** A closed engine lets every stanza pass; its store's key is wiped. */
const isClosed = (engine: Engine): boolean => engine.receive(unknown) !== undefined;
const unknown = `<message from="carol@example.net/desk"><thread>t</thread><c xmlns="http://www.xmpp.org/extensions/xep-0200.html#ns"><mac>AAAA</mac></c></message>`;

const error = (from: string, to: string, thread: string) =>
  `<message type="error" from="${from}" to="${to}"><thread>${thread}</thread><error type="cancel"><feature-not-implemented xmlns="urn:ietf:params:xml:ns:xmpp-stanzas"/></error></message>`;

const events: Record<string, Event> = {
  "it is lost": () => false,
  "the application aborts": ({ abort }) => abort.abort(),
  "the initiator's engine is closed": ({ alice }) => void alice.engine.close(),
  "the responder's engine is closed": ({ bob }) => void bob.engine.close(),
  "the connection is cut": ({ cut }) => cut(),
  "the receiver is sent a clear error": ({ world }, { attrs, children }) => {
    const thread = (
      children.find((child) => typeof child === "object" && child.name === "thread") as Element
    ).getText();
    world.deliver(error(attrs.from!, attrs.to!, thread));
  },
  "a value of it is changed": (_, message) => {
    if (messageNumber(message) === 1) setValues(message, "modp", "3");
    else flipBit(message, messageNumber(message) === 2 ? "dhkeys" : "identity");
  },
  "its commitment does not match": (_, message) => flipBit(message, { 1: "dhhashes", 2: "sas_commit", 3: "dhkeys", 4: "sas_nonce" }[messageNumber(message)!]), // prettier-ignore
  "it comes twice": ({ world }, message) => world.deliver(parseStanza(message.toString())),
};

for (const number of [1, 2, 3, 4] as const)
  for (const [what, event] of Object.entries(events))
    test(`nothing is left when, at message ${number}, ${what}`, (t) =>
      scene(t, async (made) => {
        const { world, alice, bob, abort } = made;
        let happened = false;
        world.hooks.push((stanza) => {
          if (happened || messageNumber(stanza) !== number) return undefined;
          happened = true;
          return event(made, stanza) === false ? false : undefined;
        });
        const started = alice.engine.start(bob.jid, { signal: abort.signal });
        started.catch(() => undefined);
        await world.clock.pass(120_000);
        assert.ok(happened);
        await started.then(
          (session) => void session.close(),
          (reason: unknown) => assert.ok(EsessionError.is(reason), String(reason)),
        );
        for (const { engine } of [alice, bob]) for (const session of engine.sessions) void session.close();
      }));

const endings: Record<string, (scene: Scene) => unknown> = {
  "is closed": ({ alice }) => alice.engine.sessions[0]!.close(),
  "is closed by both": ({ alice, bob }) => [alice, bob].map(({ engine }) => engine.sessions[0]!.close()),
  "is closed without an acknowledgement": ({ world, alice }) => {
    world.hooks.push(() => false);
    void alice.engine.sessions[0]!.close();
    world.deliver(`<presence type="unavailable" from="${alice.jid}" to="bob@example.com/laptop"/>`);
  },
  "meets a MAC that does not match": ({ world, alice, bob }) => {
    const [session] = bob.engine.sessions;
    void alice.engine.sessions[0]!.close();
    world.deliver(
      `<message from="${alice.jid}" to="${bob.jid}"><thread>${session!.thread}</thread><c xmlns="http://www.xmpp.org/extensions/xep-0200.html#ns"><mac>${"A".repeat(43)}=</mac></c></message>`,
    );
  },
  "loses its peer": ({ world, alice, bob }) => {
    world.deliver(`<presence type="unavailable" from="${alice.jid}" to="${bob.jid}"/>`);
  },
  "cannot send": ({ cut, alice, bob }) => {
    cut();
    for (const { engine } of [alice, bob]) engine.sessions[0]!.send("<message><body>x</body></message>");
  },
  "cannot send its termination": ({ cut, alice, bob }) => {
    cut();
    for (const { engine } of [alice, bob]) void engine.sessions[0]!.close();
  },
};

for (const [what, end] of Object.entries(endings))
  test(`nothing is left of a session that ${what}`, (t) =>
    scene(t, async (made) => {
      await establish(made.world, made.alice, made.bob);
      end(made);
      await made.world.quiet();
    }));
