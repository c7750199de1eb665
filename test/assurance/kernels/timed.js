/**
 * What is timed, for timing.js: `at`, where the secret of `length` octets is put before each measurement, and the
 * act, of which `calls` make one measurement. `fixed` makes a random secret the fixed one; `share` of the samples.
 */
export const timed = [
  {
    name: "comparison of 32 octets, equal or not",
    length: 32,
    calls: 20,
    share: 1,
    fixed: (secret) => secret.fill(0x77),
    prepare({ abi, memory }) {
      const [a, b] = [abi.takeSecret(32), abi.takeSecret(32)];
      memory().fill(0x77, a, a + 32);
      return { at: b, act: () => abi.equal(a, b, 32) };
    },
  },
  {
    name: "a number of 256 octets without leading zeros",
    length: 256,
    calls: 1,
    share: 0.2,
    fixed: (secret) => secret.fill(0, 0, 200),
    prepare: ({ abi }) => ({
      at: abi.inputRegion(),
      act: () => abi.hashOfInteger(abi.outputRegion(), abi.inputRegion(), 256, 0),
    }),
  },
  {
    name: "AES-256 with its key schedule, one batch",
    length: 32,
    calls: 1,
    share: 0.5,
    fixed: (secret) => secret.fill(0),
    prepare: ({ abi }) => ({
      at: abi.inputRegion(),
      act: () =>
        abi.cipherStream(
          abi.outputRegion(),
          abi.inputRegion() + 64,
          128,
          0,
          abi.inputRegion(),
          32,
          abi.inputRegion() + 256,
        ),
    }),
  },
  {
    name: "HMAC of 128 octets",
    length: 32,
    calls: 1,
    share: 1,
    fixed: (secret) => secret.fill(0xff),
    prepare: ({ abi }) => ({
      at: abi.inputRegion(),
      act: () => {
        abi.hmacStart(abi.inputRegion(), 32, 0);
        abi.hashUpdate(abi.inputRegion() + 64, 128);
        abi.hmacFinish(abi.outputRegion(), 32);
      },
    }),
  },
  {
    name: "Base64 of 48 octets",
    length: 48,
    calls: 10,
    share: 1,
    fixed: (secret) => secret.fill(0xff),
    prepare: ({ abi }) => ({
      at: abi.inputRegion(),
      act: () => abi.base64Encode(abi.outputRegion(), abi.inputRegion(), 48),
    }),
  },
  {
    name: "g^x, group 1, with all its reductions",
    length: 32,
    calls: 1,
    share: 0.02,
    fixed: (secret) => secret.fill(0),
    prepare({ abi }) {
      const x = abi.takeSecret(32);
      return { at: x, act: () => abi.dhPublic(abi.outputRegion(), 1, x, 32) };
    },
  },
  {
    name: "the check of a public value",
    byDesign: true, // that the test can see a difference at all
    length: 96,
    calls: 1,
    share: 0.02,
    fixed: (value) => value.fill(0x55),
    prepare: ({ abi }) => ({
      at: abi.inputRegion(),
      act: () => abi.dhCheck(1, abi.inputRegion(), 96),
    }),
  },
];
