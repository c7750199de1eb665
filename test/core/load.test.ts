/** Loading the core: builds, sources of the module, options, and what is said when it cannot be loaded. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
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

inBoth(
  "room for 1,000 sessions takes at most 4 MiB without tables, each further session 2 KiB",
  async ({ core: { build } }) => {
    const octetsFor = async (sessions: number) =>
      (await loadTestCore({ build, sessions, tableBytes: 0 })).memory().length;
    const thousand = await octetsFor(1000);
    assert.ok(thousand <= 4 * 2 ** 20, `${thousand} octets`);
    assert.ok((await octetsFor(5000)) - thousand <= 4000 * 2048);
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
    { build: "fast" as "simd" },
    { build: "toString" as "simd" },
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

test("what cannot be fetched says so, and what to do for a file: URL", async () => {
  const refusal = (wasm: Response | URL, message: RegExp) =>
    assert.rejects(loadCore({ wasm }), { code: "core-unavailable", message });
  await refusal(new Response("", { status: 404 }), /the server answered 404/);
  await refusal(new URL("http://127.0.0.1:9/esession.wasm?token=secret"), /could not be fetched$/);
  await refusal(
    new URL(import.meta.resolve("esession/wasm/esession-simd.wasm")),
    /file: URL.*give its bytes/,
  );
});

test("a Response whose content type has parameters is compiled from its bytes", async () => {
  const type = "application/wasm; charset=binary";
  const response = new Response(files.get("simd"), { headers: { "content-type": type } });
  assert.equal((await loadCore({ wasm: response, sessions: 1 })).build, "simd");
});

test("where there is no WebAssembly at all, that is said as core-unavailable", () => {
  const script = `
    import { loadCore } from "esession/core";
    for (const build of ["auto", "scalar"])
      await loadCore({ build }).catch(({ name, code, message }) => console.log(name, code, message));`;
  const { stdout } = spawnSync(
    process.execPath,
    ["--jitless", "--no-warnings", "--input-type=module", "--eval", script],
    { cwd: import.meta.dirname, encoding: "utf8" },
  );
  assert.match(stdout, /^(EsessionError core-unavailable there is no WebAssembly here.*\n){2}$/);
});

for (const said of [
  "WebAssembly.compile(): Wasm code generation disallowed by embedder",
  "Refused to create a WebAssembly object because 'unsafe-eval' or 'wasm-unsafe-eval' is not allowed",
  "call to WebAssembly.instantiate() blocked by CSP",
])
  test(`a page that forbids WebAssembly is told the token that its policy lacks: ${said}`, async () => {
    const original = Object.getOwnPropertyDescriptor(WebAssembly, "compile")!;
    WebAssembly.compile = () => Promise.reject(new WebAssembly.CompileError(said));
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
