/** Fields whose names mean something to JavaScript: they are fields that nobody knows, and nothing else. */
import test from "node:test";
import assert from "node:assert/strict";
import { element, parseStanza, readPayload } from "esession/wire";
import { fieldOf } from "../support/forms.js";
import { pairOf } from "../support/pair.js";
import { cipherOf, keyPair, scriptedIdentity, scriptedRequest } from "../support/scripted-peer.js";

const names = ["toString", "__proto__", "constructor", "hasOwnProperty", "valueOf"];

const foreign = (name: string) => element("field", { var: name }, element("value", {}, "1"));

for (const name of names)
  test(`XEP-0155 §4.2: a request with a field named ${name} is answered without it, and the session costs no secret more`, async (t) => {
    const { world, alice, bob } = await pairOf(t);
    world.hooks.push(() => false); // Alice is played by the script
    const before = bob.core.core.usage;
    const last = () => parseStanza(world.log.at(-1)!.text);
    const pair = keyPair();
    const request = scriptedRequest({ from: alice.jid, to: bob.jid, pair });
    readPayload(request)!.x.append(foreign(name));
    world.deliver(request);
    await world.quiet();
    const response = last();
    assert.equal(readPayload(response)?.x.attrs.type, "submit");
    assert.equal(fieldOf(response, name), undefined);

    const exchange = { request, response, cipher: cipherOf(response) };
    world.deliver(scriptedIdentity(exchange, pair));
    await world.quiet();
    assert.equal(bob.sessions.length, 1);
    bob.engine.receive(`<presence type="unavailable" from="${alice.jid}"/>`);
    await world.quiet();
    assert.deepEqual(bob.core.core.usage, before);
  });

test("XEP-0155 §10.1: an application that is asked sees those fields as its peer wrote them", async (t) => {
  const { world, alice, bob } = await pairOf(t, { bob: { policy: { answer: "nobody" } } });
  const request = scriptedRequest({ from: alice.jid, to: bob.jid, pair: keyPair() });
  for (const name of names) readPayload(request)!.x.append(foreign(name));
  world.deliver(request);
  await world.quiet();
  const { fields } = bob.requests[0]!;
  for (const name of names) assert.deepEqual(Object.getOwnPropertyDescriptor(fields, name)?.value, ["1"]);
});
