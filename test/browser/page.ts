/** What a page of a client would do, behind names by which the runner (.ci/browser.js) calls it. */
import { createEngine, EsessionError } from "esession";
import { loadCore } from "esession/core";
import { converse } from "./conversation.js";
import { reportOn, type CoreReport } from "./core.js";
import { runMatrix } from "./matrix.js";
import { poolRefusals, reportOnPool } from "./pool.js";
import { createWear } from "./wear.js";

/** The same as in the page, by a worker of its own. */
function reportFromWorker(build: string): Promise<CoreReport> {
  return new Promise((resolve, reject) => {
    const worker = new Worker("/worker.js", { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<CoreReport>) => {
      worker.terminate();
      resolve(data);
    };
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(build);
  });
}

/** How loading ends where it is forbidden: code and sentence. */
async function refusals(): Promise<string[][]> {
  const results = await Promise.allSettled([
    loadCore({ build: "simd" }),
    loadCore({ build: "scalar" }),
    createEngine({ jid: "alice@example.org/pda", send: () => undefined }),
  ]);
  return results.map((result) => {
    if (result.status === "fulfilled") return ["loaded"];
    const error: unknown = result.reason;
    return EsessionError.is(error) ? [error.code, error.message] : [String(error)];
  });
}

const checks = {
  reportOn,
  reportFromWorker,
  converse,
  createWear,
  refusals,
  reportOnPool,
  poolRefusals,
  runMatrix,
};
export type Checks = typeof checks;
Object.assign(globalThis, { checks });
