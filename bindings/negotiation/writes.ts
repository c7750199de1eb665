/** What is stored when an identity has been verified. */
import type { Dialect } from "../core/types.js";
import { bareOf } from "../wire/jid.js";
import type { PeerKey, Write } from "./types.js";

export function remembered(
  peer: string,
  {
    peerKey,
    dialect,
    boundSas,
  }: { readonly peerKey: PeerKey | undefined; readonly dialect: Dialect; readonly boundSas: boolean },
): Write[] {
  const bareJid = bareOf(peer);
  const writes: Write[] = [{ kind: "remember", bareJid, dialect, boundSas }];
  if (peerKey) {
    const { keyValue, fingerprint, algorithm } = peerKey;
    writes.push({ kind: "remember-key", bareJid, keyValue, fingerprint, algorithm });
  }
  return writes;
}
