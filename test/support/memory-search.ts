/**
 * Looks for secrets in a core's linear memory. A secret is found by any 12 of its octets in a row: as they are, with
 * the octets of each word turned round, as HMAC pads them and as the hash states that HMAC makes of a key (RFC 2104 §2,
 * §4), and in hexadecimal or Base64.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import type { Core } from "esession";
import type { Secret } from "../../dist/core/secret.js";
import { replacing } from "./wrapped.js";

const WINDOW = 8;

export type Named = ReadonlyMap<string, Uint8Array>;

/** The names of the secrets of which something stands in the memory, each with how. */
export function found(memory: Uint8Array, secrets: Named): string[] {
  const needles = new Map<number, { readonly octets: Buffer; readonly what: string }[]>();
  for (const [name, octets] of secrets)
    for (const [form, bytes] of formsOf(octets))
      for (let at = 0; at + WINDOW <= bytes.length; at += 4) {
        const needle = bytes.subarray(at, at + WINDOW);
        const first = needle.readUInt32LE();
        needles.set(first, [...(needles.get(first) ?? []), { octets: needle, what: `${name} (${form})` }]);
      }
  const whole = Buffer.from(memory.buffer, memory.byteOffset, memory.byteLength);
  const results = new Set<string>();
  for (let at = 0; at + WINDOW <= whole.length; at++) {
    const candidates = needles.get(whole.readUInt32LE(at));
    for (const { octets, what } of candidates ?? [])
      if (octets.equals(whole.subarray(at, at + WINDOW))) results.add(what);
  }
  return [...results];
}

function formsOf(octets: Uint8Array): [string, Buffer][] {
  const raw = Buffer.from(octets);
  const forms: [string, Buffer][] = [
    ["raw", raw],
    ["words turned", turned(raw)],
    ["hex", Buffer.from(raw.toString("hex"))],
    ["Base64", Buffer.from(raw.toString("base64"))],
  ];
  if (raw.length > 64) return forms;
  for (const pad of [0x36, 0x5c]) {
    const block = Buffer.alloc(64, pad).map((octet, i) => octet ^ (raw[i] ?? 0));
    const state = stateAfter(block);
    forms.push(["padded", Buffer.from(block.subarray(0, raw.length))], ["HMAC state", state], ["HMAC state", turned(state)]); // prettier-ignore
  }
  return forms;
}

const turned = (octets: Buffer): Buffer => Buffer.from(octets.subarray(0, octets.length & ~3)).swap32();

/** The hash state after one block, which whoever has it can use as the key. */
function stateAfter(block: Uint8Array): Buffer {
  const hash = sha256.create().update(block) as unknown as { get(): number[] };
  const state = Buffer.alloc(32);
  for (const [i, word] of hash.get().entries()) state.writeUInt32BE(word >>> 0, 4 * i);
  return state;
}

export interface Recorder {
  readonly wrap: (core: Core) => Core;
  /** Every secret that the core has made, by the call that made it. */
  readonly secrets: Map<string, Uint8Array>;
}

/** Keeps a copy of the octets of every secret, outside of the core. */
export function recorder(): Recorder {
  const secrets = new Map<string, Uint8Array>();
  return {
    secrets,
    wrap(core) {
      const note = (name: string, secret: Secret): Secret => {
        // read out as an expired MAC key would be
        const octets = core.keys.publishMac(core.keys.copy(secret));
        if (![...secrets.values()].some((known) => Buffer.from(octets).equals(known)))
          secrets.set(`${name} ${secrets.size}`, octets);
        return secret;
      };
      const { dh, keys, records } = core;
      return replacing(core, {
        dh: {
          generate(...of) {
            const pair = dh.generate(...of);
            note("exponent", pair.secret);
            return pair;
          },
          agree: (...of) => note("K", dh.agree(...of)),
        },
        keys: {
          mix: (...of) => note("mixed", keys.mix(...of)),
          derive(...of) {
            const made = keys.derive(...of);
            for (const name of ["cipher", "mac", "sigma"] as const) note(`${of[1]} ${name}`, made[name]);
            return made;
          },
          rekey(...of) {
            const made = keys.rekey(...of);
            for (const name of ["cipher", "mac"] as const) note(`rekey ${of[1]} ${name}`, made[name]);
            return made;
          },
          retained: (...of) => note("retained", keys.retained(...of)),
          random: (...of) => note("random", keys.random(...of)),
          import: (...of) => note("imported", keys.import(...of)),
        },
        records: {
          open(...of) {
            const opened = records.open(...of);
            for (const secret of opened.secrets) note("stored", secret);
            return opened;
          },
        },
      });
    },
  };
}
