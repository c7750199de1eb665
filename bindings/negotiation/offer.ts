/**
 * What a request of ours offers (XEP-0116 §4.3, XEP-0155 §4.1): made once for each attempt, written into message 1, and
 * what the response is held against.
 */
import type { Cipher, Dialect, Hash } from "../core/types.js";
import { NO_REKEY, SAS_ALGORITHMS, type SasAlgorithm } from "./agreed.js";
import type { Logging, NegotiationPolicy, PubkeyMode, Security, StanzaKind } from "./policy.js";
import { acceptedModes, noKeys, offeredAlgorithms, shownModes, withoutNone } from "./pubkeys.js";
import type { OwnKeys, PeerFacts, SignAlgorithm } from "./types.js";

export interface Offer {
  readonly messages: 3 | 4;
  /** In the shape that deployed clients read. */
  readonly deployed: boolean;
  readonly ciphers: readonly Cipher[];
  readonly hashes: readonly Hash[];
  readonly sas: readonly SasAlgorithm[];
  readonly stanzas: readonly StanzaKind[];
  readonly logging: readonly Logging[];
  readonly rekeyFreq: number;
  readonly security: readonly Security[];
  readonly initPubkey: readonly PubkeyMode[];
  readonly respPubkey: readonly PubkeyMode[];
  /** Empty where nobody may show a key. */
  readonly signing: readonly SignAlgorithm[];
  readonly multisession: boolean;
}

export interface OfferInit {
  readonly policy: NegotiationPolicy;
  readonly own?: OwnKeys | undefined;
  readonly facts?: Pick<PeerFacts, "keyed" | "keyRequired"> | undefined;
  readonly messages?: 3 | 4 | undefined;
}

export function makeOffer({ policy, own, facts, messages = 4 }: OfferInit): Offer {
  const deployed = policy.dialect === "deployed";
  const modes = deployed
    ? { initPubkey: noKeys, respPubkey: noKeys }
    : {
        initPubkey: shownModes(policy.initPubkey, own),
        respPubkey: acceptedModes(policy.respPubkey, { own, ...facts }),
      };
  // XEP-0116 §4.3: 'none' MUST NOT be specified with 3-message negotiation
  const initPubkey = messages === 3 ? withoutNone(modes.initPubkey) : modes.initPubkey;
  const respPubkey = messages === 3 ? withoutNone(modes.respPubkey) : modes.respPubkey;
  const keyless = withoutNone([...initPubkey, ...respPubkey]).length === 0;
  return {
    messages,
    deployed,
    ciphers: messages === 3 ? encrypting(policy.ciphers) : offeredCiphers(policy, policy.dialect),
    hashes: offeredHashes(policy, policy.dialect),
    sas: messages === 3 ? [] : offeredSas(policy.dialect),
    stanzas: offeredStanzas(policy, policy.dialect),
    logging: policy.logging,
    rekeyFreq: offeredRekey(policy, policy.dialect),
    security: policy.security,
    initPubkey,
    respPubkey,
    signing: keyless ? [] : offeredAlgorithms(own),
    multisession: policy.multisession,
  };
}

/**
 * Of three messages the second does not cover the first (XEP-0116 §4.5.4), so whoever is in the middle can leave `none`
 * alone in it, and would read the first stanzas before the responder finds out. It is offered alone or not at all.
 */
function encrypting(ciphers: readonly Cipher[]): readonly Cipher[] {
  const others = ciphers.filter((cipher) => cipher !== "none");
  return others.length > 0 ? others : ciphers;
}

export function offeredCiphers(policy: NegotiationPolicy, dialect: Dialect | "auto"): readonly Cipher[] {
  return dialect === "deployed" ? ["aes128-ctr"] : policy.ciphers;
}

export function offeredHashes(policy: NegotiationPolicy, dialect: Dialect | "auto"): readonly Hash[] {
  return dialect === "deployed" ? ["sha256"] : policy.hashes;
}

export function offeredStanzas(policy: NegotiationPolicy, dialect: Dialect | "auto"): readonly StanzaKind[] {
  return dialect === "deployed" ? ["message"] : policy.stanzas;
}

/** Deployed clients never exchange keys again, whatever they agree to. */
export function offeredRekey({ rekeyFreq }: NegotiationPolicy, dialect: Dialect | "auto"): number {
  return dialect === "deployed" ? NO_REKEY : rekeyFreq;
}

export function offeredSas(dialect: Dialect | "auto"): readonly SasAlgorithm[] {
  return dialect === "deployed" ? ["sas28x5"] : SAS_ALGORITHMS;
}
