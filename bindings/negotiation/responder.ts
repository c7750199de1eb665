/**
 * The responder's side of the four-message negotiation (XEP-0116 §4.4, §4.5, §4.7; key mode `none`).
 * Pure: no clock, no store, no random source but `env`. Messages are already parsed and size-checked.
 */
import type { Secret } from "../core/secret.js";
import type { Dialect, KeyPair } from "../core/types.js";
import { EsessionError } from "../errors.js";
import { sasCommit } from "../trust/sas.js";
import { matchRshashes, maxRshashes, srshash } from "../trust/shared-retained.js";
import { encodeBase64 } from "../wire/base64.js";
import { normalForm } from "../wire/canonical.js";
import type { Element } from "../wire/element.js";
import { buildForm, field, type FieldInit } from "../wire/forms.js";
import { addCounter, isSafeCounter, toMpi, xorTopBit } from "../wire/integers.js";
import { bareOf } from "../wire/jid.js";
import { buildMessage } from "../wire/negotiation.js";
import { FORM_TYPE } from "../wire/namespaces.js";
import { MAX_NONCE_BYTES, NONCE_BYTES, mayRekey } from "./agreed.js";
import { candidates, hasDeployedOffer } from "./dialect.js";
import { boolean, octetList, octets, requireProofLast, unacceptable } from "./fields.js";
import { hex } from "./ids.js";
import { downgrades } from "./initiator.js";
import { IDENTITY_BLOCKS, authenticationStrings, withFinalKeys, macInput, wipeKeys } from "./proof.js";
import { giveUp, refuse, rejection } from "./refusal.js";
import { readRequest, type Request } from "./request.js";
import { MAX_PUBLIC_BYTES, buildResponse } from "./response.js";
import { ended, step, trace } from "./types.js";
import type { AgreedSecret, Ended, Env, Generated, Message, PeerFacts, Raise, Step } from "./types.js";

interface Common {
  readonly peer: string;
  readonly thread: string;
  readonly facts: PeerFacts;
  readonly request: Request;
}

export interface Preparing extends Common {
  readonly kind: "preparing";
}

export interface AwaitingIdentity extends Common {
  readonly kind: "awaiting-identity";
  readonly nonceB: Uint8Array;
  /** C_A, 16 octets. */
  readonly counterA: Uint8Array;
  /** y and d: they serve one identity only. */
  readonly pair: KeyPair;
  readonly formB: Element;
  /** r of sas28x5-bound, revealed in message 4. */
  readonly sasNonce: Uint8Array | undefined;
}

export interface Verifying extends Omit<AwaitingIdentity, "kind"> {
  readonly kind: "verifying";
  readonly message: Message;
  readonly identity: Identity;
}

export type Responder = Preparing | AwaitingIdentity | Verifying | Ended;

/** What message 3 says. */
interface Identity {
  /** e, shortest form. */
  readonly publicKey: Uint8Array;
  readonly rshashes: readonly Uint8Array[];
  readonly identity: Uint8Array;
  readonly mac: Uint8Array;
}

/** Message 1, which the application or the policy has decided to answer. No exponentiation before this. */
export function receiveRequest(env: Env, message: Message, facts: PeerFacts): Step<Responder> {
  try {
    const request = readRequest(message.form, env.policy);
    if (facts.boundSas && request.agreed.sas === "sas28x5") {
      const [name, text] = downgrades["sas-downgrade"];
      return refuseRequest(message, unacceptable(name, text), [
        { kind: "alert", alert: "sas-downgrade", message: `${bareOf(message.from)}: ${text}` },
      ]);
    }
    const state: Preparing = {
      kind: "preparing",
      peer: message.from,
      thread: message.thread,
      facts,
      request,
    };
    return step<Responder>(state, {
      ask: { kind: "generate", groups: [request.agreed.group] },
      raise: [
        trace("ESession request accepted", { group: request.agreed.group, cipher: request.agreed.cipher }),
      ],
    });
  } catch (error) {
    if (!EsessionError.is(error)) throw error;
    return refuseRequest(message, error);
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

/** Message 2 (XEP-0116 §4.5.1-2). */
export function sendResponse(env: Env, state: Preparing, { pairs: [pair] }: Generated): Step<Responder> {
  const { core } = env;
  const { peer, thread, facts, request } = state;
  const nonceB = core.randomBytes(NONCE_BYTES);
  const counterA = chooseCounter(env);
  const sasNonce = request.agreed.sas === "sas28x5-bound" ? core.randomBytes(32) : undefined;
  const formB = buildResponse({
    request,
    nonceB,
    counterA,
    publicKey: pair!.publicKey,
    sasCommit: sasNonce && sasCommit(sasNonce, (...parts) => core.sha256(...parts)),
  });
  const next: AwaitingIdentity = {
    kind: "awaiting-identity",
    peer,
    thread,
    facts,
    request,
    nonceB,
    counterA,
    pair: pair!,
    formB,
    sasNonce,
  };
  return step<Responder>(next, {
    send: [buildMessage({ to: peer, thread }, "feature", formB)],
    raise: [trace("ESession response sent", { group: pair!.group, sas: request.agreed.sas })],
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
      identity: octets(form, "identity", 1, 1024),
      mac: octets(form, "mac", 1, 1024),
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

/**
 * The proof of message 3, then message 4 (XEP-0116 §4.7). From here on every failure gives the same error after the
 * same work. The successor of a retained secret is stored, staged, before message 4 leaves.
 */
export function sendFinal(env: Env, state: Verifying, { k, peer: knowledge }: AgreedSecret): Step<Responder> {
  const { core } = env;
  const { peer, thread, facts, request, nonceB, counterA, pair, formB, sasNonce, message, identity } = state;
  const { agreed, nonceA } = request;
  const { dialect, fault } = verifyInitiator(env, state, k);
  const rekeys = mayRekey(agreed) && dialect !== "deployed";
  if (!rekeys) pair.secret.wipe();
  const downgraded = dialect === "deployed" && facts.spokeXep && env.policy.dialect !== "deployed";
  if (dialect === undefined || downgraded) {
    k.wipe();
    pair.secret.wipe();
    const error = failure(
      "identity-mismatch",
      undefined,
      fault === "mac"
        ? "M_A does not match: the identity or the keys are not those of this negotiation"
        : "mac_A does not match: message 1 or 3 was changed, or the dialect is not the one remembered",
    );
    const [, text] = downgrades["dialect-downgrade"];
    const alerts: Raise[] = downgraded
      ? [{ kind: "alert", alert: "dialect-downgrade", message: `${bareOf(peer)}: its request ${text}` }]
      : [];
    return refuse(message, error, { alerts });
  }

  const shared = matchRshashes(core, nonceA, knowledge.retained, identity.rshashes);
  const secrets = [shared?.secret, knowledge.otherSecret];
  return withFinalKeys(core, k, secrets, { cipher: agreed.cipher, dialect }, (keys) => {
    const fields: FieldInit[] = [
      { var: "FORM_TYPE", values: [FORM_TYPE] },
      { var: "nonce", values: [encodeBase64(nonceA)] },
      { var: "srshash", values: [encodeBase64(srshash(core, shared?.secret))] },
    ];
    if (sasNonce) fields.push({ var: "sas_nonce", values: [encodeBase64(sasNonce)] });
    const counterB = xorTopBit(counterA);
    const input = macInput(
      { nonces: [nonceA, nonceB], publicKey: pair.publicKey, forms: [formB, buildForm("result", fields)] },
      dialect,
    );
    const proof = core.identity.seal(keys.responder, counterB, input, dialect);
    const formB2 = buildForm("result", [
      ...fields,
      { var: "identity", values: [encodeBase64(proof.identity)] },
      { var: "mac", values: [encodeBase64(proof.mac)] },
    ]);
    const { sas, comparisonCode } = authenticationStrings(core, {
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
    const bareJid = bareOf(peer);
    return step<Responder>(ended, {
      write: [
        {
          kind: "retain",
          bareJid,
          id: successorId,
          secret: keys.successor,
          from: shared?.id,
          staged: !confirmed,
        },
        { kind: "remember", bareJid, dialect, boundSas: sasNonce !== undefined },
      ],
      send: [buildMessage({ to: peer, thread }, "init", formB2)],
      raise: [
        trace("initiator verified, identity sent", { dialect, retainedSecretShared: shared !== undefined }),
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
            initiatorCounter: addCounter(counterA, IDENTITY_BLOCKS),
            responderCounter: addCounter(counterB, IDENTITY_BLOCKS),
            sharedRetained: shared && { id: shared.id, verified: shared.verified },
            successorId,
            otherSecretUsed: knowledge.otherSecret !== undefined,
            continuityLost: shared === undefined && knowledge.retained.some((one) => one.verified !== "none"),
            sas,
            comparisonCode,
            confirmed,
          },
        },
      ],
    });
  });
}

/** M_A and mac_A in each dialect that is possible; all are tried, whatever matches. */
function verifyInitiator(
  env: Env,
  state: Verifying,
  k: Secret,
): { dialect: Dialect | undefined; fault: "mac" | "identity" | undefined } {
  const { core, policy } = env;
  const { request, nonceB, counterA, message, identity } = state;
  const tried = candidates(request.agreed, policy).map((dialect) => {
    const provisory = core.keys.derive(k, "initiator", request.agreed.cipher, dialect);
    const input = macInput(
      {
        nonces: [nonceB, request.nonceA],
        publicKey: identity.publicKey,
        forms: [request.form.element, message.form.element],
      },
      dialect,
    );
    try {
      return { dialect, fault: core.identity.fault(provisory, counterA, input, identity, dialect) };
    } finally {
      wipeKeys(provisory);
    }
  });
  // M_A is the same in both dialects, so any of the faults tells whether it was right.
  return tried.find(({ fault }) => fault === undefined) ?? { dialect: undefined, fault: tried[0]?.fault };
}

export function wipeResponder(state: Responder): void {
  if (state.kind === "awaiting-identity" || state.kind === "verifying") state.pair.secret.wipe();
}

/** XEP-0116 §4.7.1: every check of the third message is answered with feature-not-implemented. */
function failure(code: EsessionError["code"], name: string | undefined, what: string): EsessionError {
  return new EsessionError(code, name === undefined ? what : `the field '${name}' ${what}`, {
    condition: "feature-not-implemented",
    fields: name === undefined ? [] : [name],
  });
}
