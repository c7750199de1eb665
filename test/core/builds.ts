/** Each test of the core runs against both builds; octets as hex, so that a failure shows them side by side. */
import test from "node:test";
import { loadTestCore } from "esession/testing";
import type { TestCore } from "esession/testing";

export const builds = ["simd", "scalar"] as const;

export const hex = (octets: Uint8Array): string => Buffer.from(octets).toString("hex");

/** Registers the test for each build, with one core per build and file. */
const loaded = new Map(builds.map((build) => [build, loadTestCore({ build, sessions: 8 })]));

export function inBoth(
  title: string,
  run: (testing: TestCore) => void | Promise<void>,
  skip: string | false = false,
): void {
  for (const build of builds)
    test(`${title} (${build})`, { skip }, async () => run(await loaded.get(build)!));
}
