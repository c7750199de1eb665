/** The core in a worker: is told a build, answers with the report, or with an error event. */
import type { Core } from "esession/core";
import { reportOn } from "./core.js";

self.onmessage = ({ data }: MessageEvent<Core["build"]>) => {
  reportOn(data).then((report) => self.postMessage(report), reportError);
};
