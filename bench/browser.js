/**
 * A short run in Debian's Chromium, headless, driven as .ci/browser.js drives it: one page, everything bundled into it,
 * nothing asked for from outside.
 */
import { createServer } from "node:http";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { hex } from "./octets.js";
import { portable } from "./peers/index.js";
import { machine, peersFolder, platform } from "./platform.js";

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
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];
const PAGE = `<!doctype html><meta charset="utf-8"><title>esession</title><script type="module" src="/page.js"></script>`;
const COMMAND = "npm run bench -- --browser";
/** @type {import("esession/core").Group[]} */
const GROUPS = [14, 16, 18];
const SIZES = [64, 256, 1024, 65536];

async function bundle() {
  const missing = portable
    .flatMap(({ packages = [] }) => packages)
    .filter((name) => !existsSync(join(peersFolder, "node_modules", name)));
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, "browser/page.js")],
    bundle: true,
    format: "esm",
    platform: "browser",
    write: false,
    logLevel: "error",
    // what is not installed fails when the page loads it, and its row says so; sjcl asks for Node's in vain
    external: [...missing, "crypto"],
  });
  return outputFiles[0]?.text ?? "";
}

/** @param {string} script */
async function serve(script) {
  const server = createServer(({ url }, response) => {
    const [type, body] = url === "/page.js" ? ["text/javascript", script] : ["text/html", PAGE];
    response.writeHead(200, { "Content-Type": type }).end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { server, origin: `http://127.0.0.1:${address.port}/` };
}

/** @param {number} rounds @returns {Promise<import("./judge.js").EngineReport>} */
export async function measureInBrowser(rounds) {
  const { server, origin } = await serve(await bundle());
  const folder = mkdtempSync(join(tmpdir(), "esession-bench-"));
  const env = { ...process.env, TMPDIR: folder };
  const browser = await chromium.launchPersistentContext(folder, {
    executablePath: CHROMIUM,
    args: FLAGS,
    env,
  });
  try {
    const version = browser.browser()?.version() ?? "";
    const tab = await browser.newPage();
    await tab.goto(origin);
    await tab.waitForFunction("globalThis.measurePage");
    const primes = Object.fromEntries(GROUPS.map((group) => [group, hex(platform.prime(group))]));
    const made = await tab.evaluate((asked) => globalThis["measurePage"](asked), {
      rounds,
      groups: GROUPS,
      sizes: SIZES,
      primes,
    });
    const agent = /** @type {string} */ (await tab.evaluate("navigator.userAgent"));
    const [, name = version] = /Chrome\/(\d+)/.exec(agent) ?? [];
    const { esession, processor, platform: system } = machine(made.build);
    const section = (/** @type {string} */ id, /** @type {string} */ title, /** @type {object} */ what) => ({
      id,
      title,
      command: COMMAND,
      date: new Date().toISOString().slice(0, 10),
      rounds,
      notes: [],
      results: [],
      figures: [],
      ...what,
    });
    return {
      name: `Chromium ${name}`,
      machine: { esession, processor, platform: system, browser: agent },
      sections: [
        section("dh", "Diffie-Hellman", { results: made.dh }),
        section("stanza", "Stanzas", { results: made.stanza }),
        section("start", "Cold start", { figures: made.figures }),
      ],
    };
  } finally {
    await browser.close();
    server.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
