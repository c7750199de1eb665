/** Public keys in the negotiation (XEP-0116 §4.3, §4.5.4, §4.6, §4.7, §7.3): what is asked for, shown, proved, remembered. */
import test, { type TestContext } from "node:test";
import assert from "node:assert/strict";
import { loadTestCore } from "esession/testing";
import type { Element } from "esession/wire";
import { RSA_SHA256, DSA_SHA256, type Signer } from "esession/identity";
import { flipBit, setValues, valuesOf } from "../support/forms.js";
import { aliceJid, bobJid, seedOf } from "../support/pair.js";
import { exchange, prove, refusalText, sideOf, type Side, type SideOptions } from "../support/proving.js";
import { aliceKey, bobKey, dsaKey, known, malloryKey } from "../support/signers.js";

type Mode = "key" | "hash" | "none";
const modes: readonly Mode[] = ["key", "hash", "none"];

async function sides(t: TestContext, alice: SideOptions = {}, bob: SideOptions = {}): Promise<[Side, Side]> {
  const seed = seedOf(t);
  return [await sideOf(aliceJid, seed, alice), await sideOf(bobJid, seed, bob)];
}
const both: [SideOptions, SideOptions] = [{ signers: [aliceKey] }, { signers: [bobKey] }];

test("XEP-0116 §4.3: without an identity nothing is offered but none, and no signing algorithm", async (t) => {
  const { messages } = await prove(...(await sides(t)));
  assert.deepEqual(valuesOf(messages[0]!, "init_pubkey"), ["none"]);
  assert.deepEqual(valuesOf(messages[0]!, "resp_pubkey"), ["none"]);
  assert.deepEqual(valuesOf(messages[0]!, "sign_algs"), []);
});

test("XEP-0116 §4.3: with an identity the key is offered first, and a fingerprint is asked for only where the key is known", async (t) => {
  const { messages } = await prove(...(await sides(t, ...both)));
  assert.deepEqual(valuesOf(messages[0]!, "init_pubkey"), ["key", "hash", "none"]);
  assert.deepEqual(valuesOf(messages[0]!, "resp_pubkey"), ["key", "none"]);
  assert.deepEqual(valuesOf(messages[0]!, "sign_algs"), [RSA_SHA256]);
  assert.deepEqual(
    ["init_pubkey", "resp_pubkey", "sign_algs"].map((name) => valuesOf(messages[1]!, name)),
    [["key"], ["key"], [RSA_SHA256]],
  );
});

for (const initPubkey of modes)
  for (const respPubkey of modes)
    test(`XEP-0116 §4.5.4, §4.6.3: init_pubkey ${initPubkey} and resp_pubkey ${respPubkey} prove what they say, and both have the same keys`, async (t) => {
      const policy = { initPubkey: [initPubkey], respPubkey: [respPubkey] };
      const [a, b] = await sides(
        t,
        { signers: [aliceKey], policy, known: respPubkey === "none" ? [] : [known(bobKey)] },
        { signers: [bobKey], policy, known: initPubkey === "none" ? [] : [known(aliceKey, true)] },
      );
      const { alice, bob } = await prove(a, b);
      assert.equal(alice.failure, undefined);
      assert.equal(bob.failure, undefined);
      const [ours, theirs] = [alice.outcome!, bob.outcome!];
      assert.deepEqual([ours.agreed.initPubkey, ours.agreed.respPubkey], [initPubkey, respPubkey]);
      assert.deepEqual([theirs.agreed.initPubkey, theirs.agreed.respPubkey], [initPubkey, respPubkey]);
      assert.equal(ours.peerKey?.mode, respPubkey === "none" ? undefined : respPubkey);
      assert.equal(
        theirs.peerKey?.fingerprint,
        initPubkey === "none" ? undefined : known(aliceKey).fingerprint,
      );
      assert.ok(a.env.core.equal(ours.initiatorCounter, theirs.initiatorCounter));
      assert.ok(a.env.core.equal(ours.responderCounter, theirs.responderCounter));
      assert.deepEqual(
        [ours.sas, ours.comparisonCode],
        [theirs.sas, theirs.comparisonCode],
        "SAS goes with keys",
      );
      exchange(a, b, ours, theirs);
    });

test("XEP-0116 §7.3: the key that was proved is remembered by both, and is known the next time", async (t) => {
  const { alice, bob } = await prove(...(await sides(t, ...both)));
  const key = alice.writes.find((one) => one.kind === "remember-key");
  assert.ok(key?.kind === "remember-key");
  assert.deepEqual([key.bareJid, key.fingerprint, key.keyValue, key.algorithm], ["bob@example.com", known(bobKey).fingerprint, known(bobKey).keyValue, RSA_SHA256]); // prettier-ignore
  assert.equal(alice.outcome!.peerKey!.known, false);
  assert.equal(bob.writes.filter((one) => one.kind === "remember-key").length, 1);

  const again = await prove(
    ...(await sides(t, { signers: [aliceKey], known: [known(bobKey)] }, { signers: [bobKey], known: [known(aliceKey)] })), // prettier-ignore
  );
  assert.equal(again.alice.outcome!.peerKey!.known, true);
  assert.deepEqual(valuesOf(again.messages[0]!, "resp_pubkey"), ["hash", "key"], "none is required no more");
  assert.deepEqual(valuesOf(again.messages[1]!, "init_pubkey"), ["hash"]);
});

test("XEP-0116 §4.6.2: the fingerprint of a key that is not known ends it; with the key asked for it succeeds", async (t) => {
  const knows = [known(malloryKey)];
  const [a, b] = await sides(
    t,
    { signers: [aliceKey], known: knows, policy: { respPubkey: ["hash"] } },
    both[1],
  );
  const { alice, messages } = await prove(a, b);
  assert.equal(alice.failure?.code, "key-unknown");
  assert.match(alice.failure.message, /start again with the key asked for/);
  assert.equal(messages.length, 5, "the peer is told");
  const key = await sides(t, { signers: [aliceKey], known: knows, policy: { respPubkey: ["key"] } }, both[1]);
  const { alice: again } = await prove(...key);
  assert.equal(again.outcome!.peerKey!.known, false);
});

test("XEP-0116 §4.6.2, §4.7.1: from M onward every failure gives the same error after the same work (D13)", async (t) => {
  const policy = { initPubkey: ["hash", "key"], respPubkey: ["hash", "key"] } as const;
  for (const at of [3, 4] as const) {
    const faulty = { flips: "identity mac".split(" "), forms: at === 3 ? 1 : 2 } as const;
    const cases: readonly { known?: Signer; run?: Parameters<typeof prove>[2] }[] = [
      ...faulty.flips.map((name) => ({ run: { change: { [at]: (one: Element) => flipBit(one, name) } } })),
      { known: malloryKey },
      // a field that the other side had not in its form: what was signed is something else
      { run: { change: { [faulty.forms]: (one: Element) => setValues(one, "language", "la") } } },
    ];
    const [told, asked, codes] = [new Set<string>(), new Set<string>(), new Set<string>()];
    for (const { known: other, run } of cases) {
      const [theirs, ours] = at === 3 ? [other ?? aliceKey, bobKey] : [aliceKey, other ?? bobKey];
      const [a, b] = await sides(
        t,
        { signers: [aliceKey], known: [known(ours)], policy },
        { signers: [bobKey], known: [known(theirs)], policy },
      );
      const proof = await prove(a, b, run);
      const { failure } = at === 3 ? proof.bob : proof.alice;
      assert.ok(failure, JSON.stringify({ at, run }));
      codes.add(failure.code);
      told.add(refusalText(proof));
      asked.add((at === 3 ? b : a).asked.join(" "));
    }
    assert.equal(told.size, 1, [...told].join("\n"));
    assert.match([...told][0]!, /<feature-not-implemented /);
    assert.doesNotMatch([...told][0]!, /<field/);
    assert.equal(asked.size, 1, [...asked].join("\n"));
    assert.match([...asked][0]!, /verify$/);
    assert.deepEqual([...codes].sort(), ["identity-mismatch", "key-unknown", "signature-mismatch"]);
  }
});

test("XEP-0116 §7.3: a contact whose key is known and that offers none, or answers none, is refused with an alert (D17a)", async (t) => {
  const kinds = (raised: readonly { kind: string; alert?: string }[]) =>
    raised.filter((one) => one.kind === "alert").map((one) => one.alert);
  // message 1 of somebody without a key
  const asked = await prove(...(await sides(t, {}, { signers: [bobKey], known: [known(aliceKey)] })));
  assert.deepEqual(asked.bob.failure?.fields, ["init_pubkey"]);
  assert.deepEqual(kinds(asked.bob.raised), ["key-missing"]);
  assert.match(refusalText(asked), /<not-acceptable .*<field var="init_pubkey"\/>/);
  // message 2 that says none although it was not offered
  const [a, b] = await sides(t, { signers: [aliceKey], known: [known(bobKey)] }, both[1]);
  const answered = await prove(a, b, { change: { 2: (one) => setValues(one, "resp_pubkey", "none") } });
  assert.deepEqual(answered.alice.failure?.fields, ["resp_pubkey"]);
  assert.deepEqual(kinds(answered.alice.raised), ["key-missing"]);
  // the policy may let it pass, and then it is the book's to tell
  const [c, d] = await sides(
    t,
    {},
    { signers: [bobKey], known: [known(aliceKey)], facts: { keyRequired: false } },
  );
  assert.equal((await prove(c, d)).bob.failure, undefined);
});

test("XEP-0116 §4.5.4: who has no key that the other can verify shows none where that is accepted, else the algorithms are refused", async (t) => {
  const { core } = await loadTestCore({ algorithms: "all" });
  const dsa = dsaKey(core);
  const bob: SideOptions = { signers: [dsa], algorithms: "all" };
  const shown = await prove(...(await sides(t, both[0], bob)));
  assert.equal(shown.bob.outcome!.agreed.respPubkey, "none");
  assert.equal(shown.alice.outcome!.agreed.initPubkey, "key");
  const refused = await prove(
    ...(await sides(t, { signers: [aliceKey], policy: { respPubkey: ["key"] } }, bob)),
  );
  assert.deepEqual(refused.bob.failure?.fields, ["sign_algs"]);
});

test("XEP-0116 §8: DSA and RSA sign in one negotiation, each in the algorithm of its key", async (t) => {
  const { core } = await loadTestCore({ algorithms: "all" });
  const [a, b] = await sides(
    t,
    { signers: [aliceKey], algorithms: "all" },
    { signers: [dsaKey(core)], algorithms: "all" },
  );
  const { alice, bob, messages } = await prove(a, b);
  assert.deepEqual(valuesOf(messages[0]!, "sign_algs"), [RSA_SHA256, DSA_SHA256]);
  assert.equal(alice.outcome!.peerKey!.algorithm, DSA_SHA256);
  assert.equal(bob.outcome!.peerKey!.algorithm, RSA_SHA256);
});
