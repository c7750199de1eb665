/** iq and presence carry no thread (XEP-0200 §5): of the sessions of a pair one has them, on both sides the same one. */
import test from "node:test";
import assert from "node:assert/strict";
import { parseStanza, readThread } from "esession/wire";
import { octetsOf } from "../support/forms.js";
import { aliceJid, bobJid, pairOf } from "../support/pair.js";

const ask = (id: string) => `<iq type="get" id="${id}"><query xmlns="urn:example:query"/></iq>`;

for (const [what, toBob, toAlice] of [
  ["both to bare JIDs", "bob@example.com", "alice@example.org"],
  ["the first to a bare JID", "bob@example.com", aliceJid],
  ["the second to a bare JID", bobJid, "alice@example.org"],
] as const)
  test(`requests that cross, ${what}: one session has all kinds, the other messages only, and both work`, async (t) => {
    const having = new Set<string>();
    for (let run = 1; run <= 5; run++) {
      const { world, alice, bob } = await pairOf(t, { seed: `kinds ${run}` });
      const started = await Promise.all([alice.engine.start(toBob), bob.engine.start(toAlice)]);
      await world.quiet();
      assert.deepEqual([alice.engine.sessions.length, bob.engine.sessions.length], [2, 2]);
      const [all, messages] = started[0].info.stanzas.length === 3 ? started : [started[1], started[0]];
      assert.deepEqual(
        [all.info.stanzas, messages.info.stanzas],
        [["message", "iq", "presence"], ["message"]],
      );
      having.add(all === started[0] ? "alice's" : "bob's");
      const nonceOf = (thread: string) =>
        octetsOf(
          world.messages(1).find((request) => readThread(request) === thread)!,
          "my_nonce",
        );
      assert.ok(
        Buffer.compare(nonceOf(all.thread), nonceOf(messages.thread)) > 0,
        "the smaller N_A leaves them to the other",
      );

      for (const party of [alice, bob]) {
        const other = party === alice ? bob : alice;
        const own = (thread: string) => party.engine.sessions.find((one) => one.thread === thread)!;
        assert.deepEqual(own(all.thread).info.stanzas, all.info.stanzas);
        assert.deepEqual(own(messages.thread).info.stanzas, messages.info.stanzas);
        assert.deepEqual(
          party.alerts.map(({ kind, session }) => [kind, session]),
          [["partly-protected", own(messages.thread)]],
        );
        assert.throws(() => own(messages.thread).send(ask("no")), { code: "stanza-not-in-session" });
        own(all.thread).send(ask("yes"));
        own(messages.thread).send("<message id='m'><body>x</body></message>");
        await world.quiet();
        assert.deepEqual(
          other.received.map((text) => parseStanza(text).attrs.id),
          ["yes", "m"],
        );
      }
    }
    assert.equal(having.size, 2, `only one order came up: ${[...having].join()}`);
  });
