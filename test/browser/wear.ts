/** Two engines that are used on and on, to see what stays behind in the linear memory; the heap is seen from outside. */
import { loadTestCore } from "esession/testing";
import { createPair, negotiate, terminate, until } from "./pair.js";

export interface Wear {
  /** Octets of the two linear memories. */
  readonly memory: readonly number[];
  /** Whether they are the buffers of the beginning: a memory that grows gets another one. */
  readonly sameBuffers: boolean;
  /** Places in use, by core, when no session stands. */
  readonly used: readonly number[];
}

/** Gives a function that runs so many sessions, with so many stanzas both ways in each, one after the other. */
export async function createWear(): Promise<(sessions: number, stanzas: number) => Promise<Wear>> {
  const cores = [await loadTestCore({ sessions: 2 }), await loadTestCore({ sessions: 2 })] as const;
  const buffers = cores.map(({ memory }) => memory().buffer);
  const pair = await createPair({ form: "string", cores: [cores[0].core, cores[1].core] });
  const content = `<body>${"wear and tear ".repeat(70)}</body>`;

  return async (sessions, stanzas) => {
    for (let round = 0; round < sessions; round++) {
      const ends = await negotiate(pair);
      for (const [session, party] of [
        [ends[0], pair[1]],
        [ends[1], pair[0]],
      ] as const) {
        // prettier-ignore
        for (let at = 0; at < stanzas; at++)
          session.send(`<message xmlns='jabber:client' to='${party.jid}' type='chat'>${content}</message>`);
        await until("all stanzas have arrived", () => party.inbox.length === stanzas);
        party.inbox.length = 0;
      }
      for (const { alerts } of pair) alerts.length = 0;
      if (!(await terminate(ends))) throw new Error("a termination was not complete");
    }
    return {
      memory: cores.map(({ memory }) => memory().byteLength),
      sameBuffers: cores.every(({ memory }, index) => memory().buffer === buffers[index]),
      used: cores.map(({ core }) => core.usage.secrets + core.usage.contexts),
    };
  };
}
