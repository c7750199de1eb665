/**
 * Powers in every MODP group: g^x (fixed base), v^x and the hash of it without leading zeros, with secret x. Each
 * once as the first use of the group and once after others, because a build may prepare tables at first.
 */

/** Group, octets of its prime, secrets by default and in a full run. */
const groups = [
  [1, 96, 1000, 1000],
  [2, 128, 1000, 1000],
  [5, 192, 1000, 1000],
  [14, 256, 1000, 1000],
  [15, 384, 12, 50],
  [16, 512, 12, 50],
  [17, 768, 12, 50],
  [18, 1024, 12, 50],
];
const EXPONENT = 32;

/** A public value: 2 to some power, so in the subgroup. */
function putPublicValue({ abi, memory }, group, length) {
  memory().fill(0x5a, abi.inputRegion(), abi.inputRegion() + EXPONENT);
  abi.dhPublic(abi.outputRegion(), group, abi.inputRegion(), EXPONENT);
  memory().copyWithin(abi.inputRegion(), abi.outputRegion(), abi.outputRegion() + length);
}

function putSecret({ abi, memory }, octets) {
  const slot = abi.takeSecret(octets.length);
  memory().set(octets, slot);
  return slot;
}

const fixedBase = (group, length = EXPONENT) => ({
  prepare(core, draw) {
    const { abi } = core;
    const x = putSecret(core, draw.octets(length));
    return () => abi.dhPublic(abi.outputRegion(), group, x, length);
  },
});

const agreement = (group, length) => ({
  setUp: (core) => putPublicValue(core, group, length),
  prepare(core, draw) {
    const { abi } = core;
    const x = putSecret(core, draw.octets(EXPONENT));
    const k = abi.takeSecret(32);
    return () => abi.dhAgree(k, group, abi.inputRegion(), length, x, EXPONENT, 0);
  },
});

/** 4^x for small x has 2x + 1 bits: shared values with any number of leading zero octets, up to all but one. */
const strippedAgreement = (group, length) => ({
  setUp: ({ abi, memory }) => (memory()[abi.inputRegion()] = 4),
  prepare(core, draw) {
    const { abi } = core;
    const kept = length - (draw.index % length);
    const exponent = new Uint8Array(EXPONENT);
    new DataView(exponent.buffer).setUint16(EXPONENT - 2, 4 * (kept - 1) + (draw.random(1)[0] & 3));
    const x = putSecret(core, exponent);
    const k = abi.takeSecret(32);
    return () => abi.dhAgree(k, group, abi.inputRegion(), 1, x, EXPONENT, 0);
  },
});

/** The same after the group was used with public exponents. */
const later = ({ setUp, prepare }, group) => ({
  prepare,
  setUp(core) {
    for (let i = 0; i < 3; i++) putPublicValue(core, group, 0);
    setUp?.(core);
  },
});

const perGroup = groups.flatMap(([group, length, usual, full]) => {
  const large = usual < 1000;
  const part = large ? "powers, groups 15 to 18" : "powers, groups 1, 2, 5, 14";
  const [first, zeros] = ["powers, first use of a group", "powers with leading zeros"];
  const few = { usual: 12, full: 50 };
  return [
    { part, name: `g^x, group ${group}`, usual, full, ...later(fixedBase(group), group) },
    { part, name: `K from v^x, group ${group}`, usual, full, ...later(agreement(group, length), group) },
    { part: first, name: `g^x, group ${group}, first use`, ...few, ...fixedBase(group) },
    { part: first, name: `K from v^x, group ${group}, first use`, ...few, ...agreement(group, length) },
    {
      part: zeros,
      name: `K from v^x with leading zeros, group ${group}`,
      ...(large ? few : { usual: length, full: length }), // as many as there are numbers of zeros
      ...strippedAgreement(group, length),
    },
  ];
});

export const exponentiation = [
  ...perGroup,
  {
    part: "powers, other ways",
    name: "g^x, group 1, exponent of 768 bits",
    usual: 100,
    full: 1000,
    ...fixedBase(1, 96),
  },
  {
    part: "powers, other ways",
    name: "a new key pair, group 14, through the bindings",
    usual: 100,
    full: 1000,
    prepare: ({ core, drawFrom }, draw) => {
      drawFrom((target) => target.set(draw.random(target.length)));
      return () => core.dh.generate(14).secret.wipe();
    },
  },
];
