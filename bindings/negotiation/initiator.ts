/**
 * The initiator's side of the four-message negotiation up to message 3 (XEP-0116 §4.3, §4.6; key mode `none`); its end is
 * in initiator-final.ts.
 * Pure: no clock, no store, no random source but `env`. Messages are already parsed and size-checked.
 */
import type { Secret } from "../core/secret.js";
import type { Dialect, KeyPair } from "../core/types.js";
import { EsessionError } from "../errors.js";
import { rshashes } from "../trust/shared-retained.js";
import { encodeBase64 } from "../wire/base64.js";
import type { Element } from "../wire/element.js";
import { buildForm, field, type FieldInit } from "../wire/forms.js";
import { bareOf } from "../wire/jid.js";
import { buildMessage } from "../wire/negotiation.js";
import { FORM_TYPE } from "../wire/namespaces.js";
import { NONCE_BYTES, mayRekey } from "./agreed.js";
import { couldBeDeployed, guessDialect } from "./dialect.js";
import { boolean, unacceptable } from "./fields.js";
import { macInput, wipeKeys } from "./proof.js";
import { giveUp, refuse, unexpected } from "./refusal.js";
import { buildRequest } from "./request.js";
import { declinedSecurity, readResponse, type Response } from "./response.js";
import { ended, step, trace } from "./types.js";
import type {
  AgreedSecret,
  Ended,
  Env,
  Generated,
  Message,
  NegotiationAlert,
  PeerFacts,
  PeerKnowledge,
  Step,
} from "./types.js";

export interface InitiatorInit {
  /** A full or a bare JID. */
  readonly to: string;
  readonly thread: string;
  readonly facts: PeerFacts;
  /** What the client knows of the peer's software. */
  readonly software?: Dialect | undefined;
  /** The dialect of a second attempt, after message 3 of the first was refused. */
  readonly retry?: Dialect | undefined;
  /** Fields of the application, appended to message 1. */
  readonly extra?: readonly FieldInit[] | undefined;
}

interface Common {
  readonly init: InitiatorInit;
  readonly nonceA: Uint8Array;
}

export interface Offering extends Common {
  readonly kind: "offering";
}

export interface AwaitingResponse extends Common {
  readonly kind: "awaiting-response";
  readonly formA: Element;
  /** One for each group offered; they serve one response only. */
  readonly pairs: readonly KeyPair[];
}

export interface Agreeing extends Common {
  readonly kind: "agreeing";
  readonly formA: Element;
  readonly pair: KeyPair;
  readonly response: Response;
  /** The full JID that answered: the session is with that resource. */
  readonly peer: string;
  readonly dialect: Dialect;
}

export interface AwaitingFinal extends Common {
  readonly kind: "awaiting-final";
  readonly formA: Element;
  /** e, shortest form. */
  readonly publicKey: Uint8Array;
  readonly response: Response;
  readonly peer: string;
  readonly dialect: Dialect;
  readonly k: Secret;
  readonly knowledge: PeerKnowledge;
  /** M_A, which sas28x5 covers. */
  readonly proofA: Uint8Array;
  /** Kept for re-keying; undefined where none was agreed. */
  readonly pair: KeyPair | undefined;
}

export type Initiator = Offering | AwaitingResponse | Agreeing | AwaitingFinal | Ended;

/** XEP-0116 §4.3: fresh exponents for every offer, one for each group. */
export function startInitiator(env: Env, init: InitiatorInit): Step<Initiator> {
  const state: Offering = { kind: "offering", init, nonceA: env.core.randomBytes(NONCE_BYTES) };
  return step<Initiator>(state, { ask: { kind: "generate", groups: env.policy.groups } });
}

/** Message 1. */
export function sendRequest(env: Env, { init, nonceA }: Offering, { pairs }: Generated): Step<Initiator> {
  const formA = buildRequest(env.core, {
    policy: env.policy,
    dialect: offerDialect(env),
    nonceA,
    pairs,
    ...(init.extra ? { extra: init.extra } : {}),
  });
  const next: AwaitingResponse = { kind: "awaiting-response", init, nonceA, formA, pairs };
  return step<Initiator>(next, {
    send: [buildMessage({ to: init.to, thread: init.thread }, "feature", formA, { amp: true })],
    raise: [
      trace("ESession request sent", { to: init.to, groups: pairs.map((pair) => pair.group).join(",") }),
    ],
  });
}

function offerDialect(env: Env): Dialect | "auto" {
  return env.policy.dialect === "deployed" ? "deployed" : "auto";
}

/** Message 2. The first well-formed response consumes the exponents. */
export function receiveResponse(env: Env, state: AwaitingResponse, message: Message): Step<Initiator> {
  const { init, nonceA, formA, pairs } = state;
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
    const response = readResponse(env.core, message.form, {
      policy: env.policy,
      dialect: offerDialect(env),
      groups: pairs.map((pair) => pair.group),
      nonceA,
    });
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
    const next: Agreeing = {
      kind: "agreeing",
      init,
      nonceA,
      formA,
      pair,
      response,
      peer: message.from,
      dialect,
    };
    return step<Initiator>(next, {
      ask: {
        kind: "agree",
        pair,
        value: response.publicKey,
        hash: response.agreed.hash,
        bareJid: bareOf(message.from),
      },
      raise: [
        trace("ESession response accepted", { group: pair.group, cipher: response.agreed.cipher, dialect }),
        ...(init.to.includes("/") && init.to !== message.from
          ? [
              alert(
                "other-resource",
                `${init.to} was asked, ${message.from} answered; the session is with that one`,
              ),
            ]
          : []),
      ],
    });
  } catch (error) {
    wipePairs(pairs);
    if (!EsessionError.is(error)) throw error;
    return refuse(message, error);
  }
}

/** Message 3: e is revealed, and the proof of identity sealed under the provisory keys (XEP-0116 §4.6). */
export function sendIdentity(
  env: Env,
  state: Agreeing,
  { k, peer: knowledge }: AgreedSecret,
): Step<Initiator> {
  const { core } = env;
  const { init, nonceA, formA, pair, response, peer, dialect } = state;
  const rekeys = mayRekey(response.agreed) && dialect !== "deployed";
  if (!rekeys) pair.secret.wipe();
  const ownHashes = rshashes(
    core,
    nonceA,
    knowledge.retained.map((one) => one.secret),
  );
  const fields: FieldInit[] = [
    { var: "FORM_TYPE", values: [FORM_TYPE] },
    { var: "accept", values: ["1"] },
    { var: "nonce", values: [encodeBase64(response.nonceB)] },
    { var: "dhkeys", values: [encodeBase64(pair.publicKey)] },
    { var: "rshashes", values: ownHashes.map(encodeBase64) },
  ];
  const provisory = core.keys.derive(k, "initiator", response.agreed.cipher, dialect);
  const input = macInput(
    {
      nonces: [response.nonceB, nonceA],
      publicKey: pair.publicKey,
      forms: [formA, buildForm("result", fields)],
    },
    dialect,
  );
  let proof;
  try {
    proof = core.identity.seal(provisory, response.counterA, input, dialect);
  } finally {
    wipeKeys(provisory);
  }
  const formA2 = buildForm("result", [
    ...fields,
    { var: "identity", values: [encodeBase64(proof.identity)] },
    { var: "mac", values: [encodeBase64(proof.mac)] },
  ]);
  const next: AwaitingFinal = {
    kind: "awaiting-final",
    init,
    nonceA,
    formA,
    publicKey: pair.publicKey,
    response,
    peer,
    dialect,
    k,
    knowledge,
    proofA: proof.mac,
    pair: rekeys ? pair : undefined,
  };
  return step<Initiator>(next, {
    send: [buildMessage({ to: peer, thread: init.thread }, "feature", formA2)],
    raise: [trace("identity sent", { dialect })],
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

export function wipeInitiator(state: Initiator): void {
  if (state.kind === "awaiting-response") wipePairs(state.pairs);
  if (state.kind === "agreeing") state.pair.secret.wipe();
  if (state.kind === "awaiting-final") {
    state.k.wipe();
    state.pair?.secret.wipe();
  }
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
