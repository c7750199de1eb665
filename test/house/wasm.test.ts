/** The four builds of the core as files: what a reviewer can hold them to without reading the code. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { loadTestCore } from "esession/testing";
import { read, root } from "./tree.js";

const sums = read("assembly/wasm.sha256");
const CIPHERS = { common: "aes256-ctr", all: "serpent256-ctr" } as const;

const names = ["simd", "scalar"] as const;
const builds = (["common", "all"] as const).flatMap((algorithms) =>
  names.map((name) => ({ name, algorithms, build: algorithms === "all" ? `${name}-all` : name })),
);

for (const { name, algorithms, build } of builds) {
  const bytes = readFileSync(join(root, `dist/wasm/esession-${build}.wasm`));
  const limit = algorithms === "all" ? 100_000 : 40_000;

  test(`${build}: the module imports nothing`, () => {
    assert.deepEqual(WebAssembly.Module.imports(new WebAssembly.Module(bytes)), []);
  });

  test(`${build}: the module has at most ${limit} octets`, () => {
    assert.ok(bytes.length <= limit, `${bytes.length} octets`);
  });

  test(`${build}: the module that is carried inlined is the same, octet for octet`, () => {
    const inlined = /"([A-Za-z0-9+/=]+)"/.exec(read(`dist/wasm/${build}.js`))?.[1] ?? "";
    assert.ok(Buffer.from(inlined, "base64").equals(bytes));
  });

  test(`${build}: the module is the one whose SHA-256 sum is recorded`, () => {
    const [, sum] = new RegExp(`^([0-9a-f]{64})  esession-${build}\\.wasm$`, "m").exec(sums) ?? [];
    const found = createHash("sha256").update(bytes).digest("hex");
    assert.equal(found, sum, "if the core was changed: npm run build:wasm -- --record");
  });

  test(`${build}: the linear memory keeps the size that it had after loading`, async () => {
    const { core, memory } = await loadTestCore({ build: name, algorithms, sessions: 4 });
    assert.equal(core.algorithms, algorithms);
    const size = memory().length;
    const [ours, theirs] = [core.dh.generate(14), core.dh.generate(14)];
    const k = core.dh.agree(ours, theirs.publicKey);
    const keys = core.keys.derive(k, "initiator", CIPHERS[algorithms], "xep");
    const sealing = core.stanza.context(keys, new Uint8Array(16), "xep");
    const opening = core.stanza.context(keys, new Uint8Array(16), "xep");
    const content = `<body>${"x".repeat(150_000)}</body>`;
    for (let round = 0; round < 20; round++) {
      const { data = "", mac } = core.stanza.seal(sealing, content);
      const text = `<data>${data}</data>`;
      assert.equal(core.stanza.open(opening, text, { start: 6, end: 6 + data.length }, mac), content);
    }
    assert.equal(memory().length, size);
  });
}

test("scalar: the modules need no SIMD, so that they load where there is none", () => {
  for (const { name, build } of builds)
    assert.equal(/v128/.test(read(`dist/wasm/esession-${build}.wat`)), name === "simd", build);
});

test("the recorder and the small group are in the build for tests only", async () => {
  for (const { name, algorithms } of builds) {
    const { abi } = await loadTestCore({ build: name, algorithms, sessions: 1 });
    assert.ok(!("recordedBlocks" in abi));
    assert.equal(abi.groupByteLength(9999), 0);
  }
});

test("the memory is grown at one place in the code: the function that sets up the core", () => {
  for (const { build } of builds)
    assert.equal(read(`dist/wasm/esession-${build}.wat`).split("memory.grow").length - 1, 1, build);
});
