/**
 * XEP-0200 §9, between two channels: what a re-key does to keys and sets, written as transcripts. `A` sends a stanza,
 * `A*` one with `<key/>`, `>B` delivers the next one to Bob, `60` lets Alice's and Bob's superseded sets expire.
 */
import assert from "node:assert/strict";
import { createCipheriv, createHmac } from "node:crypto";
import test from "node:test";
import { element, readC } from "esession/wire";
import type { Element } from "esession/wire";
import { Conversation, modelCore } from "../model/ends.js";
import { modPow, mpi, prime } from "../support/scripted-peer.js";
import { channelOf } from "./ends.js";

const model = await modelCore();
const { core } = model.testing;

const partsOf = (sealed: Element) => readC(sealed.getChild("c")!, "xep");

/** Plays a transcript and gives, for each stanza sent, its `<new/>`, with `*` where there is a `<key/>`. */
function play(conversation: Conversation, transcript: string): string[] {
  const said: string[] = [];
  for (const step of transcript.split(" ")) {
    const n = step.includes("B") ? 1 : 0;
    if (step === "60")
      for (const { forgets } of conversation.sides) forgets.splice(0).forEach((forget) => forget());
    else if (step.startsWith(">")) conversation.deliver(n);
    else {
      if (step.endsWith("*")) assert.ok(conversation.offer(n), `${step} may offer`);
      const parts = partsOf(conversation.send(n));
      said.push(`${parts.new ?? "-"}${parts.key === undefined ? "" : "*"}`);
    }
  }
  return said;
}

const transcripts: readonly (readonly [title: string, transcript: string, said: string])[] = [
  ["§9.2: the acknowledgement is the <new/> of the next stanza only", "A* >B B B >A >A", "-* 1 -"],
  [
    "§9.2: the stanza with <key/> is under the old keys, the next one under the new",
    "A* A A >B >B >B B >A",
    "-* - - 1",
  ],
  [
    "§9.2: what was under way when keys were exchanged is under the old ones",
    "B B A* >A >A >B B >A",
    "- - -* 1",
  ],
  ["§9.2: several sets wait, and <new/> counts them", "A* A* A* >B >B >B B >A", "-* -* -* 3"],
  ["§9.2: several sets, used one by one", "A* A* A* >B B >A >B B >A >B B >A", "-* -* -* 1 1 1"],
  ["§9.2: several sets, of which one is passed over", "A* A* A* >B >B B >A >B B >A", "-* -* -* 2 1"],
  ["§9.3: both at once", "A* B* >A >B A B >A >B", "-* -* 1 1"],
  [
    "§9.3: both at once, and again before it is settled",
    "A* B* >A A* >B B* >A >B A B >A >B",
    "-* -* 1* 1* 1 1",
  ],
  ["§9.3: both at once, one twice", "A* A* B* >B >B >A B A >A >B", "-* -* -* 2 1"],
  [
    "§9.3: an acceptance between two of ours replaces the keys in all sets",
    "A* A* B* >A >B B >A >B B >A A >B",
    "-* -* -* 1 1 1",
  ],
  ["§9: again and again, in turn", "A* >B B* >A A* >B B* >A A >B B >A", "-* 1* 1* 1* 1 -"],
  ["§9: one side only, again and again", "A* >B A* >B A* >B B >A A* >B B >A", "-* -* -* 3 -* 1"],
  ["§9.2: after 60 s the old set is destroyed, and <new/> still counts it", "A* 60 >B B >A A >B", "-* 1 -"],
  ["§9.2: of several sets some are destroyed by time", "A* 60 A* >B >B B >A", "-* -* 2"],
  ["§9.2: destroyed by time, and used one by one", "A* 60 A* >B B >A >B B >A", "-* -* 1 1"],
  ["§9.2: both at once, and 60 s pass", "A* B* >A >B 60 A B >A >B", "-* -* 1 1"],
];

for (const [title, transcript, said] of transcripts)
  test(`XEP-0200 ${title}: ${transcript}`, () => {
    const before = core.usage.contexts;
    const conversation = new Conversation(model);
    assert.deepEqual(play(conversation, transcript), said.split(" "));
    conversation.finish();
    assert.equal(core.usage.contexts, before);
    assert.equal(core.usage.secrets, model.kept(), "no secrets are left");
  });

test("XEP-0200 §9.2: what is under the old keys after 60 s cannot be opened, and changes nothing", () => {
  const conversation = new Conversation(model);
  play(conversation, "B A* 60");
  assert.throws(() => conversation.deliver(0), { code: "stanza-mac" });
  // as if it had never been sent, but for the counter, which nobody can make up for
  conversation.wipe();
});

for (const [what, added] of [
  ["1 where none was sent", 1],
  ["2 where one was sent", 2],
  ["the same again", 0],
] as const)
  test(`XEP-0200 §8: a <new/> of ${what} is a MAC that does not match, and the session's keys are as before`, () => {
    const conversation = new Conversation(model);
    const [alice] = conversation.sides;
    if (added !== 1) play(conversation, "A* >B");
    const sealed = conversation.send(1);
    const forged = conversation.sides[0].link.pop()!;
    const c = forged.getChild("c")!;
    const child = c.getChild("new");
    const number = added === 0 ? 2 : added;
    if (child) child.children = [String(number)];
    else c.append(element("new", {}, String(number)));
    const usage = { ...core.usage };
    assert.throws(() => alice.channel.open(forged), { code: "stanza-mac" });
    assert.deepEqual(core.usage, usage);
    // put right again it is accepted
    const right = sealed.getChild("c")!.getChild("new");
    if (added === 1) c.children.splice(c.children.indexOf(right!), 1);
    else right!.children = ["1"];
    assert.equal(alice.channel.open(forged).kind, "opened");
    conversation.wipe();
  });

test("XEP-0200 §8: a copy of a stanza that acknowledged or exchanged keys is known as a copy", () => {
  const conversation = new Conversation(model);
  const [alice, bob] = conversation.sides;
  conversation.offer(0);
  const first = conversation.send(0);
  conversation.deliver(1);
  assert.equal(bob.channel.open(first).kind, "duplicate");
  conversation.offer(1);
  const second = conversation.send(1);
  conversation.deliver(0);
  assert.equal(alice.channel.open(second).kind, "duplicate");
  conversation.finish();
});

test("XEP-0200 §5: a stanza with <key/> that a server returns is known as ours", () => {
  const conversation = new Conversation(model);
  conversation.offer(0);
  const sealed = conversation.send(0);
  conversation.deliver(1);
  sealed.attrs.type = "error";
  assert.equal(conversation.sides[0].channel.open(sealed).kind, "bounced");
  conversation.finish();
});

test("XEP-0200 §9.2: keys are HMAC(HASH, MPI of the shared value, label), KC its last octets, and the counter runs on", async () => {
  const [x, y, x2] = [0x11, 0x22, 0x33].map((octet) => new Uint8Array(32).fill(octet | 0x80)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const number = (octets: Uint8Array) => BigInt(`0x${Buffer.from(octets).toString("hex")}`);
  const p = prime;
  const d = modPow(2n, number(y), p);
  for (const cipher of ["aes128-ctr", "aes256-ctr"] as const) {
    const { channel, testing, keys } = await channelOf({ cipher, x, peer: mpi(d) });
    const pair = testing.importKeyPair(1, x2);
    const { rekeying } = channel;
    assert.ok(rekeying.offer(pair, testing.core.dh.agree(pair, rekeying.peer!), rekeying.peer!));
    const seal = () =>
      partsOf(channel.seal(channel.prepare(element("message", {}, element("body", {}, "x".repeat(20))))));
    const [first, second] = [seal(), seal()];
    const counter = (blocks: number) => Buffer.from((number(keys.counter) + BigInt(blocks)).toString(16).padStart(32, "0"), "hex"); // prettier-ignore
    const mac = (key: Uint8Array, content: string, at: Buffer) => createHmac("sha256", key).update(content).update(at).digest("base64"); // prettier-ignore
    assert.equal(first.key, Buffer.from(mpi(modPow(2n, number(x2), p))).toString("base64"));
    assert.equal(first.mac, mac(keys.mac, first.content, counter(0)), "the stanza with <key/>: the old KM");
    const K = mpi(modPow(d, number(x2), p));
    const derived = (label: string) => createHmac("sha256", K).update(`Rekey ${label}`).digest();
    assert.equal(
      second.mac,
      mac(derived("Initiator MAC"), second.content, counter(3)),
      "the next: the new KM",
    );
    const size = cipher === "aes128-ctr" ? 16 : 32;
    const aes = createCipheriv(cipher === "aes128-ctr" ? "aes-128-ctr" : "aes-256-ctr", derived("Initiator Crypt").subarray(32 - size), counter(3)); // prettier-ignore
    assert.equal(aes.update(second.content.slice(6, -7), "base64", "utf8"), `<body>${"x".repeat(20)}</body>`);
    channel.wipe();
  }
});
