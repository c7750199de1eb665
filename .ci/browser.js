/**
 * The package in a real browser: bundled as a client would bundle it, in a page with a strict content security policy,
 * in Debian's Chromium. What the page does is in test/browser/; here it is called, and its reports are judged.
 * Needs the package built, and nothing from outside the machine.
 */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { after, before } from "node:test";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { chromium } from "playwright-core";

const root = join(import.meta.dirname, "..");
const CHROMIUM = "/usr/bin/chromium";
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // no name leads anywhere, whatever asks for it
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];
const STRICT = "default-src 'none'; script-src 'self'";
/** What an answer says beside that, by path. */
const POLICIES = {
  "/forbidden": "",
  "/no-workers": " 'wasm-unsafe-eval'; worker-src 'none'",
  "/pool/": " 'wasm-unsafe-eval'; worker-src 'self'",
};
const PAGE = `<!doctype html><meta charset="utf-8"><title>esession</title><script type="module" src="page.js"></script>`;
/** Octets that the heap may gain in 4000 stanzas: measured 150,000, of compiled code. */
const HEAP_NOISE = 400_000;

/** As a bundler does it that was told nothing: one ES module, no plugin, nothing left out. */
async function bundle(input, minify = false) {
  const { outputFiles, metafile } = await build({
    ...input,
    absWorkingDir: root,
    bundle: true,
    format: "esm",
    platform: "browser",
    minify,
    outfile: "bundle.js",
    metafile: true,
    write: false,
    logLevel: "error",
  });
  assert.deepEqual(metafile.outputs["bundle.js"].imports, [], "nothing is left to be imported");
  return outputFiles[0].text;
}

const page = (name) => bundle({ entryPoints: [`test/browser/${name}.ts`] });
const entry = (name, minify) =>
  bundle({ stdin: { contents: `export * from "${name}";`, resolveDir: root } }, minify);

/** Every answer has the policy: a worker takes its own from the file that it is loaded from. */
async function serve() {
  const scripts = { "/page.js": await page("page"), "/worker.js": await page("worker") };
  scripts["/pool/page.js"] = scripts["/page.js"];
  scripts["/pool/worker.js"] = await bundle({ entryPoints: ["esession/pool/worker"] });
  const server = createServer(({ url }, response) => {
    const script = scripts[url];
    response.writeHead(url in scripts || url === "/" || url in POLICIES ? 200 : 404, {
      "Content-Type": script === undefined ? "text/html" : "text/javascript",
      "Content-Security-Policy": STRICT + (POLICIES[url] ?? " 'wasm-unsafe-eval'"),
    });
    response.end(script ?? PAGE);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, origin: `http://127.0.0.1:${server.address().port}` };
}

const folder = mkdtempSync(join(tmpdir(), "esession-browser-"));
let server, origin, browser;

before(async () => {
  ({ server, origin } = await serve());
  const env = { ...process.env, TMPDIR: folder };
  browser = await chromium.launchPersistentContext(folder, { executablePath: CHROMIUM, args: FLAGS, env });
});

after(async () => {
  await browser?.close();
  server?.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** A test with a page of its own, which must neither ask for anything but ours nor complain of anything. */
function inPage(title, path, run) {
  test(title, { timeout: 120_000 }, async (t) => {
    const tab = await browser.newPage();
    t.after(() => tab.close());
    const asked = [];
    const complaints = [];
    tab.on("request", (request) => asked.push(request.url()));
    tab.on("pageerror", (error) => complaints.push(String(error)));
    tab.on("console", (line) => complaints.push(line.text()));
    await tab.goto(`${origin}${path}`);
    await tab.waitForFunction("globalThis.checks");
    await run(tab, t);
    assert.deepEqual(
      asked.filter((url) => !url.startsWith(`${origin}/`)),
      [],
      "what was asked for elsewhere",
    );
    if (path === "/" || path === "/pool/") assert.deepEqual(complaints, []);
  });
}

for (const name of ["esession", "esession/core", "esession/testing", "esession/pool", "esession/pool/worker"])
  test(`${name} is bundled without configuration, and holds nothing that evaluates text`, async () => {
    assert.doesNotMatch(await entry(name), /\beval\s*\(|\bnew\s+Function\b|\bFunction\s*\(/);
  });

test("the sizes of the entries, minified", async (t) => {
  for (const name of ["esession", "esession/core", "esession/identity"]) {
    const octets = Buffer.from(await entry(name, true));
    assert.ok(octets.length > 10_000, "something was bundled");
    t.diagnostic(`${name}: ${octets.length} octets minified, ${gzipSync(octets).length} of them gzipped`);
  }
});

const core = (build) => ({
  build,
  agreed: true,
  strangerAgreed: false,
  opened: "<body>Grüße 🦊 &amp; &lt;all&gt;</body>",
  touched: "stanza-mac",
  unlikeWebCrypto: [],
});

for (const build of ["simd", "scalar"]) {
  inPage(`a page loads the core, agrees in group 14, seals and opens (${build})`, "/", async (tab) => {
    assert.deepEqual(await tab.evaluate((which) => globalThis.checks.reportOn(which), build), core(build));
  });
  inPage(`a worker does the same (${build})`, "/", async (tab) => {
    assert.deepEqual(
      await tab.evaluate((which) => globalThis.checks.reportFromWorker(which), build),
      core(build),
    );
  });
}

for (const [form, what] of [
  ["dom", "DOM elements"],
  ["page", "DOM elements of the page's own document"],
  ["string", "text"],
  ["element", "@xmpp/xml elements"],
])
  inPage(
    `two engines negotiate, talk, end and know each other again, with stanzas as ${what}`,
    "/",
    async (tab) => {
      const report = await tab.evaluate((which) => globalThis.checks.converse(which), form);
      assert.deepEqual(report.arrived, report.sent);
      assert.ok(report.sent.length >= 8);
      assert.equal(report.inForm, true, `what is handed on is ${what}`);
      assert.deepEqual(report.leaks, []);
      assert.equal(report.group, 14);
      assert.match(report.sas[0], /^[acdefghikmopqruvwxy1-9]{5}$/);
      assert.equal(report.sas[0], report.sas[1]);
      assert.deepEqual(report.levels, ["verified", "verified"]);
      assert.deepEqual(report.complete, [true, true]);
      assert.deepEqual(report.continued, [true, true]);
      assert.deepEqual(report.laterLevels, ["verified", "verified"]);
      assert.deepEqual(report.alerts, Array(4).fill("session-ended"), "one for each end, and nothing else");
    },
  );

// each of them is judged in the page (test/support/matrix.ts), and 20 suites make a column with RSA and with DSA
for (const [build, part, count] of [
  ["simd", "all", 750],
  ["scalar", "column", 40],
])
  inPage(
    `two engines agree on ${count} combinations of all algorithms (${build}, ${part})`,
    "/",
    async (tab) => {
      const done = await tab.evaluate((args) => globalThis.checks.runMatrix(...args), [build, part]);
      assert.equal(new Set(done).size, count);
    },
  );

for (const [title, path, url] of [
  ["where the package looks for it", "/pool/", undefined],
  ["where the client says", "/", "/pool/worker.js"],
])
  inPage(
    `a pool of module workers, their script ${title}, and the page goes on meanwhile`,
    path,
    async (tab) => {
      const { turns, sas, ...report } = await tab.evaluate((one) => globalThis.checks.reportOnPool(one), url);
      assert.ok(turns > 5, `${turns} timers ran`);
      assert.match(sas[0], /^[acdefghikmopqruvwxy1-9]{5}$/);
      assert.equal(sas[0], sas[1]);
      assert.deepEqual(report, {
        agreed: true,
        keysLeft: Array(report.keysLeft.length).fill(0),
        complete: true,
        afterClose: "pool-unavailable: the pool was closed",
        shared: 0,
      });
      assert.ok(report.keysLeft.length >= 2, "a key for each worker");
    },
  );

for (const [title, path, urls] of [
  ["where workers are forbidden", "/no-workers", ["/pool/worker.js"]],
  ["with a script that is not there, or none", "/pool/", ["/missing.js", "/"]],
])
  inPage(`${title} there is no pool, and the error says what may be wrong`, path, async (tab) => {
    for (const said of await tab.evaluate((all) => globalThis.checks.poolRefusals(all), urls))
      assert.match(said, /^pool-unavailable: .*worker-src/);
  });

inPage("neither the linear memory nor the heap grows with sessions and stanzas", "/", async (tab, t) => {
  const inspector = await browser.newCDPSession(tab);
  await tab.evaluate(async () => {
    globalThis.wear = await globalThis.checks.createWear();
  });
  /** Uses the engines; what they hold then, and what the heap has after a collection. */
  const work = async (sessions) => {
    const worn = await tab.evaluate((count) => globalThis.wear(count, 50), sessions);
    await inspector.send("HeapProfiler.collectGarbage");
    return { ...worn, heap: (await inspector.send("Runtime.getHeapUsage")).usedSize };
  };
  const first = await work(40); // so that every bounded list is full
  const last = await work(40);
  t.diagnostic(`heap: ${first.heap} octets, later ${last.heap}; linear memories: ${last.memory.join(", ")}`);
  assert.equal(last.sameBuffers, true);
  assert.deepEqual(last.memory, first.memory);
  assert.deepEqual(last.used, first.used);
  assert.ok(last.heap - first.heap < HEAP_NOISE, `the heap grew from ${first.heap} to ${last.heap} octets`);
});

inPage(
  "without 'wasm-unsafe-eval' loading is refused with core-unavailable, which names the token",
  "/forbidden",
  async (tab) => {
    const refusals = await tab.evaluate(() => globalThis.checks.refusals());
    assert.equal(refusals.length, 3);
    for (const [code, message] of refusals) {
      assert.equal(code, "core-unavailable");
      assert.match(message, /'wasm-unsafe-eval'/);
    }
  },
);
