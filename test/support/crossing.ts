/** Sees, and may change, every message between the threads of this process and its workers. */
import type { TestContext } from "node:test";
import { Worker } from "node:worker_threads";

export interface Message {
  readonly type: string;
  readonly core?: number;
  readonly key?: Uint8Array;
  readonly sealed?: Uint8Array;
}

export interface Crossed {
  readonly worker: Worker;
  readonly to: "worker" | "main";
  /** As it was before it crossed: octets are copies. */
  readonly message: Message;
  /** The octets as the sender has them after it has sent them. */
  readonly left: Uint8Array | undefined;
}

export interface Crossing {
  readonly log: Crossed[];
  /** Changes a message on its way. Undefined: it never arrives. */
  change: (message: Message, to: "worker" | "main") => Message | undefined;
  /** Every worker that was sent something. */
  readonly workers: () => Worker[];
}

const copyOf = (message: Message): Message => ({
  ...message,
  ...(message.key && { key: message.key.slice() }),
  ...(message.sealed && { sealed: message.sealed.slice() }),
});

export function watchCrossing(t: TestContext): Crossing {
  const crossing: Crossing = {
    log: [],
    change: (message) => message,
    workers: () => [...new Set(crossing.log.map(({ worker }) => worker))],
  };
  const note = (worker: Worker, to: "worker" | "main", message: Message) => {
    const before = copyOf(message);
    return () => crossing.log.push({ worker, to, message: before, left: message.key ?? message.sealed });
  };
  // eslint-disable-next-line @typescript-eslint/unbound-method
  const { postMessage, emit } = Worker.prototype;
  Worker.prototype.postMessage = function (this: Worker, message: Message, transfer: ArrayBuffer[]) {
    const log = note(this, "worker", message);
    const changed = crossing.change(message, "worker");
    if (changed) postMessage.call(this, changed, changed === message ? transfer : []);
    log();
  };
  Worker.prototype.emit = function (this: Worker, event: string | symbol, ...of: unknown[]) {
    if (event !== "message") return emit.call(this, event, ...of);
    const message = of[0] as Message;
    note(this, "main", message)();
    const changed = crossing.change(message, "main");
    return changed ? emit.call(this, event, changed) : true;
  };
  t.after(() => {
    // an own property of the prototype hid the inherited one
    Worker.prototype.postMessage = postMessage;
    Reflect.deleteProperty(Worker.prototype, "emit");
  });
  return crossing;
}
