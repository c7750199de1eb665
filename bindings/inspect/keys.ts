/**
 * Keys that the recording of a test run carries: names and hexadecimal octets as in test/vectors/deployed. The library
 * exports none (XEP-0116 §7.6), so there are no such files of real sessions; what is imported here is wiped after use.
 */
import type { Cipher, Core, Dialect, DirectionKeys, Role, StanzaContext } from "../core/types.js";
import type { Secret } from "../core/secret.js";

/** `KC_A`, `KM_A`, `KS_A_provisory`, … in lower-case hexadecimal digits; of one thread, or of any. */
export interface RecordedKeys {
  readonly thread?: string | undefined;
  readonly values: Readonly<Record<string, string>>;
}

const NAMES = /^K[CMS]_[AB](?:_provisory)?$/;
const OCTETS = /^(?:[0-9a-f]{2}){16,32}$/;

/** The keys in parsed JSON: in its member `keys` or `values`, or itself. undefined where there are none. */
export function readKeys(json: unknown): RecordedKeys | undefined {
  if (typeof json !== "object" || json === null) return undefined;
  const { thread, keys, values } = json as Partial<Record<string, unknown>>;
  for (const holder of [keys, values, json]) {
    if (typeof holder !== "object" || holder === null) continue;
    const found = Object.entries(holder as Record<string, unknown>).filter(
      (entry): entry is [string, string] =>
        NAMES.test(entry[0]) && typeof entry[1] === "string" && OCTETS.test(entry[1]),
    );
    if (found.length > 0)
      return { ...(typeof thread === "string" && { thread }), values: Object.fromEntries(found) };
  }
  return undefined;
}

const octetsOf = (text: string): Uint8Array =>
  Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

const letter: Readonly<Record<Role, string>> = { initiator: "A", responder: "B" };

type Name = Exclude<keyof DirectionKeys, "suite">;

/**
 * Lets `use` work with some keys of one side, and wipes them. undefined where one of them was not recorded.
 * `suffix`: message 3 proves the keys that it has before the retained secret is mixed in.
 */
export function withKeys<T>(
  core: Core,
  { values }: RecordedKeys,
  role: Role,
  suffix: "" | "_provisory",
  names: readonly Name[],
  use: (keys: DirectionKeys) => T,
): T | undefined {
  const short: Readonly<Record<Name, string>> = { cipher: "KC", mac: "KM", sigma: "KS" };
  const texts = names.map((name) => values[`${short[name]}_${letter[role]}${suffix}`]);
  if (texts.includes(undefined)) return undefined;
  const made: Partial<Record<Name, Secret>> = {};
  try {
    names.forEach((name, at) => (made[name] = core.keys.import(octetsOf(texts[at]!))));
    return use(made as DirectionKeys);
  } finally {
    for (const secret of Object.values(made)) secret.wipe();
  }
}

/** The context of one direction, or undefined where its keys were not recorded. Throws core-full. */
export function contextFrom(
  core: Core,
  keys: RecordedKeys,
  role: Role,
  counter: Uint8Array,
  dialect: Dialect,
): StanzaContext | undefined {
  return withKeys(core, keys, role, "", ["cipher", "mac"], (pair) =>
    core.stanza.context(pair, counter, dialect),
  );
}

/** Deployed clients use all 32 octets of the cipher key of aes128-ctr: its length tells the dialect. */
export function dialectOf({ values }: RecordedKeys, cipher: Cipher): Dialect {
  const text = values.KC_A ?? values.KC_B ?? "";
  return cipher === "aes128-ctr" && text.length === 64 ? "deployed" : "xep";
}
