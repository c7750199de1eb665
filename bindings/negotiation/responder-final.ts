/**
 * The proof of message 3 of four, then message 4 (XEP-0116 §4.7). From here on every failure gives the same error after the
 * same work. The successor of a retained secret is stored, staged, before message 4 leaves. Pure, as responder.ts.
 */
import type { Secret } from "../core/secret.js";
import type { Dialect } from "../core/types.js";
import { matchRshashes, srshash } from "../trust/shared-retained.js";
import { encodeBase64 } from "../wire/base64.js";
import { normalForm } from "../wire/canonical.js";
import { buildForm, type FieldInit } from "../wire/forms.js";
import { addCounter, xorTopBit } from "../wire/integers.js";
import { bareOf } from "../wire/jid.js";
import { buildMessage } from "../wire/negotiation.js";
import { FORM_TYPE } from "../wire/namespaces.js";
import { mayRekey } from "./agreed.js";
import { candidates } from "./dialect.js";
import {
  beginProof,
  blocksOf,
  checkProof,
  finishProof,
  verdict,
  withProof,
  type Checked,
  type Fault,
  type Sealed,
} from "./identity.js";
import { hex } from "./ids.js";
import { downgrades } from "./initiator.js";
import { authenticationStrings, deriveKeys, finalKeys, wipeFinal, wipeKeys } from "./proof.js";
import { identityFault, refuse } from "./refusal.js";
import type { CheckingIdentity, Proven, Responder, SigningFinal, Verifying } from "./responder-states.js";
import { ended, step, trace } from "./types.js";
import type { AgreedSecret, Env, PeerKey, PeerKnowledge, Raise, Signed, Step, Verified } from "./types.js";
import { wipeHeld } from "./wipe.js";
import { remembered } from "./writes.js";

/** The two have agreed on K. */
export function sendFinal(env: Env, state: Verifying, { k, peer: knowledge }: AgreedSecret): Step<Responder> {
  const { dialect, checked } = verifyInitiator(env, state, k, knowledge);
  if (checked.kind === "checked")
    return proceed(env, state, { k, knowledge, dialect, fault: checked.fault, peerKey: undefined });
  const next: CheckingIdentity = { ...state, kind: "checking-identity", k, knowledge, dialect, checked };
  return step<Responder>(next, { ask: { kind: "verify", check: checked.check } });
}

/** The signature of message 3 has been verified. */
export function verifiedIdentity(env: Env, state: CheckingIdentity, { valid }: Verified): Step<Responder> {
  const { k, knowledge, dialect, checked } = state;
  const { fault, peerKey } = checked;
  return proceed(env, state, { k, knowledge, dialect, fault: verdict(fault, valid), peerKey });
}

/** M_A and mac_A in each dialect that is possible; all are tried, whatever matches. */
function verifyInitiator(
  env: Env,
  state: Verifying,
  k: Secret,
  knowledge: PeerKnowledge,
): { dialect: Dialect; checked: Checked } {
  const { core, policy } = env;
  const { request, nonceB, counterA, message, identity } = state;
  const { agreed, nonceA, algorithms } = request;
  const tried = candidates(agreed, policy).map((dialect) => {
    const provisory = deriveKeys(core, k, "initiator", { ...agreed, dialect });
    try {
      const checked = checkProof(core, {
        keys: provisory,
        counter: counterA,
        agreed,
        dialect,
        nonces: [nonceB, nonceA],
        publicKey: identity.publicKey,
        forms: [request.form.element, message.form.element],
        mode: agreed.initPubkey,
        received: identity,
        known: knowledge.keys ?? [],
        algorithms,
      });
      return { dialect, checked };
    } finally {
      wipeKeys(provisory);
    }
  });
  // M_A is the same in both dialects, so any of the faults tells whether it was right.
  return tried.find(({ checked }) => checked.fault === undefined) ?? tried[0]!;
}

interface Verdict {
  readonly k: Secret;
  readonly knowledge: PeerKnowledge;
  readonly dialect: Dialect;
  readonly fault: Fault | undefined;
  readonly peerKey: PeerKey | undefined;
}

/** The final keys (XEP-0116 §4.7.3) and our own proof, as far as the signature. */
function proceed(
  env: Env,
  state: Verifying | CheckingIdentity,
  { k, knowledge, dialect, fault, peerKey }: Verdict,
): Step<Responder> {
  const { core } = env;
  const { peer, thread, facts, request, nonceB, counterA, pair, formB, sasNonce, message, identity } = state;
  const { agreed, nonceA } = request;
  const downgraded =
    fault === undefined && dialect === "deployed" && facts.spokeXep && env.policy.dialect !== "deployed";
  if (fault !== undefined || downgraded) {
    wipeHeld({ k, pair });
    const [, text] = downgrades["dialect-downgrade"];
    const alerts: Raise[] = downgraded
      ? [{ kind: "alert", alert: "dialect-downgrade", message: `${bareOf(peer)}: its request ${text}` }]
      : [];
    const told = fault ?? { code: "identity-mismatch", what: text };
    return refuse(message, identityFault(told), { alerts });
  }

  const shared = matchRshashes(core, nonceA, knowledge.retained, identity.rshashes, agreed.hash);
  const keys = finalKeys(core, k, [shared?.secret, knowledge.otherSecret], { ...agreed, dialect });
  try {
    const fields: FieldInit[] = [
      { var: "FORM_TYPE", values: [FORM_TYPE] },
      { var: "nonce", values: [encodeBase64(nonceA)] },
      { var: "srshash", values: [encodeBase64(srshash(core, shared?.secret, agreed.hash))] },
    ];
    if (sasNonce) fields.push({ var: "sas_nonce", values: [encodeBase64(sasNonce)] });
    const proving = {
      keys: keys.responder,
      counter: xorTopBit(counterA),
      agreed,
      dialect,
      nonces: [nonceA, nonceB],
      publicKey: pair.publicKey,
      forms: [formB, buildForm("result", fields)],
      mode: agreed.respPubkey,
      signer: request.signer,
    } as const;
    const proven: Proven = { peer, thread, facts, request, nonceB, counterA, pair, formB, sasNonce, message, identity, dialect, knowledge, keys, shared, peerKey, proving, fields }; // prettier-ignore
    const begun = beginProof(core, proving);
    if (begun.kind === "sealed") return finalSent(env, proven, begun.sealed);
    const next: SigningFinal = { ...proven, kind: "signing-final", signer: begun.key };
    return step<Responder>(next, { ask: { kind: "sign", key: begun.key, data: begun.data } });
  } catch (error) {
    wipeFinal(keys);
    throw error;
  }
}

export function signedFinal(env: Env, state: SigningFinal, { signature }: Signed): Step<Responder> {
  return finalSent(env, state, finishProof(env.core, state.proving, state.signer, signature));
}

/** Message 4, with which the session stands. */
function finalSent({ core }: Env, state: Proven, sealed: Sealed): Step<Responder> {
  const { peer, thread, request, nonceB, counterA, pair, formB, sasNonce, identity, dialect } = state;
  const { knowledge, keys, shared, peerKey, fields } = state;
  const { agreed, nonceA } = request;
  const rekeys = mayRekey(agreed) && dialect !== "deployed";
  if (!rekeys) pair.secret.wipe();
  const { sas, comparisonCode } = authenticationStrings(core, agreed.hash, {
    initiatorProof: identity.mac,
    nonceA,
    nonceB,
    e: identity.publicKey,
    d: pair.publicKey,
    formA: normalForm(request.form.element, dialect),
    formB: normalForm(formB, dialect),
    r: sasNonce,
  });
  // With neither secret the keys of message 3 and the final ones come from the same K, which it has proved.
  const confirmed = shared === undefined && knowledge.otherSecret === undefined;
  const successorId = hex(core.randomBytes(16));
  return step<Responder>(ended, {
    write: [
      {
        kind: "retain",
        bareJid: bareOf(peer),
        id: successorId,
        secret: keys.successor,
        from: shared?.id,
        staged: !confirmed,
      },
      ...remembered(peer, { peerKey, dialect, boundSas: sasNonce !== undefined }),
    ],
    send: [buildMessage({ to: peer, thread }, "init", withProof(fields, sealed))],
    raise: [
      trace("initiator verified, identity sent", {
        dialect,
        retainedSecretShared: shared !== undefined,
        key: agreed.initPubkey,
      }),
      {
        kind: "established",
        outcome: {
          role: "responder",
          peer,
          thread,
          agreed,
          dialect,
          initiatorKeys: keys.initiator,
          responderKeys: keys.responder,
          exchange: rekeys ? { own: pair, peer: identity.publicKey } : undefined,
          initiatorCounter: addCounter(counterA, blocksOf(identity, agreed)),
          responderCounter: addCounter(xorTopBit(counterA), blocksOf(sealed, agreed)),
          sharedRetained: shared && { id: shared.id, verified: shared.verified },
          successorId,
          otherSecretUsed: knowledge.otherSecret !== undefined,
          continuityLost: shared === undefined && knowledge.retained.some((one) => one.verified !== "none"),
          sas,
          comparisonCode,
          peerKey,
          confirmed,
        },
      },
    ],
  });
}
