/** Lists of stanzas in one call: the same as one after the other, and nothing half done. */
import assert from "node:assert/strict";
import type { Dialect, OpenItem, SealItem, StanzaContext } from "esession/core";
import { EsessionError } from "esession/core";
import { loadTestCore, seededRandom } from "esession/testing";
import type { TestCore } from "esession/testing";
import { inBoth } from "./builds.js";
import { rounds, sampler, seed } from "./numbers.js";

/** Contexts in pairs: what one call seals with the first of each, the other may seal with the second. */
function twoOfEach({ core, importSecret }: TestCore, dialects: readonly Dialect[]) {
  const made = dialects.map((dialect, i) => {
    const keys = {
      cipher: importSecret(new Uint8Array([16, 24, 32][i % 3]!).fill(i + 1)),
      mac: importSecret(new Uint8Array(32).fill(0x80 + i)),
    };
    const counter = new Uint8Array(16).fill(i);
    const make = () => core.stanza.context(keys, counter, dialect);
    const all = [make(), make(), make()] as const;
    keys.cipher.wipe();
    keys.mac.wipe();
    return all;
  });
  return {
    listed: made.map((all) => all[0]),
    single: made.map((all) => all[1]),
    opening: made.map((all) => all[2]),
    wipe: () => made.flat().forEach((context) => context.wipe()),
  };
}

const openItem = (context: StanzaContext, data: string | undefined, mac: string): OpenItem => ({
  context,
  content: data === undefined ? "" : `<data>${data}</data>`,
  data: data === undefined ? undefined : { start: 6, end: 6 + data.length },
  mac,
});

const texts = ["", undefined, "x", "<body>fifteen octet</body>", "é€😀", "a".repeat(127), "b".repeat(5000)];

inBoth(`a list seals and opens as its stanzas do one after the other (seed ${seed})`, (testing) => {
  const { core } = testing;
  const { below } = sampler(seededRandom(seed));
  for (const dialects of [["xep"], ["xep", "xep", "xep"], ["deployed"], ["xep", "deployed"]] as Dialect[][])
    for (const ascii of [true, false]) {
      const { listed, single, opening, wipe } = twoOfEach(testing, dialects);
      for (let round = 0; round < rounds(12); round++) {
        const plan = Array.from({ length: below(40) }, () => ({
          which: below(dialects.length),
          text: texts[below(texts.length)],
        })).map(({ which, text }) => ({ which, text: ascii && text === "é€😀" ? "plain" : text }));
        const sealed = core.stanza.sealMany(
          plan.map(({ which, text }) => ({ context: listed[which]!, content: text })),
        );
        assert.deepEqual(
          sealed,
          plan.map(({ which, text }) => core.stanza.seal(single[which]!, text)),
        );
        const opened = core.stanza.openMany(
          sealed.map(({ data, mac }, i) => openItem(opening[plan[i]!.which]!, data, mac)),
        );
        plan.forEach(({ which, text }, i) => {
          const one = opened[i];
          // `deployed` pads with spaces to whole blocks.
          const got = dialects[which] === "deployed" && typeof one === "string" ? one.trimEnd() : one;
          assert.equal(got, text);
        });
      }
      listed.forEach((context, i) => assert.equal(context.blocks, single[i]!.blocks));
      wipe();
    }
});

inBoth("more contexts than have their round keys ready take turns", async ({ core: { build } }) => {
  const testing = await loadTestCore({ build, sessions: 64 });
  const { core } = testing;
  const { listed, single, wipe } = twoOfEach(testing, new Array<Dialect>(40).fill("xep"));
  for (let round = 0; round < 3; round++) {
    const items = listed.map((context) => ({ context, content: `round ${round}` }));
    assert.deepEqual(
      core.stanza.sealMany([...items, ...items.toReversed()]),
      [...single, ...single.toReversed()].map((context) => core.stanza.seal(context, `round ${round}`)),
    );
  }
  wipe();
});

inBoth("a list larger than the regions is sealed and opened in pieces", (testing) => {
  const { core } = testing;
  const { listed, single, opening, wipe } = twoOfEach(testing, ["xep"]);
  const long = Array.from({ length: 9 }, (_, i) => String(i).repeat(30_000 + i));
  const sealed = core.stanza.sealMany(long.map((content) => ({ context: listed[0]!, content })));
  assert.deepEqual(
    sealed,
    long.map((text) => core.stanza.seal(single[0]!, text)),
  );
  const items = sealed.map(({ data, mac }) => openItem(opening[0]!, data, mac));
  assert.deepEqual(core.stanza.openMany(items), long);
  wipe();
});

inBoth("a list of which one stanza cannot be sealed seals none", (testing) => {
  const { core } = testing;
  const { listed, single, wipe } = twoOfEach(testing, ["xep", "deployed"]);
  const refused = (items: SealItem[], code: string) =>
    assert.throws(() => core.stanza.sealMany(items), { code });
  const good = listed.map((context) => ({ context, content: "good" }));
  const tooLong = "x".repeat(core.maxStanzaBytes);
  const gone = twoOfEach(testing, ["xep"]);
  gone.wipe();
  for (const at of [0, 1, 2]) {
    refused(good.toSpliced(at, 0, { context: listed[0]!, content: tooLong }), "stanza-too-large");
    refused(
      good.toSpliced(at, 0, { context: listed[0]!, content: tooLong.slice(9).replaceAll("x", "€") }),
      "stanza-too-large",
    );
    refused(good.toSpliced(at, 0, { context: gone.listed[0]!, content: "" }), "secret-wiped");
  }
  // The largest one that fits does go: <data> and </data> around Base64.
  const most = Math.floor((core.maxStanzaBytes - 13) / 4) * 3;
  for (const { context } of good) assert.equal(context.blocks, 0);
  const largest = "y".repeat(most);
  assert.deepEqual(core.stanza.sealMany([{ context: listed[0]!, content: largest }, good[0]!]), [
    core.stanza.seal(single[0]!, largest),
    core.stanza.seal(single[0]!, "good"),
  ]);
  refused([{ context: listed[0]!, content: `${largest}yyyy` }, good[0]!], "stanza-too-large");
  wipe();
});

inBoth("what is refused in a list stands in its place, and changes nothing for the others", (testing) => {
  const { core } = testing;
  const { listed, opening, wipe } = twoOfEach(testing, ["xep", "xep"]);
  const sealed = ["one", "two", "three"].map((text) => core.stanza.seal(listed[0]!, text));
  const other = core.stanza.seal(listed[1]!, "other");
  const [one, two, three] = sealed.map(({ data, mac }) => openItem(opening[0]!, data, mac)) as [
    OpenItem,
    OpenItem,
    OpenItem,
  ];
  const forged = {
    ...two,
    mac: `A${two.mac.slice(1)}` === two.mac ? `B${two.mac.slice(1)}` : `A${two.mac.slice(1)}`,
  };
  const codes = (results: readonly unknown[]) =>
    results.map((result) => (EsessionError.is(result) ? result.code : result));
  assert.deepEqual(
    codes(
      core.stanza.openMany([
        forged,
        one,
        one,
        { ...two, mac: two.mac.slice(1) },
        openItem(opening[1]!, other.data, other.mac),
        { ...two, data: { start: 4, end: 2 } },
        { ...two, content: two.content.replace("<", "é") },
        two,
        three,
      ]),
    ),
    ["stanza-mac", "one", "stanza-mac", "stanza-mac", "other", "stanza-mac", "stanza-mac", "two", "three"],
  );
  wipe();
});

for (const secret of ["a sentence that nobody else may read", "фраза, которую никто другой не прочтёт"])
  inBoth(`nothing of a list's plaintext stays in the regions: ${secret}`, (testing) => {
    const { core, memory } = testing;
    const { listed, opening, wipe } = twoOfEach(testing, ["xep", "xep"]);
    const sealed = core.stanza.sealMany(listed.map((context) => ({ context, content: secret })));
    const items = sealed.map(({ data, mac }, i) => openItem(opening[i]!, data, mac));
    assert.deepEqual(core.stanza.openMany(items), [secret, secret]);
    const tooLong = secret.repeat(core.maxStanzaBytes / 8);
    assert.throws(
      () =>
        core.stanza.sealMany([
          { context: listed[0]!, content: tooLong },
          { context: listed[1]!, content: "" },
        ]),
      { code: "stanza-too-large" },
    );
    const left = Buffer.from(memory());
    for (let at = 0; at + 8 <= secret.length; at += 4)
      assert.equal(left.includes(secret.slice(at, at + 8)), false);
    wipe();
  });

inBoth(
  "of a wiped key no round key stays, although a shorter one has taken the place of its planes",
  async ({ core: { build } }) => {
    const testing = await loadTestCore({ build, sessions: 16 });
    const { core, importSecret, memory } = testing;
    const context = (length: number) => {
      const keys = {
        cipher: importSecret(new Uint8Array(length).fill(7)),
        mac: importSecret(new Uint8Array(32).fill(1)),
      };
      const made = core.stanza.context(keys, new Uint8Array(16), "xep");
      keys.cipher.wipe();
      keys.mac.wipe();
      return made;
    };
    // Sixteen neighbours have places of their own for their planes, so the seventeenth takes the first one's.
    const long = context(32);
    const between = Array.from({ length: 15 }, () => context(16));
    const short = context(16);
    const constants = () => memory().slice(0, testing.abi.inputRegion());
    const fresh = constants();
    core.stanza.seal(long, "x");
    // Planes are of octets, or of halves of them, that are all ones: 15 round keys of eight planes each.
    const ones = [...constants().entries()].flatMap(([at, octet]) =>
      [0x0f, 0xf0, 0xff].includes(octet) && fresh[at] === 0 ? [at] : [],
    );
    const size = build === "simd" ? 16 : 8;
    const planes = ones.find(
      (at) => ones.filter((other) => other >= at && other < at + 120 * size).length > 40 * size,
    )!;
    core.stanza.seal(short, "x");
    long.wipe();
    const tail = memory().subarray(planes + 90 * size, planes + 119 * size);
    assert.ok(
      constants()
        .subarray(planes, planes + 88 * size)
        .some((octet) => octet !== 0),
      "the planes were found",
    );
    assert.ok(tail.every((octet) => octet === 0));
    for (const one of [...between, short]) one.wipe();
  },
);

inBoth("no stanzas are sealed and opened to none", ({ core }) => {
  assert.deepEqual([core.stanza.sealMany([]), core.stanza.openMany([])], [[], []]);
});
