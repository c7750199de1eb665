/** Internal files that tests drive directly: they are no public entry, so they are taken from where they are built. */
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type * as Final from "../../dist/negotiation/initiator-final.js";
import type * as Initiator from "../../dist/negotiation/initiator.js";
import type * as NegotiationPolicy from "../../dist/negotiation/policy.js";
import type * as Responder from "../../dist/negotiation/responder.js";

/** From `test/.build/support`. */
export const root = resolve(import.meta.dirname, "../../..");

async function built<Module>(name: string): Promise<Module> {
  return (await import(pathToFileURL(join(root, "dist", name)).href)) as Module;
}

export const initiator = await built<typeof Initiator>("negotiation/initiator.js");
export const { receiveFinal } = await built<typeof Final>("negotiation/initiator-final.js");
export const responder = await built<typeof Responder>("negotiation/responder.js");
export const { defaultNegotiationPolicy } = await built<typeof NegotiationPolicy>("negotiation/policy.js");
