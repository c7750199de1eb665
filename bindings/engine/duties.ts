/** What an agreement obliges the application to, and its users must be told (XEP-0116 §7.6, XEP-0155 §9). */
import type { Logging } from "../negotiation/policy.js";
import type { Alert } from "./types.js";

export type Duty = Pick<Alert, "kind" | "message">;

/** Not only the application's own log: automatic archiving by its server too (XEP-0136, XEP-0313). */
export function loggingAlert(peer: string, logging: Logging): Duty {
  const message =
    logging === "mustnot"
      ? `the session with ${peer} must not be logged by anybody; the archive of the server is to be off`
      : `the session with ${peer} may be logged by both sides from here on`;
  return { kind: "logging", message };
}
