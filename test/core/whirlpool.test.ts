/** Whirlpool (ISO/IEC 10118-3:2004) and HMAC with it (RFC 2104) in the core, and the hash of an integer's shortest form. */
import assert from "node:assert/strict";
import { seededRandom } from "esession/testing";
import { hex, inAll, inBoth } from "./builds.js";
import { fromHex, noVectors, rounds, sampler, seed, vectors } from "./numbers.js";
import { hmacWhirlpool, whirlpool } from "./whirlpool-twin.js";

/** The test vectors that come with the standard (ISO/IEC 10118-3:2004, annex on Whirlpool; NESSIE's final package has the same). */
const iso: [string, number, string][] = [
  [
    "",
    1,
    "19fa61d75522a4669b44e39c1d2e1726c530232130d407f89afee0964997f7a73e83be698b288febcf88e3e03c4f0757ea8964e59b63d93708b138cc42a66eb3",
  ],
  [
    "a",
    1,
    "8aca2602792aec6f11a67206531fb7d7f0dff59413145e6973c45001d0087b42d11bc645413aeff63a42391a39145a591a92200d560195e53b478584fdae231a",
  ],
  [
    "abc",
    1,
    "4e2448a4c6f486bb16b6562c73b4020bf3043e3a731bce721ae1b303d97e6d4c7181eebdb6c57e277d0e34957114cbd6c797fc9d95d8b582d225292076d4eef5",
  ],
  [
    "message digest",
    1,
    "378c84a4126e2dc6e56dcc7458377aac838d00032230f53ce1f5700c0ffb4d3b8421557659ef55c106b4b52ac5a4aaa692ed920052838f3362e86dbd37a8903e",
  ],
  [
    "1234567890",
    8,
    "466ef18babb0154d25b9d38a6414f5c08784372bccb204d6549c4afadb6014294d5bd8df2a6c44e538cd047b2681a51a2c60481e88c5a20b2c2a80cf3a9a083b",
  ],
  [
    "a",
    1_000_000,
    "0c99005beb57eff50a7cf005560ddf5d29057fd86b20bfd62deca0f1ccea4af51fc15490eddc47af32bb2b66c34ff9ad8c6008ad677f77126953b226e4ed8b01",
  ],
];

inAll("the vectors of the standard, a million times the letter a among them", ({ core }) => {
  for (const [text, times, expected] of iso)
    assert.equal(hex(core.hash("whirlpool", Buffer.from(text.repeat(times)))), expected, text);
  assert.equal(
    hex(whirlpool(Buffer.from("abc"))),
    iso[2]![2],
    "and of the twin that the rest is compared with",
  );
});

for (const file of ["botan", "generated-lengths"])
  inAll(
    `ISO/IEC 10118-3: whirlpool/${file}`,
    ({ core }) => {
      for (const { msg, md } of vectors<{ msg: string; md: string }>(`whirlpool/${file}.json`))
        assert.equal(hex(core.hash("whirlpool", fromHex(msg))), md);
    },
    noVectors,
  );

inAll(
  "RFC 2104: whirlpool/hmac-generated",
  ({ hmac }) => {
    type Vector = { key: string; msg: string; tag: string };
    for (const { key, msg, tag } of vectors<Vector>("whirlpool/hmac-generated.json"))
      assert.equal(hex(hmac(fromHex(key), fromHex(msg), "whirlpool")), tag, `key ${key}`);
  },
  noVectors,
);

inAll(`a hash of parts is that of the whole, of either hash (seed ${seed})`, ({ core }) => {
  const { octets, below } = sampler(seededRandom(seed));
  for (let round = 0; round < rounds(30); round++) {
    const message = octets(below(300));
    const cut = below(message.length + 1);
    const parts = [message.subarray(0, cut), message.subarray(cut)];
    assert.equal(hex(core.hash("whirlpool", ...parts)), hex(whirlpool(message)), `${message.length}, ${cut}`);
    assert.equal(hex(core.hash("sha256", ...parts)), hex(core.sha256(message)));
  }
  const long = octets(300_000);
  assert.equal(hex(core.hash("whirlpool", long)), hex(whirlpool(long)), "longer than a region of the memory");
});

inAll(`HMAC is the twin's, with keys of 0 to 200 octets (seed ${seed})`, ({ hmac }) => {
  const { octets, below } = sampler(seededRandom(seed));
  for (let length = 0; length <= 200; length++) {
    const [key, message] = [octets(length), octets(below(200))];
    assert.equal(hex(hmac(key, message, "whirlpool")), hex(hmacWhirlpool(key, message)), `key of ${length}`);
  }
});

/** The end of the text may fall on either side of a block's, whose padding takes 33 octets. */
const lengths = [1, 2, 31, 32, 33, 63, 64, 65, 95, 96, 97, 128, 192, 256, 1024];

inAll(
  `XEP-0116 §6.1: a number is hashed in its shortest form, however many zeros lead it (seed ${seed})`,
  (testing) => {
    const { octets, below } = sampler(seededRandom(seed));
    for (const length of lengths)
      for (const zeros of new Set([0, 1, 31, 32, 33, 63, 64, length - 1, length, below(length + 1)])) {
        if (zeros > length) continue;
        const value = octets(length).map((octet) => octet || 1);
        value.fill(0, 0, zeros);
        const kept = value.subarray(Math.min(zeros, length - 1));
        const result = testing.hashOfInteger(value, "whirlpool");
        assert.equal(hex(result), hex(whirlpool(kept)), `${length} octets, ${zeros} zeros`);
      }
  },
);

inBoth("a core without it refuses Whirlpool, and says how it is loaded", ({ core, importSecret }) => {
  const k = importSecret(new Uint8Array(32).fill(1));
  const refused = { code: "core-argument", message: /algorithms "all"/ };
  const { keys, identity, dh } = core;
  const pair = dh.generate(1);
  const suite = { cipher: "aes256-ctr", hash: "whirlpool" } as const;
  const direction = { cipher: k, mac: k, sigma: k, suite };
  const [counter, none] = [new Uint8Array(16), new Uint8Array()];
  for (const use of [
    () => core.hash("whirlpool"),
    () => keys.mix(k, [], "whirlpool"),
    () => keys.derive(k, "initiator", "aes256-ctr", "xep", "whirlpool"),
    () => keys.rekey(k, "initiator", "aes256-ctr", "whirlpool"),
    () => keys.retained(k, "whirlpool"),
    () => keys.hmac(k, none, "whirlpool"),
    () => dh.agree(pair, pair.publicKey, "whirlpool"),
    () => identity.mac(direction, none),
    () => identity.seal(direction, counter, none, "xep"),
    () => identity.sealContent(direction, counter, none),
    () => core.stanza.context(direction, counter, "xep"),
  ])
    assert.throws(use, refused, String(use));
  pair.secret.wipe();
  k.wipe();
});

inAll("an unknown hash is an error of the caller", ({ core, importSecret }) => {
  const k = importSecret(new Uint8Array(32).fill(1));
  for (const name of ["sha512", "", "toString"]) {
    const hash = name as "sha256";
    const refused = { code: "core-argument" };
    assert.throws(() => core.hash(hash), refused);
    assert.throws(() => core.keys.mix(k, [], hash), refused);
    assert.throws(() => core.keys.retained(k, hash), refused);
    assert.throws(() => core.keys.hmac(k, new Uint8Array(), hash), refused);
    assert.throws(() => core.keys.derive(k, "initiator", "aes256-ctr", "xep", hash), refused);
  }
  k.wipe();
});
