/**
 * Message 3 of four (XEP-0116 §4.6): e is revealed, and the proof of identity sealed under the provisory keys. With a
 * public key the proof is signed first, by whoever keeps the private one. Pure, as initiator.ts.
 */
import { rshashes } from "../trust/shared-retained.js";
import { encodeBase64 } from "../wire/base64.js";
import { buildForm, type FieldInit } from "../wire/forms.js";
import { buildMessage } from "../wire/negotiation.js";
import { FORM_TYPE } from "../wire/namespaces.js";
import { mayRekey } from "./agreed.js";
import { beginProof, blocksOf, finishProof, withProof, type Proving, type Sealed } from "./identity.js";
import { agreeForOpening } from "./initiator-opening.js";
import type { Agreeing, AwaitingFinal, Initiator, SigningIdentity } from "./initiator-states.js";
import { deriveKeys, wipeKeys } from "./proof.js";
import { signerFor } from "./pubkeys.js";
import { step, trace, type AgreedSecret, type Env, type Signed, type Step } from "./types.js";

/** The two have agreed on K. */
export function sendIdentity(env: Env, state: Agreeing, secret: AgreedSecret): Step<Initiator> {
  if (state.offer.messages === 3) return agreeForOpening(env, state, secret);
  const { core, own } = env;
  const { k, peer: knowledge } = secret;
  const { nonceA, formA, pair, response, dialect, offer } = state;
  const { agreed, nonceB, counterA } = response;
  const retained = knowledge.retained.map((one) => one.secret);
  const fields: FieldInit[] = [
    { var: "FORM_TYPE", values: [FORM_TYPE] },
    { var: "accept", values: ["1"] },
    { var: "nonce", values: [encodeBase64(nonceB)] },
    { var: "dhkeys", values: [encodeBase64(pair.publicKey)] },
    { var: "rshashes", values: rshashes(core, nonceA, retained, agreed.hash).map(encodeBase64) },
  ];
  const provisory = deriveKeys(core, k, "initiator", { ...agreed, dialect });
  try {
    const proving: Proving = {
      keys: provisory,
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
    if (begun.kind === "sealed") {
      wipeKeys(provisory);
      return identitySent(state, secret, fields, begun.sealed);
    }
    const { key: signer, data } = begun;
    const next: SigningIdentity = { ...state, kind: "signing-identity", k, knowledge, provisory, proving, signer, fields }; // prettier-ignore
    return step<Initiator>(next, { ask: { kind: "sign", key: signer, data } });
  } catch (error) {
    wipeKeys(provisory);
    throw error;
  }
}

export function signedIdentity(env: Env, state: SigningIdentity, { signature }: Signed): Step<Initiator> {
  const { k, knowledge, provisory, proving, signer, fields } = state;
  const sealed = finishProof(env.core, proving, signer, signature);
  wipeKeys(provisory);
  return identitySent(state, { k, peer: knowledge }, fields, sealed);
}

function identitySent(
  state: Agreeing | SigningIdentity,
  { k, peer: knowledge }: AgreedSecret,
  fields: readonly FieldInit[],
  sealed: Sealed,
): Step<Initiator> {
  const { init, nonceA, offer, formA, message, pair, response, peer, dialect } = state;
  const rekeys = mayRekey(response.agreed) && dialect !== "deployed";
  if (!rekeys) pair.secret.wipe();
  const next: AwaitingFinal = {
    kind: "awaiting-final",
    init,
    nonceA,
    offer,
    formA,
    message,
    publicKey: pair.publicKey,
    response,
    peer,
    dialect,
    k,
    knowledge,
    proofA: sealed.mac,
    blocksA: blocksOf(sealed, response.agreed),
    pair: rekeys ? pair : undefined,
  };
  return step<Initiator>(next, {
    send: [buildMessage({ to: peer, thread: init.thread }, "feature", withProof(fields, sealed))],
    raise: [trace("identity sent", { dialect, key: response.agreed.initPubkey })],
  });
}
