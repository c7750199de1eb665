/**
 * Every combination that can be agreed on (XEP-0116 §4.3, §8): cipher, hash, group, how each side identifies itself, and
 * the number of messages. Each negotiates, exchanges a stanza both ways and leaves nothing behind.
 */
import test from "node:test";
import assert from "node:assert/strict";
import type { Cipher, Group, Hash } from "esession";
import type { NegotiationPolicy } from "../../dist/negotiation/policy.js";
import { aliceJid, bobJid, seedOf } from "../support/pair.js";
import { exchange, prove, sideOf, wipeEnding, type Side } from "../support/proving.js";
import { aliceKey, bobKey, known } from "../support/signers.js";

/** What the module of all algorithms does not have yet. */
const missing: readonly string[] = ["serpent", "twofish", "whirlpool"];

const ciphers: readonly Cipher[] = [
  ...([
    "aes128-ctr",
    "aes192-ctr",
    "aes256-ctr",
    "serpent128-ctr",
    "serpent192-ctr",
    "serpent256-ctr",
  ] as const),
  ...(["twofish128-ctr", "twofish192-ctr", "twofish256-ctr", "none"] as const),
];
const hashes: readonly Hash[] = ["sha256", "whirlpool"];
const has = (name: string) => !missing.some((one) => name.startsWith(one));

type Mode = "key" | "hash" | "none";
const modes: readonly Mode[] = ["key", "hash", "none"];
interface Way {
  readonly messages: 3 | 4;
  readonly init: Mode;
  readonly resp: Mode;
}
const ways: readonly Way[] = ([4, 3] as const).flatMap((messages) =>
  modes.flatMap((init) =>
    modes
      .filter((resp) => messages === 4 || (init !== "none" && resp !== "none"))
      .map((resp) => ({ messages, init, resp })),
  ),
);

/** All ways with all suites in the two smallest groups of the default; of the others one suite. */
const groups: readonly Group[] = [14, 15, 16, 17, 18, 5, 2, 1];
const fully: readonly Group[] = [14, 15];

let pair: Promise<[Side, Side]> | undefined;

/** The keys are known of those whose fingerprint will be shown. */
const knownAs = (mode: Mode, key: typeof aliceKey) => (mode === "none" ? [] : [known(key)]);

async function negotiate(
  seed: string,
  policy: Partial<NegotiationPolicy>,
  { messages, init, resp }: Way,
): Promise<void> {
  pair ??= Promise.all([
    sideOf(aliceJid, seed, { signers: [aliceKey], algorithms: "all" }),
    sideOf(bobJid, seed, { signers: [bobKey], algorithms: "all" }),
  ]);
  const [alice, bob] = await pair;
  const liked = { ...policy, initPubkey: [init], respPubkey: [resp], threeMessages: "accept" } as const;
  const side = (one: Side, keys: ReturnType<typeof knownAs>): Side => ({
    ...one,
    env: { ...one.env, policy: { ...one.env.policy, ...liked } },
    knowledge: { ...one.knowledge, keys },
    facts: { ...one.facts, keyed: keys.length > 0 },
  });
  const [a, b] = [side(alice, knownAs(resp, bobKey)), side(bob, knownAs(init, aliceKey))];
  const before = [a, b].map(({ env }) => ({ ...env.core.usage }));
  const proof = await prove(a, b, { init: { messages } });
  const [ours, theirs] = [proof.alice.outcome, proof.bob.outcome];
  assert.ok(ours && theirs, `${proof.alice.failure?.message} ${proof.bob.failure?.message}`);
  assert.deepEqual([ours.agreed.cipher, ours.agreed.hash, ours.agreed.group], [policy.ciphers![0], policy.hashes![0], policy.groups![0]]); // prettier-ignore
  exchange(a, b, ours, theirs);
  wipeEnding(proof.alice);
  wipeEnding(proof.bob);
  assert.deepEqual([a, b].map(({ env }) => ({ ...env.core.usage })), before, "places left behind"); // prettier-ignore
}

for (const group of groups)
  for (const hash of hashes)
    for (const cipher of ciphers) {
      const all = fully.includes(group);
      if (!all && (cipher !== "aes256-ctr" || hash !== "sha256")) continue;
      const skip = has(cipher) && has(hash) ? false : "the core does not have it yet";
      const some = all ? ways : ways.filter(({ init, resp }) => init === resp);
      test(
        `XEP-0116 §4.3, §8: group ${group}, ${cipher}, ${hash}: ${some.length} ways to identify each other`,
        { skip },
        async (t) => {
          const seed = seedOf(t);
          const policy = {
            groups: [group],
            ciphers: [cipher],
            hashes: [hash],
            legacy: true,
            insecureBrokenGroups: true,
          };
          for (const way of some) await negotiate(seed, policy, way);
        },
      );
    }
