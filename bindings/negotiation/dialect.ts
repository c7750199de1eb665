/**
 * Finding out which dialect a peer speaks, so that nobody can be talked into the weaker one: `deployed` is thought
 * of only where the options agreed on are those that a deployed client can have agreed to.
 */
import type { Dialect } from "../core/types.js";
import { field, type Form } from "../wire/forms.js";
import type { Agreed } from "./agreed.js";
import type { NegotiationPolicy } from "./policy.js";

type Choice = Pick<Agreed, "cipher" | "hash" | "signing" | "sas" | "stanzas">;

/** Deployed clients know one cipher, one hash, one SAS, no public keys that we could believe, and messages only. */
export function couldBeDeployed(agreed: Choice, policy: NegotiationPolicy): boolean {
  return (
    policy.dialect !== "xep" &&
    agreed.cipher === "aes128-ctr" &&
    agreed.hash === "sha256" &&
    agreed.signing === undefined &&
    agreed.sas === "sas28x5" &&
    agreed.stanzas.every((kind) => kind === "message")
  );
}

/** The dialects in which the initiator's proof may be written, likelier first. */
export function candidates(agreed: Choice, policy: NegotiationPolicy): readonly Dialect[] {
  if (policy.dialect !== "auto") return [policy.dialect];
  return couldBeDeployed(agreed, policy) ? ["xep", "deployed"] : ["xep"];
}

export interface DialectHints {
  /** Decided by an attempt before this one. */
  readonly retry?: Dialect | undefined;
  /** Spoken in an earlier session. */
  readonly remembered?: Dialect | undefined;
  /** What the client knows of the peer's software. */
  readonly software?: Dialect | undefined;
}

/** The initiator's guess for message 3, which must be right at the first try. */
export function guessDialect(
  agreed: Choice,
  policy: NegotiationPolicy,
  response: Form,
  hints: DialectHints,
): Dialect {
  if (policy.dialect !== "auto") return policy.dialect;
  if (!couldBeDeployed(agreed, policy)) return "xep";
  return (
    hints.retry ?? hints.remembered ?? hints.software ?? (hasDeployedShape(response) ? "deployed" : "xep")
  );
}

/** Deployed responders type every field text-single, accept with the word true, and make nonces of 8 octets. */
function hasDeployedShape(response: Form): boolean {
  return (
    response.fields.every((one) => one.type === "text-single") &&
    field(response, "accept")?.values[0] === "true" &&
    field(response, "my_nonce")?.values[0]?.length === 12
  );
}

/** `label="None"` on the groups of message 1: only deployed clients write it. */
export function hasDeployedOffer(request: Form): boolean {
  const modp = request.element.getChildElements().find((one) => one.attrs.var === "modp");
  return modp?.getChild("option")?.attrs.label === "None";
}
