/** The peers of a run in Node: node:crypto first, which needs nothing installed. */
import * as node from "./node.js";
import { hacls, portable } from "./index.js";

/** @type {import("./index.js").Known[]} */
export const builtIn = [
  {
    name: "node:crypto",
    does: ["modp", "direction"],
    load: () => ({ modp: node.modp, direction: node.fresh }),
  },
  { name: "node:crypto tuned", does: ["direction"], load: () => ({ direction: node.tuned }) },
];

export const peersInNode = [...builtIn, ...portable, ...hacls];
