/**
 * The initiator's side of a negotiation of three messages (SIGMA-I, XEP-0116 §4.2, §4.6.2-4) from K on: message 2 proves who
 * the responder is, message 3 who we are, and may carry the first stanza, or the only one. K is not changed, and no
 * secret is retained. Pure, as initiator.ts.
 */
import { EsessionError } from "../errors.js";
import { encodeBase64 } from "../wire/base64.js";
import { buildForm, type FieldInit } from "../wire/forms.js";
import { addCounter, xorTopBit } from "../wire/integers.js";
import { buildMessage } from "../wire/negotiation.js";
import { FORM_TYPE } from "../wire/namespaces.js";
import { mayRekey } from "./agreed.js";
import {
  beginProof,
  blocksOf,
  checkProof,
  finishProof,
  verdict,
  withProof,
  type Proving,
} from "./identity.js";
import type { Agreeing, CheckingResponse, Initiator, SigningOpening } from "./initiator-states.js";
import { sessionKeys, wipeKeys } from "./proof.js";
import { signerFor } from "./pubkeys.js";
import { identityFault, refuse } from "./refusal.js";
import { ended, step, trace } from "./types.js";
import type { AgreedSecret, Env, Signed, Step, Verified } from "./types.js";
import { remembered } from "./writes.js";
import { wipeHeld } from "./wipe.js";

/** The keys of both directions, and all of the responder's proof but its signature. */
export function agreeForOpening(
  env: Env,
  state: Agreeing,
  { k, peer: knowledge }: AgreedSecret,
): Step<Initiator> {
  const { core } = env;
  const { nonceA, response, dialect } = state;
  const { agreed, nonceB, counterA, publicKey, form, proof } = response;
  const keys = sessionKeys(core, k, { ...agreed, dialect });
  try {
    k.wipe();
    const checked = checkProof(core, {
      keys: keys.responder,
      counter: xorTopBit(counterA),
      agreed,
      dialect,
      nonces: [nonceA, nonceB],
      publicKey,
      forms: [form.element],
      mode: agreed.respPubkey,
      received: proof!,
      known: knowledge.keys ?? [],
      algorithms: [agreed.signing!],
    });
    if (checked.kind !== "to-verify")
      throw new EsessionError("negotiation-failed", "three messages need keys");
    const next: CheckingResponse = { ...state, kind: "checking-response", keys, knowledge, checked };
    return step<Initiator>(next, { ask: { kind: "verify", check: checked.check } });
  } catch (error) {
    wipeKeys(keys.initiator, keys.responder);
    throw error;
  }
}

/** XEP-0116 §4.6.2: the responder is who it says, or there is an error; then we say who we are. */
export function verifiedResponse(env: Env, state: CheckingResponse, { valid }: Verified): Step<Initiator> {
  const { core, own } = env;
  const { init, nonceA, offer, formA, message, pair, response, peer, dialect, keys, knowledge, checked } =
    state;
  const { agreed, nonceB, counterA } = response;
  const fault = verdict(checked.fault, valid);
  if (fault || !checked.peerKey) {
    wipeHeld(state);
    return refuse(message, identityFault(fault!));
  }
  const { peerKey } = checked;
  const fields: FieldInit[] = [
    { var: "FORM_TYPE", values: [FORM_TYPE] },
    { var: "accept", values: ["1"] },
    { var: "nonce", values: [encodeBase64(nonceB)] },
    ...(init.terminates ? [{ var: "terminate", values: ["1"] }] : []),
  ];
  const proving: Proving = {
    keys: keys.initiator,
    counter: counterA,
    agreed,
    dialect,
    nonces: [nonceB, nonceA],
    publicKey: pair.publicKey,
    forms: [formA, buildForm("result", fields)],
    mode: agreed.initPubkey,
    signer: signerFor(own, [agreed.signing]) ?? signerFor(own, offer.signing),
  };
  const begun = beginProof(core, proving);
  if (begun.kind === "sealed") throw new EsessionError("negotiation-failed", "three messages need keys");
  const { key: signer, data } = begun;
  const next: SigningOpening = { init, nonceA, offer, formA, message, pair, response, peer, dialect, keys, knowledge, kind: "signing-opening", peerKey, proving, signer, fields }; // prettier-ignore
  return step<Initiator>(next, {
    ask: { kind: "sign", key: signer, data },
    raise: [trace("responder verified", { key: peerKey.mode, known: peerKey.known })],
  });
}

/** Message 3, with which the session stands. The session sends it. */
export function signedOpening(env: Env, state: SigningOpening, { signature }: Signed): Step<Initiator> {
  const { init, pair, response, peer, dialect, keys, knowledge, peerKey, proving, signer, fields } = state;
  const { agreed, counterA, proof, publicKey } = response;
  const sealed = finishProof(env.core, proving, signer, signature);
  const rekeys = mayRekey(agreed);
  if (!rekeys) pair.secret.wipe();
  return step<Initiator>(ended, {
    write: remembered(peer, { peerKey, dialect, boundSas: false }),
    raise: [
      trace("identity sent", { dialect, key: agreed.initPubkey }),
      {
        kind: "established",
        outcome: {
          role: "initiator",
          peer,
          thread: init.thread,
          agreed,
          dialect,
          initiatorKeys: keys.initiator,
          responderKeys: keys.responder,
          exchange: rekeys ? { own: pair, peer: publicKey } : undefined,
          initiatorCounter: addCounter(counterA, blocksOf(sealed, agreed)),
          responderCounter: addCounter(xorTopBit(counterA), blocksOf(proof!, agreed)),
          sharedRetained: undefined,
          successorId: "",
          otherSecretUsed: false,
          continuityLost: knowledge.retained.some((one) => one.verified !== "none"),
          sas: undefined,
          comparisonCode: undefined,
          peerKey,
          confirmed: true,
          opening: buildMessage({ to: peer, thread: init.thread }, "feature", withProof(fields, sealed)),
          terminated: init.terminates === true,
        },
      },
    ],
  });
}
