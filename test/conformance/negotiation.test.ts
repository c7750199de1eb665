/** Demands of XEP-0116 and XEP-0155 on a negotiation that no other test shows: docs/conformance.md. */
import assert from "node:assert/strict";
import test from "node:test";
import { element, parseStanza, readError, readPayload, type Element } from "esession/wire";
import { copyOf, fieldOf, messageNumber, setValues, valueOf, valuesOf } from "../support/forms.js";
import { envs, negotiate, outcomeOf, request, respond, sent } from "../support/machines.js";
import { establish, join, leave, pairOf, seedOf, type Pair } from "../support/pair.js";

test("XEP-0116 §4.5.3, §8.4: no hash is agreed on that is shorter than the longest key, or broken", async (t) => {
  const [alice, bob] = await envs(seedOf(t));
  const offer = sent(request(alice));
  const asked = (...hashes: string[]) => {
    const stanza = copyOf(offer);
    setValues(stanza, "hash_algs", ...hashes);
    return sent(respond(bob, stanza));
  };
  const refused = readError(asked("md5", "sha1"))!;
  assert.deepEqual([refused.condition, refused.fields], ["not-acceptable", ["hash_algs"]]);
  assert.equal(valueOf(asked("md5", "sha1", "sha256"), "hash_algs"), "sha256");
});

test("XEP-0116 §4.7.3: a retained secret is looked for under the peer's bare JID only", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  await (await establish(world, alice, bob))[0].close();
  const { blobs: store, keys } = bob;
  leave(world, bob);

  const again = await join(t, world, bob.jid, seedOf(t), { store, keys });
  const [known] = await establish(world, again, alice);
  assert.equal(known.continued, true, "under the JID that they met by");
  await known.close();
  leave(world, again);

  const robert = await join(t, world, "robert@example.net/laptop", seedOf(t), { store, keys });
  const [stranger, other] = await establish(world, robert, alice);
  assert.deepEqual([stranger.continued, other.continued], [false, false]);
});

const hasBody = (stanza: Element) => stanza.getChildElements().some(({ name }) => name === "body");

test("XEP-0155 §4.1, §4.2, §4.4: none of the messages of a negotiation has a body", async (t) => {
  const run = negotiate(...(await envs(seedOf(t))));
  assert.ok(outcomeOf(run.initiator));
  assert.deepEqual(run.messages.map(hasBody), [false, false, false, false]);
});

test("XEP-0155 §4.3, §4.4: what declines, cancels or refuses has no body", async (t) => {
  const asks = { bob: { policy: { answer: "nobody" } } } as const;
  const ways: Record<string, { parties?: typeof asks; end?: (pair: Pair) => void; expected: string }> = {
    "a rejection": {
      parties: asks,
      end: ({ bob }) => bob.requests[0]!.reject("not now"),
      expected: "0 not now",
    },
    "a refusal": { expected: "not-acceptable" },
    "a cancellation": { parties: asks, end: ({ bob }) => bob.requests[0]!.accept(), expected: "0 " },
  };
  const told = (stanza: Element) =>
    readError(stanza)?.condition ?? `${valueOf(stanza, "accept")} ${valueOf(stanza, "reason")}`;
  for (const [way, { parties, end, expected }] of Object.entries(ways)) {
    const pair = await pairOf(t, parties);
    const { world, alice, bob } = pair;
    if (way === "a refusal")
      world.hooks.push((stanza) => {
        if (messageNumber(stanza) === 1) setValues(stanza, "modp", "3");
      });
    // message 2 is the last one that gets through, and Alice gives up then
    if (way === "a cancellation") world.hooks.push((stanza) => messageNumber(stanza) !== 3);
    const giveUp = new AbortController();
    const starting = alice.engine.start(bob.jid, { signal: giveUp.signal });
    const ended = assert.rejects(starting);
    await world.quiet();
    end?.(pair);
    await world.quiet();
    giveUp.abort();
    await ended;
    await world.quiet();
    const sentSoFar = world.log.map(({ text }) => parseStanza(text));
    const final = sentSoFar.at(-1)!;
    assert.equal(told(final), expected, way);
    assert.deepEqual(sentSoFar.filter(hasBody), [], way);
  }
});

test("XEP-0155 §4.2: known fields that are required are answered, also where they decide nothing, or refused by their names", async (t) => {
  const [alice, bob] = await envs(seedOf(t));
  const offer = sent(request(alice));
  const requiring = (name: string, ...values: string[]) => {
    const stanza = copyOf(offer);
    if (values.length > 0) setValues(stanza, name, ...values);
    fieldOf(stanza, name)!.append(element("required"));
    return sent(respond(bob, stanza));
  };
  for (const { attrs } of readPayload(offer)!.x.getChildElements().slice(1)) {
    const name = attrs.var!;
    if (name === "dhhashes") continue; // XEP-0116 §4.5.2: never in a response, `dhkeys` answers it
    assert.equal(valuesOf(requiring(name), name).length > 0, true, name);
  }
  assert.equal(valueOf(requiring("multisession", "1"), "multisession"), "0");
  const rsa = "http://www.w3.org/2000/09/xmldsig#rsa-sha256";
  const md5 = "http://www.w3.org/2001/04/xmldsig-more#rsa-md5";
  assert.equal(valueOf(requiring("sign_algs", rsa), "sign_algs"), rsa, "though nobody shows a key");
  for (const [name, value] of [
    ["sign_algs", md5],
    ["otr", "false"],
    ["reason", "x"],
    ["terminate", "1"],
  ] as const) {
    const refused = readError(requiring(name, value))!;
    assert.deepEqual([refused.condition, refused.fields], ["not-acceptable", [name]], name);
  }
});
