/**
 * Loads the core: the fastest build that the machine runs, from the module that the package carries inlined or
 * from wherever the caller says. Nothing is compiled before it is asked for.
 */
import { instantiate } from "@assemblyscript/loader";
import { simd } from "wasm-feature-detect";
import { EsessionError } from "../errors.js";
import type { Abi } from "./abi.js";
import { ABI_VERSION } from "./abi.js";
import { createCore } from "./create.js";
import { LinearMemory } from "./memory.js";
import { platformRandom } from "./random.js";
import type { Core, CoreOptions, RandomSource } from "./types.js";

const DEFAULT_SESSIONS = 64;
const MAX_SESSIONS = 65536;
const DEFAULT_STANZA = 262144;
const MIN_STANZA = 1024;
const MAX_STANZA = 16777216;
/** Tables for two groups of any size. */
const MAX_TABLES = 1048576;

type Build = Core["build"];

/** Modules already compiled: compiling again would only cost time. */
const compiled = new Map<Build, WebAssembly.Module>();

async function inlined(build: Build): Promise<WebAssembly.Module | Uint8Array<ArrayBuffer>> {
  const ready = compiled.get(build);
  if (ready !== undefined) return ready;
  const { default: base64 } =
    build === "simd" ? await import("../wasm/simd.js") : await import("../wasm/scalar.js");
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** A streaming compilation wants the right content type; anything else is compiled from its bytes. */
async function fetched(response: Response): Promise<Response | ArrayBuffer> {
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  const type = response.headers.get("content-type") ?? "";
  return type.startsWith("application/wasm") ? response : response.arrayBuffer();
}

async function locate(
  wasm: CoreOptions["wasm"],
  build: Build,
): Promise<WebAssembly.Module | ArrayBuffer | Uint8Array<ArrayBuffer> | Response> {
  if (wasm === undefined) return inlined(build);
  if (wasm instanceof URL) return fetched(await fetch(wasm));
  if (typeof Response !== "undefined" && wasm instanceof Response) return fetched(wasm);
  return wasm;
}

async function compile(options: CoreOptions): Promise<Abi> {
  const wanted = options.build ?? "auto";
  const build = wanted === "auto" ? ((await simd()) ? "simd" : "scalar") : wanted;
  try {
    const { module, exports } = await instantiate<Record<string, unknown>>(await locate(options.wasm, build));
    if (options.wasm === undefined) compiled.set(build, module);
    return exports as unknown as Abi;
  } catch (cause) {
    const hint = /disallowed|unsafe-eval|content security/i.test(String(cause))
      ? "the page's Content-Security-Policy forbids WebAssembly: add 'wasm-unsafe-eval' to script-src"
      : "the WebAssembly core could not be compiled";
    throw new EsessionError("core-unavailable", hint, { cause });
  }
}

function whole(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new EsessionError(
    "option-invalid",
    `${name} is a whole number from ${least} to ${most}, not ${value}`,
  );
}

/** The core and the memory that it works in; the memory is for tests. */
export async function openCore(
  options: CoreOptions,
  random: RandomSource,
): Promise<{ core: Core; memory: LinearMemory }> {
  const room = {
    sessions: whole("sessions", options.sessions ?? DEFAULT_SESSIONS, 1, MAX_SESSIONS),
    maxStanzaBytes: whole("maxStanzaBytes", options.maxStanzaBytes ?? DEFAULT_STANZA, MIN_STANZA, MAX_STANZA),
    tableBytes: whole("tableBytes", options.tableBytes ?? MAX_TABLES, 0, MAX_TABLES),
  };
  const abi = await compile(options);
  if (typeof abi.abiVersion !== "function" || abi.abiVersion() !== ABI_VERSION)
    throw new EsessionError("core-unavailable", "the WebAssembly module is not the one of this version");
  const memory = new LinearMemory(abi, room, random);
  return { core: createCore(memory), memory };
}

/** Loads the core and reserves its memory. Throws core-unavailable. */
export async function loadCore(options: CoreOptions = {}): Promise<Core> {
  return (await openCore(options, platformRandom)).core;
}
