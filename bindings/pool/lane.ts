/**
 * One worker as the main thread sees it: the keys shared with it, and the one task that is under way. A lane whose
 * worker has died stays dead; the pool opens another.
 */
import type { Secret } from "../core/secret.js";
import type { Core } from "../core/types.js";
import { EsessionError } from "../errors.js";
import { asError, decodeError, isReply, replyName, taskName } from "./messages.js";
import type { FromWorker, Purpose, ToWorker } from "./messages.js";
import { startThread, type Thread } from "./platform.js";

export interface LaneOptions {
  readonly url: URL | string | undefined;
  readonly timeoutMs: number;
  readonly load: Extract<ToWorker, { type: "load" }>["options"];
}

interface SharedKey {
  /** The core's number on this lane. */
  readonly id: number;
  readonly key: Secret;
}

interface Awaited {
  readonly resolve: (reply: FromWorker) => void;
  readonly reject: (error: EsessionError) => void;
}

const KEY_LENGTH = 32;
const OUT_OF_STEP = "a worker is out of step";

export class Lane {
  readonly #thread: Thread;
  readonly #timeoutMs: number;
  /** A core that nobody else holds is let go, and its key with it, here and in the worker. */
  readonly #shared = new WeakMap<Core, SharedKey>();
  readonly #keys = new Map<number, WeakRef<Secret>>();
  readonly #gone = new FinalizationRegistry<number>((core) => {
    this.#keys.delete(core);
    if (this.#failure === undefined) this.#thread.post({ type: "forget", core }, []);
  });
  #cores = 0;
  #tasks = 0;
  #awaited: Awaited | undefined;
  #failure: EsessionError | undefined;
  #ended: Promise<unknown> = Promise.resolve();

  private constructor({ url, timeoutMs }: LaneOptions) {
    this.#timeoutMs = timeoutMs;
    this.#thread = startThread(url, {
      message: (reply) => {
        if (isReply(reply)) this.#awaited?.resolve(reply);
        else void this.end(unavailable(OUT_OF_STEP));
      },
      died: (cause) => void this.end(unavailable(`a worker died: ${String(cause)}`, cause)),
    });
  }

  /** Rejects with pool-unavailable, and with what loading its core rejects with. */
  static async open(options: LaneOptions): Promise<Lane> {
    let lane: Lane;
    try {
      lane = new Lane(options);
    } catch (cause) {
      throw unavailable("a worker could not be started", cause);
    }
    try {
      const reply = await lane.#exchange({ type: "load", options: options.load }, []);
      if (reply.type === "failed") throw asError(reply.code, reply.message);
      return lane;
    } catch (error) {
      await lane.end(unavailable("a worker could not be started", error));
      throw error;
    }
  }

  get dead(): boolean {
    return this.#failure !== undefined;
  }

  /** Has a task done. The secrets given stay the caller's; those that come back are new, in the same core. */
  async run(core: Core, purpose: Purpose, header: Uint8Array, secrets: readonly Secret[]) {
    const { id, key } = this.#shareWith(core);
    const count = this.#tasks + 1;
    const sealed = core.records.seal(
      key,
      taskName(id, count, purpose),
      header,
      secrets,
    ) as Uint8Array<ArrayBuffer>;
    this.#tasks = count;
    const reply = await this.#exchange({ type: "task", core: id, purpose, sealed }, [sealed.buffer]);
    if (this.#failure) throw this.#failure;
    if (!("sealed" in reply)) {
      const error = reply.type === "failed" ? asError(reply.code, reply.message) : unavailable(OUT_OF_STEP); // prettier-ignore
      await this.end(error);
      throw error;
    }
    const opened = await this.#open(core, key, replyName(id, count, purpose, reply.type), reply.sealed);
    if (reply.type === "refused") throw decodeError(opened.header);
    return opened;
  }

  /** An answer that is not the one awaited: nothing that this worker says later can be trusted to be. */
  async #open(core: Core, key: Secret, name: string, sealed: Uint8Array) {
    try {
      return core.records.open(key, name, sealed);
    } catch (error) {
      if (EsessionError.is(error, "record-damaged")) await this.end(error);
      throw error;
    }
  }

  /** The worker ends, whatever it is at, and the shared keys are wiped. */
  end(failure: EsessionError): Promise<unknown> {
    if (this.#failure === undefined) {
      this.#failure = failure;
      for (const key of this.#keys.values()) key.deref()?.wipe();
      this.#awaited?.reject(failure);
      this.#ended = this.#thread.end();
    }
    return this.#ended;
  }

  #shareWith(core: Core): SharedKey {
    if (this.#failure) throw this.#failure;
    const known = this.#shared.get(core);
    if (known) return known;
    const sent = core.randomBytes(KEY_LENGTH) as Uint8Array<ArrayBuffer>;
    const kept = sent.slice();
    let key: Secret;
    try {
      key = core.keys.import(kept);
    } catch (error) {
      for (const octets of [sent, kept]) octets.fill(0);
      throw error;
    }
    const shared = { id: ++this.#cores, key };
    this.#thread.post({ type: "key", core: shared.id, key: sent }, [sent.buffer]);
    this.#shared.set(core, shared);
    this.#keys.set(shared.id, new WeakRef(key));
    this.#gone.register(core, shared.id);
    return shared;
  }

  #exchange(message: ToWorker, transfer: ArrayBuffer[]): Promise<FromWorker> {
    return new Promise<FromWorker>((resolve, reject) => {
      if (this.#failure) throw this.#failure;
      const silent = `a worker was silent for ${this.#timeoutMs} ms`;
      const timer = setTimeout(() => void this.end(unavailable(silent)), this.#timeoutMs);
      const settled =
        <T>(settle: (value: T) => void) =>
        (value: T) => {
          clearTimeout(timer);
          this.#awaited = undefined;
          this.#thread.hold(false);
          settle(value);
        };
      this.#awaited = { resolve: settled(resolve), reject: settled(reject) };
      this.#thread.hold(true);
      this.#thread.post(message, transfer);
    });
  }
}

export function unavailable(message: string, cause?: unknown): EsessionError {
  return new EsessionError("pool-unavailable", message, { cause });
}
