/** Demands of XEP-0116, XEP-0200 and XEP-0155 on a session that no other test shows: docs/conformance.md. */
import assert from "node:assert/strict";
import test from "node:test";
import { memoryStore, type BlobStore } from "esession";
import { parseStanza, readThread } from "esession/wire";
import { removeField } from "../support/forms.js";
import { establish, pairOf } from "../support/pair.js";
import { cipherOf, keyPair, scriptedIdentity, scriptedRequest } from "../support/scripted-peer.js";
import { arriving, shadows } from "../support/shadow.js";

test("XEP-0200 §8: content that is no XML is never answered by a stream error", async (t) => {
  for (const text of ["<body>", "&x;", "</stream:stream>", "<!DOCTYPE x>"]) {
    const hand = shadows();
    const { world, alice, bob } = await pairOf(t, { alice: { wrap: (core) => hand.wrap(core) } });
    const [session, other] = await establish(world, alice, bob);
    hand.seal(); // the confirmation has used that counter
    const { length } = world.log;
    world.deliver(arriving(alice.jid, bob.jid, session.thread, hand.seal(text)));
    assert.equal((await other.ended).reason, "content-malformed");
    await world.quiet();
    const answers = world.log.slice(length).filter(({ from }) => from === bob.jid);
    assert.ok(answers.length > 0);
    for (const answer of answers) {
      const stanza = parseStanza(answer.text);
      assert.deepEqual([stanza.name, stanza.getNS()], ["message", "jabber:client"]);
      assert.doesNotMatch(answer.text, /stream/);
    }
  }
});

test("XEP-0155 §7: a termination and its acknowledgement have the session's thread and no body", async (t) => {
  // a body would be in the content, which each of the two knows of the other
  const hands = { alice: shadows(), bob: shadows() };
  const { world, alice, bob } = await pairOf(t, {
    alice: { wrap: (core) => hands.alice.wrap(core) },
    bob: { wrap: (core) => hands.bob.wrap(core) },
  });
  const [session, other] = await establish(world, alice, bob);
  hands.alice.open(parseStanza(world.log.at(-1)!.text).getChild("c")!);
  const { length } = world.log;
  await session.close();
  await other.ended;
  const ends = world.log.slice(length);
  assert.deepEqual(
    ends.map(({ from }) => from),
    [alice.jid, bob.jid],
  );
  for (const [hand, { text }] of [
    [hands.alice, ends[0]!],
    [hands.bob, ends[1]!],
  ] as const) {
    const stanza = parseStanza(text);
    assert.equal(readThread(stanza), session.thread);
    const inside = parseStanza(`<message>${hand.open(stanza.getChild("c")!)!}</message>`);
    assert.deepEqual(
      [...stanza.getChildElements(), ...inside.getChildElements()].map(({ name }) => name),
      ["thread", "c", "feature"],
    );
  }
});

test("XEP-0155 §9.4: a peer that was unavailable gets a new session, on a new thread", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  const [session] = await establish(world, alice, bob);
  const presence = (type: string) => `<presence${type} from="${bob.jid}" to="${alice.jid}"/>`;
  alice.engine.receive(presence(' type="unavailable"'));
  assert.equal((await session.ended).reason, "peer-unavailable");
  await world.quiet();

  alice.engine.receive(presence(""));
  await world.quiet();
  assert.deepEqual(alice.engine.sessions, [], "nothing begins by itself");
  assert.throws(() => session.send("<message><body>again</body></message>"), { code: "session-ended" });
  const [anew] = await establish(world, alice, bob);
  assert.notEqual(anew.thread, session.thread);
  assert.equal(anew.state, "established");
});

test("XEP-0200 §11.2: where no logging was agreed on nothing of a stanza is stored, and the client is told", async (t) => {
  const written: (() => number)[] = [];
  const party = () => {
    let writes = 0;
    const inner = memoryStore();
    const store: BlobStore = { ...inner, write: (changes) => (writes++, inner.write(changes)) };
    written.push(() => writes);
    return { store, policy: { logging: ["mustnot"] } } as const;
  };
  const { world, alice, bob } = await pairOf(t, { alice: party(), bob: party() });
  const [session, other] = await establish(world, alice, bob);
  assert.deepEqual([session.info.logging, other.info.logging], ["mustnot", "mustnot"]);
  const before = written.map((count) => count());
  assert.ok(before.every((count) => count > 0));
  for (const [from, text] of [
    [session, "to Bob"],
    [other, "to Alice"],
  ] as const)
    from.send(`<message><body>${text}</body></message>`);
  await world.quiet();
  assert.deepEqual([alice.received.length, bob.received.length], [1, 1]);
  assert.deepEqual(
    written.map((count) => count()),
    before,
  );
});

test("XEP-0116 §7.6: where a request says nothing of disclosure, the session begins with an alert of its own", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  world.hooks.push(() => false); // Alice is played by the script
  const last = () => parseStanza(world.log.at(-1)!.text);
  const pair = keyPair();
  const request = scriptedRequest({ from: alice.jid, to: bob.jid, pair });
  removeField(request, "disclosure");
  world.deliver(request);
  await world.quiet();
  const response = last();
  world.deliver(scriptedIdentity({ request, response, cipher: cipherOf(response) }, pair));
  await world.quiet();
  const [session] = bob.sessions;
  assert.equal(session!.info.disclosure, undefined);
  const told = bob.alerts.filter(({ kind }) => kind === "disclosure");
  assert.deepEqual(told.map((alert) => alert.session), [session]); // prettier-ignore
});
