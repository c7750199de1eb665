/**
 * Workers as browsers and Node have them, behind one face. Node's module is asked for at run time, because what
 * a browser loads must not import it.
 */
import type { FromWorker, ToWorker } from "./messages.js";

/** What is needed of Node's workers, and of its `process`, where there is one. */
interface NodePort {
  postMessage(message: ToWorker | FromWorker, transfer: readonly ArrayBuffer[]): void;
  on(event: string, listener: (value: never) => void): unknown;
}

interface NodeWorker extends NodePort {
  ref(): void;
  unref(): void;
  terminate(): Promise<number>;
}

interface NodeThreads {
  readonly Worker: new (url: URL | string, options?: { execArgv: string[] }) => NodeWorker;
  readonly parentPort: NodePort | null;
}

interface NodeProcess {
  getBuiltinModule?(id: "node:worker_threads"): NodeThreads;
  getBuiltinModule?(id: "node:os"): { availableParallelism(): number };
}

const node = (): NodeProcess | undefined => (globalThis as { process?: NodeProcess }).process;

/** Undefined where workers are those of the web. */
export function nodeThreads(): NodeThreads | undefined {
  return typeof Worker === "function" || "WorkerGlobalScope" in globalThis
    ? undefined
    : node()?.getBuiltinModule?.("node:worker_threads");
}

/** How many threads run at the same time. */
export function processors(): number {
  const { navigator } = globalThis as { navigator?: { hardwareConcurrency?: number } };
  return navigator?.hardwareConcurrency ?? node()?.getBuiltinModule?.("node:os").availableParallelism() ?? 1;
}

export interface Thread {
  readonly post: (message: ToWorker, transfer: ArrayBuffer[]) => void;
  /** Whether the process must not end without it (Node). */
  readonly hold: (held: boolean) => void;
  readonly end: () => Promise<unknown>;
}

export interface ThreadEvents {
  readonly message: (message: unknown) => void;
  readonly died: (cause: unknown) => void;
}

/** Starts a worker. Throws, or tells that it died, where that is not possible. */
export function startThread(url: URL | string | undefined, events: ThreadEvents): Thread {
  const threads = nodeThreads();
  return threads ? nodeThread(threads, url, events) : webThread(url, events);
}

function webThread(url: URL | string | undefined, { message, died }: ThreadEvents): Thread {
  // literally so: this is what bundlers look for
  const worker = url
    ? new Worker(url, { type: "module" })
    : new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  worker.addEventListener("message", ({ data }: MessageEvent<unknown>) => message(data));
  worker.addEventListener("error", ({ message: text }) => died(text || NOT_LOADED));
  worker.addEventListener("messageerror", () => died("a message could not be read"));
  return {
    post: (sent, transfer) => worker.postMessage(sent, transfer),
    hold: () => undefined,
    end() {
      worker.terminate();
      return Promise.resolve();
    },
  };
}

const NOT_LOADED = "its script could not be loaded; a page's policy needs worker-src 'self'";

/** Not literally in the call, so that bundlers leave that alone: the one above is theirs. */
const here = import.meta.url;

function nodeThread(
  threads: NodeThreads,
  url: URL | string | undefined,
  { message, died }: ThreadEvents,
): Thread {
  // ours needs none of the process's flags, of which --input-type would stop it
  const worker = url
    ? new threads.Worker(url)
    : new threads.Worker(new URL("./worker.js", here), { execArgv: [] });
  worker.on("message", message);
  worker.on("error", died);
  worker.on("messageerror", died);
  worker.on("exit", (code: number) => died(`it ended with code ${code}`));
  return {
    post: (sent, transfer) => worker.postMessage(sent, transfer),
    hold(held) {
      if (held) worker.ref();
      else worker.unref();
    },
    end: () => worker.terminate(),
  };
}
