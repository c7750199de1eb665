/**
 * Loads the core: the fastest build that the machine runs, from the module that the package carries inlined or
 * from wherever the caller says. Nothing is compiled before it is asked for.
 */
import { demangle } from "@assemblyscript/loader";
import { simd } from "wasm-feature-detect";
import { EsessionError } from "../errors.js";
import type { Abi } from "./abi.js";
import { ABI_VERSION } from "./abi.js";
import { createCore } from "./create.js";
import { LinearMemory } from "./memory.js";
import { platformRandom, preparePlatformRandom } from "./random.js";
import type { Algorithms, Core, CoreOptions, RandomSource } from "./types.js";

const DEFAULT_SESSIONS = 64;
const MAX_SESSIONS = 65536;
const DEFAULT_STANZA = 262144;
const MIN_STANZA = 1024;
const MAX_STANZA = 16777216;
/** Tables for two groups of any size. */
const MAX_TABLES = 1048576;

type Build = Core["build"];
/** The file's name: what the machine has, and what the caller wants. */
type Variant = Build | `${Build}-all`;

/** Modules already compiled: compiling again would only cost time. */
const compiled = new Map<Variant, WebAssembly.Module>();

/** Written out, so that a bundler finds each, and makes a piece of its own of it. */
const carried: Record<Variant, () => Promise<{ default: string }>> = {
  simd: () => import("../wasm/simd.js"),
  scalar: () => import("../wasm/scalar.js"),
  "simd-all": () => import("../wasm/simd-all.js"),
  "scalar-all": () => import("../wasm/scalar-all.js"),
};

async function inlined(variant: Variant): Promise<WebAssembly.Module | Uint8Array<ArrayBuffer>> {
  const ready = compiled.get(variant);
  if (ready !== undefined) return ready;
  const { default: base64 } = await carried[variant]();
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** A streaming compilation takes exactly this content type; anything else is compiled from its bytes. */
const WASM_TYPE = "application/wasm";

async function fetched(response: Response): Promise<Response | ArrayBuffer> {
  if (!response.ok)
    throw unavailable(`the server answered ${response.status} instead of the WebAssembly core`);
  return response.headers.get("content-type") === WASM_TYPE ? response : response.arrayBuffer();
}

async function fetchFrom(url: URL): Promise<Response> {
  try {
    return await fetch(url);
  } catch (cause) {
    const reason =
      url.protocol === "file:"
        ? "a file: URL cannot be fetched here: read the file and give its bytes"
        : "the WebAssembly core could not be fetched";
    throw unavailable(reason, cause);
  }
}

/**
 * The global Response is named last, and only if it may be one: in Node naming it loads all of its fetch, which takes
 * longer than everything else here together (27 ms on Node 20, more on later ones).
 */
async function moduleFrom(wasm: CoreOptions["wasm"], variant: Variant): Promise<WebAssembly.Module> {
  const source: unknown =
    wasm === undefined ? await inlined(variant) : wasm instanceof URL ? await fetchFrom(wasm) : wasm;
  if (source instanceof WebAssembly.Module) return source;
  if (isOctets(source)) return WebAssembly.compile(source);
  if (!(source instanceof Response))
    throw unavailable("what was given as wasm is no module, no octets, no response and no URL");
  const found = await fetched(source);
  return isOctets(found) ? WebAssembly.compile(found) : WebAssembly.compileStreaming(found);
}

const isOctets = (source: unknown): source is BufferSource =>
  source instanceof ArrayBuffer || ArrayBuffer.isView(source);

/** The exports without what the loader wraps around them to count arguments, which none of ours wants to know. */
function plainExports(instance: WebAssembly.Instance): Abi {
  const exports = demangle<Record<string, { original?: unknown }>>(instance.exports);
  return Object.fromEntries(
    Object.entries(exports).map(([name, value]) => [name, value.original ?? value]),
  ) as unknown as Abi;
}

async function compile(
  wanted: Build | "auto",
  algorithms: Algorithms,
  wasm: CoreOptions["wasm"],
): Promise<Abi> {
  if (typeof WebAssembly === "undefined")
    throw unavailable("there is no WebAssembly here: this platform lacks it, or it was switched off");
  try {
    const build = wanted === "auto" ? ((await simd()) ? "simd" : "scalar") : wanted;
    const variant: Variant = algorithms === "all" ? `${build}-all` : build;
    const module = await moduleFrom(wasm, variant);
    const instance = await WebAssembly.instantiate(module, {});
    if (wasm === undefined) compiled.set(variant, module);
    return plainExports(instance);
  } catch (cause) {
    if (EsessionError.is(cause)) throw cause;
    // as V8, JavaScriptCore and SpiderMonkey say it
    const forbidden = /disallowed|unsafe-eval|content security|blocked by CSP/i.test(String(cause));
    throw unavailable(
      forbidden
        ? "the page's Content-Security-Policy forbids WebAssembly: add 'wasm-unsafe-eval' to script-src"
        : "the WebAssembly core could not be compiled",
      cause,
    );
  }
}

const unavailable = (message: string, cause?: unknown) =>
  new EsessionError("core-unavailable", message, { cause });

function buildOf(wanted: string): Build | "auto" {
  if (wanted === "auto" || wanted === "simd" || wanted === "scalar") return wanted;
  throw new EsessionError("option-invalid", "build is one of auto, simd and scalar");
}

function algorithmsOf(wanted: string): Algorithms {
  if (wanted === "common" || wanted === "all") return wanted;
  throw new EsessionError("option-invalid", "algorithms is one of common and all");
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
  const algorithms = algorithmsOf(options.algorithms ?? "common");
  const abi = await compile(buildOf(options.build ?? "auto"), algorithms, options.wasm);
  if (typeof abi.abiVersion !== "function" || abi.abiVersion() !== ABI_VERSION)
    throw new EsessionError("core-unavailable", "the WebAssembly module is not the one of this version");
  const memory = new LinearMemory(abi, room, random);
  return { core: createCore(memory), memory };
}

/** Loads the core and reserves its memory. Throws core-unavailable. */
export async function loadCore(options: CoreOptions = {}): Promise<Core> {
  preparePlatformRandom();
  return (await openCore(options, platformRandom)).core;
}
