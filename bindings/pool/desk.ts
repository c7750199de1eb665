/**
 * A worker's side: opens a task, does it in the worker's own core, seals what came of it. Nothing secret is left
 * between two tasks but the keys that are shared with the cores of the other thread.
 */
import type { Secret } from "../core/secret.js";
import type { Core, Group } from "../core/types.js";
import { decodeAgreement, describe, encodeError, replyName, taskName } from "./messages.js";
import type { FromWorker, Purpose, ToWorker } from "./messages.js";

interface Record {
  readonly header: Uint8Array;
  readonly secrets: readonly Secret[];
}

const work: { readonly [P in Purpose]: (core: Core, task: Record) => Record } = {
  generate(core, { header }) {
    const { publicKey, secret } = core.dh.generate(header[0] as Group);
    return { header: publicKey, secrets: [secret] };
  },
  agree(core, { header, secrets: [secret] }) {
    const { group, hash, publicKey, value } = decodeAgreement(header);
    const k = core.dh.agree({ group: group as Group, publicKey, secret: secret! }, value, hash);
    return { header: new Uint8Array(0), secrets: [k] };
  },
};

/** Gives the answer to a message, where there is one. */
export function desk(core: Core): (message: ToWorker) => FromWorker | undefined {
  const keys = new Map<number, Secret>();
  let count = 0;

  function answer(key: Secret, message: Extract<ToWorker, { type: "task" }>): FromWorker {
    const about = [message.core, ++count, message.purpose] as const;
    const seal = (type: "done" | "refused", { header, secrets }: Record): FromWorker => ({
      type,
      sealed: core.records.seal(key, replyName(...about, type), header, secrets) as Uint8Array<ArrayBuffer>,
    });
    const used: Secret[] = [];
    try {
      const task = core.records.open(key, taskName(...about), message.sealed);
      used.push(...task.secrets);
      const made = work[message.purpose](core, task);
      used.push(...made.secrets);
      return seal("done", made);
    } catch (error) {
      return seal("refused", { header: encodeError(error), secrets: [] });
    } finally {
      for (const secret of used) secret.wipe();
    }
  }

  return (message) => {
    switch (message.type) {
      case "key":
        try {
          keys.set(message.core, core.keys.import(message.key));
          return undefined;
        } catch (error) {
          message.key.fill(0);
          return { type: "failed", ...describe(error) };
        }
      case "forget":
        keys.get(message.core)?.wipe();
        keys.delete(message.core);
        return undefined;
      case "task": {
        const key = keys.get(message.core);
        if (key !== undefined) return answer(key, message);
        return { type: "failed", code: "record-damaged", message: "a task came for a core without a key" };
      }
      case "load":
        return { type: "failed", code: "pool-unavailable", message: "a worker was to be started twice" };
    }
  };
}
