/**
 * A core whose stanzas, or whose Diffie-Hellman, are calculated by node:crypto: the engine, its XML and its checks stay
 * what they are, so that a session or a negotiation on it does the same steps.
 */
import { createHash, getDiffieHellman } from "node:crypto";
import { EsessionError } from "esession/core";
import { exponent, stripped } from "./octets.js";
import { NodeDirection, nodeGroup } from "./peers/node.js";

/** @typedef {import("esession/core").Core} Core */

/** Other parts of a core in place of its own. @param {Core} core @param {Partial<Pick<Core, "stanza" | "dh">>} parts @returns {Core} */
const replacing = (core, parts) => Object.assign(Object.create(core), parts);

/** The octets of a secret, by the one way out that a core has for them. @param {Core} core @param {import("esession/core").Secret} secret */
const octetsOf = (core, secret) => core.keys.publishMac(core.keys.copy(secret));

/** @param {Core} core */
export function withNodeStanzas(core) {
  /** @type {WeakMap<object, NodeDirection>} */
  const directions = new WeakMap();
  const directionOf = (/** @type {object} */ context) => {
    const direction = directions.get(context);
    if (!direction) throw new Error("a context of another core");
    return direction;
  };
  /** @type {Pick<Core["stanza"], "context" | "seal" | "open">} */
  const single = {
    context(keys, counter, dialect) {
      const [cipher, mac] = [octetsOf(core, keys.cipher), octetsOf(core, keys.mac)];
      const context = { dialect, blocks: 0, wiped: false, wipe: () => undefined };
      directions.set(context, new NodeDirection({ cipher, mac, counter }, undefined));
      return context;
    },
    seal(context, content, extra = "") {
      const direction = directionOf(context);
      if (content !== undefined) return direction.seal(content);
      return { data: undefined, mac: direction.sign(extra).toString("base64") };
    },
    open(context, content, data, mac) {
      const direction = directionOf(context);
      if (data) return direction.open(content, mac);
      if (direction.sign(content).toString("base64") !== mac)
        throw new EsessionError("stanza-mac", "the MAC of the stanza does not match");
      return undefined;
    },
  };
  return replacing(core, {
    stanza: {
      ...core.stanza,
      ...single,
      sealMany: (items) => items.map(({ context, content }) => single.seal(context, content)),
      openMany: (items) =>
        items.map(({ context, content, data, mac }) => single.open(context, content, data, mac)),
    },
  });
}

/** @param {Core} core */
export function withNodeDh(core) {
  /** @type {WeakMap<object, import("./peers/index.js").Party>} */
  const made = new WeakMap();
  return replacing(core, {
    dh: {
      ...core.dh,
      generate(group) {
        const dh = nodeGroup(getDiffieHellman(`modp${group}`).getPrime().length);
        const publicKey = new Uint8Array(stripped(dh.generate(exponent())));
        const pair = { group, publicKey, secret: core.keys.random(32) };
        made.set(pair, dh);
        return pair;
      },
      agree(pair, value) {
        const z = made.get(pair)?.agree(value);
        if (!z) throw new Error("a key pair of another core");
        return core.keys.import(new Uint8Array(createHash("sha256").update(stripped(z)).digest()));
      },
    },
  });
}
