/** Sealed records of a store, through the bindings: the key and the secrets in them are secret. */
import { refused } from "../refused.js";

const NAME = "peer/romeo";
const HEADER = new Uint8Array(40).fill(1);
const LENGTHS = [32, 20, 256];

function record({ core, importSecret }, draw) {
  const key = importSecret(draw.octets(32));
  const secrets = LENGTHS.map((length) => importSecret(draw.octets(length)));
  return { key, seal: () => core.records.seal(key, NAME, HEADER, secrets) };
}

export const records = [
  { name: "seal a record", prepare: (test, draw) => record(test, draw).seal },
  {
    name: "open a record",
    prepare(test, draw) {
      const { key, seal } = record(test, draw);
      const sealed = seal();
      return () => test.core.records.open(key, NAME, sealed);
    },
  },
  {
    name: "refuse a record that was changed anywhere",
    prepare(test, draw) {
      const { key, seal } = record(test, draw);
      const sealed = seal();
      // Behind the version, which is public.
      sealed[1 + ((draw.index * 7) % (sealed.length - 1))] ^= 1 << (draw.index % 8);
      return () => refused("record-damaged", () => test.core.records.open(key, NAME, sealed));
    },
  },
];
