/** The default of every question is the safe one; what an application changes is checked here, once. */
import { EsessionError } from "../errors.js";
import { firstDisallowed } from "../wire/characters.js";
import { NO_REKEY } from "../negotiation/agreed.js";
import { defaultNegotiationPolicy, usableGroups } from "../negotiation/policy.js";
import { retainedLifetimeMs } from "../trust/retained.js";
import type { Policy } from "./types.js";

export const defaultPolicy: Policy = {
  ...defaultNegotiationPolicy,
  answer: "known",
  startTimeoutMs: 60_000,
  halfOpenMs: 120_000,
  acknowledgementMs: 30_000,
  storedRequestMs: 60_000,
  padTo: 0,
  fallbackBody: undefined,
  releaseUnconfirmed: false,
  retainedMs: retainedLifetimeMs,
  onKeyAlarm: "refuse",
  searchOtherJids: false,
  queueLimit: 256,
  rekeyStanzas: 100,
  rekeyMs: 600_000,
  publishMacKeys: false,
};

const groups = [1, 2, 5, 14, 15, 16, 17, 18];
const ciphers = [
  ...["aes128-ctr", "aes192-ctr", "aes256-ctr", "serpent128-ctr", "serpent192-ctr", "serpent256-ctr"],
  ...["twofish128-ctr", "twofish192-ctr", "twofish256-ctr", "none"],
];
const pubkeys = ["key", "hash", "none"];
const kinds = ["message", "iq", "presence"];

const switches = [
  "legacy",
  "insecureBrokenGroups",
  "multisession",
  "releaseUnconfirmed",
  "searchOtherJids",
  "publishMacKeys",
] as const;

/** Throws option-invalid, naming the option. */
export function completePolicy(given: Partial<Policy> = {}): Policy {
  const unknown = Object.keys(given).filter((name) => !(name in defaultPolicy));
  if (unknown.length > 0) throw invalid(unknown[0]!, "is not known");
  const defined = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const policy: Policy = { ...defaultPolicy, ...(defined as Partial<Policy>) };
  for (const name of switches)
    if (typeof policy[name] !== "boolean") throw invalid(name, "must be true or false");
  list(policy.groups, groups, "groups");
  list(policy.acceptedGroups, groups, "acceptedGroups", 0);
  list(policy.ciphers, ciphers, "ciphers");
  list(policy.hashes, ["sha256", "whirlpool"], "hashes");
  for (const name of ["initPubkey", "respPubkey"] as const)
    if (policy[name] !== undefined) list(policy[name], pubkeys, name);
  list([policy.threeMessages], ["refuse", "accept"], "threeMessages");
  list(policy.security, ["e2e", "c2s", "none"], "security");
  if (!policy.security.includes("e2e"))
    throw invalid("security", "must have 'e2e': without it no session is encrypted");
  list(policy.stanzas, kinds, "stanzas");
  if (!policy.stanzas.includes("message"))
    throw invalid("stanzas", "must have 'message': a session is ended by messages of its own");
  list(policy.logging, ["may", "mustnot"], "logging");
  list([policy.dialect], ["auto", "xep", "deployed"], "dialect");
  list([policy.answer], ["known", "nobody", "everybody"], "answer");
  list([policy.onKeyAlarm], ["refuse", "alert"], "onKeyAlarm");
  const forbidden = policy.groups.find((group) => !usableGroups(policy).includes(group));
  if (forbidden !== undefined)
    throw invalid("groups", `offers group ${forbidden}, which needs 'legacy' or 'insecureBrokenGroups'`);
  if (policy.dialect !== "xep" && policy.dialect !== "auto" && !policy.ciphers.includes("aes128-ctr"))
    throw invalid("ciphers", "must have aes128-ctr for the deployed dialect");
  if (policy.dialect === "deployed" && !policy.hashes.includes("sha256"))
    throw invalid("hashes", "must have sha256 for the deployed dialect");
  for (const name of [
    "startTimeoutMs",
    "halfOpenMs",
    "acknowledgementMs",
    "retainedMs",
    "queueLimit",
    "maxFormBytes",
    "rekeyFreq",
    "rekeyStanzas",
    "rekeyMs",
  ] as const)
    whole(policy[name], name, 1);
  for (const name of ["startTimeoutMs", "halfOpenMs", "acknowledgementMs", "rekeyMs"] as const)
    checkTime(policy[name], name);
  if (policy.fallbackBody !== undefined && firstDisallowed(policy.fallbackBody) >= 0)
    throw invalid("fallbackBody", "has a character that XML does not allow");
  if (policy.rekeyFreq > NO_REKEY) throw invalid("rekeyFreq", `is more than ${NO_REKEY}, which means never`);
  whole(policy.storedRequestMs, "storedRequestMs", 0);
  whole(policy.padTo, "padTo", 0);
  if (policy.padTo > 65_536) throw invalid("padTo", "is more than 65,536 octets");
  return policy;
}

/** What a core with AES and SHA-256 alone has not. */
export function isUncommon({ ciphers: named, hashes }: Policy): boolean {
  return hashes.includes("whirlpool") || named.some((cipher) => /^(serpent|twofish)/.test(cipher));
}

/** Timers of every platform hold at least 31 bits. Throws option-invalid. */
export function checkTime(ms: number, name: string): void {
  whole(ms, name, 1);
  if (ms >= 2 ** 31) throw invalid(name, "is longer than a timer can wait: 2,147,483,647 ms");
}

function list(values: readonly unknown[], allowed: readonly unknown[], name: string, least = 1): void {
  if (!Array.isArray(values) || values.length < least || new Set(values).size !== values.length)
    throw invalid(name, `must be a list of ${least} or more different values`);
  const wrong: unknown = values.find((value) => !allowed.includes(value));
  if (wrong !== undefined) throw invalid(name, `has a value that is not one of: ${allowed.join(", ")}`);
}

function whole(value: number, name: string, least: number): void {
  if (!Number.isSafeInteger(value) || value < least)
    throw invalid(name, `must be a whole number of at least ${least}`);
}

function invalid(name: string, what: string): EsessionError {
  return new EsessionError("option-invalid", `the policy's '${name}' ${what}`);
}
