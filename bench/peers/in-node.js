/** The peers of a run in Node: node:crypto first, which needs nothing installed, and last what reads files. */
import * as node from "./node.js";
import { load as hacl } from "./hacl.js";
import { portable } from "./index.js";

/** @type {import("./index.js").Known[]} */
export const builtIn = [
  {
    name: "node:crypto",
    does: ["modp", "direction"],
    load: () => ({ modp: node.modp, direction: node.fresh }),
  },
  {
    name: "node:crypto tuned",
    does: ["direction"],
    wholeBlocksOnly: true,
    load: () => ({ direction: node.tuned }),
  },
];

/** @type {import("./index.js").Known[]} */
export const peersInNode = [
  ...builtIn,
  ...portable,
  { name: "hacl-wasm", packages: ["hacl-wasm"], does: ["modp"], only: [14], load: hacl },
];
