/** What a session that ended says of our own stanzas: only an acknowledgement shows that they arrived (XEP-0116 §5). */
import assert from "node:assert/strict";
import test from "node:test";
import { establish, pairOf } from "../support/pair.js";
import { unconfirmed } from "./second.js";

const body = (id: string) => `<message id="${id}"><body>${id}</body></message>`;

test("XEP-0116 §5: a termination of the peer's says nothing of what we had sent: it stays unconfirmed", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  const [session, other] = await establish(world, alice, bob);
  world.hooks.push((stanza) => (stanza.attrs.from === alice.jid ? false : undefined));
  session.send(body("lost"));
  void other.close();
  const end = await session.ended;
  assert.deepEqual([end.reason, end.complete], ["closed-by-peer", true]);
  assert.deepEqual(end.unconfirmed, { count: 1, ids: ["lost"] });
  assert.match(
    alice.alerts.at(-1)!.message,
    /nothing of the peer's is missing; 1 stanza of ours never confirmed/,
  );
});

test("XEP-0116 §5: nor does a termination that crosses ours", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  const [session, other] = await establish(world, alice, bob);
  world.hooks.push((stanza) => (stanza.attrs.from === alice.jid ? false : undefined));
  session.send(body("lost"));
  void other.close();
  const end = await session.close();
  assert.deepEqual([end.reason, end.complete], ["closed-by-us", true]);
  assert.deepEqual(end.unconfirmed, { count: 1, ids: ["lost"] });
});

test("XEP-0116 §5: an acknowledgement of our termination confirms all of them", async (t) => {
  const { world, alice, bob } = await pairOf(t);
  const [session] = await establish(world, alice, bob);
  for (const id of ["1", "2"]) session.send(body(id));
  session.send("<message><body>without an id</body></message>");
  assert.deepEqual((await session.close()).unconfirmed, { count: 0, ids: [] });
});

test("what waited in an unconfirmed session that is closed is told as unsent, and not as unconfirmed", async (t) => {
  const { other, release } = await unconfirmed(t);
  for (const id of ["1", "2"]) other.send(body(id));
  const closing = other.close();
  await release();
  const end = await closing;
  assert.deepEqual([end.unsent, end.unconfirmed.count], [[body("1"), body("2")], 0]);
});
