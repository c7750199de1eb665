/**
 * What every BlobStore must do, as cases for any test runner: `for (const { title, run } of storeConformance(make))
 * test(title, run)`. Each case asks for a store that is new and empty, and closes it.
 * Limits: that a write is durable and survives a crash cannot be seen from within; each place tests that itself.
 */
import { EsessionError, type ErrorCode } from "../errors.js";
import type { BlobStore, Version } from "../store/types.js";

export interface ConformanceCase {
  readonly title: string;
  readonly run: () => Promise<void>;
}

type Check = (store: BlobStore) => Promise<void>;

export function storeConformance(makeStore: () => Promise<BlobStore>): ConformanceCase[] {
  return Object.entries(cases).map(([title, check]) => ({
    title,
    run: async () => {
      const store = await makeStore();
      try {
        await check(store);
      } finally {
        await store.close?.();
      }
    },
  }));
}

const cases: Record<string, Check> = {
  "a record that was never written is undefined": async (store) => {
    equal(await store.get("peer/a"), undefined);
    equal(await store.list(""), []);
  },

  "a record comes back as it was written": async (store) => {
    await put(store, "peer/a", bytes(0, 1, 255));
    equal([...(await present(store, "peer/a")).sealed], [0, 1, 255]);
  },

  "an empty record is a record": async (store) => {
    await put(store, "peer/a", bytes());
    equal((await present(store, "peer/a")).sealed.length, 0);
  },

  "a record of a mebibyte comes back whole": async (store) => {
    const large = Uint8Array.from({ length: 2 ** 20 }, (_, index) => (index * 31) & 0xff);
    await put(store, "queue/large", large);
    const { sealed } = await present(store, "queue/large");
    equal(sealed.length, large.length);
    if (!sealed.every((octet, index) => octet === large[index])) fail("the octets differ");
  },

  "what is given and got is a copy": async (store) => {
    const given = bytes(1, 2, 3);
    await put(store, "peer/a", given);
    given.fill(9);
    const first = (await present(store, "peer/a")).sealed;
    equal([...first], [1, 2, 3]);
    first.fill(9);
    equal([...(await present(store, "peer/a")).sealed], [1, 2, 3]);
  },

  "a record that should be new must not exist": async (store) => {
    await put(store, "peer/a", bytes(1));
    await refuses("store-conflict", put(store, "peer/a", bytes(2)));
    equal([...(await present(store, "peer/a")).sealed], [1]);
  },

  "a stale version is refused, for a put and for a deletion": async (store) => {
    await put(store, "peer/a", bytes(1));
    const { version } = await present(store, "peer/a");
    await put(store, "peer/a", bytes(2), version);
    await refuses("store-conflict", put(store, "peer/a", bytes(3), version));
    await refuses("store-conflict", store.write([{ id: "peer/a", delete: true, expect: version }]));
    equal([...(await present(store, "peer/a")).sealed], [2]);
  },

  "a version of a record that does not exist is refused": async (store) => {
    await put(store, "peer/a", bytes(1));
    const { version } = await present(store, "peer/a");
    await refuses("store-conflict", put(store, "peer/b", bytes(1), version));
  },

  "a version does not come back, not even with the same octets or after a deletion": async (store) => {
    await put(store, "peer/a", bytes(1));
    const { version } = await present(store, "peer/a");
    await put(store, "peer/a", bytes(1), version);
    await remove(store, "peer/a");
    await put(store, "peer/a", bytes(1));
    await refuses("store-conflict", put(store, "peer/a", bytes(2), version));
  },

  "a deleted record is gone, and may be made again": async (store) => {
    await put(store, "peer/a", bytes(1));
    await remove(store, "peer/a");
    equal(await store.get("peer/a"), undefined);
    equal(await store.list("peer/"), []);
    await put(store, "peer/a", bytes(2));
    equal([...(await present(store, "peer/a")).sealed], [2]);
  },

  "a write of several records is done as a whole": async (store) => {
    await put(store, "peer/a", bytes(1));
    await put(store, "peer/b", bytes(1));
    const [a, b] = [await present(store, "peer/a"), await present(store, "peer/b")];
    await store.write([
      { id: "peer/a", sealed: bytes(2), expect: a.version },
      { id: "peer/b", delete: true, expect: b.version },
      { id: "peer/c", sealed: bytes(3), expect: undefined },
    ]);
    equal(await store.list("peer/"), ["peer/a", "peer/c"]);
    equal([...(await present(store, "peer/a")).sealed], [2]);
  },

  "a write of several records is refused as a whole": async (store) => {
    await put(store, "peer/a", bytes(1));
    const { version } = await present(store, "peer/a");
    await refuses(
      "store-conflict",
      store.write([
        { id: "peer/a", sealed: bytes(2), expect: version },
        { id: "peer/b", sealed: bytes(2), expect: undefined },
        { id: "peer/c", delete: true, expect: version },
      ]),
    );
    equal(await store.list(""), ["peer/a"]);
    equal((await present(store, "peer/a")).version, version);
  },

  "a record named twice in one write is refused": async (store) => {
    const one = { id: "peer/a", sealed: bytes(1), expect: undefined };
    await refuses("store-conflict", store.write([one, one]));
    equal(await store.list(""), []);
  },

  "a write of nothing does nothing": async (store) => {
    await store.write([]);
    equal(await store.list(""), []);
  },

  "of many writers with the same version exactly one wins": async (store) => {
    await put(store, "peer/a", bytes(0));
    for (let round = 0; round < 5; round++) {
      const { version } = await present(store, "peer/a");
      const writers = Array.from({ length: 8 }, (_, index) =>
        put(store, "peer/a", bytes(round, index), version),
      );
      const results = await Promise.allSettled(writers);
      const winners = results.flatMap(({ status }, index) => (status === "fulfilled" ? [index] : []));
      equal(winners.length, 1);
      equal([...(await present(store, "peer/a")).sealed], [round, winners[0]]);
    }
  },

  "nobody sees a part of a write": async (store) => {
    await store.write([
      { id: "peer/a", sealed: bytes(0), expect: undefined },
      { id: "peer/b", sealed: bytes(0), expect: undefined },
    ]);
    for (let round = 1; round <= 5; round++) {
      const [a, b] = [await present(store, "peer/a"), await present(store, "peer/b")];
      const writing = store.write([
        { id: "peer/a", sealed: bytes(round), expect: a.version },
        { id: "peer/b", sealed: bytes(round), expect: b.version },
      ]);
      // read in this order, the second must not be older than the first
      const [first, second] = await Promise.all([present(store, "peer/a"), present(store, "peer/b")]);
      if (first.sealed[0]! > second.sealed[0]!) fail("a reader saw one record of a write without the other");
      await writing;
    }
  },

  "a list has the ids that begin with the prefix, sorted": async (store) => {
    for (const id of ["peer/b", "peer/a", "peers/a", "queue/a/b", "check"]) await put(store, id, bytes(1));
    equal(await store.list("peer/"), ["peer/a", "peer/b"]);
    equal(await store.list("peer"), ["peer/a", "peer/b", "peers/a"]);
    equal(await store.list("queue/a/"), ["queue/a/b"]);
    equal(await store.list(""), ["check", "peer/a", "peer/b", "peers/a", "queue/a/b"]);
    equal(await store.list("none"), []);
  },

  "ids that no file system can confuse are the only ones": async (store) => {
    for (const id of [
      "",
      "A",
      "a b",
      "a/../b",
      "/a",
      "a/",
      "a//b",
      ".",
      "a_b",
      "a.b",
      "ä",
      "a".repeat(121),
    ]) {
      await refuses("option-invalid", store.get(id));
      await refuses("option-invalid", put(store, id, bytes(1)));
    }
    await put(store, "a".repeat(120), bytes(1));
    equal(await store.list(""), ["a".repeat(120)]);
  },

  "a lock runs one after another, in the order of the calls": async (store) => {
    const seen: string[] = [];
    const run = (name: string) => async () => {
      seen.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 1));
      seen.push(`${name} ends`);
      return name;
    };
    const results = await Promise.all(["1", "2", "3"].map((name) => store.lock("peer/a", run(name))));
    equal(results, ["1", "2", "3"]);
    equal(seen, ["1 begins", "1 ends", "2 begins", "2 ends", "3 begins", "3 ends"]);
  },

  "a lock that ended in an error lets the next one in": async (store) => {
    const failing = store.lock("peer/a", () =>
      Promise.reject(new EsessionError("send-failed", "on purpose")),
    );
    const next = store.lock("peer/a", () => Promise.resolve("next"));
    await refuses("send-failed", failing);
    equal(await next, "next");
  },

  "locks of different names do not wait for each other, and within one the store can be used": async (
    store,
  ) => {
    const result = await store.lock("a", () =>
      store.lock("b", async () => {
        await put(store, "peer/a", bytes(1));
        return "both";
      }),
    );
    equal(result, "both");
  },

  "a store that was closed says so": async (store) => {
    if (!store.close) return;
    await put(store, "peer/a", bytes(1));
    await store.close();
    await refuses("store-unavailable", store.get("peer/a"));
    await refuses("store-unavailable", put(store, "peer/b", bytes(1)));
    await refuses("store-unavailable", store.list(""));
  },
};

const bytes = (...octets: number[]) => Uint8Array.from(octets);

const put = (store: BlobStore, id: string, sealed: Uint8Array, expect?: Version) =>
  store.write([{ id, sealed, expect }]);

async function remove(store: BlobStore, id: string): Promise<void> {
  const { version } = await present(store, id);
  await store.write([{ id, delete: true, expect: version }]);
}

async function present(store: BlobStore, id: string): Promise<{ sealed: Uint8Array; version: Version }> {
  return (await store.get(id)) ?? fail(`the record ${id} is missing`);
}

async function refuses(code: ErrorCode, call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (EsessionError.is(error, code)) return;
    throw error;
  }
  fail(`${code} was expected, and the call succeeded`);
}

function equal(actual: unknown, expected: unknown): void {
  const [found, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (found !== wanted) fail(`${found} where ${wanted} was expected`);
}

function fail(message: string): never {
  throw new Error(`the store does not conform: ${message}`);
}
