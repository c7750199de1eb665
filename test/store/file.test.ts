import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmod,
  chown,
  link,
  mkdir,
  readFile,
  readdir,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import assert from "node:assert/strict";
import { fileStore } from "esession/store/file";
import type { BlobStore } from "esession/testing";
import { letLockAge, temporaryFolder } from "./places.js";

const one = new Uint8Array([1]);
const isRoot = process.getuid?.() === 0;
const hasOwners = process.platform !== "win32";
/** The folder of a process that is gone. */
const crashed = `writing-${"0".repeat(32)}`;

async function version(store: BlobStore, id: string): Promise<string> {
  const found = await store.get(id);
  assert.ok(found, `${id} is there`);
  return found.version;
}

test("what was written is there, under the same version, when the folder is opened again", async (t) => {
  const folder = await temporaryFolder(t);
  const first = await fileStore(folder);
  await first.write([{ id: "peer/a", sealed: one, expect: undefined }]);
  const written = await version(first, "peer/a");
  await first.close?.();

  const second = await fileStore(folder);
  assert.deepEqual(await second.list(""), ["peer/a"]);
  assert.equal(await version(second, "peer/a"), written);
  await second.close?.();
});

test(
  "the folder is its owner's alone (0700), and so is every file (0600)",
  { skip: !hasOwners },
  async (t) => {
    const folder = join(await temporaryFolder(t), "a", "b");
    const store = await fileStore(folder);
    await store.write([{ id: "peer/a", sealed: one, expect: undefined }]);
    assert.equal((await stat(folder)).mode & 0o777, 0o700);
    for (const name of (await readdir(folder)).filter(
      (name) => name !== "lock" && !name.startsWith("writing-"),
    ))
      assert.equal((await stat(join(folder, name))).mode & 0o777, 0o600, name);
    await store.close?.();
  },
);

test("a folder that others may enter is closed to them", { skip: !hasOwners }, async (t) => {
  const folder = await temporaryFolder(t);
  await chmod(folder, 0o755);
  await (await fileStore(folder)).close?.();
  assert.equal((await stat(folder)).mode & 0o777, 0o700);
});

test("a second opening is refused with store-locked, which names the process", async (t) => {
  const folder = await temporaryFolder(t);
  const store = await fileStore(folder);
  await assert.rejects(fileStore(folder), {
    code: "store-locked",
    message: new RegExp(`process ${process.pid} on`),
  });
  await store.close?.();
  await (await fileStore(folder)).close?.();
});

test(
  "links are refused: as the folder, as a record, and as a second name of a record",
  { skip: !hasOwners },
  async (t) => {
    const base = await temporaryFolder(t);
    const folder = join(base, "store");
    await mkdir(folder);
    await symlink(folder, join(base, "link"));
    await assert.rejects(fileStore(join(base, "link")), { code: "store-unavailable", message: /link/ });

    const store = await fileStore(folder);
    await store.write([{ id: "a", sealed: one, expect: undefined }]);
    await rename(join(folder, "a.record"), join(base, "elsewhere"));
    await symlink(join(base, "elsewhere"), join(folder, "a.record"));
    await assert.rejects(store.get("a"), { code: "store-unavailable", message: /link/ });
    await link(join(base, "elsewhere"), join(folder, "b.record"));
    await assert.rejects(store.get("b"), { code: "store-unavailable", message: /link/ });
    await store.close?.();
  },
);

test(
  "a folder or a record of another user is refused",
  { skip: !isRoot && "only root can give files away" },
  async (t) => {
    const folder = await temporaryFolder(t);
    const store = await fileStore(folder);
    await store.write([{ id: "a", sealed: one, expect: undefined }]);
    await chown(join(folder, "a.record"), 65534, 65534);
    await assert.rejects(store.get("a"), { code: "store-unavailable", message: /another user/ });
    await store.close?.();
    await chown(folder, 65534, 65534);
    await assert.rejects(fileStore(folder), { code: "store-unavailable", message: /another user/ });
  },
);

test("a folder that cannot be recovered is store-unavailable, and not locked by that", async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, crashed, "journal"), { recursive: true });
  for (let attempt = 1; attempt <= 2; attempt++)
    await assert.rejects(fileStore(folder), { code: "store-unavailable", message: /journal/ });
});

test("a folder that is a file is store-unavailable", async (t) => {
  const path = join(await temporaryFolder(t), "file");
  await writeFile(path, "");
  await assert.rejects(fileStore(path), { code: "store-unavailable" });
});

test(
  "in a read-only folder a write is store-unavailable and changes nothing",
  { skip: !hasOwners },
  async (t) => {
    const folder = await temporaryFolder(t);
    const store = await fileStore(folder);
    await store.write([{ id: "a", sealed: one, expect: undefined }]);
    const before = await version(store, "a");
    // root may write everywhere, so it becomes somebody else for a while
    await chmod(folder, isRoot ? 0o755 : 0o500);
    if (isRoot) process.seteuid!(65534);
    try {
      for (const id of ["b", "c"])
        await assert.rejects(
          store.write([
            { id: "a", delete: true, expect: before },
            { id, sealed: one, expect: undefined },
          ]),
          { code: "store-unavailable", message: /EACCES/ },
        );
    } finally {
      if (isRoot) process.seteuid!(0);
      await chmod(folder, 0o700);
    }
    assert.deepEqual(await store.list(""), ["a"]);
    await store.close?.();
  },
);

test("a write whose second file cannot be made leaves nothing of the first", async (t) => {
  const folder = await temporaryFolder(t);
  const store = await fileStore(folder);
  const writing = (await readdir(folder)).find((name) => name.startsWith("writing-"))!;
  await mkdir(join(folder, writing, "b.record.new"));
  const write = store.write([
    { id: "a", sealed: one, expect: undefined },
    { id: "b", sealed: one, expect: undefined },
  ]);
  await assert.rejects(write, { code: "store-unavailable" });
  assert.deepEqual(await store.list(""), []);
  assert.equal(await store.get("a"), undefined);
  await store.close?.();
});

test(
  "on a full disk a write is store-unavailable, nothing is half-written, and the store goes on",
  { skip: !hasOwners },
  async (t) => {
    const folder = await temporaryFolder(t);
    const child = spawnSync(
      "sh",
      ["-c", 'ulimit -f 1; exec "$0" "$@"', process.execPath, script("full-disk.js"), folder],
      {
        encoding: "utf8",
      },
    );
    assert.equal(child.stderr, "");
    assert.deepEqual(JSON.parse(child.stdout), {
      codes: ["store-unavailable", "store-unavailable", "none"],
      ids: ["kept"],
      kept: 2,
    });
  },
);

/** Two records are to be replaced by new ones and a third deleted; a crash came at some point of that. */
const plan = JSON.stringify({ put: ["a.record", "b.record"], remove: ["c.record"] });
const stages = {
  "before the journal": { journal: undefined, done: [], after: "old" },
  "within the journal": { journal: plan.slice(0, -12), done: [], after: "old" },
  "within the journal, whose name was durable and whose octets were not": {
    journal: "\0".repeat(40),
    done: [],
    after: "old",
  },
  "after the journal": { journal: plan, done: [], after: "new" },
  "after the first rename": { journal: plan, done: ["a"], after: "new" },
  "before the journal was removed": { journal: plan, done: ["a", "b", "c"], after: "new" },
} as const;

for (const [when, { journal, done, after }] of Object.entries(stages))
  test(`a write of three records that a crash cut short ${when} is found ${after === "old" ? "undone" : "complete"}`, async (t) => {
    const folder = await temporaryFolder(t);
    const spare = await temporaryFolder(t);
    for (const [place, octet] of [
      [folder, 1],
      [spare, 2],
    ] as const) {
      const store = await fileStore(place);
      const sealed = new Uint8Array([octet]);
      await store.write(["a", "b", "c"].map((id) => ({ id, sealed, expect: undefined })));
      await store.close?.();
    }
    const finished = new Set<string>(done);
    await mkdir(join(folder, crashed));
    for (const id of ["a", "b"]) {
      const target = finished.has(id) ? `${id}.record` : join(crashed, `${id}.record.new`);
      await rename(join(spare, `${id}.record`), join(folder, target));
    }
    if (finished.has("c")) await rename(join(folder, "c.record"), join(folder, crashed, "c.record.gone"));
    if (journal !== undefined) await writeFile(join(folder, crashed, "journal"), journal);
    await writeFile(join(folder, crashed, "journal.1234567"), "what the library leaves");
    await writeFile(join(folder, "holder.1234567"), "what the library leaves");

    for (let opening = 1; opening <= 2; opening++) {
      const store = await fileStore(folder);
      assert.deepEqual(await store.list(""), after === "old" ? ["a", "b", "c"] : ["a", "b"]);
      for (const id of ["a", "b"]) assert.equal((await store.get(id))?.sealed[0], after === "old" ? 1 : 2);
      const left = (await readdir(folder)).filter((name) => !name.endsWith(".record")).sort();
      assert.deepEqual(left.slice(0, 2), ["holder", "lock"]);
      assert.match(left.slice(2).join(" "), /^writing-[0-9a-f]{32}$/);
      await store.close?.();
      assert.ok(!(await readdir(folder)).some((name) => name.startsWith("writing-")));
    }
  });

test("a journal that names files outside the folder does nothing", async (t) => {
  const base = await temporaryFolder(t);
  const folder = join(base, "store");
  await mkdir(folder);
  await writeFile(join(base, "victim.record"), "");
  await mkdir(join(folder, crashed));
  await writeFile(
    join(folder, crashed, "journal"),
    JSON.stringify({ put: [], remove: ["../victim.record", "x.record"] }),
  );
  await (await fileStore(folder)).close?.();
  assert.deepEqual(await readdir(base), ["store", "victim.record"]);
});

test("a process killed at any moment leaves both records of its last write, or neither", async (t) => {
  const folder = await temporaryFolder(t);
  const rounds = process.env["ESESSION_LONG"] === "1" ? 100 : 4;
  for (let round = 0; round < rounds; round++) {
    const child = spawn(process.execPath, [script("crash-writer.js"), folder], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let printed = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
    await once(child.stdout, "data");
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 30));
    child.kill("SIGKILL");
    await once(child, "close");
    await letLockAge(folder);

    const store = await fileStore(folder);
    const [a, b] = await Promise.all(["pair/a", "pair/b"].map((id) => store.get(id)));
    const [first, second] = [a, b].map((found) => Number(new TextDecoder().decode(found?.sealed)));
    const last = Number(printed.trimEnd().split("\n").at(-1));
    assert.equal(first, second);
    assert.ok(first! >= last, `${last} was durable, ${first} was found`);
    // the next round counts from 1 again
    await store.write([
      { id: "pair/a", delete: true, expect: a!.version },
      { id: "pair/b", delete: true, expect: b!.version },
    ]);
    await store.close?.();
  }
});

test("a file that does not begin as a record comes as it is, and can be replaced or deleted", async (t) => {
  const folder = await temporaryFolder(t);
  const store = await fileStore(folder);
  await store.write([{ id: "a", sealed: one, expect: undefined }]);
  const file = join(folder, "a.record");
  const text = await readFile(file, "latin1");
  for (const damaged of ["", text.slice(0, 30), `x${text}`]) {
    await writeFile(file, damaged, "latin1");
    const found = (await store.get("a"))!;
    assert.equal(Buffer.from(found.sealed).toString("latin1"), damaged);
    await store.write([{ id: "a", sealed: one, expect: found.version }]);
    assert.deepEqual((await store.get("a"))?.sealed, one);

    await writeFile(file, damaged, "latin1");
    await assert.rejects(store.write([{ id: "a", delete: true, expect: `${found.version}x` }]), {
      code: "store-conflict",
    });
    await store.write([{ id: "a", delete: true, expect: (await store.get("a"))!.version }]);
    assert.equal(await store.get("a"), undefined);
    await store.write([{ id: "a", sealed: one, expect: undefined }]);
  }
  await store.close?.();
});

test("a file of a newer format is store-format", async (t) => {
  const folder = await temporaryFolder(t);
  const store = await fileStore(folder);
  await store.write([{ id: "a", sealed: one, expect: undefined }]);
  const text = await readFile(join(folder, "a.record"), "latin1");
  await writeFile(join(folder, "a.record"), text.replace("record 1", "record 2"), "latin1");
  await assert.rejects(store.get("a"), { code: "store-format" });
  await store.close?.();
});

test("a named pipe in the folder is refused, and nobody waits for it", { skip: !hasOwners }, async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, crashed));
  const pipe = (name: string) => {
    assert.equal(spawnSync("mkfifo", [join(folder, name)]).status, 0);
  };
  // a wait for a pipe cannot be broken off but from its other end
  const opener = setInterval(() => {
    spawn("sh", ["-c", 'find "$0" -type p | while read -r p; do timeout 1 cat 1<>"$p"; done', folder], {
      stdio: ["pipe", "ignore", "ignore"],
    });
  }, 2000);
  t.after(() => clearInterval(opener));
  const begun = Date.now();
  pipe(join(crashed, "journal"));
  await assert.rejects(fileStore(folder), { code: "store-unavailable", message: /not a file/ });
  for (const name of await readdir(folder))
    if (name.startsWith("writing-")) await rm(join(folder, name), { recursive: true });

  pipe("a.record");
  const store = await fileStore(folder);
  await assert.rejects(store.get("a"), { code: "store-unavailable", message: /not a file/ });
  await store.close?.();
  assert.ok(Date.now() - begun < 2000, "it waited");
});

function script(name: string): string {
  return join(import.meta.dirname, name);
}
