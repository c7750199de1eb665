/**
 * A reporter for Node's test runner: one line of JSON for each test that ran, with the titles of the tests around
 * it and what came of it. .ci/conformance.js reads it. `file` is null where a helper registered the test: the runner
 * names the helper's file then.
 */
import { join, relative, sep } from "node:path";

const build = join(import.meta.dirname, "../test/.build");

function resultOf({ type, data }) {
  if (type === "test:fail") return "failed";
  return data.skip !== undefined || data.todo !== undefined ? "skipped" : "passed";
}

export default async function* ran(events) {
  const path = []; // of the titles, by depth: the runner reports a test's beginning before all that is within it
  for await (const event of events) {
    const { name, nesting, file } = event.data;
    if (event.type === "test:start") path[nesting] = name;
    if (event.type !== "test:pass" && event.type !== "test:fail") continue;
    const place = relative(build, file ?? "").split(sep).join("/"); // prettier-ignore
    yield `${JSON.stringify({
      file: place.endsWith(".test.js") ? place.slice(0, -".test.js".length) : null,
      path: [...path.slice(0, nesting), name],
      result: resultOf(event),
    })}\n`;
  }
}
