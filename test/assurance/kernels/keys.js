/** What becomes of K: all derivations, comparison and handling of secrets, through the bindings. */

const both = ["xep", "deployed"];
const ciphers = ["aes128-ctr", "aes192-ctr", "aes256-ctr"];

/** A kernel on imported secrets of these lengths. */
const onSecrets = (name, lengths, act) => ({
  name,
  prepare({ core, importSecret }, draw) {
    const secrets = lengths.map((length) => importSecret(draw.octets(length)));
    return () => act(core.keys, ...secrets);
  },
});

const derivations = ciphers.flatMap((cipher) => [
  ...both.map((dialect) =>
    onSecrets(`keys from K, ${cipher}, ${dialect}`, [32], (keys, k) =>
      keys.derive(k, "initiator", cipher, dialect),
    ),
  ),
  onSecrets(`keys of a new exchange, ${cipher}`, [32], (keys, k) => keys.rekey(k, "responder", cipher)),
]);

export const keys = [
  ...derivations,
  onSecrets("K with a retained and an other secret", [32, 32, 20], (of, k, srs, oss) =>
    of.mix(k, [srs, oss]),
  ),
  onSecrets("the next retained secret", [32], (of, k) => of.retained(k)),
  ...[16, 32, 64, 100, 1000].map((length) =>
    onSecrets(`HMAC under a secret of ${length} octets`, [length, 40], (of, key, message) =>
      of.hmac(key, message),
    ),
  ),
  onSecrets("a copy, and both wiped", [64], (of, secret) => {
    of.copy(secret).wipe();
    secret.wipe();
  }),
  onSecrets("a long secret wiped", [1000], (of, secret) => secret.wipe()),
  {
    name: "two secrets compared",
    prepare({ core, importSecret }, draw) {
      const octets = draw.octets(32);
      const [a, b] = [importSecret(octets), importSecret(draw.almost(octets))];
      return () => core.keys.equal(a, b);
    },
  },
  {
    name: "a secret imported",
    prepare({ core }, draw) {
      const octets = draw.octets(48);
      return () => core.keys.import(octets);
    },
  },
  {
    name: "a random secret, with the checks of the source",
    prepare({ core, drawFrom }, draw) {
      drawFrom((target) => target.set(draw.random(target.length)));
      return () => core.keys.random(64);
    },
  },
];
