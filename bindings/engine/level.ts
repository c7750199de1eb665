/**
 * How far a session can be trusted, from all that is known of it: one table, read from the top, whose first row that
 * holds decides.
 */
import type { Verified } from "../trust/retained.js";
import type { Level } from "./types.js";

export interface Evidence {
  /** It ends at the server, which can read it (XEP-0155, `security` c2s). */
  readonly toServerOnly: boolean;
  /** Its cipher is `none`. */
  readonly inClear: boolean;
  /** The peer has proved that it holds the final keys. */
  readonly confirmed: boolean;
  /** An alarm about its key that the user has not accepted. */
  readonly alarm: boolean;
  /** What was compared of the chain of retained secrets, or in this session. */
  readonly chain: Verified;
  /** It was signed with a key that the users have compared. */
  readonly keyVerified: boolean;
}

const table: readonly (readonly [Level, (evidence: Evidence) => boolean])[] = [
  // What protects too little is never called verified, whoever the peer is.
  ["c2s", ({ toServerOnly }) => toServerOnly],
  ["signed-only", ({ inClear }) => inClear],
  // A secret that the peer has only named proves nothing.
  ["unverified", ({ confirmed }) => !confirmed],
  // Nor does what was compared before the key changed.
  ["unverified", ({ alarm }) => alarm],
  ["verified", ({ chain, keyVerified }) => chain === "full" || keyVerified],
  ["verified-weak", ({ chain }) => chain === "weak"],
];

export function levelOf(evidence: Evidence): Level {
  return table.find(([, holds]) => holds(evidence))?.[0] ?? "unverified";
}

/** Of several sessions with one JID the best is used: `verified` first. */
export const levelRank: Readonly<Record<Level, number>> = {
  verified: 4,
  "verified-weak": 3,
  unverified: 2,
  "signed-only": 1,
  c2s: 0,
};
