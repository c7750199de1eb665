/**
 * Run by the file store's tests under `ulimit -f`, where writes are cut short and then fail as on a full disk.
 * Prints the codes of the errors that it met.
 */
import { fileStore } from "esession/store/file";

// the limit comes with a signal, at which the lock's library would end the process
process.on("SIGXFSZ", () => undefined);

const store = await fileStore(process.argv[2]!);
const code = async (run: () => Promise<unknown>) => {
  try {
    await run();
    return "none";
  } catch (error) {
    const { name, code } = error as { name: string; code?: string };
    return name === "EsessionError" ? code : `untyped: ${String(error)}`;
  }
};

await store.write([{ id: "kept", sealed: new Uint8Array([1]), expect: undefined }]);
const kept = (await store.get("kept"))!.version;
const codes = [
  // a record that is too large
  await code(() =>
    store.write([
      { id: "small", sealed: new Uint8Array(1), expect: undefined },
      { id: "kept", sealed: new Uint8Array(4000), expect: kept },
    ]),
  ),
  // small records, and a journal that is too large
  await code(() =>
    store.write(
      Array.from({ length: 30 }, (_, index) => ({
        id: `journal/${index}/${"x".repeat(60)}`,
        sealed: new Uint8Array(1),
        expect: undefined,
      })),
    ),
  ),
  // and the store goes on
  await code(() => store.write([{ id: "kept", sealed: new Uint8Array([2]), expect: kept }])),
];
process.stdout.write(
  JSON.stringify({ codes, ids: await store.list(""), kept: (await store.get("kept"))!.sealed[0] }),
);
await store.close?.();
