/**
 * The script of a worker (`esession/pool/worker`), in browsers and in Node: loads a core when it is told to, then
 * answers one message after the other.
 */
import { loadCore } from "../core/load.js";
import { desk } from "./desk.js";
import { describe, type FromWorker, type ToWorker } from "./messages.js";
import { nodeThreads } from "./platform.js";

interface Port {
  readonly post: (message: FromWorker, transfer: ArrayBuffer[]) => void;
  readonly listen: (listener: (message: ToWorker) => void) => void;
}

function port(): Port {
  const node = nodeThreads()?.parentPort;
  if (node)
    return {
      post: (message, transfer) => node.postMessage(message, transfer),
      listen: (listener) => node.on("message", listener),
    };
  return {
    post: (message, transfer) => self.postMessage(message, { transfer }),
    listen: (listener) =>
      self.addEventListener("message", ({ data }: MessageEvent<ToWorker>) => listener(data)),
  };
}

/** A task's secrets need a few places, and its record little room. */
const room = { sessions: 1, maxStanzaBytes: 1024 };

async function load({ wasm, ...options }: Extract<ToWorker, { type: "load" }>["options"]) {
  const from = typeof wasm === "string" ? new URL(wasm) : wasm;
  return desk(await loadCore({ ...room, ...options, ...(from === undefined ? {} : { wasm: from }) }));
}

const { post, listen } = port();
let answerTo: ReturnType<typeof desk> | undefined;

listen((message) => {
  if (answerTo === undefined && message.type === "load")
    void load(message.options).then(
      (loaded) => {
        answerTo = loaded;
        post({ type: "ready" }, []);
      },
      (error: unknown) => post({ type: "failed", ...describe(error) }, []),
    );
  const answer = answerTo?.(message);
  if (answer) post(answer, "sealed" in answer ? [answer.sealed.buffer] : []);
});
