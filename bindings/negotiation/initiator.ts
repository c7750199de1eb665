/**
 * The initiator's side of the negotiation, messages 1 and 2 (XEP-0116 §4.3, §4.6.1). It goes on in initiator-identity.ts
 * and ends in initiator-final.ts; where there are three messages only, both are in initiator-opening.ts.
 * Pure: no clock, no store, no random source but `env`. Messages are already parsed and size-checked.
 */
import type { Dialect, KeyPair } from "../core/types.js";
import { EsessionError } from "../errors.js";
import { field } from "../wire/forms.js";
import { bareOf } from "../wire/jid.js";
import { buildMessage } from "../wire/negotiation.js";
import { NONCE_BYTES } from "./agreed.js";
import { couldBeDeployed, guessDialect } from "./dialect.js";
import { boolean, unacceptable } from "./fields.js";
import { wipeInitiator, type Agreeing, type AwaitingResponse, type Initiator, type InitiatorInit, type Offering, type Reviewing } from "./initiator-states.js"; // prettier-ignore
import { makeOffer } from "./offer.js";
import { cancellation, giveUp, refuse, unexpected } from "./refusal.js";
import { buildRequest } from "./request-form.js";
import { declinedSecurity, readResponse } from "./response.js";
import { ended, step, trace } from "./types.js";
import type { Env, Generated, Message, NegotiationAlert, PeerFacts, Raise, Reviewed, Step } from "./types.js";

export { wipeInitiator } from "./initiator-states.js";
export type * from "./initiator-states.js";
export { sendIdentity, signedIdentity } from "./initiator-identity.js";
export { signedOpening, verifiedResponse } from "./initiator-opening.js";

/** XEP-0116 §4.3: fresh exponents for every offer, one for each group. */
export function startInitiator(env: Env, init: InitiatorInit): Step<Initiator> {
  const { policy, own } = env;
  const offer = makeOffer({ policy, own, facts: init.facts, messages: init.messages });
  const state: Offering = { kind: "offering", init, offer, nonceA: env.core.randomBytes(NONCE_BYTES) };
  return step<Initiator>(state, { ask: { kind: "generate", groups: env.policy.groups } });
}

/** Message 1. */
export function sendRequest(env: Env, state: Offering, { pairs }: Generated): Step<Initiator> {
  const { init, nonceA, offer } = state;
  const formA = buildRequest(env.core, { offer, nonceA, pairs, extra: init.extra });
  const next: AwaitingResponse = { ...state, kind: "awaiting-response", formA, pairs };
  return step<Initiator>(next, {
    send: [buildMessage({ to: init.to, thread: init.thread }, "feature", formA, { amp: true })],
    raise: [
      trace("ESession request sent", { to: init.to, groups: pairs.map((pair) => pair.group).join(",") }),
    ],
  });
}

/** Message 2. The first well-formed response consumes the exponents. */
export function receiveResponse(env: Env, state: AwaitingResponse, message: Message): Step<Initiator> {
  const { init, nonceA, offer, formA, pairs } = state;
  if (message.wrapper !== "feature" || message.form.type !== "submit") {
    wipePairs(pairs);
    return refuse(
      message,
      unexpected("the response to the request must be a form of type submit in <feature/>"),
    );
  }
  try {
    const accepted = boolean(message.form, "accept");
    const security = declinedSecurity(message.form);
    if (!accepted || security !== undefined) {
      wipePairs(pairs);
      const error = declined(accepted, security, message);
      return giveUp(error, {
        raise: [
          trace("declined", { accepted }),
          ...(accepted ? [alert("security-declined", error.message)] : []),
        ],
      });
    }
    const groups = pairs.map((pair) => pair.group);
    const response = readResponse(env.core, message.form, { offer, groups, nonceA });
    if (init.facts.boundSas && response.agreed.sas === "sas28x5")
      return refuseDowngrade(state, message, "sas-downgrade");
    const dialect = guessDialect(response.agreed, env.policy, message.form, {
      retry: init.retry,
      remembered: init.facts.dialect,
      software: init.software,
    });
    if (dialect === "deployed" && init.facts.spokeXep && env.policy.dialect !== "deployed")
      return refuseDowngrade(state, message, "dialect-downgrade");
    const pair = pairs.find((one) => one.group === response.agreed.group)!;
    // XEP-0116 §4.6.1: return not-acceptable unless 1 < d < p - 1
    const fault = env.core.dh.check(pair.group, response.publicKey, pair.publicKey);
    if (fault !== undefined)
      throw unacceptable("dhkeys", `is not a usable public value: ${fault}`, "dh-public-value");
    wipePairs(pairs.filter((one) => one !== pair));
    const { from: peer } = message;
    const { fields } = response.agreed;
    const settled = { init, nonceA, offer, formA, message, pair, response, peer, dialect };
    const raise = [
      trace("ESession response accepted", { group: pair.group, cipher: response.agreed.cipher, dialect }),
      ...(init.to.includes("/") && init.to !== peer
        ? [alert("other-resource", `${init.to} was asked, ${peer} answered; the session is with that one`)]
        : []),
    ];
    if (init.reviews)
      return step<Initiator>(
        { ...settled, kind: "reviewing" },
        { ask: { kind: "review", fields, jid: peer }, raise },
      );
    return { ...agreeing({ ...settled, kind: "agreeing" }), raise };
  } catch (error) {
    wipePairs(pairs);
    if (!EsessionError.is(error)) throw error;
    const missing = keyNeeded(init.facts) && error.fields.includes("resp_pubkey");
    return refuse(message, error, { alerts: missing ? [keyMissing(message.from)] : [] });
  }
}

/** The application has looked at the answers to its fields (XEP-0155 §4.4). No exponentiation before this. */
export function reviewed(_env: Env, state: Reviewing, { completes, reason }: Reviewed): Step<Initiator> {
  if (completes) return agreeing({ ...state, kind: "agreeing" });
  wipeInitiator(state);
  const { peer, init } = state;
  return giveUp(
    new EsessionError("negotiation-aborted", `the application did not accept what ${peer} answered`),
    { send: [cancellation(peer, init.thread, reason)], raise: [trace("cancelled")] },
  );
}

function agreeing(state: Agreeing): Step<Initiator> {
  const { pair, response, peer } = state;
  return step<Initiator>(state, {
    ask: {
      kind: "agree",
      pair,
      value: response.publicKey,
      hash: response.agreed.hash,
      bareJid: bareOf(peer),
    },
  });
}

/** An error stanza of the peer's: it ends the negotiation, and at most lets one more be tried in the other dialect. */
export function receiveError(
  env: Env,
  state: Initiator,
  condition: string,
  fields: readonly string[],
): Step<Initiator> {
  const error = new EsessionError(
    "negotiation-refused",
    `the peer answered ${condition}${fields.length > 0 ? ` for ${fields.join(", ")}` : ""}`,
    { fields },
  );
  wipeInitiator(state);
  // the peer offers no key any more, where one is required
  if (state.kind === "awaiting-response" && keyNeeded(state.init.facts) && fields.includes("resp_pubkey"))
    return giveUp(error, { raise: [keyMissing(state.init.to)] });
  if (state.kind !== "awaiting-final") return giveUp(error);
  const other: Dialect = state.dialect === "xep" ? "deployed" : "xep";
  const possible =
    env.policy.dialect === "auto" &&
    state.init.retry === undefined &&
    couldBeDeployed(state.response.agreed, env.policy);
  if (!possible) return giveUp(error);
  if (other === "deployed" && state.init.facts.spokeXep) {
    const [, text] = downgrades["dialect-downgrade"];
    return giveUp(error, {
      raise: [alert("dialect-downgrade", `${bareOf(state.peer)}: what it answered ${text}`)],
    });
  }
  return step<Initiator>(ended, { raise: [{ kind: "failed", error, retryDialect: other }] });
}

function wipePairs(pairs: readonly KeyPair[]): void {
  for (const pair of pairs) pair.secret.wipe();
}

function refuseDowngrade(
  state: AwaitingResponse,
  message: Message,
  kind: "sas-downgrade" | "dialect-downgrade",
): Step<Initiator> {
  wipePairs(state.pairs);
  const [name, text] = downgrades[kind];
  return refuse(message, unacceptable(name, text), {
    alerts: [alert(kind, `${bareOf(message.from)}: ${text}`)],
  });
}

export const keyNeeded = ({ keyed, keyRequired = keyed }: PeerFacts): boolean => keyRequired === true;

/** XEP-0116 §7.3: the user is told when a contact whose key is known shows none. */
export const keyMissing = (jid: string): Raise =>
  alert(
    "key-missing",
    `${bareOf(jid)} has identified itself by a public key before, and does not any more: it may be somebody else`,
  );

/** The field that is refused, and why, for each kind of downgrade. */
export const downgrades = {
  "sas-downgrade": ["sas_algs", "names only sas28x5, although this contact has used sas28x5-bound before"],
  "dialect-downgrade": [
    "crypt_algs",
    "leads to the old dialect, although this contact has spoken the XEP's before",
  ],
} as const;

function alert(kind: NegotiationAlert, message: string) {
  return { kind: "alert", alert: kind, message } as const;
}

function declined(accepted: boolean, security: string | undefined, { from, form }: Message): EsessionError {
  const reason = field(form, "reason")?.values[0]?.slice(0, 1024);
  if (!accepted)
    return new EsessionError(
      "negotiation-refused",
      `${from} declined the session${reason ? `: ${reason}` : ""}`,
    );
  return new EsessionError(
    "negotiation-refused",
    `${from} wants security '${security ?? ""}' instead of end-to-end encryption; nothing was sent`,
    { fields: ["security"] },
  );
}
