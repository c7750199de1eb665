/**
 * The pool: workers with a core of their own each, and a bounded queue before them, first come, first served. A worker
 * has one task at a time; one that has died is replaced when the next task comes. Secrets cross only sealed
 * (messages.ts). A task whose key pair was wiped while it waited fails without being done.
 */
import pLimit from "p-limit";
import type { Secret } from "../core/secret.js";
import type { Core, Group, Hash, KeyPair } from "../core/types.js";
import { EsessionError } from "../errors.js";
import { Lane, unavailable, type LaneOptions } from "./lane.js";
import { encodeAgreement } from "./messages.js";
import { processors } from "./platform.js";
import type { Pool, PoolOptions } from "./types.js";

const MAX_WORKERS = 64;
/** Each worker has its tables, and more than eight are seldom busy with handshakes. */
const MAX_DEFAULT_WORKERS = 8;
/** The modulus of group 18. */
const MAX_VALUE = 1024;

/** Starts the workers. Rejects with option-invalid, pool-unavailable, core-unavailable. */
export async function openPool(options: PoolOptions = {}): Promise<Pool> {
  const { algorithms, build, tableBytes, wasm, url } = options;
  const usual = Math.max(1, Math.min(processors() - 1, MAX_DEFAULT_WORKERS));
  const workers = whole("workers", options.workers ?? usual, MAX_WORKERS);
  const queueLimit = whole("queueLimit", options.queueLimit ?? 1024, 2 ** 31 - 1);
  const lanes: LaneOptions = {
    url,
    timeoutMs: whole("timeoutMs", options.timeoutMs ?? 60_000, 2 ** 31 - 1),
    load: {
      ...(algorithms === undefined ? {} : { algorithms }),
      ...(build === undefined ? {} : { build }),
      ...(tableBytes === undefined ? {} : { tableBytes }),
      ...(wasm === undefined ? {} : { wasm: wasm instanceof URL ? wasm.href : wasm }),
    },
  };
  const started = await Promise.allSettled(Array.from({ length: workers }, () => Lane.open(lanes)));
  const open = started.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const failed = started.find((one) => one.status === "rejected");
  if (failed === undefined) return new WorkerPool(open, lanes, queueLimit);
  await Promise.all(open.map((lane) => lane.end(unavailable("the pool was not opened"))));
  throw failed.reason;
}

class WorkerPool implements Pool {
  readonly #laneOptions: LaneOptions;
  readonly #queueLimit: number;
  readonly #limit: ReturnType<typeof pLimit>;
  readonly #lanes: Set<Lane>;
  /** As many as there are workers without a task, dead ones among them. The last used comes first: its tables are made. */
  readonly #idle: Lane[];
  #closing: Promise<void> | undefined;

  constructor(lanes: readonly Lane[], laneOptions: LaneOptions, queueLimit: number) {
    this.#laneOptions = laneOptions;
    this.#queueLimit = queueLimit;
    this.#limit = pLimit(lanes.length);
    this.#lanes = new Set(lanes);
    this.#idle = [...lanes];
  }

  get usage() {
    const { concurrency: workers, activeCount: busy, pendingCount: waiting } = this.#limit;
    return { workers, busy, waiting };
  }

  async generate(core: Core, group: Group): Promise<KeyPair> {
    if (!isOctet(group))
      throw new EsessionError("core-argument", `${String(group)} is not a MODP group with a known prime`);
    const header = Uint8Array.of(group);
    const made = await this.#queue((lane) => lane.run(core, "generate", header, []));
    return { group, publicKey: made.header, secret: made.secrets[0]! };
  }

  async agree(core: Core, pair: KeyPair, value: Uint8Array, hash: Hash = "sha256"): Promise<Secret> {
    const { group, publicKey, secret } = pair;
    if (!isOctet(group))
      throw new EsessionError("core-argument", `${String(group)} is not a MODP group with a known prime`);
    if (value.length > MAX_VALUE)
      throw new EsessionError(
        "dh-public-value",
        "the public value cannot be used: it is longer than any modulus",
      );
    const header = encodeAgreement({ group, hash, publicKey, value });
    const { secrets } = await this.#queue((lane) => lane.run(core, "agree", header, [secret]));
    return secrets[0]!;
  }

  close(): Promise<void> {
    this.#closing ??= Promise.all([...this.#lanes].map((lane) => lane.end(closed()))).then(() => undefined);
    return this.#closing;
  }

  async #queue<Result>(task: (lane: Lane) => Promise<Result>): Promise<Result> {
    if (this.#closing) throw closed();
    if (this.#limit.pendingCount >= this.#queueLimit)
      throw new EsessionError("queue-full", `${this.#queueLimit} tasks wait for the pool already`);
    return this.#limit(async () => {
      const last = this.#idle.pop()!;
      let lane = last;
      try {
        if (this.#closing) throw closed();
        if (last.dead) lane = await this.#replace(last);
        return await task(lane);
      } finally {
        this.#idle.push(lane);
      }
    });
  }

  async #replace(dead: Lane): Promise<Lane> {
    const lane = await Lane.open(this.#laneOptions);
    this.#lanes.delete(dead);
    this.#lanes.add(lane);
    if (this.#closing) await lane.end(closed());
    return lane;
  }
}

/** A group crosses as one octet; which of them there are the worker's core knows. */
const isOctet = (group: number) => Number.isInteger(group) && group >= 0 && group < 256;

const closed = () => unavailable("the pool was closed");

function whole(name: string, value: number, most: number): number {
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new EsessionError("option-invalid", `${name} is a whole number from 1 to ${most}, not ${value}`);
}
