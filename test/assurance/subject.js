/**
 * Something whose trace can be taken again and again from one and the same state: an instance of an instrumented
 * module, whose whole memory and whose mutable globals are put back before each run. So a difference between two
 * runs has no other cause than their secrets.
 */

/**
 * @param {Record<string, any>} exports of an instrumented module
 * @param {{ places: import("./instrument.js").Place[], state: number }} instrumented
 */
export function subject(exports, { places, state: globalCount }) {
  const globals = Array.from({ length: globalCount }, (_, i) => exports[`state:${i}`]);
  const octets = () => new Uint8Array(exports.memory.buffer);
  const state = () => ({ memory: octets().slice(), values: globals.map(({ value }) => value) });

  return {
    state,

    restore({ memory, values }) {
      octets().set(memory);
      globals.forEach((global, i) => (global.value = values[i]));
    },

    /** What the act folds: the hash, how many folds, and what was noted at fold number `stop`. */
    trace(act, stop = -1n) {
      exports.traceHash.value = 0n;
      exports.traceCount.value = 0n;
      exports.traceStop.value = stop;
      exports.traceStopHash.value = 0n;
      exports.traceStopPlace.value = -1n;
      const result = act();
      return {
        result,
        hash: exports.traceHash.value,
        count: exports.traceCount.value,
        stopHash: exports.traceStopHash.value,
        stopPlace: places[Number(exports.traceStopPlace.value)],
      };
    },
  };
}

/** @typedef {ReturnType<typeof subject>} Subject */
