/** What the engine does for a session. */
import type { Core } from "../core/types.js";
import type { Element } from "../wire/element.js";
import type { SessionTrust } from "./trust-session.js";
import type { Alert, Clock, Exponentiations, Policy, Renegotiation, Session } from "./types.js";

export interface SessionWorld {
  /** Our own bare JID. */
  readonly bare: string;
  readonly core: Core;
  readonly policy: Policy;
  readonly clock: Clock;
  readonly exponentiations: Exponentiations;
  /** Hands a stanza of ours to the client; rejects or throws if it could not be sent. */
  transmit(stanza: Element): void | Promise<void>;
  alert(alert: Omit<Alert, "jid" | "session">): void;
  trace(step: string): void;
  /** The peer has proved that it holds the final keys: the staged successor becomes the retained secret. */
  confirmed(): void;
  readonly trust: SessionTrust;
  /** Stores that the users compared. */
  markVerified(kind: "weak" | "full"): Promise<void>;
  restart(): Promise<Session>;
  /** The peer asks for other parameters. */
  renegotiation(request: Omit<Renegotiation, "session">): void;
  /** Whether this session may go on with another full JID of the peer's. */
  mayMoveTo(peer: string): boolean;
  /** The session goes on with another full JID than this one. */
  readdressed(former: string): void;
  /** `known`: the peer was told, or told us. */
  ended(known: boolean): void;
}
