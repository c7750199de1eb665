/** Whether a peer supports encrypted sessions (XEP-0116 §3, XEP-0155 §4.3): told by its client, or by its answer. */
import { EsessionError } from "../errors.js";
import { SUPPORT, readFeatures } from "../wire/disco.js";
import type { StanzaError } from "../wire/stanza-errors.js";
import { readStanza } from "../wire/stanza.js";
import type { AnyStanza } from "./types.js";

/**
 * Whether a peer announces encrypted sessions: by its answer to a `disco#info` request, or by the list of features that
 * the client knows of it (XEP-0115). Throws stanza-unsupported, xml-malformed, xml-limit.
 */
export function supports(discovered: AnyStanza | readonly string[]): boolean {
  const found = Array.isArray(discovered)
    ? (discovered as readonly string[])
    : readFeatures(readStanza(discovered).element);
  return found.includes(SUPPORT);
}

export function unsupported(jid: string): EsessionError {
  return new EsessionError(
    "peer-unsupported",
    `${jid} does not announce encrypted sessions; nothing was sent to it`,
  );
}

/**
 * What an error in answer to message 1 says of the peer: service-unavailable, or feature-not-implemented that does
 * not say what, comes from a client that knows no negotiation, or from a server that cannot reach one. undefined: something else.
 */
export function unsupportedBy(
  from: string,
  { condition, fields, text }: StanzaError,
): EsessionError | undefined {
  const says =
    condition === "service-unavailable" ||
    (condition === "feature-not-implemented" && fields.length === 0 && text === undefined);
  if (!says) return undefined;
  return new EsessionError(
    "peer-unsupported",
    `${from} answered ${condition}: it does not support encrypted sessions, or is not online`,
  );
}
