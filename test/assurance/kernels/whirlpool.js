/** Whirlpool wherever SHA-256 is traced in the common builds: hash, HMAC, shortest forms, keys, identities, stanzas. */
import { refused } from "../refused.js";

const WHIRLPOOL = "whirlpool";
const few = { usual: 200, full: 1000 };
const kernel = (name, prepare, more = few) => ({ name: `${name}, Whirlpool`, prepare, ...more });

const hashes = [1, 31, 32, 64, 95, 96, 500].map((length) =>
  kernel(`hash of ${length} octets`, ({ core }, draw) => {
    const message = draw.octets(length);
    return () => core.hash(WHIRLPOOL, message);
  }),
);

const stripped = [1, 2, 31, 32, 33, 64, 96, 128, 256, 1024].map((length) =>
  kernel(`hash of a number of ${length} octets without leading zeros`, (core, draw) => {
    const value = draw.stripped(length);
    return () => core.hashOfInteger(value, WHIRLPOOL);
  }),
);

const macs = [1, 32, 64, 65, 500].map((length) =>
  kernel(`HMAC under ${length} octets`, (core, draw) => {
    const [key, message] = [draw.octets(length), draw.octets(77)];
    return () => core.hmac(key, message, WHIRLPOOL);
  }),
);

const onSecrets = (name, lengths, act) =>
  kernel(name, ({ core, importSecret }, draw) => {
    const secrets = lengths.map((length) => importSecret(draw.octets(length)));
    return () => act(core.keys, ...secrets);
  });

const keys = [
  ...["aes128-ctr", "serpent192-ctr", "twofish256-ctr"].flatMap((cipher) => [
    onSecrets(`keys from K, ${cipher}`, [64], (of, k) => of.derive(k, "initiator", cipher, "xep", WHIRLPOOL)),
    onSecrets(`keys of a new exchange, ${cipher}`, [64], (of, k) =>
      of.rekey(k, "responder", cipher, WHIRLPOOL),
    ),
  ]),
  onSecrets("K with retained secrets", [64, 64, 20], (of, k, srs, oss) => of.mix(k, [srs, oss], WHIRLPOOL)),
  onSecrets("the next retained secret", [64], (of, k) => of.retained(k, WHIRLPOOL)),
  kernel(
    "K from v^x, group 2",
    ({ core, importKeyPair }, draw) => {
      const pair = importKeyPair(2, draw.octets(32));
      return () => core.dh.agree(pair, Uint8Array.of(4), WHIRLPOOL);
    },
    { usual: 12, full: 100 },
  ),
];

/** It has leading zeros. */
const counter = new Uint8Array(16).fill(7, 5);
const suite = { cipher: "aes256-ctr", hash: WHIRLPOOL };

const keysOf = ({ importSecret }, draw) => ({
  cipher: importSecret(draw.octets(32)),
  mac: importSecret(draw.octets(64)),
  sigma: importSecret(draw.octets(64)),
  suite,
});

const identities = [
  kernel("seal an identity", (test, draw) => {
    const own = keysOf(test, draw);
    return () => test.core.identity.seal(own, counter, new Uint8Array(300), "xep");
  }),
  kernel("open an identity, right or wrong", (test, draw) => {
    const { identity: of } = test.core;
    const own = keysOf(test, draw);
    const form = new Uint8Array(300);
    const sent = of.seal(own, counter, form, "xep");
    const fault = [undefined, "mac", "identity"][draw.index % 3];
    if (fault === "mac") sent.mac[draw.index % 64] ^= 1;
    if (fault === "identity") form[0] = 1;
    return () => {
      if (of.fault(own, counter, form, sent, "xep") !== fault)
        throw new Error("an identity was taken for another");
    };
  }),
  ...["sha256", WHIRLPOOL].flatMap((hash) => [
    kernel(`seal what is in an identity, ${hash}`, (test, draw) => {
      const own = { ...keysOf(test, draw), suite: { ...suite, hash } };
      const content = draw.octets(700);
      return () => test.core.identity.sealContent(own, counter, content);
    }),
    kernel(`open what is in an identity, right or wrong, ${hash}`, (test, draw) => {
      const { identity: of } = test.core;
      const own = { ...keysOf(test, draw), suite: { ...suite, hash } };
      const sent = of.sealContent(own, counter, draw.octets(700));
      const right = draw.index % 2 === 0;
      if (!right) sent.mac[draw.index % 32] ^= 1 << (draw.index % 8);
      return () => {
        if (of.openContent(own, counter, sent).authentic !== right)
          throw new Error("an identity was taken for another");
      };
    }),
  ]),
];

const stanzas = [0, 12, 100, 500].flatMap((length) => [
  kernel(`seal ${length} octets`, (test, draw) => {
    const context = test.core.stanza.context(keysOf(test, draw), counter, "xep");
    const content = draw.text(length);
    return () => test.core.stanza.seal(context, content);
  }),
  kernel(`open ${length} octets, or refuse them`, (test, draw) => {
    const { stanza } = test.core;
    const own = keysOf(test, draw);
    const [theirs, ours] = [1, 2].map(() => stanza.context(own, new Uint8Array(16).fill(3), "xep"));
    const text = draw.text(length);
    const { data, mac } = stanza.seal(theirs, text);
    const octets = Buffer.from(mac, "base64");
    octets[draw.index % 64] ^= 1 << (draw.index % 8);
    const [content, range] = [`<data>${data}</data>`, { start: 6, end: 6 + data.length }];
    return () => {
      refused("stanza-mac", () => stanza.open(ours, content, range, octets.toString("base64")));
      if (stanza.open(ours, content, range, mac) !== text)
        throw new Error("a stanza was opened to something else");
    };
  }),
]);

export const whirlpool = [...hashes, ...stripped, ...macs, ...keys, ...identities, ...stanzas];
