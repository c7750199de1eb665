/**
 * The responder's side of the negotiation, messages 1 to 3 (XEP-0116 §4.4, §4.5, §4.7.1). It ends in responder-final.ts;
 * where there are three messages only, message 2 and the end are in responder-opening.ts.
 * Pure: no clock, no store, no random source but `env`. Messages are already parsed and size-checked.
 */
import { EsessionError } from "../errors.js";
import { sasCommit } from "../trust/sas.js";
import { maxRshashes } from "../trust/shared-retained.js";
import { buildForm, field } from "../wire/forms.js";
import { isSafeCounter, toMpi } from "../wire/integers.js";
import { bareOf } from "../wire/jid.js";
import { buildMessage } from "../wire/negotiation.js";
import { MAX_NONCE_BYTES, MAX_PUBLIC_BYTES, NONCE_BYTES } from "./agreed.js";
import { hasDeployedOffer } from "./dialect.js";
import { boolean, octetList, octets, readSealed, requireProofLast, unacceptable } from "./fields.js";
import { downgrades, keyMissing, keyNeeded } from "./initiator.js";
import { failure, giveUp, refuse, rejection } from "./refusal.js";
import { readRequest } from "./request.js";
import { responseFields } from "./response-form.js";
import { answerForOpening } from "./responder-opening.js";
import type { AwaitingIdentity, Identity, Preparing, Responder, Verifying } from "./responder-states.js";
import { step, trace } from "./types.js";
import type { Agreed } from "./agreed.js";
import type { Env, Generated, Message, PeerFacts, Raise, Step } from "./types.js";

export type * from "./responder-states.js";
export { wipeResponder } from "./responder-states.js";
export { sendFinal, signedFinal, verifiedIdentity } from "./responder-final.js";
export { receiveOpening, sendOpening, signedResponse, verifiedOpening } from "./responder-opening.js";

/**
 * Message 1, which the application or the policy has decided to answer. No exponentiation before this.
 * `answers`: what the application says to the fields that are its own.
 */
export function receiveRequest(
  env: Env,
  message: Message,
  facts: PeerFacts,
  answers: Agreed["fields"] = {},
): Step<Responder> {
  const { core, policy, own } = env;
  try {
    const request = readRequest(message.form, policy, { own, facts, answers });
    const { agreed } = request;
    if (facts.boundSas && agreed.sas === "sas28x5") {
      const [name, text] = downgrades["sas-downgrade"];
      return refuseRequest(message, unacceptable(name, text), [
        { kind: "alert", alert: "sas-downgrade", message: `${bareOf(message.from)}: ${text}` },
      ]);
    }
    // XEP-0116 §4.5.1: with three messages e is here already; feature-not-implemented unless 1 < e < p - 1
    const fault = agreed.messages === 3 ? core.dh.check(agreed.group, request.commitment) : undefined;
    if (fault !== undefined)
      throw failure("dh-public-value", "dhkeys", `has a value that cannot be used: ${fault}`);
    const { from: peer, thread } = message;
    const state: Preparing = { kind: "preparing", peer, thread, facts, request };
    return step<Responder>(state, {
      ask: { kind: "generate", groups: [agreed.group] },
      raise: [trace("ESession request accepted", { group: agreed.group, cipher: agreed.cipher })],
    });
  } catch (error) {
    if (!EsessionError.is(error)) throw error;
    const missing = keyNeeded(facts) && error.fields.includes("init_pubkey");
    return refuseRequest(message, error, missing ? [keyMissing(message.from)] : []);
  }
}

/** A deployed client would read a form even in an error stanza; accept 0 is what ends its request. */
function refuseRequest(
  message: Message,
  error: EsessionError,
  alerts: readonly Raise[] = [],
): Step<Responder> {
  if (!hasDeployedOffer(message.form)) return refuse(message, error, { alerts });
  return giveUp(error, {
    send: [rejection(message.from, message.thread)],
    raise: [trace("refused", { code: error.code }), ...alerts],
  });
}

/** Message 2 (XEP-0116 §4.5.1-2); of three, only after K and our signature. */
export function sendResponse(env: Env, state: Preparing, { pairs }: Generated): Step<Responder> {
  const { core } = env;
  const { request, peer, thread } = state;
  const { agreed } = request;
  const pair = pairs[0]!;
  const answered = { ...state, pair, nonceB: core.randomBytes(NONCE_BYTES), counterA: chooseCounter(env) };
  if (agreed.messages === 3) return answerForOpening({ ...answered, kind: "answering" });
  const sasNonce = agreed.sas === "sas28x5-bound" ? core.randomBytes(32) : undefined;
  const commit = sasNonce && sasCommit(sasNonce, (...parts) => core.sha256(...parts));
  const formB = buildForm(
    "submit",
    responseFields({ ...answered, publicKey: pair.publicKey, sasCommit: commit }),
  );
  const next: AwaitingIdentity = { ...answered, kind: "awaiting-identity", formB, sasNonce };
  return step<Responder>(next, {
    send: [buildMessage({ to: peer, thread }, "feature", formB)],
    raise: [
      trace("ESession response sent", { group: pair.group, ...(agreed.sas ? { sas: agreed.sas } : {}) }),
    ],
  });
}

/** A random counter whose top octet no dialect can misread, now or after a long session. */
function chooseCounter(env: Env): Uint8Array {
  for (;;) {
    const counter = env.core.randomBytes(16);
    if (isSafeCounter(counter)) return counter;
  }
}

/** Message 3: shape, nonce, commitment and range; only then is there an exponentiation (XEP-0116 §4.7.1). */
export function receiveIdentity(env: Env, state: AwaitingIdentity, message: Message): Step<Responder> {
  const { core } = env;
  const { pair, request, nonceB } = state;
  try {
    const { form, wrapper } = message;
    if (wrapper !== "feature" || form.type !== "result")
      throw failure(
        "message-unexpected",
        undefined,
        "the third message must be a form of type result in <feature/>",
      );
    if (!boolean(form, "accept")) {
      pair.secret.wipe();
      return giveUp(new EsessionError("negotiation-refused", `${message.from} cancelled the negotiation`), {
        raise: [trace("cancelled by the peer")],
      });
    }
    requireProofLast(form);
    const publicKey = toMpi(octets(form, "dhkeys", 1, MAX_PUBLIC_BYTES));
    const identity: Identity = {
      publicKey,
      rshashes: readRshashes(message),
      ...readSealed(form),
    };
    if (!core.equal(octets(form, "nonce", 1, MAX_NONCE_BYTES), nonceB))
      throw failure("nonce-mismatch", "nonce", "is not the nonce of our response");
    // XEP-0116 §4.7.1: return feature-not-implemented unless SHA256(e) equals He
    if (!core.equal(core.sha256(publicKey), request.commitment))
      throw failure("commitment-mismatch", "dhkeys", "does not match the hash of message 1");
    // XEP-0116 §4.7.1: return feature-not-implemented unless 1 < e < p - 1
    const fault = core.dh.check(pair.group, publicKey, pair.publicKey);
    if (fault !== undefined)
      throw failure("dh-public-value", "dhkeys", `is not a usable public value: ${fault}`);
    const next: Verifying = { ...state, kind: "verifying", message, identity };
    return step<Responder>(next, {
      ask: { kind: "agree", pair, value: publicKey, hash: request.agreed.hash, bareJid: bareOf(state.peer) },
    });
  } catch (error) {
    pair.secret.wipe();
    if (!EsessionError.is(error)) throw error;
    return refuse(message, error);
  }
}

/** Values of other lengths cannot match; more than the limit are not hashed. */
function readRshashes({ form }: Message): Uint8Array[] {
  if ((field(form, "rshashes")?.values.length ?? 0) > maxRshashes)
    throw failure("options-unacceptable", "rshashes", `has more than ${maxRshashes} values`);
  return octetList(form, "rshashes", 1, 64);
}
