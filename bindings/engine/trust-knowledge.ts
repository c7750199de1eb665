/** What is known of a peer when a negotiation has come to its secrets: those that are shared with it, and its keys. */
import type { KnownKey, PeerKnowledge } from "../negotiation/types.js";
import { isVerified } from "../trust/known-keys.js";
import type { PeerRecord } from "../trust/peers.js";
import { usable } from "../trust/retained.js";
import type { HalfOpen } from "./half-open.js";
import type { NegotiatorWorld } from "./negotiator-world.js";
import { searchOthers, type Elsewhere } from "./trust-search.js";

/** `half.borrowed` keeps the record, with all handles of the knowledge: they are wiped when the negotiation is over. */
export async function knowledgeFor(
  world: NegotiatorWorld,
  half: HalfOpen,
  record: PeerRecord,
): Promise<PeerKnowledge> {
  half.borrowed = record;
  const keys = await knownKeys(world, record);
  half.elsewhere = await elsewhereFor(world, half);
  const own = usable(record.retained, world.clock.now());
  return {
    // A secret that is shared with another JID is the last resort, and what was compared there says nothing here yet.
    retained: half.elsewhere ? [...own, { ...half.elsewhere.entry, createdAt: -1, verified: "none" }] : own,
    otherSecret: record.otherSecret,
    keys,
  };
}

async function knownKeys({ book }: NegotiatorWorld, record: PeerRecord): Promise<KnownKey[]> {
  const found = await Promise.all(record.keys.map((fingerprint) => book.loadKey(fingerprint)));
  return found
    .filter((key) => key !== undefined)
    .map((key) => ({ keyValue: key.keyValue, fingerprint: key.fingerprint, verified: isVerified(key) }));
}

/** By the policy the responder looks for a shared secret under other JIDs too. */
async function elsewhereFor(
  { core, book, clock, policy }: NegotiatorWorld,
  half: HalfOpen,
): Promise<Elsewhere | undefined> {
  if (!policy.searchOtherJids || half.role !== "responder" || half.state.kind !== "verifying")
    return undefined;
  const { request, identity } = half.state;
  const found = await searchOthers({
    core,
    book,
    now: clock.now(),
    jid: half.bare,
    nonceA: request.nonceA,
    hash: request.agreed.hash,
    rshashes: identity.rshashes,
  });
  if (!found) return undefined;
  if (half.over || !half.borrowed) {
    found.entry.secret.wipe();
    return undefined;
  }
  half.borrowed = { ...half.borrowed, retained: [...half.borrowed.retained, found.entry] };
  return found;
}
