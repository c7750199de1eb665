/** SHA-256, HMAC, AES in counter mode with its key schedule, Base64, comparison, the stripping of leading zeros. */

const plain = (name, prepare) => ({ name, prepare });

const sha256 = [1, 55, 56, 64, 119, 500].map((length) =>
  plain(`SHA-256 of ${length} octets`, (core, draw) => {
    const message = draw.octets(length);
    return () => core.sha256(message);
  }),
);

const stripped = [1, 2, 55, 56, 57, 64, 96, 128, 192, 256, 384, 512, 768, 1024].map((length) =>
  plain(`SHA-256 of a number of ${length} octets without leading zeros`, (core, draw) => {
    const value = draw.stripped(length);
    return () => core.sha256OfInteger(value);
  }),
);

const hmac = [1, 16, 32, 64, 65, 500].map((length) =>
  plain(`HMAC under ${length} octets`, (core, draw) => {
    const [key, message] = [draw.octets(length), draw.octets(77)];
    return () => core.hmac(key, message);
  }),
);

const aes = [16, 24, 32].flatMap((keyLength) =>
  [1, 16, 100, 128, 129, 300].map((length) =>
    plain(`AES-${keyLength * 8}, counter mode, ${length} octets`, (core, draw) => {
      const [key, text] = [draw.octets(keyLength), draw.octets(length)];
      const counter = new Uint8Array(16).fill(0xfe);
      return () => core.aesCtr(key, counter, text);
    }),
  ),
);

const lengths = [1, 2, 3, 11, 12, 13, 24, 32, 33, 100];
const base64 = lengths.flatMap((length) => [
  plain(`Base64 of ${length} octets`, (core, draw) => {
    const octets = draw.octets(length);
    return () => core.base64Encode(octets);
  }),
  plain(`${length} octets from Base64`, (core, draw) => {
    const text = Buffer.from(draw.octets(length)).toString("base64");
    return () => core.base64Decode(text);
  }),
  // That a text is malformed is public, where it is not. Its last two characters tell the length.
  plain(`no octets from malformed Base64 for ${length}`, (core, draw) => {
    const text = Buffer.from(draw.octets(length)).toString("base64");
    const at = draw.index % (text.length - 2);
    const malformed = `${text.slice(0, at)}!${text.slice(at + 1)}`;
    return () => {
      if (core.base64Decode(malformed) !== undefined) throw new Error("malformed Base64 was decoded");
    };
  }),
]);

const comparison = [16, 32, 44, 64].map((length) =>
  plain(`comparison of ${length} octets`, ({ abi, memory }, draw) => {
    const [a, b] = [abi.takeSecret(length), abi.takeSecret(length)];
    const octets = draw.octets(length);
    memory().set(octets, a);
    memory().set(draw.almost(octets), b);
    return () => abi.equal(a, b, length);
  }),
);

export const symmetric = [...sha256, ...stripped, ...hmac, ...aes, ...base64, ...comparison];
