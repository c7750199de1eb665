/** Loading the core: builds, sources of the module, options, and what is said when it cannot be loaded. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { EsessionError, loadCore } from "esession/core";
import { loadTestCore } from "esession/testing";
import { builds, hex, inBoth } from "./builds.js";

const files = new Map(
  builds.map((build) => [
    build,
    readFileSync(new URL(import.meta.resolve(`esession/wasm/esession-${build}.wasm`))),
  ]),
);

for (const build of builds) {
  const bytes = files.get(build)!;
  const sources = {
    bytes: () => bytes,
    "an ArrayBuffer": () => Uint8Array.from(bytes).buffer,
    "a Module": () => new WebAssembly.Module(bytes),
    "a Response of type application/wasm": () =>
      new Response(bytes, { headers: { "content-type": "application/wasm" } }),
    "a Response of another type": () => new Response(bytes),
    "a URL": () => new URL(`data:application/wasm;base64,${bytes.toString("base64")}`),
  };
  for (const [what, source] of Object.entries(sources))
    test(`the module is taken as ${what} (${build})`, async () => {
      const core = await loadCore({ wasm: source(), sessions: 1 });
      assert.equal(core.build, build);
      assert.match(hex(core.sha256()), /^e3b0c44298fc1c14/);
    });
}

test("the build is the one that was asked for, and SIMD where nothing was", async () => {
  assert.equal((await loadCore({ build: "scalar", sessions: 1 })).build, "scalar");
  assert.equal((await loadCore({ build: "simd", sessions: 1 })).build, "simd");
  assert.equal((await loadCore({ sessions: 1 })).build, "simd");
});

test("room is made for what was asked, and each core has its own", async () => {
  const core = await loadCore({ sessions: 3, maxStanzaBytes: 5000 });
  assert.equal(core.sessions, 3);
  assert.equal(core.maxStanzaBytes, 5000);
  assert.ok(core.usage.freeContexts >= 6);
  const other = await loadCore({ sessions: 3 });
  core.keys.random(32);
  assert.equal(core.usage.secrets, 1);
  assert.equal(other.usage.secrets, 0);
});

inBoth(
  "the memory is grown once, at loading: not even 'grow' is exported to do it again",
  ({ abi, memory }) => {
    assert.equal(abi.init(262_144, 4, 4, 4, 0), 0, "a second init is refused");
    assert.equal(abi.memory.buffer, memory().buffer);
  },
);

test("options that cannot be used are option-invalid", async () => {
  for (const options of [
    { sessions: 0 },
    { sessions: 1.5 },
    { sessions: 70_000 },
    { maxStanzaBytes: 100 },
    { maxStanzaBytes: 2 ** 30 },
    { maxStanzaBytes: NaN },
    { tableBytes: -1 },
    { tableBytes: 2 ** 21 },
  ])
    await assert.rejects(loadCore(options), { code: "option-invalid" });
});

test("what is not the module is core-unavailable, with the cause", async () => {
  const empty = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  for (const wasm of [new Uint8Array(9), empty, new Response("", { status: 404 }), new URL("data:,x")])
    await assert.rejects(loadCore({ wasm }), { code: "core-unavailable" });
});

test("a page that forbids WebAssembly is told the token that its policy lacks", async () => {
  const original = Object.getOwnPropertyDescriptor(WebAssembly, "compile")!;
  WebAssembly.compile = () =>
    Promise.reject(
      new WebAssembly.CompileError("WebAssembly.compile(): Wasm code generation disallowed by embedder"),
    );
  try {
    await assert.rejects(loadTestCore({ wasm: files.get("simd")! }), (error) => {
      assert.ok(EsessionError.is(error, "core-unavailable"));
      assert.match(error.message, /'wasm-unsafe-eval'/);
      return true;
    });
  } finally {
    Object.defineProperty(WebAssembly, "compile", original);
  }
});
