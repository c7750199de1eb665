/** Internal files that tests drive directly: they are no public entry, so they are taken from where they are built. */
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type * as Identity from "../../dist/engine/identity.js";
import type * as Answers from "../../dist/negotiation/answers.js";
import type * as DummyKey from "../../dist/negotiation/dummy-key.js";
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
export const answers = await built<typeof Answers>("negotiation/answers.js");
export const { identityOf } = await built<typeof Identity>("engine/identity.js");
export const { dummyKey } = await built<typeof DummyKey>("negotiation/dummy-key.js");
