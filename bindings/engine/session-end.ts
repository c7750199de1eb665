/** Why a session ended, in words: for the program by the error that ended it, for the user as a sentence. */
import type { ErrorCode } from "../errors.js";
import type { SessionEnd } from "./types.js";

/** The reasons that are not simply content that cannot be accepted. */
export const violations: Partial<Record<ErrorCode, SessionEnd["reason"]>> = {
  "stanza-mac": "mac-mismatch",
  "rekey-unagreed": "protocol-violation",
  "dh-public-value": "protocol-violation",
  "key-exhausted": "key-exhausted",
};

const counted = (count: number) => (count === 1 ? "1 stanza" : `${count} stanzas`);

export function endSentence(peer: string, { reason, complete, unconfirmed, unsent }: SessionEnd): string {
  const theirs = complete ? "nothing of the peer's is missing" : "the peer's last messages may be missing";
  const ours = unconfirmed.count === 0 ? "" : `; ${counted(unconfirmed.count)} of ours never confirmed`;
  const left = unsent.length === 0 ? "" : `; ${counted(unsent.length)} not sent`;
  return `the session with ${peer} has ended (${reason}): ${theirs}${ours}${left}`;
}
