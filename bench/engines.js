/** A short run under another Node, as .ci/run tests them: npx fetches it. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** @param {string} major @param {number} rounds @returns {import("./judge.js").EngineReport} */
export function measureInNode(major, rounds) {
  const folder = mkdtempSync(join(tmpdir(), "esession-bench-"));
  try {
    const file = join(folder, "report.json");
    const index = join(import.meta.dirname, "index.js");
    const options = ["--short", "--rounds", String(rounds), "--json", file];
    execFileSync(
      "npx",
      ["-y", "-p", `node@${major}`, "node", index, "dh", "stanza", "handshake", "start", ...options],
      { cwd: join(import.meta.dirname, ".."), stdio: ["ignore", "ignore", "inherit"] },
    );
    const { machine, sections } = JSON.parse(readFileSync(file, "utf8"));
    const command = `npm run bench -- --node ${major}`;
    return {
      name: `Node ${major}`,
      machine,
      sections: sections.map((/** @type {object} */ one) => ({ ...one, command })),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
