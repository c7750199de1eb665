/** Each test of the core runs against both builds; octets as hex, so that a failure shows them side by side. */
import test from "node:test";
import type { Algorithms } from "esession/core";
import { loadTestCore } from "esession/testing";
import type { TestCore } from "esession/testing";

export const builds = ["simd", "scalar"] as const;

export const hex = (octets: Uint8Array): string => Buffer.from(octets).toString("hex");

type Run = (testing: TestCore) => void | Promise<void>;

/** Registers tests for each build, with one core per build and file. */
function inEach(algorithms: Algorithms) {
  const loaded = new Map<string, Promise<TestCore>>();
  const load = (build: (typeof builds)[number]): Promise<TestCore> => {
    const core = loaded.get(build) ?? loadTestCore({ build, algorithms, sessions: 8 });
    loaded.set(build, core);
    return core;
  };
  return (title: string, run: Run, skip: string | false = false): void => {
    const name = (build: string) => (algorithms === "all" ? `${build}, all` : build);
    for (const build of builds)
      test(`${title} (${name(build)})`, { skip }, async () => run(await load(build)));
  };
}

/** In the builds that every core is loaded from. */
export const inBoth = inEach("common");

/** In those with every algorithm of XEP-0116 §8. */
export const inAll = inEach("all");
