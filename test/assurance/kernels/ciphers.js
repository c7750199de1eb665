/**
 * Serpent and Twofish, in the builds that have them: key schedules and counter mode by themselves, then stanzas and proofs of
 * identity whole, through the bindings. Keys and contents are secret; lengths, counters and which cipher it is are public.
 */
import { refused } from "../refused.js";

const plain = (name, prepare) => ({ name, prepare });
const counter = new Uint8Array(16).fill(0xfe);
const keyLengths = [16, 24, 32];

/** A part of a block, a part of a batch, and more than the longest batch. */
const streams = ["serpent", "twofish"].flatMap((cipher) =>
  keyLengths.flatMap((keyLength) =>
    [1, 100, 300].map((length) =>
      plain(`${cipher}-${keyLength * 8}, counter mode, ${length} octets`, (core, draw) => {
        const [key, text] = [draw.octets(keyLength), draw.octets(length)];
        return () => core.cipherCtr(`${cipher}128-ctr`, key, counter, text);
      }),
    ),
  ),
);

const names = ["serpent", "twofish"].flatMap((cipher) =>
  keyLengths.map((length) => ({ cipher: `${cipher}${length * 8}-ctr`, length })),
);

const secretKeys = ({ importSecret }, draw, { cipher, length }) => ({
  cipher: importSecret(draw.octets(length)),
  mac: importSecret(draw.octets(32)),
  sigma: importSecret(draw.octets(32)),
  suite: { cipher, hash: "sha256" },
});

/** What a peer with the same keys sealed, and a fresh context to open it. */
function received(test, draw, suite, length) {
  const { stanza } = test.core;
  const keys = secretKeys(test, draw, suite);
  const [theirs, ours] = [1, 2].map(() => stanza.context(keys, counter, "xep"));
  const text = draw.text(length);
  const { data, mac } = stanza.seal(theirs, text);
  return { ours, text, mac, content: `<data>${data}</data>`, range: { start: 6, end: 6 + data.length } };
}

const none = { cipher: "none", length: 16 };
const stanzas = [...names, none].flatMap((suite) => [
  plain(`a context, ${suite.cipher}`, (test, draw) => {
    const keys = secretKeys(test, draw, suite);
    return () => test.core.stanza.context(keys, counter, "xep").wipe();
  }),
  plain(`seal 100 octets, ${suite.cipher}`, (test, draw) => {
    const { stanza } = test.core;
    const context = stanza.context(secretKeys(test, draw, suite), counter, "xep");
    const content = draw.text(100);
    return () => stanza.seal(context, content, "<new>1</new>");
  }),
  plain(`open 100 octets, ${suite.cipher}`, (test, draw) => {
    const { ours, text, mac, content, range } = received(test, draw, suite, 100);
    return () => {
      if (test.core.stanza.open(ours, content, range, mac) !== text)
        throw new Error("a stanza was opened to something else");
    };
  }),
  plain(`refuse a MAC that differs anywhere, ${suite.cipher}`, (test, draw) => {
    const { ours, mac, content, range } = received(test, draw, suite, 60);
    const octets = Buffer.from(mac, "base64");
    octets[draw.index % 32] ^= 1 << (draw.index % 8);
    const other = octets.toString("base64");
    return () => refused("stanza-mac", () => test.core.stanza.open(ours, content, range, other));
  }),
  plain(`seal an identity, ${suite.cipher}`, (test, draw) => {
    const keys = secretKeys(test, draw, suite);
    const form = new Uint8Array(50).fill(0x3c);
    return () => test.core.identity.seal(keys, counter, form, "xep");
  }),
  plain(`open an identity, right or wrong, ${suite.cipher}`, (test, draw) => {
    const { identity } = test.core;
    const keys = secretKeys(test, draw, suite);
    const form = new Uint8Array(50).fill(0x3c);
    const sent = identity.seal(keys, counter, form, "xep");
    const wrong = draw.index % 2;
    if (wrong) sent.identity[draw.index % 32] ^= 1;
    return () => {
      if (identity.open(keys, counter, form, sent, "xep") !== !wrong)
        throw new Error("an identity was taken for another");
    };
  }),
]);

export const ciphers = [...streams, ...stanzas];
