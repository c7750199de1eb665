/** `esession`: encrypted XMPP sessions for any client. See README for the first fifteen lines. */
export { createEngine } from "./engine/engine.js";
export { systemClock } from "./engine/clock.js";
export { supports } from "./engine/disco.js";
export { defaultPolicy } from "./engine/policy.js";
export type {
  Alert,
  AlertKind,
  AnyStanza,
  Clock,
  Delivered,
  Engine,
  EngineEvents,
  EngineOptions,
  Exponentiations,
  Level,
  Policy,
  Received,
  Renegotiated,
  RenegotiatedField,
  Renegotiation,
  RequestField,
  ReviewVerdict,
  Session,
  SessionEnd,
  SessionInfo,
  SessionRequest,
  SessionState,
  StanzaForm,
  StartOptions,
  Trace,
} from "./engine/types.js";
export type { ContactTrust, PeerKey, PeerKeyUse, Reminder, Trust } from "./engine/trust-types.js";
export type { Logging, PubkeyMode, Security, StanzaKind } from "./negotiation/policy.js";
export type { Cipher, Core, CoreOptions, Dialect, Group, Hash, Role } from "./core/types.js";
export { loadCore } from "./core/index.js";
export { EsessionError, errorCodes, type Condition, type ErrorCode } from "./errors.js";
export { features } from "./wire/disco.js";
export { memoryStore } from "./store/memory.js";
export { fixedKey } from "./store/fixed.js";
export { passphraseKey } from "./store/passphrase.js";
export type { BlobStore, Change, KeySource, Version } from "./store/types.js";
