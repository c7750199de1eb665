/**
 * Rooms of the package that are not public, as they were built: a recorded state is put into the machines of the
 * negotiation, and what comes out into the channel of a session.
 */
import type * as Channel from "../../dist/session/channel.js";
import type * as Final from "../../dist/negotiation/initiator-final.js";
import type * as Initiator from "../../dist/negotiation/initiator.js";
import type * as Offer from "../../dist/negotiation/offer.js";
import type * as Proof from "../../dist/negotiation/proof.js";
import type * as Request from "../../dist/negotiation/request.js";
import type * as Responder from "../../dist/negotiation/responder.js";

export type { AgreedSecret, Env, Message, Outcome, PeerFacts, Step } from "../../dist/negotiation/types.js";

/** Seen from test/.build/interop, where this runs. */
const built = (path: string): Promise<unknown> =>
  import(new URL(`../../../dist/${path}.js`, import.meta.url).href);

export const channel = (await built("session/channel")) as typeof Channel;
export const initiator = (await built("negotiation/initiator")) as typeof Initiator;
export const { receiveFinal } = (await built("negotiation/initiator-final")) as typeof Final;
export const { makeOffer } = (await built("negotiation/offer")) as typeof Offer;
export const proof = (await built("negotiation/proof")) as typeof Proof;
export const request = (await built("negotiation/request")) as typeof Request;
export const responder = (await built("negotiation/responder")) as typeof Responder;
