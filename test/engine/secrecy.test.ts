/** No trace, alert or error has a secret in it, however deep one looks. */
import assert from "node:assert/strict";
import test from "node:test";
import { inspect } from "node:util";
import { flipBit, messageNumber } from "../support/forms.js";
import { recorder } from "../support/memory-search.js";
import { establish, pairOf } from "../support/pair.js";

test("whatever is told, and every object that the application is handed, shows no secret and no plaintext", async (t) => {
  const kept = [recorder(), recorder()] as const;
  const plaintext = "the words that only two may read";
  const { world, alice, bob } = await pairOf(t, {
    alice: { wrap: (core) => kept[0].wrap(core) },
    bob: { wrap: (core) => kept[1].wrap(core) },
  });
  const told: unknown[] = [];
  const [session, other] = await establish(world, alice, bob);
  await session.confirmSas();
  session.send(`<message id="1"><body>${plaintext}</body></message>`);
  await world.quiet();
  // every way to fail that says something about secrets
  for (const stanza of [
    `<message to="x@y/z"><body>${plaintext}</body></message>`,
    `<message><thread>${plaintext}</thread></message>`,
  ])
    // prettier-ignore
    assert.throws(() => session.seal(stanza), (error) => Boolean(told.push(error)));
  told.push(session, other, alice.engine, inspect(session, { showHidden: true, depth: 12 }));
  world.deliver(
    `<message from="${alice.jid}" to="${bob.jid}"><thread>${other.thread}</thread><c xmlns="http://www.xmpp.org/extensions/xep-0200.html#ns"><data>AAAA</data><mac>${"A".repeat(43)}=</mac></c></message>`,
  );
  session.close().catch(() => undefined);
  await world.clock.pass(60_000);
  for (const field of ["identity", "mac", "sas_nonce", "srshash"]) {
    world.hooks.push((stanza) => {
      if (messageNumber(stanza) === 4) flipBit(stanza, field);
    });
    const started = alice.engine.start(bob.jid);
    started.catch((error: unknown) => told.push(error));
    await world.clock.pass(130_000);
    world.hooks.length = 0;
    for (const one of bob.engine.sessions) one.close().catch(() => undefined);
    await world.clock.pass(40_000);
  }
  for (const { alerts, traces, sessions } of [alice, bob]) told.push(alerts, traces, sessions);
  assert.ok(alice.traces.length > 10 && bob.alerts.length > 0 && told.length > 8);

  const shown = [
    inspect(told, { depth: 12, maxArrayLength: null, maxStringLength: null, showHidden: false }),
    JSON.stringify(told),
    String(told),
  ];
  const secrets = kept.flatMap(({ secrets }) => [...secrets]).filter(([name]) => !name.includes("imported"));
  assert.ok(secrets.length > 30);
  for (const text of shown)
    for (const [name, octets] of secrets) {
      const raw = Buffer.from(octets);
      for (const form of [
        raw.toString("hex"),
        raw.toString("base64"),
        [...raw].join(","),
        [...raw].join(", "),
      ])
        for (const part of [form.slice(0, 16), form.slice(-16)])
          assert.ok(!text.includes(part), `${name} is shown`);
    }
  for (const text of shown) assert.ok(!text.includes(plaintext), "a plaintext is shown");
});
