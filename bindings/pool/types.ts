/** The surface of the pool (`esession/pool`). */
import type { Secret } from "../core/secret.js";
import type { Core, CoreOptions, Group, Hash, KeyPair } from "../core/types.js";

export interface PoolOptions extends Pick<CoreOptions, "algorithms" | "build" | "tableBytes"> {
  /** 1 to 64. Default: one less than the machine has processors, at least 1 and at most 8. */
  workers?: number;
  /** Tasks that may wait for a worker; one more is refused with queue-full. Default 1024. */
  queueLimit?: number;
  /** A worker that is silent for so long over one task, or over its start, is given up. Default 60,000. */
  timeoutMs?: number;
  /** A module for the workers' cores, its bytes, or where they get it. Default: the one that the package carries. */
  wasm?: WebAssembly.Module | Uint8Array | ArrayBuffer | URL;
  /**
   * Where the script of the workers is, for bundlers that do not follow `new Worker(new URL(...))`: it is
   * `esession/pool/worker`, bundled as an ES module. In Node a URL object or an absolute path.
   */
  url?: URL | string;
}

/** Exponentiations by workers. Each call may be made with another core; secrets come and go sealed. */
export interface Pool {
  /** Workers, how many of them have a task, and tasks that wait. */
  readonly usage: { workers: number; busy: number; waiting: number };
  /** As `core.dh.generate`: the secret is in the core given. Rejects with queue-full, pool-unavailable. */
  generate(core: Core, group: Group): Promise<KeyPair>;
  /**
   * As `core.dh.agree`; whirlpool needs workers with `algorithms: "all"`. Rejects with dh-public-value, core-argument,
   * queue-full, pool-unavailable. Leaves the pair alive.
   */
  agree(core: Core, pair: KeyPair, value: Uint8Array, hash?: Hash): Promise<Secret>;
  /** Ends the workers and wipes the keys that were shared with them; what is under way or waits is rejected. */
  close(): Promise<void>;
}
