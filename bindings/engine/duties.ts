/** What an agreement obliges the application to, and its users must be told (XEP-0116 §7.6, XEP-0155 §8). */
import type { Logging } from "../negotiation/policy.js";
import type { Alert, Session } from "./types.js";

export type Duty = Pick<Alert, "kind" | "message">;

/** What the user of a session that begins must know. */
export function duties({ peer, info: { logging, disclosure } }: Session): Duty[] {
  return [
    ...(logging === "mustnot" ? [loggingDuty(peer, logging)] : []),
    ...(disclosure === "never" ? [] : [disclosureDuty(peer)]),
  ];
}

/** Not only the application's own log: automatic archiving by its server too (XEP-0136, XEP-0313). */
export function loggingDuty(peer: string, logging: Logging): Duty {
  const message =
    logging === "mustnot"
      ? `the session with ${peer} must not be logged by anybody; the archive of the server is to be off`
      : `the session with ${peer} may be logged by both sides from here on`;
  return { kind: "logging", message };
}

/** XEP-0116 §7.6: told at once and clearly. Nothing but `never` is agreed to, but a peer may leave the question out. */
function disclosureDuty(peer: string): Duty {
  const message = `${peer} has not promised that its software has no way to disclose the session to others`;
  return { kind: "disclosure", message };
}
