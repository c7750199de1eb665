/** Carries out what a negotiation writes about a bare JID: the new retained secret, and what is remembered. */
import type { Secret } from "../core/secret.js";
import type { Write } from "../negotiation/types.js";
import type { PeerBook } from "../trust/book.js";
import { seeKey } from "../trust/key-rules.js";
import type { ShownKey } from "../trust/known-keys.js";
import type { PeerRecord } from "../trust/peers.js";
import type { Clock, Policy } from "./types.js";
import {
  addSuccessor,
  confirm,
  expire,
  markVerified,
  type Retained,
  type Verified,
} from "../trust/retained.js";

/** A successor that found no place beside the staged ones: kept until the peer has confirmed it. */
export interface Deferred {
  readonly secret: Secret;
  readonly from: string | undefined;
  readonly verified: Verified;
}

/** What retaining needs of the world. */
export interface Retaining {
  readonly book: PeerBook;
  now(): number;
  readonly retainedMs: number;
}

/** Durable when it resolves. Wipes the handles of the writes, but for a deferred one, which is the caller's. */
export async function storeWrites(
  world: Retaining,
  writes: readonly Write[],
  note: (record: PeerRecord) => PeerRecord = (record) => record,
): Promise<Deferred | undefined> {
  const [first] = writes;
  const shown = writes.find((write) => write.kind === "remember-key");
  if (!first) return undefined;
  let deferred: Deferred | undefined;
  let stored = false;
  try {
    await updateWith(world, first.bareJid, shown, (record) => {
      deferred = undefined;
      return writes.reduce<PeerRecord>((next, write) => {
        if (write.kind === "remember") return remember(next, write);
        if (write.kind === "remember-key") return next;
        const change = retain(world, next, write);
        deferred = change.deferred ?? deferred;
        return change.record;
      }, note(record));
    });
    stored = true;
  } finally {
    for (const write of writes) if (write.kind === "retain" && !(stored && deferred)) write.secret.wipe();
  }
  return deferred;
}

/** What is known of the peer, and with it the key that it has shown. */
async function updateWith(
  world: Retaining,
  jid: string,
  shown: ShownKey | undefined,
  change: (record: PeerRecord) => PeerRecord,
): Promise<void> {
  const { book } = world;
  if (!shown) await book.update(jid, change);
  else
    await book.updateWithKeys(jid, shown.fingerprint, ({ peer, keys }) =>
      seeKey({ peer: change(peer), keys }, shown, world.now()),
    );
}

function remember(
  record: PeerRecord,
  { dialect, boundSas }: Extract<Write, { kind: "remember" }>,
): PeerRecord {
  return {
    ...record,
    dialect,
    spokeXep: record.spokeXep || dialect === "xep",
    boundSas: record.boundSas || boundSas,
  };
}

function retain(
  world: Retaining,
  record: PeerRecord,
  { id, secret, from, staged }: Extract<Write, { kind: "retain" }>,
): { record: PeerRecord; deferred: Deferred | undefined } {
  const successor = { id, secret, from, verified: "none" } as const;
  const change = addSuccessor(current(world, record), successor, world.now(), {
    staged,
    lifetimeMs: world.retainedMs,
  });
  const parent = record.retained.find((one) => one.id === from);
  return {
    record: { ...record, retained: change.list },
    deferred: change.deferred ? { secret, from, verified: parent?.verified ?? "none" } : undefined,
  };
}

/** The peer has proved that it holds the successor: what it came from is destroyed. Wipes a deferred one's handle. */
export async function confirmSuccessor(
  world: Retaining,
  bareJid: string,
  id: string,
  deferred: Deferred | undefined,
): Promise<void> {
  try {
    await world.book.update(bareJid, (record) => {
      if (!deferred) return { ...record, retained: confirm(current(world, record), id).list };
      const options = { staged: false, confirmed: true, lifetimeMs: world.retainedMs };
      return {
        ...record,
        retained: addSuccessor(record.retained, { id, ...deferred }, world.now(), options).list,
      };
    });
  } finally {
    deferred?.secret.wipe();
  }
}

/**
 * The users compared: the mark goes to the secret of this session and to what succeeds it. A deferred one is stored
 * now. False if the secret is gone: another session's has replaced it.
 */
export async function verifySuccessor(
  world: Retaining,
  bareJid: string,
  id: string,
  kind: "weak" | "full",
  deferred: Deferred | undefined,
): Promise<boolean> {
  let stored = false;
  try {
    await world.book.update(bareJid, (record) => {
      const options = { staged: false, lifetimeMs: world.retainedMs };
      const before = deferred
        ? addSuccessor(record.retained, { id, ...deferred, verified: kind }, world.now(), options).list
        : record.retained;
      stored = before.some((one) => one.id === id);
      return {
        ...record,
        retained: markVerified(before, id, kind),
        ...(kind === "full" ? { lastVerifiedAt: world.now() } : {}),
      };
    });
    return stored;
  } finally {
    deferred?.secret.wipe();
  }
}

/** Whatever is written, what has expired goes. */
function current(world: Retaining, record: PeerRecord): readonly Retained[] {
  return expire(record.retained, world.now()).list;
}

export function retainingIn({
  book,
  clock,
  policy,
}: {
  readonly book: PeerBook;
  readonly clock: Clock;
  readonly policy: Policy;
}): Retaining {
  return { book, now: () => clock.now(), retainedMs: policy.retainedMs };
}
