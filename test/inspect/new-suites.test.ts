/** Uncommon algorithms, public keys, and sessions that exchange keys again: explained, and nothing is wrong. */
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import type { Cipher, Hash, Policy, PubkeyMode } from "esession";
import { explain, type Report } from "esession/inspect";
import { parseStanza, type Element } from "esession/wire";
import { keyA, keyB } from "../engine/identities.js";
import { setValues } from "../support/forms.js";
import { pairOf } from "../support/pair.js";
import { inspected, kinds, notes, wrongs } from "./support.js";

interface Way {
  readonly cipher: Cipher;
  readonly hash: Hash;
  readonly messages?: 3 | 4;
  readonly init?: PubkeyMode;
  readonly resp?: PubkeyMode;
}

/** Two engines negotiate, talk, exchange keys in between and part. */
async function recorded(t: TestContext, way: Way): Promise<Element[]> {
  const { cipher, hash, messages = 4, init = "none", resp = "none" } = way;
  const policy: Partial<Policy> = {
    ciphers: [cipher],
    hashes: [hash],
    initPubkey: [init],
    respPubkey: [resp],
    threeMessages: "accept",
    publishMacKeys: true,
  };
  const options = { policy, algorithms: "all" } as const;
  const { world, alice, bob } = await pairOf(t, {
    alice: { ...options, identity: keyA },
    bob: { ...options, identity: keyB },
  });
  const session = await alice.engine.start(bob.jid, { messages });
  const other = () => bob.engine.session(alice.jid);
  // signatures are made elsewhere, which quiet() does not wait for
  while (other()?.state !== "established") await new Promise((resolve) => setTimeout(resolve, 1));
  await world.quiet();
  const say = async (from: typeof session) => {
    from.send("<message><body>hello</body></message>");
    await world.quiet();
  };
  await say(session);
  await session.rekey();
  for (const from of [other()!, session, other()!, session]) await say(from);
  await session.close();
  await world.quiet();
  return world.log.map(({ text }) => parseStanza(text));
}

const names = ({ messages }: Report) => messages.map(({ name }) => name);
const ciphers = ["serpent256-ctr", "twofish128-ctr", "none", "aes256-ctr"] as const;
const hashes = ["sha256", "whirlpool"] as const;
const forms = { 4: ["request", "response", "identity", "final"], 3: ["request", "response", "identity"] };

for (const cipher of ciphers)
  for (const hash of hashes)
    for (const [messages, init, resp] of [
      [4, "none", "none"],
      [4, "key", "none"],
      [4, "key", "key"],
      [3, "key", "key"],
    ] as const)
      test(`${cipher}, ${hash}, ${messages} messages, keys ${init}/${resp}: nothing is wrong, nothing unknown`, async (t) => {
        const report = inspected(await recorded(t, { cipher, hash, messages, init, resp }));
        assert.deepEqual(wrongs(report), []);
        assert.deepEqual(kinds(report).slice(0, messages), forms[messages]);
        assert.ok(kinds(report).length > messages + 6);
        assert.ok(kinds(report).slice(messages).every((kind) => kind === "sealed")); // prettier-ignore
        assert.deepEqual(notes(report, "engine"), []);
        assert.deepEqual(notes(report, "dialect"), ["dialect xep is guessed"]);
        assert.equal(notes(report, "sas").length, messages === 4 ? 1 : 0);
        assert.equal(notes(report, "public-keys").length, init === "none" ? 0 : 2);
        for (const message of report.messages)
          assert.doesNotMatch(explain(message), /WRONG|this engine does not/);
      });

test("XEP-0116 §4.5.4: how each side identified itself is told, what it showed is not to be seen", async (t) => {
  const report = inspected(await recorded(t, { cipher: "serpent256-ctr", hash: "whirlpool", init: "key", resp: "none" })); // prettier-ignore
  for (const text of notes(report, "public-keys"))
    assert.match(text, /^of the initiator key and signature, of the responder no key: encrypted/);
});

test("XEP-0200 §9, §10: stanzas with <key/>, <new/> and <old/> are named", async (t) => {
  const report = inspected(await recorded(t, { cipher: "twofish256-ctr", hash: "whirlpool" }));
  const sealed = names(report).slice(4);
  assert.ok(sealed.includes("sealed stanza: a re-key exchange"), sealed.join("; "));
  assert.ok(
    sealed.some((name) => name.startsWith("sealed stanza under new keys")),
    sealed.join("; "),
  );
  assert.ok(
    sealed.some((name) => name.endsWith(", old MAC keys published")),
    sealed.join("; "),
  );
  assert.match(notes(report, "rekey").join(), /new keys are in use from this stanza on/);
});

test("XEP-0116 §8: MACs of another length than the chosen hash has are found", async (t) => {
  for (const [hash, length] of [
    ["whirlpool", 32],
    ["sha256", 64],
  ] as const) {
    const stanzas = await recorded(t, { cipher: "aes128-ctr", hash });
    const value = Buffer.alloc(length, 1).toString("base64");
    setValues(stanzas[2]!, "mac", value);
    setValues(stanzas[3]!, "srshash", value);
    for (const c of stanzas[4]!.children)
      if (typeof c === "object" && c.getName() === "c")
        for (const one of c.children)
          if (typeof one === "object" && one.getName() === "mac") one.children = [value];
    assert.deepEqual(wrongs(inspected(stanzas)), [
      [3, "value", "mac"],
      [4, "value", "srshash"],
      [5, "mac", "mac"],
    ]);
  }
});
