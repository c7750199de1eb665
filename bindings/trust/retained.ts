/**
 * The retained secrets of one bare JID (XEP-0116 §4.7.3, §4.8) and how one succeeds another. Pure: plain lists
 * in, plain lists out, no store, no clock. Whoever calls stores the list and then wipes what was dropped.
 *
 * XEP-0116 destroys the old secret when the successor is made, before the peer is known to have the successor
 * too; then a lost fourth message, or an attacker who replays `rshashes`, erases the users' verified chain. So the
 * responder keeps the successor beside the old secret (staged) until a stanza under the final keys has come.
 */
import type { Secret } from "../core/secret.js";
import { assert } from "../errors.js";

/** By what the users compared: nothing, sas28x5 alone (which does not stop an attacker), or sas28x5-bound or a key. */
export type Verified = "none" | "weak" | "full";

export interface Retained {
  readonly id: string;
  readonly secret: Secret;
  /** Milliseconds since 1970, as all times here. */
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly verified: Verified;
  /** The staged successor of that one; a confirmed one is nobody's successor any more. */
  readonly from?: string;
  /** The peer is not known to have it yet. */
  readonly staged: boolean;
}

export interface RetainedChange {
  readonly list: readonly Retained[];
  /** What the list no longer has: to be wiped once the list is stored. */
  readonly dropped: readonly Retained[];
}

export interface Successor {
  readonly id: string;
  readonly secret: Secret;
  /** The retained secret that was used to make it, if one was shared. */
  readonly from?: string | undefined;
  readonly verified: Verified;
}

/** One year. */
export const retainedLifetimeMs = 365 * 24 * 3600 * 1000;
/** An attacker who knows no secret can have successors staged, so their number is bounded. */
export const maxStagedSuccessors = 8;
export const maxRetained = 32;

const rank = { none: 0, weak: 1, full: 2 } as const;
const stronger = (a: Verified, b: Verified): Verified => (rank[a] >= rank[b] ? a : b);

/** All that have not expired, staged ones included. */
export function usable(list: readonly Retained[], now: number): Retained[] {
  return list.filter(({ expiresAt }) => expiresAt > now);
}

export function expire(list: readonly Retained[], now: number): RetainedChange {
  return split(list, ({ expiresAt }) => expiresAt > now);
}

/**
 * Adds a new secret. Not staged (initiator, after M_B and mac_B have verified; or nothing left to confirm): the
 * one that it came from is destroyed, and if the peer has `confirmed` this one, all its other successors too. Staged
 * (responder): nothing is.
 * `deferred`: no place for it now; it is to be added, not staged, when the peer has confirmed it or the users have
 * compared.
 */
export function addSuccessor(
  list: readonly Retained[],
  { id, secret, from, verified }: Successor,
  now: number,
  {
    staged,
    confirmed = false,
    lifetimeMs = retainedLifetimeMs,
  }: { staged: boolean; confirmed?: boolean; lifetimeMs?: number },
): RetainedChange & { readonly deferred: boolean } {
  assert(!list.some((entry) => entry.id === id), "a new retained secret has an id of its own");
  const parent = list.find((entry) => entry.id === from);
  const added: Retained = {
    id,
    secret,
    createdAt: now,
    expiresAt: now + lifetimeMs,
    verified: stronger(verified, parent?.verified ?? "none"),
    ...(staged && from !== undefined ? { from } : {}),
    staged,
  };
  if (staged && list.filter((entry) => entry.staged && entry.from === from).length >= maxStagedSuccessors)
    return { list, dropped: [], deferred: true };

  // What is staged beside it belongs to a negotiation that runs at the same time: confirming decides between them.
  const replaced =
    staged || from === undefined
      ? new Set<string>()
      : confirmed
        ? line(list, rootOf(list, from))
        : before(list, from);
  const { list: kept, dropped } = split(list, (entry) => entry.expiresAt > now && !replaced.has(entry.id));
  if (kept.length < maxRetained) return { list: [...kept, added], dropped, deferred: false };

  // Staging proves nothing yet, so it costs nobody a verified secret, whatever mark the newcomer would inherit.
  const victim = staged
    ? leastWorth(
        kept.filter((entry) => !entry.staged && entry.id !== from),
        "none",
      )
    : leastWorth(kept, added.verified);
  if (!victim)
    return staged ? { list, dropped: [], deferred: true } : { list: kept, dropped, deferred: true };
  return {
    list: [...kept.filter((entry) => entry !== victim), added],
    dropped: [...dropped, victim],
    deferred: false,
  };
}

/**
 * The peer has shown that it holds a staged secret: the one that it came from and all its other successors are
 * destroyed. What was not staged, or is gone, changes nothing.
 */
export function confirm(list: readonly Retained[], id: string): RetainedChange {
  const entry = list.find((one) => one.id === id);
  if (!entry?.staged) return { list, dropped: [] };
  const proven = line(list, id);
  const replaced = line(list, rootOf(list, id));
  const { list: kept, dropped } = split(list, (one) => proven.has(one.id) || !replaced.has(one.id));
  return { list: kept.map((one) => (one === entry ? settled(one) : one)), dropped };
}

/** The users have compared: the mark goes to the secret and to what succeeds it. It never becomes weaker. */
export function markVerified(
  list: readonly Retained[],
  id: string,
  kind: "weak" | "full",
): readonly Retained[] {
  const marked = line(list, id);
  return list.map((one) => (marked.has(one.id) ? { ...one, verified: stronger(one.verified, kind) } : one));
}

function settled({ id, secret, createdAt, expiresAt, verified }: Retained): Retained {
  return { id, secret, createdAt, expiresAt, verified, staged: false };
}

/**
 * The first of the chain, which may be gone from the list: a peer that holds a successor has left everything
 * before it behind.
 */
function rootOf(list: readonly Retained[], id: string): string {
  const seen = new Set<string>();
  for (let first = id; ;) {
    const before = list.find((one) => one.id === first)?.from;
    if (before === undefined || seen.has(before)) return first;
    seen.add(before);
    first = before;
  }
}

/** A secret and all that it came from. */
function before(list: readonly Retained[], id: string): Set<string> {
  const found = new Set<string>();
  for (let at: string | undefined = id; at !== undefined && !found.has(at);) {
    found.add(at);
    const current: string = at;
    at = list.find((one) => one.id === current)?.from;
  }
  return found;
}

/** A secret, its successors, theirs, and so on. */
function line(list: readonly Retained[], id: string): Set<string> {
  const found = new Set([id]);
  for (let size = 0; size < found.size;) {
    size = found.size;
    for (const one of list) if (one.from !== undefined && found.has(one.from)) found.add(one.id);
  }
  return found;
}

/** The oldest unverified; only for a verified newcomer, when there is none, the oldest of the least verified. */
function leastWorth(list: readonly Retained[], newcomer: Verified): Retained | undefined {
  const candidates = list.filter(({ verified }) => verified === "none" || newcomer !== "none");
  candidates.sort((a, b) => rank[a.verified] - rank[b.verified] || a.createdAt - b.createdAt);
  return candidates[0];
}

function split(list: readonly Retained[], keep: (entry: Retained) => boolean): RetainedChange {
  return { list: list.filter(keep), dropped: list.filter((entry) => !keep(entry)) };
}
