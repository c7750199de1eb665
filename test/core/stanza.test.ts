/** Sealing and opening stanzas (XEP-0200 §6, §8): what is sent, what is refused, and that a refusal changes nothing. */
import assert from "node:assert/strict";
import { createCipheriv, createHmac } from "node:crypto";
import type { Dialect, StanzaContext } from "esession/core";
import { seededRandom } from "esession/testing";
import type { TestCore } from "esession/testing";
import { inBoth } from "./builds.js";
import { fromHex, noVectors, rounds, sampler, seed, toBigInt, toOctets, vectors } from "./numbers.js";

const kc = new Uint8Array(32).fill(0xc1);
const km = new Uint8Array(32).fill(0x3a);
const counterOf = (value: bigint): Uint8Array => toOctets(value & ((1n << 128n) - 1n), 16);

/** Sealing and opening contexts of the same keys; wiped after the test. */
function withContexts(
  { core, importSecret }: TestCore,
  dialect: Dialect,
  counter: Uint8Array,
  run: (sealing: StanzaContext, opening: StanzaContext) => void,
): void {
  const keys = { cipher: importSecret(kc), mac: importSecret(km) };
  const contexts = [
    core.stanza.context(keys, counter, dialect),
    core.stanza.context(keys, counter, dialect),
  ] as const;
  keys.cipher.wipe();
  keys.mac.wipe();
  run(...contexts);
  for (const context of contexts) context.wipe();
}

/** The children of <c/> as the receiver rebuilds them, and where the text of <data/> stands. */
function received(data: string | undefined, extra = "") {
  if (data === undefined) return { content: extra, at: undefined };
  return { content: `<data>${data}</data>${extra}`, at: { start: 6, end: 6 + data.length } };
}

/** A sender that shares no code with the core. */
function twin(text: string, counter: bigint, extra: string, mac: Uint8Array = counterOf(counter)) {
  const cipher = createCipheriv("aes-256-ctr", kc, counterOf(counter));
  const data = cipher.update(text, "utf8", "base64") + cipher.final("base64");
  const a_mac = createHmac("sha256", km).update(`<data>${data}</data>${extra}`).update(mac).digest("base64");
  return { data, mac: a_mac };
}

inBoth("XEP-0200 §6: data and MAC are those of an independent sender, stanza after stanza", (testing) => {
  let counter = (1n << 128n) - 3n;
  withContexts(testing, "xep", counterOf(counter), (sealing) => {
    for (let length = 0; length <= 120; length++) {
      const text = Array.from("ä€x😀".repeat(length)).slice(0, length).join("");
      const extra = length % 3 === 0 ? "" : `<new>${length}</new>`;
      assert.deepEqual(testing.core.stanza.seal(sealing, text, extra), twin(text, counter, extra));
      counter += BigInt(Math.max(1, Math.ceil(Buffer.byteLength(text) / 16)));
    }
  });
});

for (const dialect of ["xep", "deployed"] as const)
  inBoth(`${dialect}: what one side seals the other opens, of every length (seed ${seed})`, (testing) => {
    const { octets, below } = sampler(seededRandom(seed));
    withContexts(testing, dialect, octets(16), (sealing, opening) => {
      for (let round = 0; round < rounds(200); round++) {
        const text = "é".repeat(below(2)) + Buffer.from(octets(round)).toString("latin1");
        const { data, mac } = testing.core.stanza.seal(sealing, text, "<new>1</new>");
        const { content, at } = received(data, "<new>1</new>");
        const opened = testing.core.stanza.open(opening, content, at, mac);
        assert.equal(
          dialect === "xep" ? opened : opened?.trimEnd(),
          dialect === "xep" ? text : text.trimEnd(),
        );
        assert.equal(sealing.blocks, opening.blocks);
      }
    });
  });

inBoth(
  "D4: a stanza without content moves the counter by one; `deployed` sends 16 spaces or nothing",
  (testing) => {
    const { core } = testing;
    withContexts(testing, "xep", counterOf(9n), (sealing, opening) => {
      const without = core.stanza.seal(sealing, undefined, "<new>1</new>");
      assert.equal(without.data, undefined);
      assert.equal(core.stanza.open(opening, "<new>1</new>", undefined, without.mac), undefined);
      const empty = core.stanza.seal(sealing, "");
      assert.equal(empty.data, "");
      assert.equal(core.stanza.open(opening, "<data></data>", { start: 6, end: 6 }, empty.mac), "");
      assert.equal(sealing.blocks, 2);
      assert.deepEqual(core.stanza.seal(sealing, "x"), twin("x", 11n, ""));
    });
    withContexts(testing, "deployed", counterOf(9n), (sealing) => {
      assert.deepEqual(core.stanza.seal(sealing, ""), twinDeployed(" ".repeat(16), 9n));
      core.stanza.seal(sealing, undefined);
      assert.equal(sealing.blocks, 1);
      assert.deepEqual(core.stanza.seal(sealing, "abc"), twinDeployed("abc".padEnd(16), 10n));
    });
  },
);

/** `deployed`: encrypted from the counter's next value, MACed with this one. */
const twinDeployed = (text: string, counter: bigint) => twin(text, counter + 1n, "", counterOf(counter));

inBoth(
  "D3: the counters of esession/counters are MACed as 16 octets, and the shortest form is understood",
  (testing) => {
    type Counters = { CA: string; CB: string; mpiCA: string; mpiCB: string };
    for (const { CA, CB, mpiCA, mpiCB } of vectors<Counters>("esession/counters.json"))
      for (const [counter, shortest] of [
        [CA, mpiCA],
        [CB, mpiCB],
      ] as const)
        withContexts(testing, "xep", fromHex(counter), (sealing, opening) => {
          const value = toBigInt(fromHex(counter));
          const ours = testing.core.stanza.seal(sealing, "hello");
          assert.deepEqual(ours, twin("hello", value, ""));
          const theirs = twin("hello", value, "", fromHex(shortest));
          const { content, at } = received(theirs.data);
          assert.equal(testing.core.stanza.open(opening, content, at, theirs.mac), "hello", counter);
        });
  },
  noVectors,
);

inBoth("a counter without leading zeros is not taken in any other form", (testing) => {
  withContexts(testing, "xep", counterOf(1n << 127n), (_, opening) => {
    for (const form of [Uint8Array.of(0x80), Buffer.concat([Uint8Array.of(0), counterOf(1n << 127n)])]) {
      const { data, mac } = twin("x", 1n << 127n, "", form);
      const { content, at } = received(data);
      assert.throws(() => testing.core.stanza.open(opening, content, at, mac), { code: "stanza-mac" });
    }
  });
});

inBoth("XEP-0200 §8: any changed character is a wrong MAC, and changes nothing", (testing) => {
  const { core } = testing;
  withContexts(testing, "xep", counterOf(5n), (sealing, opening) => {
    const { data = "", mac } = core.stanza.seal(sealing, "<body>hello</body>", "<new>1</new>");
    const { content, at } = received(data, "<new>1</new>");
    const changed = (text: string, i: number): string =>
      text.slice(0, i) + (text[i] === "A" ? "B" : "A") + text.slice(i + 1);
    for (let i = 0; i < content.length; i++)
      assert.throws(() => core.stanza.open(opening, changed(content, i), at, mac), { code: "stanza-mac" });
    for (let i = 0; i < mac.length; i++)
      assert.throws(() => core.stanza.open(opening, content, at, changed(mac, i)), { code: "stanza-mac" });
    for (const bad of ["", "A", mac.slice(0, 43), `${mac}A`, `${mac.slice(0, 43)}é`, "=".repeat(44)])
      assert.throws(() => core.stanza.open(opening, content, at, bad), { code: "stanza-mac" });
    for (const range of [
      { start: 7, end: 6 },
      { start: 6, end: content.length + 1 },
    ])
      assert.throws(() => core.stanza.open(opening, content, range, mac), { code: "stanza-mac" });
    assert.equal(opening.blocks, 0);
    assert.equal(core.stanza.open(opening, content, at, mac), "<body>hello</body>");
  });
});

inBoth("a stanza cannot be opened twice, nor the next before it", (testing) => {
  const { core } = testing;
  withContexts(testing, "xep", counterOf(5n), (sealing, opening) => {
    const [first, second] = ["one", "two"].map((text) => core.stanza.seal(sealing, text));
    const open = (stanza: typeof first) => {
      const { content, at } = received(stanza!.data);
      return core.stanza.open(opening, content, at, stanza!.mac);
    };
    assert.throws(() => open(second), { code: "stanza-mac" });
    assert.equal(open(first), "one");
    assert.throws(() => open(first), { code: "stanza-mac" });
    assert.equal(open(second), "two");
  });
});

inBoth(
  "malformed Base64 under a good MAC is the same error as a wrong MAC, and changes nothing",
  (testing) => {
    withContexts(testing, "xep", counterOf(5n), (_, opening) => {
      for (const data of ["A", "AA", "AAA", "AB==", "AAB=", "A A=", "AAA\n", "AAAA=", "A===", "ÄAAA"]) {
        const { content, at } = received(data);
        const mac = createHmac("sha256", km).update(content).update(counterOf(5n)).digest("base64");
        assert.throws(
          () => testing.core.stanza.open(opening, content, at, mac),
          { code: "stanza-mac" },
          data,
        );
      }
      assert.equal(opening.blocks, 0);
    });
  },
);

inBoth("content that is not UTF-8 is refused after the counter has moved", (testing) => {
  withContexts(testing, "xep", counterOf(5n), (_, opening) => {
    const cipher = createCipheriv("aes-256-ctr", kc, counterOf(5n));
    const data = cipher.update(Uint8Array.of(0xc3, 0x28)).toString("base64");
    const { content, at } = received(data);
    const mac = createHmac("sha256", km).update(content).update(counterOf(5n)).digest("base64");
    assert.throws(() => testing.core.stanza.open(opening, content, at, mac), { code: "content-malformed" });
    assert.equal(opening.blocks, 1);
  });
});

inBoth("a stanza of exactly the largest size is sealed and opened; one octet more is refused", (testing) => {
  const { core } = testing;
  withContexts(testing, "xep", counterOf(5n), (sealing, opening) => {
    const room = core.maxStanzaBytes - 13;
    const text = "x".repeat(3 * Math.floor(room / 4));
    const { data, mac } = core.stanza.seal(sealing, text, "e".repeat(room % 4));
    const { content, at } = received(data, "e".repeat(room % 4));
    assert.equal(content.length, core.maxStanzaBytes);
    assert.equal(core.stanza.open(opening, content, at, mac), text);
    const { blocks } = sealing;
    for (const [more, extra] of [
      [`${text}xx`, ""],
      [text, "e".repeat((room % 4) + 1)],
      ["x".repeat(1_000_000), ""],
      ["x", "e".repeat(1_000_000)],
    ] as const)
      assert.throws(() => core.stanza.seal(sealing, more, extra), { code: "stanza-too-large" });
    assert.equal(sealing.blocks, blocks);
    assert.throws(() => core.stanza.open(opening, `${content}e`, at, mac), { code: "stanza-too-large" });
  });
});

for (const dialect of ["xep", "deployed"] as const)
  inBoth(`${dialect}: a key stops at 2^32 - 2^20 blocks, before the counter moves`, (testing) => {
    const { core, setBlocks } = testing;
    const limit = 2 ** 32 - 2 ** 20;
    withContexts(testing, dialect, counterOf(5n), (sealing, opening) => {
      const { data, mac } = core.stanza.seal(sealing, "x".repeat(33));
      setBlocks(sealing, limit - 2);
      assert.throws(() => core.stanza.seal(sealing, "x".repeat(33)), { code: "key-exhausted" });
      core.stanza.seal(sealing, "x".repeat(32));
      assert.equal(sealing.blocks, limit);
      assert.throws(() => core.stanza.seal(sealing, "x"), { code: "key-exhausted" });
      setBlocks(opening, limit - 2);
      const { content, at } = received(data);
      assert.throws(() => core.stanza.open(opening, content, at, mac), { code: "key-exhausted" });
      setBlocks(opening, limit - 3);
      assert.equal(core.stanza.open(opening, content, at, mac)?.trimEnd(), "x".repeat(33));
    });
  });

inBoth("every key length of AES seals, and a wiped context does not", ({ core, importSecret }) => {
  const mac = importSecret(km);
  for (const length of [16, 24, 32]) {
    const cipher = importSecret(kc.subarray(0, length));
    const context = core.stanza.context({ cipher, mac }, counterOf(3n), "xep");
    const expected = createCipheriv(`aes-${length * 8}-ctr`, kc.subarray(0, length), counterOf(3n));
    assert.equal(
      core.stanza.seal(context, "text").data,
      expected.update("text", "utf8", "base64") + expected.final("base64"),
    );
    context.wipe();
    context.wipe();
    assert.ok(context.wiped);
    assert.throws(() => core.stanza.seal(context, "text"), { code: "secret-wiped" });
    assert.throws(() => context.blocks, { code: "secret-wiped" });
    cipher.wipe();
  }
  const odd = importSecret(new Uint8Array(20));
  assert.throws(() => core.stanza.context({ cipher: odd, mac }, counterOf(3n), "xep"), {
    code: "core-argument",
  });
  mac.wipe();
  odd.wipe();
});
