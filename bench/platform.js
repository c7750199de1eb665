/** Where a run takes place and with what: machine, engine, versions of ours and of every peer. */
import { createHash, getDiffieHellman } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
export const peersFolder = join(import.meta.dirname, "peers");
const manifest = (/** @type {string} */ path) => JSON.parse(readFileSync(path, "utf8"));

/** @param {string} build of the core */
export function machine(build) {
  return {
    esession: `${manifest(join(root, "package.json")).version}, ${build} build`,
    processor: `${cpus()[0]?.model ?? "unknown"}, ${availableParallelism()} threads`,
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    v8: process.versions.v8,
    openssl: process.versions.openssl,
  };
}

/** The version of each peer, or that it is not installed. @returns {Record<string, string>} */
export function peerVersions() {
  const { dependencies } = manifest(join(peersFolder, "package.json"));
  return Object.fromEntries(
    Object.keys(dependencies).map((name) => {
      const installed = join(peersFolder, "node_modules", name, "package.json");
      return [name, existsSync(installed) ? manifest(installed).version : "not installed"];
    }),
  );
}

/** @type {import("./agreement.js").Platform} */
export const platform = {
  hash: (octets) => createHash("sha256").update(octets).digest(),
  prime: (group) => new Uint8Array(getDiffieHellman(`modp${group}`).getPrime()),
};
