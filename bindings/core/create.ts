/** Puts the core together from its parts. */
import { dh } from "./dh.js";
import { dsa } from "./dsa.js";
import { equalOctets, hash, randomBytes } from "./hash.js";
import { identity } from "./identity.js";
import { keys } from "./keys.js";
import type { LinearMemory } from "./memory.js";
import { records } from "./records.js";
import { stanza } from "./stanza.js";
import type { Core } from "./types.js";
import { warmUp } from "./warm-up.js";

export function createCore(memory: LinearMemory): Core {
  const core: Core = {
    build: memory.abi.usesSimd() === 1 ? "simd" : "scalar",
    algorithms: memory.algorithms,
    maxStanzaBytes: memory.room.maxStanzaBytes,
    sessions: memory.room.sessions,
    get usage() {
      return memory.usage;
    },
    randomBytes: (length) => randomBytes(memory, length),
    sha256: (...parts) => hash(memory, "sha256", parts),
    hash: (name, ...parts) => hash(memory, name, parts),
    equal: equalOctets,
    dh: dh(memory),
    keys: keys(memory),
    identity: identity(memory),
    dsa: dsa(memory),
    stanza: stanza(memory),
    records: records(memory),
    warmUp: (groups) => warmUp(core, groups),
  };
  return core;
}
