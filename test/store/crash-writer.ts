/**
 * Run by the file store's tests in a process of its own: writes pairs of records until it is killed.
 * Prints each number once its write has resolved.
 */
import { fileStore } from "esession/store/file";

const store = await fileStore(process.argv[2]!);
for (let number = 1; ; number++) {
  const sealed = new TextEncoder().encode(`${number}`.padEnd(2000));
  const versions = await Promise.all(["pair/a", "pair/b"].map(async (id) => (await store.get(id))?.version));
  await store.write([
    { id: "pair/a", sealed, expect: versions[0] },
    { id: "pair/b", sealed, expect: versions[1] },
  ]);
  process.stdout.write(`${number}\n`);
}
