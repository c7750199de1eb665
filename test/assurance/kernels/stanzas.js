/**
 * Stanzas and proofs of identity sealed and opened, whole, through the bindings: for one length of the content,
 * keys and content are secret. Counters and whether a MAC matches are public; where it differs is not.
 */
import { refused } from "../refused.js";

const both = ["xep", "deployed"];
const counters = { counter: new Uint8Array(16).fill(3), "counter with leading zeros": shortCounter() };

function shortCounter() {
  const counter = new Uint8Array(16);
  counter.fill(7, 5);
  return counter;
}

/** Every key length with one content, every content length with one key. */
const sizes = [
  ...[16, 24, 32].map((keyLength) => [keyLength, 100]),
  ...[0, 1, 11, 12, 13, 16, 128, 500].map((length) => [32, length]),
];
const EXTRA = "<new>1</new>";

const secretKeys = ({ importSecret }, draw, keyLength) => ({
  cipher: importSecret(draw.octets(keyLength)),
  mac: importSecret(draw.octets(32)),
});

const contexts = both.flatMap((dialect) =>
  [16, 24, 32].map((keyLength) => ({
    name: `a context, key of ${keyLength} octets, ${dialect}`,
    prepare(test, draw) {
      const keys = secretKeys(test, draw, keyLength);
      return () => test.core.stanza.context(keys, counters.counter, dialect).wipe();
    },
  })),
);

const seals = both.flatMap((dialect) =>
  sizes.map(([keyLength, length]) => ({
    name: `seal ${length} octets, key of ${keyLength}, ${dialect}`,
    prepare(test, draw) {
      const { stanza } = test.core;
      const context = stanza.context(secretKeys(test, draw, keyLength), counters.counter, dialect);
      const content = draw.text(length);
      return () => stanza.seal(context, content, EXTRA);
    },
  })),
);

/** What a peer with the same keys sealed, and a fresh context to open it. */
function received(test, draw, { keyLength, length, dialect, counter, count = 1 }) {
  const { stanza } = test.core;
  const keys = secretKeys(test, draw, keyLength);
  const [theirs, ours] = [stanza.context(keys, counter, dialect), stanza.context(keys, counter, dialect)];
  const sealed = Array.from({ length: count }, () => {
    const text = draw.text(length);
    const { data, mac } = stanza.seal(theirs, text, EXTRA);
    return { text, mac, content: `<data>${data}</data>${EXTRA}`, range: { start: 6, end: 6 + data.length } };
  });
  return { ours, sealed };
}

/** Opens and checks that what was sealed came out; `deployed` pads with blanks. */
function openAll({ stanza }, { ours, sealed }) {
  for (const { text, mac, content, range } of sealed)
    if (stanza.open(ours, content, range, mac).trimEnd() !== text.trimEnd())
      throw new Error("a stanza was opened to something else");
}

const opens = both.flatMap((dialect) =>
  sizes.map(([keyLength, length]) => ({
    name: `open ${length} octets, key of ${keyLength}, ${dialect}`,
    prepare(test, draw) {
      const { counter } = counters;
      const all = received(test, draw, { keyLength, length, dialect, counter });
      return () => openAll(test.core, all);
    },
  })),
);

const rows = both.map((dialect) => ({
  name: `open three stanzas one after the other, ${dialect}`,
  prepare(test, draw) {
    const { counter } = counters;
    const all = received(test, draw, { keyLength: 32, length: 21, dialect, counter, count: 3 });
    return () => openAll(test.core, all);
  },
}));

const forged = both.flatMap((dialect) =>
  Object.entries(counters).map(([name, counter]) => ({
    name: `refuse a MAC that differs anywhere, ${name}, ${dialect}`,
    prepare(test, draw) {
      const { ours, sealed } = received(test, draw, { keyLength: 32, length: 60, dialect, counter });
      const { mac, content, range } = sealed[0];
      const octets = Buffer.from(mac, "base64");
      octets[draw.index % 32] ^= 1 << (draw.index % 8);
      const other = octets.toString("base64");
      return () => refused("stanza-mac", () => test.core.stanza.open(ours, content, range, other));
    },
  })),
);

/** Three stanzas under two pairs of keys; of those to be opened the second is forged. */
const LENGTHS = [70, 21, 300];
const CONTEXT_OF = [0, 1, 0];

function listed(test, draw) {
  const { stanza } = test.core;
  const pairs = [16, 32].map((keyLength) => {
    const keys = secretKeys(test, draw, keyLength);
    return [1, 2].map(() => stanza.context(keys, counters.counter, "xep"));
  });
  const items = (end) =>
    LENGTHS.map((length, i) => ({ context: pairs[CONTEXT_OF[i]][end], content: draw.text(length) }));
  return { stanza, items };
}

const lists = [
  {
    name: `seal a list of ${LENGTHS.length}`,
    prepare(test, draw) {
      const { stanza, items } = listed(test, draw);
      const list = items(0);
      return () => stanza.sealMany(list);
    },
  },
  {
    name: `open a list of ${LENGTHS.length}, the second forged`,
    prepare(test, draw) {
      const { stanza, items } = listed(test, draw);
      const texts = items(1);
      const sealed = stanza.sealMany(items(0).map((item, i) => ({ ...item, content: texts[i].content })));
      const list = sealed.map(({ data, mac }, i) => ({
        context: texts[i].context,
        content: `<data>${data}</data>`,
        data: { start: 6, end: 6 + data.length },
        mac: i === 1 ? (mac.startsWith("A") ? "B" : "A") + mac.slice(1) : mac,
      }));
      return () => {
        const opened = stanza.openMany(list);
        if (opened[0] !== texts[0].content || opened[2] !== texts[2].content || typeof opened[1] === "string")
          throw new Error("a list was opened to something else");
      };
    },
  },
];

const FORM = new Uint8Array(300).fill(0x3c);
const identities = both.flatMap((dialect) =>
  [16, 24, 32].flatMap((keyLength) => {
    const keysOf = (test, draw) => ({
      ...secretKeys(test, draw, keyLength),
      sigma: test.importSecret(draw.octets(32)),
    });
    return [
      {
        name: `seal an identity, key of ${keyLength}, ${dialect}`,
        prepare(test, draw) {
          const keys = keysOf(test, draw);
          return () => test.core.identity.seal(keys, counters.counter, FORM, dialect);
        },
      },
      {
        name: `open an identity, right, wrong or short, key of ${keyLength}, ${dialect}`,
        prepare(test, draw) {
          const { identity: of } = test.core;
          const keys = keysOf(test, draw);
          const others = { ...keys, sigma: test.importSecret(draw.random(32)) };
          const fault = draw.index % 5;
          const octet = draw.index % 32;
          const sent = of.seal(fault === 1 ? others : keys, counters.counter, FORM, dialect);
          if (fault === 2) sent.identity[octet] ^= 1 << (draw.index % 8);
          if (fault === 3) sent.mac[octet] ^= 1 << (draw.index % 8);
          if (fault === 4) sent.identity = sent.identity.subarray(0, octet);
          return () => {
            if (of.open(keys, counters.counter, FORM, sent, dialect) !== (fault === 0))
              throw new Error("an identity was taken for another");
          };
        },
      },
    ];
  }),
);

export const stanzas = [...contexts, ...seals, ...opens, ...rows, ...forged, ...lists, ...identities];
