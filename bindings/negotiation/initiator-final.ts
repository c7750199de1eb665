/**
 * Message 4, where the initiator's side of the negotiation ends (XEP-0116 §4.8; key mode `none`): the responder's proof
 * under the final keys. Pure, as initiator.ts.
 */
import { EsessionError } from "../errors.js";
import { findSrshash } from "../trust/shared-retained.js";
import { normalForm } from "../wire/canonical.js";
import { field } from "../wire/forms.js";
import { addCounter, xorTopBit } from "../wire/integers.js";
import { bareOf } from "../wire/jid.js";
import { MAX_NONCE_BYTES } from "./agreed.js";
import { octets, requireProofLast, unacceptable } from "./fields.js";
import { hex } from "./ids.js";
import type { AwaitingFinal, Initiator } from "./initiator.js";
import { IDENTITY_BLOCKS, authenticationStrings, macInput, withFinalKeys } from "./proof.js";
import { refuse, unexpected } from "./refusal.js";
import { ended, step, trace, type Env, type Message, type Step } from "./types.js";

/** Message 4: the responder's proof, under the final keys (XEP-0116 §4.8). Nothing is stored before it verifies. */
export function receiveFinal(env: Env, state: AwaitingFinal, message: Message): Step<Initiator> {
  const { core } = env;
  const { init, nonceA, formA, publicKey, response, peer, dialect, k, knowledge, proofA, pair } = state;
  const { agreed, nonceB } = response;
  try {
    const final = readFinal(env, state, message);
    const shared = findSrshash(core, knowledge.retained, final.srshash);
    const secrets = [shared?.secret, knowledge.otherSecret];
    return withFinalKeys(core, k, secrets, { cipher: agreed.cipher, dialect }, (keys) => {
      const counterB = xorTopBit(response.counterA);
      const input = macInput(
        {
          nonces: [nonceA, nonceB],
          publicKey: response.publicKey,
          forms: [response.form.element, message.form.element],
        },
        dialect,
      );
      // XEP-0116 §4.8.2: M_B and mac_B; one error for both, after the same work
      const fault = core.identity.fault(keys.responder, counterB, input, final, dialect);
      if (fault === "mac")
        throw mismatch(
          "M_B does not match: the secrets of the two sides differ, or the identity was changed",
        );
      if (fault === "identity") throw mismatch("mac_B does not match: message 2 or 4 was changed");
      const { sas, comparisonCode } = authenticationStrings(core, {
        initiatorProof: proofA,
        nonceA,
        nonceB,
        e: publicKey,
        d: response.publicKey,
        formA: normalForm(formA, dialect),
        formB: normalForm(response.form.element, dialect),
        r: final.sasNonce,
      });
      const successorId = hex(core.randomBytes(16));
      const bareJid = bareOf(peer);
      return step<Initiator>(ended, {
        write: [
          {
            kind: "retain",
            bareJid,
            id: successorId,
            secret: keys.successor,
            from: shared?.id,
            staged: false,
          },
          { kind: "remember", bareJid, dialect, boundSas: final.sasNonce !== undefined },
        ],
        raise: [
          trace("responder verified", { retainedSecretShared: shared !== undefined }),
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
              initiatorCounter: addCounter(response.counterA, IDENTITY_BLOCKS),
              responderCounter: addCounter(counterB, IDENTITY_BLOCKS),
              sharedRetained: shared && { id: shared.id, verified: shared.verified },
              successorId,
              otherSecretUsed: knowledge.otherSecret !== undefined,
              continuityLost:
                shared === undefined && knowledge.retained.some((one) => one.verified !== "none"),
              sas,
              comparisonCode,
              confirmed: true,
            },
          },
        ],
      });
    });
  } catch (error) {
    k.wipe();
    pair?.secret.wipe();
    if (!EsessionError.is(error)) throw error;
    return refuse(message, error);
  }
}

/** The cheap checks of message 4: shape, nonce, and the commitment before anything is shown. */
function readFinal(env: Env, { nonceA, response }: AwaitingFinal, message: Message) {
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
  return {
    srshash: octets(form, "srshash", 32, 32),
    identity: octets(form, "identity", 1, 1024),
    mac: octets(form, "mac", 1, 1024),
    sasNonce,
  };
}

function mismatch(message: string): EsessionError {
  return new EsessionError("identity-mismatch", message, { condition: "feature-not-implemented" });
}
