/**
 * In a process that has nothing loaded yet: milliseconds of one step and what leads to it, as JSON. The step is the
 * argument, a process for each, because what one compiles the next finds.
 */
const [step] = process.argv.slice(2);
const since = (/** @type {number} */ begin) => performance.now() - begin;

/** What the imports have left to be done in the background is done: a step shall pay for itself. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 50));

/** From the octets in memory, JavaScript loaded: compilation and an instance; then loadCore() with the compiled module. */
async function instantiate() {
  const { readFileSync } = await import("node:fs");
  const bytes = readFileSync(new URL("../dist/wasm/esession-simd.wasm", import.meta.url));
  const { loadCore } = await import("esession/core");
  await settled();
  const begin = performance.now();
  const module = await WebAssembly.compile(bytes);
  const compile = since(begin);
  await WebAssembly.instantiate(module);
  const both = since(begin);
  await loadCore({ wasm: module });
  return { compile, instantiate: both - compile, both, set_up: since(begin) - both };
}

async function load() {
  const begin = performance.now();
  const { loadCore } = await import("esession/core");
  const imported = since(begin);
  const core = await loadCore();
  return { core, figures: { import: imported, loadCore: since(begin) - imported, all: since(begin) } };
}

/** @param {import("esession/core").Core} core */
function context(core) {
  const keys = core.keys.derive(core.keys.random(32), "initiator", "aes256-ctr", "xep");
  return core.stanza.context(keys, core.randomBytes(16), "xep");
}
const TEXT = `<body>${"x".repeat(243)}</body>`;

/** @type {Record<string, () => Promise<Record<string, number>>>} */
const steps = {
  instantiate,
  load: async () => (await load()).figures,
  async firstKey() {
    const { core } = await load();
    await settled();
    const begin = performance.now();
    core.dh.generate(14);
    return { first: since(begin) };
  },
  async firstSeal() {
    const { core } = await load();
    const sealing = context(core);
    const begin = performance.now();
    core.stanza.seal(sealing, TEXT);
    return { first: since(begin) };
  },
  async warmedUp() {
    const { core } = await load();
    const begin = performance.now();
    await core.warmUp();
    const warm = since(begin);
    const sealing = context(core);
    const before = performance.now();
    core.stanza.seal(sealing, TEXT);
    return { warmUp: warm, first: since(before) };
  },
};
console.log(JSON.stringify(await steps[step ?? ""]?.()));
