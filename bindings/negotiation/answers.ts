/** Takes a machine on with what it has asked for: which answer is whose, the state says. */
import * as initiator from "./initiator.js";
import { verifiedFinal } from "./initiator-final.js";
import * as responder from "./responder.js";
import type { AgreedSecret, Env, Generated, Reviewed, Signed, Step, Verified } from "./types.js";

export type Answer = Generated | AgreedSecret | Signed | Verified | Reviewed;

export function answerInitiator(
  env: Env,
  state: initiator.Initiator,
  answer: Answer,
): Step<initiator.Initiator> {
  switch (state.kind) {
    case "offering":
      return initiator.sendRequest(env, state, answer as Generated);
    case "reviewing":
      return initiator.reviewed(env, state, answer as Reviewed);
    case "agreeing":
      return initiator.sendIdentity(env, state, answer as AgreedSecret);
    case "signing-identity":
      return initiator.signedIdentity(env, state, answer as Signed);
    case "checking-final":
      return verifiedFinal(env, state, answer as Verified);
    case "checking-response":
      return initiator.verifiedResponse(env, state, answer as Verified);
    case "signing-opening":
      return initiator.signedOpening(env, state, answer as Signed);
    default:
      throw nothingAsked(state.kind);
  }
}

export function answerResponder(
  env: Env,
  state: responder.Responder,
  answer: Answer,
): Step<responder.Responder> {
  switch (state.kind) {
    case "preparing":
      return responder.sendResponse(env, state, answer as Generated);
    case "verifying":
      return responder.sendFinal(env, state, answer as AgreedSecret);
    case "checking-identity":
      return responder.verifiedIdentity(env, state, answer as Verified);
    case "signing-final":
      return responder.signedFinal(env, state, answer as Signed);
    case "answering":
      return responder.sendOpening(env, state, answer as AgreedSecret);
    case "signing-response":
      return responder.signedResponse(env, state, answer as Signed);
    case "checking-opening":
      return responder.verifiedOpening(env, state, answer as Verified);
    default:
      throw nothingAsked(state.kind);
  }
}

const nothingAsked = (state: string) => new Error(`nothing was asked in the state ${state}`);
