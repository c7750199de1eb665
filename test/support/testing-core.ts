/**
 * The core of the build for tests (assembly/builds/testing.ts), which is no part of the package: every algorithm, scalar,
 * and beside that
 *
 * - a recorder: a line for each block that is encrypted in counter mode, of stanzas and identities. That no counter is
 *   used twice with a key can so be asserted for whatever a test did, not only for what it looked at:
 *
 *       const { core, recorder } = await loadTestingCore();
 *       ... sessions, re-keys, failures ...
 *       assert.deepEqual(recorder.reused(), []);
 *
 *   Opening may see again what sealing saw: only what is sealed twice with one key and counter counts as reused. Two
 *   sides of a conversation may share one core. With the cipher `none`, a stanza with data or an identity is one line.
 *
 * - group 9999, a safe prime of 320 bits with p = 7 mod 8, of which 2 generates the squares, as of all groups here: give
 *   `smallGroup` wherever a Group is wanted. A handshake takes a fiftieth of one in group 14, and protects nothing.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Group } from "esession/core";
import { loadTestCore } from "esession/testing";
import type { TestCore } from "esession/testing";
import { root } from "./built.js";

/** One block that was encrypted. */
export interface Line {
  /** The first eight octets of SHA-256 of the cipher's key, as hex. */
  readonly key: string;
  /** Sixteen octets as hex. */
  readonly counter: string;
  readonly direction: "sealing" | "opening";
  readonly cipher: "aes" | "serpent" | "twofish" | "none";
}

export interface Recorder {
  /** Everything since the start, or since clear(). Throws if it was more than is kept: clear() more often then. */
  lines(): Line[];
  /** The lines of what was sealed under a key and counter that had been used for sealing before. */
  reused(): Line[];
  clear(): void;
}

export type TestingCore = TestCore & { readonly recorder: Recorder };

export const smallGroup = 9999 as Group;

/** How many lines the core keeps, and how long they are (assembly/stanza/recorder.ts). */
const KEPT = 65_536;
const LINE = 32;
const CIPHERS = ["aes", "serpent", "twofish", "none"] as const;

const file = join(root, "test/.build/wasm/esession-testing.wasm");
/** Compiled once for all cores of a process. */
let compiled: WebAssembly.Module | undefined;

type Options = Omit<NonNullable<Parameters<typeof loadTestCore>[0]>, "wasm" | "build" | "algorithms">;

export async function loadTestingCore(options: Options = {}): Promise<TestingCore> {
  compiled ??= new WebAssembly.Module(readFileSync(file));
  const testing = await loadTestCore({ sessions: 8, ...options, wasm: compiled });
  return { ...testing, recorder: recorder(testing) };
}

function recorder({ abi, memory }: TestCore): Recorder {
  const { clearRecorder, recordedBlocks, recorderAt } = abi as unknown as Record<string, () => number>;
  const hex = (at: number, length: number) => Buffer.from(memory().subarray(at, at + length)).toString("hex");

  function lines(): Line[] {
    const count = recordedBlocks!();
    if (count > KEPT) throw new Error(`${count} blocks were encrypted, and ${KEPT} are kept: clear() before`);
    return Array.from({ length: count }, (_, i) => {
      const at = recorderAt!() + i * LINE;
      return {
        key: hex(at, 8),
        counter: hex(at + 8, 16),
        direction: memory()[at + 24] === 0 ? "sealing" : "opening",
        cipher: CIPHERS[memory()[at + 28]!]!,
      };
    });
  }

  return {
    lines,
    reused() {
      const seen = new Set<string>();
      return lines().filter(({ key, counter, direction }) => {
        const name = `${key} ${counter}`;
        return direction === "sealing" && (seen.has(name) || !seen.add(name));
      });
    },
    clear: () => void clearRecorder!(),
  };
}
