/**
 * Message 4, where the initiator's side of the negotiation ends (XEP-0116 §4.8): the responder's proof under the final keys.
 * Pure, as initiator.ts.
 */
import { EsessionError } from "../errors.js";
import { findSrshash } from "../trust/shared-retained.js";
import { normalForm } from "../wire/canonical.js";
import { field } from "../wire/forms.js";
import { addCounter, xorTopBit } from "../wire/integers.js";
import { bareOf } from "../wire/jid.js";
import { MAX_NONCE_BYTES, hashBytes } from "./agreed.js";
import { octets, readSealed, requireProofLast, unacceptable } from "./fields.js";
import { blocksOf, checkProof, verdict, type Fault } from "./identity.js";
import { hex } from "./ids.js";
import type { AwaitingFinal, CheckingFinal, Final, Initiator } from "./initiator-states.js";
import { authenticationStrings, finalKeys, wipeFinal } from "./proof.js";
import { identityFault, refuse, unexpected } from "./refusal.js";
import {
  ended,
  step,
  trace,
  type Env,
  type Message,
  type PeerKey,
  type Step,
  type Verified,
} from "./types.js";
import { wipeHeld } from "./wipe.js";
import { remembered } from "./writes.js";

/** Message 4: the responder's proof, under the final keys (XEP-0116 §4.8). Nothing is stored before it verifies. */
export function receiveFinal(env: Env, state: AwaitingFinal, message: Message): Step<Initiator> {
  const { core } = env;
  const { nonceA, response, dialect, k, knowledge } = state;
  const { agreed, nonceB, counterA } = response;
  try {
    const final = readFinal(env, state, message);
    const shared = findSrshash(core, knowledge.retained, final.srshash, agreed.hash);
    const secrets = [shared?.secret, knowledge.otherSecret];
    const keys = finalKeys(core, k, secrets, { ...agreed, dialect });
    try {
      // XEP-0116 §4.8.2: M_B and mac_B; one error for both, after the same work
      const checked = checkProof(core, {
        keys: keys.responder,
        counter: xorTopBit(counterA),
        agreed,
        dialect,
        nonces: [nonceA, nonceB],
        publicKey: response.publicKey,
        forms: [response.form.element, message.form.element],
        mode: agreed.respPubkey,
        received: final,
        known: knowledge.keys ?? [],
        algorithms: agreed.signing === undefined ? [] : [agreed.signing],
      });
      const proven = { ...state, keys, shared, final, last: message };
      if (checked.kind === "checked") return conclude(env, proven, checked.fault, undefined);
      const next: CheckingFinal = { ...proven, kind: "checking-final", checked };
      return step<Initiator>(next, { ask: { kind: "verify", check: checked.check } });
    } catch (error) {
      wipeFinal(keys);
      throw error;
    }
  } catch (error) {
    wipeHeld(state);
    if (!EsessionError.is(error)) throw error;
    return refuse(message, error);
  }
}

/** The signature of message 4 has been verified. */
export function verifiedFinal(env: Env, state: CheckingFinal, { valid }: Verified): Step<Initiator> {
  const { fault, peerKey } = state.checked;
  return conclude(env, state, verdict(fault, valid), peerKey);
}

type Proven = Omit<CheckingFinal, "kind" | "checked">;

function conclude(
  { core }: Env,
  state: Proven,
  fault: Fault | undefined,
  peerKey: PeerKey | undefined,
): Step<Initiator> {
  const { init, nonceA, formA, publicKey, response, peer, dialect, knowledge, keys, shared, final, pair } =
    state;
  if (fault) {
    wipeHeld(state);
    return refuse(state.last, identityFault(fault));
  }
  const { agreed, nonceB, counterA } = response;
  const { sas, comparisonCode } = authenticationStrings(core, agreed.hash, {
    initiatorProof: state.proofA,
    nonceA,
    nonceB,
    e: publicKey,
    d: response.publicKey,
    formA: normalForm(formA, dialect),
    formB: normalForm(response.form.element, dialect),
    r: final.sasNonce,
  });
  const successorId = hex(core.randomBytes(16));
  return step<Initiator>(ended, {
    write: [
      {
        kind: "retain",
        bareJid: bareOf(peer),
        id: successorId,
        secret: keys.successor,
        from: shared?.id,
        staged: false,
      },
      ...remembered(peer, { peerKey, dialect, boundSas: final.sasNonce !== undefined }),
    ],
    raise: [
      trace("responder verified", { retainedSecretShared: shared !== undefined, key: agreed.respPubkey }),
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
          exchange: pair && { own: pair, peer: response.publicKey },
          initiatorCounter: addCounter(counterA, state.blocksA),
          responderCounter: addCounter(xorTopBit(counterA), blocksOf(final, agreed)),
          sharedRetained: shared && { id: shared.id, verified: shared.verified },
          successorId,
          otherSecretUsed: knowledge.otherSecret !== undefined,
          continuityLost: shared === undefined && knowledge.retained.some((one) => one.verified !== "none"),
          sas,
          comparisonCode,
          peerKey,
          confirmed: true,
        },
      },
    ],
  });
}

/** The cheap checks of message 4: shape, nonce, and the commitment before anything is shown. */
function readFinal(env: Env, { nonceA, response }: AwaitingFinal, message: Message): Final {
  const { form, wrapper } = message;
  if (wrapper !== "init" || form.type !== "result")
    throw unexpected("the fourth message must be a form of type result in <init/>");
  requireProofLast(form);
  const fail = (code: "nonce-mismatch" | "commitment-mismatch", name: string, what: string) =>
    new EsessionError(code, `the field '${name}' ${what}`, {
      condition: "feature-not-implemented",
      fields: [name],
    });
  if (!env.core.equal(octets(form, "nonce", 1, MAX_NONCE_BYTES), nonceA))
    throw fail("nonce-mismatch", "nonce", "is not the nonce of our request");
  const sasNonce = response.sasCommit && octets(form, "sas_nonce", 32, 32);
  if (sasNonce === undefined && field(form, "sas_nonce"))
    throw unacceptable("sas_nonce", "belongs to sas28x5-bound only");
  if (sasNonce && !env.core.equal(env.core.sha256(sasNonce), response.sasCommit))
    throw fail("commitment-mismatch", "sas_nonce", "does not match the commitment of message 2");
  const length = hashBytes(response.agreed.hash);
  return { srshash: octets(form, "srshash", length, length), ...readSealed(form), sasNonce };
}
