/**
 * The responder's side of a negotiation of three messages (SIGMA-I, XEP-0116 §4.2, §4.5, §4.7.1): message 2 carries our
 * proof already, so K and our signature are made before it; message 3 proves who the initiator is, and the session
 * stands. K is not changed, and no secret is retained. Pure, as responder.ts.
 */
import { EsessionError } from "../errors.js";
import { buildForm, field } from "../wire/forms.js";
import { addCounter, xorTopBit } from "../wire/integers.js";
import { bareOf } from "../wire/jid.js";
import { buildMessage } from "../wire/negotiation.js";
import { MAX_NONCE_BYTES, mayRekey } from "./agreed.js";
import { boolean, octets, readSealed, requireProofLast } from "./fields.js";
import {
  beginProof,
  blocksOf,
  checkProof,
  finishProof,
  verdict,
  withProof,
  type Proving,
} from "./identity.js";
import { sessionKeys, wipeKeys } from "./proof.js";
import { failure, giveUp, identityFault, refuse } from "./refusal.js";
import { responseFields } from "./response-form.js";
import type { Answering, AwaitingOpening, CheckingOpening, Responder, SigningResponse } from "./responder-states.js"; // prettier-ignore
import { ended, step, trace } from "./types.js";
import type { AgreedSecret, Env, Message, Signed, Step, Verified } from "./types.js";
import { wipeHeld } from "./wipe.js";
import { remembered } from "./writes.js";

/** y is there; K comes next. */
export function answerForOpening(state: Answering): Step<Responder> {
  const { pair, request, peer } = state;
  const { agreed, commitment: value } = request;
  return step<Responder>(state, {
    ask: { kind: "agree", pair, value, hash: agreed.hash, bareJid: bareOf(peer) },
  });
}

/** The keys of both directions (XEP-0116 §4.5.3), and our proof but for its signature. */
export function sendOpening(env: Env, state: Answering, { k, peer }: AgreedSecret): Step<Responder> {
  const { core } = env;
  const { request, pair, nonceB, counterA } = state;
  const { agreed, nonceA, signer } = request;
  const keys = sessionKeys(core, k, { ...agreed, dialect: "xep" });
  try {
    k.wipe();
    const fields = responseFields({ ...state, publicKey: pair.publicKey, sasCommit: undefined });
    const proving: Proving = {
      keys: keys.responder,
      counter: xorTopBit(counterA),
      agreed,
      dialect: "xep",
      nonces: [nonceA, nonceB],
      publicKey: pair.publicKey,
      forms: [buildForm("submit", fields)],
      mode: agreed.respPubkey,
      signer,
    };
    const begun = beginProof(core, proving);
    if (begun.kind === "sealed") throw new EsessionError("negotiation-failed", "three messages need keys");
    const continuityLost = peer.retained.some((one) => one.verified !== "none");
    const next: SigningResponse = { ...state, kind: "signing-response", keys, known: peer.keys ?? [], continuityLost, proving, signer: begun.key, fields }; // prettier-ignore
    return step<Responder>(next, { ask: { kind: "sign", key: begun.key, data: begun.data } });
  } catch (error) {
    wipeKeys(keys.initiator, keys.responder);
    throw error;
  }
}

/** Message 2 of three (XEP-0116 §4.5.5). */
export function signedResponse(env: Env, state: SigningResponse, { signature }: Signed): Step<Responder> {
  const { peer, thread, facts, request, nonceB, counterA, pair, keys, known, continuityLost } = state;
  const { agreed } = request;
  const sealed = finishProof(env.core, state.proving, state.signer, signature);
  const rekeys = mayRekey(agreed);
  if (!rekeys) pair.secret.wipe();
  const next: AwaitingOpening = {
    kind: "awaiting-opening",
    peer,
    thread,
    facts,
    request,
    nonceB,
    counterA,
    pair: rekeys ? pair : undefined,
    keys,
    known,
    continuityLost,
    counterB: addCounter(xorTopBit(counterA), blocksOf(sealed, agreed)),
  };
  return step<Responder>(next, {
    send: [buildMessage({ to: peer, thread }, "feature", withProof(state.fields, sealed, "submit"))],
    raise: [trace("ESession response and identity sent", { group: agreed.group, key: agreed.respPubkey })],
  });
}

/** Message 3 of three: shape and nonce, then everything but the signature (XEP-0116 §4.7.1). */
export function receiveOpening(env: Env, state: AwaitingOpening, message: Message): Step<Responder> {
  const { core } = env;
  const { request, nonceB, counterA, keys, known } = state;
  const { agreed, nonceA, commitment, algorithms } = request;
  try {
    const { form, wrapper } = message;
    if (wrapper !== "feature" || form.type !== "result")
      throw failure(
        "message-unexpected",
        undefined,
        "the third message must be a form of type result in <feature/>",
      );
    if (!boolean(form, "accept")) {
      wipeHeld(state);
      return giveUp(new EsessionError("negotiation-refused", `${message.from} cancelled the negotiation`), {
        raise: [trace("cancelled by the peer")],
      });
    }
    requireProofLast(form);
    const received = readSealed(form);
    const terminated = field(form, "terminate") !== undefined && boolean(form, "terminate");
    if (!core.equal(octets(form, "nonce", 1, MAX_NONCE_BYTES), nonceB))
      throw failure("nonce-mismatch", "nonce", "is not the nonce of our response");
    const checked = checkProof(core, {
      keys: keys.initiator,
      counter: counterA,
      agreed,
      dialect: "xep",
      nonces: [nonceB, nonceA],
      publicKey: commitment,
      forms: [request.form.element, form.element],
      mode: agreed.initPubkey,
      received,
      known,
      algorithms,
    });
    if (checked.kind !== "to-verify")
      throw new EsessionError("negotiation-failed", "three messages need keys");
    const next: CheckingOpening = {
      ...state,
      kind: "checking-opening",
      message,
      received,
      terminated,
      checked,
    };
    return step<Responder>(next, { ask: { kind: "verify", check: checked.check } });
  } catch (error) {
    wipeHeld(state);
    if (!EsessionError.is(error)) throw error;
    return refuse(message, error);
  }
}

/** XEP-0116 §4.7.1: in the case of three messages the negotiation is now complete. */
export function verifiedOpening(_env: Env, state: CheckingOpening, { valid }: Verified): Step<Responder> {
  const { peer, thread, request, counterA, counterB, pair, keys, message, received, checked } = state;
  const { agreed, commitment } = request;
  const { peerKey } = checked;
  const fault = verdict(checked.fault, valid);
  if (fault) {
    wipeHeld(state);
    return refuse(message, identityFault(fault));
  }
  return step<Responder>(ended, {
    write: remembered(peer, { peerKey, dialect: "xep", boundSas: false }),
    raise: [
      trace("initiator verified", { key: agreed.initPubkey, known: peerKey?.known ?? false }),
      {
        kind: "established",
        outcome: {
          role: "responder",
          peer,
          thread,
          agreed,
          dialect: "xep",
          initiatorKeys: keys.initiator,
          responderKeys: keys.responder,
          exchange: pair && { own: pair, peer: commitment },
          initiatorCounter: addCounter(counterA, blocksOf(received, agreed)),
          responderCounter: counterB,
          sharedRetained: undefined,
          successorId: "",
          otherSecretUsed: false,
          continuityLost: state.continuityLost,
          sas: undefined,
          comparisonCode: undefined,
          peerKey,
          confirmed: true,
          terminated: state.terminated,
        },
      },
    ],
  });
}
