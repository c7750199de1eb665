/**
 * Engines compile WebAssembly twice: quickly when it is loaded, and well when a function has been called some hundred
 * times, or has spent long in a loop. Until then a stanza takes five to eight times as long as after it (V8).
 */
import { EsessionError } from "../errors.js";
import type { Core, Group } from "./types.js";

/** About as many stanzas as V8 wants to see. */
const STANZAS = 600;
const STANZAS_AT_ONCE = 50;
/** The lengths of real stanzas. */
const CONTENT = `<body>${"What a client says to another. ".repeat(9)}</body>`;
/** A public value: the square of 2. */
const FOUR = Uint8Array.of(4);
/** The first pair is made without a table, the second one makes it, the third one has it. */
const KEY_PAIRS = 3;

const idle = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

export async function warmUp(core: Core, groups: readonly Group[] = []): Promise<void> {
  try {
    for (let done = 0; done < STANZAS; done += STANZAS_AT_ONCE) {
      stanzas(core, STANZAS_AT_ONCE);
      await idle();
    }
    for (const group of groups)
      for (let done = 0; done < KEY_PAIRS; done++) {
        handshake(core, group);
        await idle();
      }
  } catch (error) {
    if (!EsessionError.is(error, "core-full")) throw error;
  }
}

/** Seals and opens under keys that nobody else sees. */
function stanzas(core: Core, count: number): void {
  const { keys, stanza } = core;
  const wiping: { wipe(): void }[] = [];
  const own = <T extends { wipe(): void }>(one: T): T => (wiping.push(one), one);
  try {
    const [cipher, mac] = [own(keys.random(16)), own(keys.random(32))];
    const counter = core.randomBytes(16);
    const sealing = own(stanza.context({ cipher, mac }, counter, "xep"));
    const opening = own(stanza.context({ cipher, mac }, counter, "xep"));
    for (let i = 0; i < count; i++) {
      const { data = "", mac } = stanza.seal(sealing, CONTENT);
      stanza.open(opening, `<data>${data}</data>`, { start: 6, end: 6 + data.length }, mac);
    }
  } finally {
    for (const one of wiping) one.wipe();
  }
}

function handshake({ dh }: Core, group: Group): void {
  const pair = dh.generate(group);
  try {
    // Any square will do for the other side's value.
    dh.agree(pair, FOUR).wipe();
  } finally {
    pair.secret.wipe();
  }
}
