/** The two builds of the core as files: what a reviewer can hold them to without reading the code. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { loadTestCore } from "esession/testing";
import { read, root } from "./tree.js";

const sums = read("assembly/wasm.sha256");

for (const build of ["simd", "scalar"] as const) {
  const bytes = readFileSync(join(root, `dist/wasm/esession-${build}.wasm`));

  test(`${build}: the module imports nothing`, () => {
    assert.deepEqual(WebAssembly.Module.imports(new WebAssembly.Module(bytes)), []);
  });

  test(`${build}: the module is smaller than 64 KiB`, () => {
    assert.ok(bytes.length < 65_536, `${bytes.length} octets`);
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
    const { core, memory } = await loadTestCore({ build, sessions: 4 });
    const size = memory().length;
    const [ours, theirs] = [core.dh.generate(14), core.dh.generate(14)];
    const k = core.dh.agree(ours, theirs.publicKey);
    const keys = core.keys.derive(k, "initiator", "aes256-ctr", "xep");
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

test("scalar: the module needs no SIMD, so that it loads where there is none", () => {
  assert.doesNotMatch(read("dist/wasm/esession-scalar.wat"), /v128/);
  assert.match(read("dist/wasm/esession-simd.wat"), /v128/);
});

test("the memory is grown at one place in the code: the function that sets up the core", () => {
  for (const build of ["simd", "scalar"])
    assert.equal(read(`dist/wasm/esession-${build}.wat`).split("memory.grow").length - 1, 1, build);
});
