/**
 * Run by the file store's tests in a process of its own, as one that slept through the age of its lock: opens the
 * store, and does what each line asks for. Answers each with a line: the error's code, or `done`.
 */
import { createInterface } from "node:readline";
import { fileStore } from "esession/store/file";

const store = await fileStore(process.argv[2]!);
const sealed = new TextEncoder().encode("the sleeper's");
const versions = new Map<string, string>();
for (const id of await store.list("")) versions.set(id, (await store.get(id))!.version);
console.log("open");

const deeds: Record<string, () => Promise<void>> = {
  put: () => store.write([{ id: "peer/a", sealed, expect: versions.get("peer/a") }]),
  "put new": () => store.write([{ id: "peer/new", sealed, expect: undefined }]),
  delete: () => store.write([{ id: "peer/b", delete: true, expect: versions.get("peer/b")! }]),
  close: () => store.close!(),
};
for await (const line of createInterface(process.stdin)) {
  try {
    await deeds[line]!();
    console.log("done");
  } catch (error) {
    console.log((error as { code?: string }).code);
  }
}
