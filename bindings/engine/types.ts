/** The engine's surface (`esession`): options, events, and what a session shows. */
import type { Secret } from "../core/secret.js";
import type { Cipher, Core, Dialect, Group, Hash, KeyPair, Role } from "../core/types.js";
import type { EsessionError } from "../errors.js";
import type { Logging, NegotiationPolicy, PubkeyMode, StanzaKind } from "../negotiation/policy.js";
import type { Signer } from "../identity/signer.js";
import type { BlobStore, KeySource } from "../store/types.js";
import type { Values } from "../session/renegotiation.js";
import type { FieldInit } from "../wire/forms.js";
import type { PeerKey, Reminder, Trust } from "./trust-types.js";

/** A stanza in one of the three forms that are read: an `@xmpp/xml` or ltx element, a DOM element, or text. */
export type AnyStanza = object | string;

/** The form in which the engine hands out stanzas that it made itself. */
export type StanzaForm = "element" | "string";

/** Time, handed in so that every run can be replayed. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `run` once after `delayMs`; the function returned cancels that. */
  after(delayMs: number, run: () => void): () => void;
}

export interface Policy extends NegotiationPolicy {
  /**
   * Who is answered without asking the application (XEP-0155 §10.1). `known`: those with whom a retained secret is
   * shared or to whom the application has written; others raise `request`. `nobody`: every request is raised.
   */
  readonly answer: "known" | "nobody" | "everybody";
  /** `start` rejects after this silence. Default 60,000. */
  readonly startTimeoutMs: number;
  /** A half-open negotiation is forgotten after this. Default 120,000. */
  readonly halfOpenMs: number;
  /** How long a termination waits for its acknowledgement. Default 30,000. */
  readonly acknowledgementMs: number;
  /**
   * A request that servers kept for longer than this is not answered, but told by the alert `request-stored` (XEP-0155
   * §4.2). Default 60,000.
   */
  readonly storedRequestMs: number;
  /** Content is padded with white space to a multiple of this many octets; 0: not at all. */
  readonly padTo: number;
  /** A clear body for clients that cannot read the session, beside the note of XEP-0380; undefined: none. */
  readonly fallbackBody: string | undefined;
  /**
   * Lets what waits for a deployed initiator's first stanza go out after 10 s without its confirmation.
   * Reported by the alert `released-unconfirmed`. Default false.
   */
  readonly releaseUnconfirmed: boolean;
  /** How long a retained secret is kept. Default one year. */
  readonly retainedMs: number;
  /**
   * A contact whose verified public key has changed, or that must show a key and shows none. `refuse` (default): no
   * session, before anything is sent under its keys. `alert`: the session, `unverified`. Both raise the alert.
   */
  readonly onKeyAlarm: "refuse" | "alert";
  /**
   * As the responder, look for a shared retained secret under other JIDs too (XEP-0116 §4.7.3). Default false: it tells
   * who is the same person, and reads every contact's record for each request.
   */
  readonly searchOtherJids: boolean;
  /** Stanzas that wait for a negotiation to end, for each peer. Default 256. */
  readonly queueLimit: number;
  /** Keys are exchanged again after so many stanzas of both directions (XEP-0200 §9). Default 100. */
  readonly rekeyStanzas: number;
  /** And after so long, if there were any. Default 600,000. */
  readonly rekeyMs: number;
  /** Expired MAC keys are told in later stanzas, so that a transcript proves nothing (XEP-0200 §10). Default false. */
  readonly publishMacKeys: boolean;
}

/**
 * Does the exponentiations of negotiations. Both may take their time; what they give is made in the core that they are
 * given, and belongs to the caller. A pool of workers (`esession/pool`) is one.
 */
export interface Exponentiations {
  /** As `core.dh.generate`. */
  generate(core: Core, group: Group): KeyPair | Promise<KeyPair>;
  /** As `core.dh.agree`. The pair may be wiped before there is a result. */
  agree(core: Core, pair: KeyPair, value: Uint8Array, hash: Hash): Secret | Promise<Secret>;
}

export interface EngineOptions {
  /** Our own full JID. */
  jid: string;
  /** Sends a stanza over the client's connection. If it throws or rejects, the session concerned ends. */
  send: (stanza: AnyStanza) => void | Promise<void>;
  /** The form of the stanzas given to `send`. Default `element` (`@xmpp/xml`). */
  form?: StanzaForm;
  policy?: Partial<Policy>;
  /**
   * Our public keys, in order of preference, and who signs with them (`esession/identity`). Without one the sessions are
   * authenticated by what the users compare, and by retained secrets.
   */
  identity?: Signer | readonly Signer[];
  /** Where retained secrets rest, sealed; without it they live in memory and are gone with the process. */
  store?: BlobStore;
  /** The key that seals them. Required with `store`. */
  keys?: KeySource;
  /** A loaded core, to share one among engines; without it the engine loads its own. */
  core?: Core;
  /** For a core that the engine loads itself. Default 64. */
  sessions?: number;
  /** The largest sealed stanza in octets. Default 262,144. */
  maxStanzaBytes?: number;
  /**
   * Who does the exponentiations of negotiations. Default: the core, on this thread. If they fail so does the
   * negotiation, as by any other error; nothing falls back to this thread, which the application wanted free.
   */
  exponentiations?: Exponentiations;
  clock?: Clock;
  /** What the client knows of a peer's software (from XEP-0115, say): its dialect. */
  dialectOf?: (fullJid: string) => Dialect | undefined;
  /**
   * What the client knows of a peer from service discovery (`supports`): where it is false, `start` sends nothing and
   * rejects with peer-unsupported. Asked for full JIDs only. Default: nothing is known.
   */
  supports?: (fullJid: string) => boolean | undefined;
  /**
   * Answers to fields that the engine does not know, in requests that are answered without asking the application (policy
   * `answer`); with others `accept` has them. Answers that cannot be given, and those of a function that throws, refuse the
   * request. Default: none, and a required one refuses it (XEP-0155 §4.3).
   */
  answerFields?: (request: {
    readonly from: string;
    readonly form: readonly RequestField[];
  }) => Readonly<Record<string, readonly string[]>>;
  /** Whether a peer sees our presence, so that it learns by itself when we leave (XEP-0155 §9.4). Default: no. */
  seesOurPresence?: (fullJid: string) => boolean;
}

/**
 * How far a session can be trusted. `verified`: the users compared the strong SAS, in this session or one that it
 * succeeds, or the key that it was signed with. `verified-weak`: the SAS by sas28x5 alone, which an active attacker can
 * match. `unverified`: encrypted, but nobody compared anything. `signed-only`: not encrypted, only authenticated.
 * `c2s`: protected as far as the servers, which can read it.
 */
export type Level = "verified" | "verified-weak" | "unverified" | "signed-only" | "c2s";

/**
 * `unconfirmed`: the peer has not proved yet that it has the final keys; seal throws, send waits.
 * `ending`: a termination was sent, its acknowledgement has not come.
 */
export type SessionState = "unconfirmed" | "established" | "ending" | "ended";

export interface SessionEnd {
  readonly reason:
    | "closed-by-us"
    | "closed-by-peer"
    | "closed-by-peer-unauthenticated"
    | "peer-unavailable"
    | "superseded"
    | "mac-mismatch"
    | "content-malformed"
    | "protocol-violation"
    | "key-exhausted"
    | "send-failed"
    | "acknowledgement-missing"
    | "resource-changed"
    | "never-confirmed";
  /**
   * True only after a verified termination or acknowledgement: nothing of the peer's is missing. What became of ours,
   * `unconfirmed` says: only an acknowledgement of our own termination proves that all of them arrived.
   */
  readonly complete: boolean;
  /** Stanzas of ours that were never confirmed: how many, and the ids of the last 256 that had one. */
  readonly unconfirmed: { readonly count: number; readonly ids: readonly string[] };
  /** Stanzas that waited and were not sent. */
  readonly unsent: readonly AnyStanza[];
}

export interface SessionInfo {
  readonly group: Group;
  readonly cipher: Cipher;
  readonly hash: Hash;
  /** undefined after a negotiation of three messages. */
  readonly sasAlgorithm: "sas28x5-bound" | "sas28x5" | undefined;
  readonly stanzas: readonly StanzaKind[];
  readonly logging: Logging;
  readonly dialect: Dialect;
  /** A secret that both users know is in the keys (`setOtherSecret`). */
  readonly otherSecret: boolean;
  /** How many messages the negotiation took. */
  readonly messages: 3 | 4;
  /** How the initiator and the responder have identified themselves. */
  readonly initPubkey: PubkeyMode;
  readonly respPubkey: PubkeyMode;
  /** Both allow further sessions beside this one (XEP-0155 §9). */
  readonly multisession: boolean;
  /** What was agreed on disclosure; undefined where the initiator did not ask. */
  readonly disclosure: "never" | undefined;
  /** What the responder answered to the fields of the application. */
  readonly fields: Readonly<Record<string, readonly string[]>>;
  /** The least number of stanzas between two key exchanges; 4294967295: there is none. */
  readonly rekeyFreq: number;
}

export interface Session {
  /** The peer's full JID. */
  readonly peer: string;
  readonly thread: string;
  readonly role: Role;
  readonly state: SessionState;
  readonly level: Level;
  readonly info: SessionInfo;
  /** The public key that the peer has proved to hold, as it is remembered now; undefined where none was shown. */
  readonly peerKey: PeerKey | undefined;
  /** Nobody has compared anything with this contact yet, and the user wants to be reminded: what `reminder` was told. */
  readonly reminder: Reminder | undefined;
  /** A retained secret of an earlier session was recognised. */
  readonly continued: boolean;
  /** Five characters for the users to compare; undefined where only the weak algorithm was agreed. */
  readonly sas: string | undefined;
  /** 128 bits for QR or paste, in groups; undefined with the weak algorithm. */
  readonly comparisonCode: string | undefined;
  /** The five characters of sas28x5 where it alone was agreed: proves little against an active attacker. */
  readonly weakSas: string | undefined;
  /** The users compared `sas` and it matched. */
  confirmSas(): Promise<void>;
  /** The users compared `weakSas` and it matched. */
  confirmWeakSas(): Promise<void>;
  /**
   * Encrypts a stanza to the peer; the result comes in the form in which the stanza came and must be sent, once, in
   * the order of the calls. Throws session-unconfirmed, session-ended, stanza-too-large, stanza-not-in-session.
   */
  seal<T extends AnyStanza>(stanza: T): T;
  /** As seal for each, in one call of the core; if it throws, none was sealed. */
  sealMany<T extends AnyStanza>(stanzas: readonly T[]): T[];
  /** Seals and sends; while the session is unconfirmed the stanza waits. */
  send(stanza: AnyStanza): void;
  /**
   * Opens a stanza of the peer's; as `engine.receive` does, which is the usual way. Throws stanza-not-in-session,
   * session-ended.
   */
  open<T extends AnyStanza>(stanza: T): T | undefined;
  /**
   * Exchanges keys again (XEP-0200 §9), which happens by itself every now and then (policy `rekeyStanzas`, `rekeyMs`);
   * resolves when the stanza that does it was sent. Rejects with rekey-unagreed where it was agreed that there is none,
   * or none yet; session-unconfirmed, session-ended.
   */
  rekey(): Promise<void>;
  /**
   * Asks the peer for other parameters (XEP-0155 §6); `info` shows them when it has accepted. There is no time for the
   * answer: a person may have to give it. Rejects with session-ended, session-unconfirmed, session-moving,
   * renegotiation-open (one at a time; of two that cross, the one of the session's initiator goes on), option-invalid,
   * peer-unsupported, options-unacceptable (the peer supports a field, or any of its options, not).
   */
  renegotiate(fields: readonly RenegotiatedField[]): Promise<Renegotiated>;
  /**
   * Asks the peer to go on with another resource of ours (XEP-0155 §5), at which the client already is. Until the peer
   * has accepted and `engine.moved` was called, what is sent waits, and seal throws session-moving. Rejects with
   * negotiation-refused, negotiation-timeout (and then the session ends), session-ended, session-unconfirmed,
   * session-moving, peer-unsupported.
   */
  continueOn(resource: string): Promise<void>;
  /** Terminates the session (XEP-0116 §5) and resolves when that is acknowledged or given up. */
  close(): Promise<SessionEnd>;
  /** Resolves when the session has ended, for whatever reason. */
  readonly ended: Promise<SessionEnd>;
}

/** A stranger asks for a session. Until it is answered nothing tells the peer that we are there. */
export interface SessionRequest {
  readonly from: string;
  readonly thread: string;
  /** The fields of the form: names with values or options. */
  readonly fields: Readonly<Record<string, readonly string[]>>;
  /** The same with all that the form says of them. Those that are not `known` to the engine are the application's to answer. */
  readonly form: readonly RequestField[];
  /**
   * Answers the request. `fields`: values for fields of the application, by name; those that are required and stay without
   * an answer refuse the request with feature-not-implemented (XEP-0155 §4.3). Throws option-invalid.
   */
  accept(options?: { readonly fields?: Readonly<Record<string, readonly string[]>> }): void;
  /** XEP-0155 §4.3: declines, with a reason for a human reader. */
  reject(reason?: string): void;
}

/** A field of a request (XEP-0004 §3.2). All of it is the peer's, and unauthenticated. */
export interface RequestField {
  readonly var: string;
  readonly type: string | undefined;
  readonly label: string | undefined;
  readonly required: boolean;
  readonly values: readonly string[];
  readonly options: readonly { readonly value: string; readonly label: string | undefined }[];
  /** Answered by the engine, as its policy says. */
  readonly known: boolean;
}

/** A field to ask about; `required`, which is the default: an acceptance must have a value for it. */
export interface RenegotiatedField extends FieldInit {
  readonly required?: boolean;
}

/** The peer's answer; without its acceptance everything stays as it was agreed. */
export interface Renegotiated {
  readonly accepted: boolean;
  readonly values: Values;
}

/** The peer asks for other parameters of a session (XEP-0155 §6). Decided once; nothing changes before. */
export interface Renegotiation {
  readonly session: Session;
  /** `known`: what accept() leaves out is answered by the engine. */
  readonly fields: readonly RequestField[];
  /**
   * Values of fields, among those offered. What is left out gets a value only where it is required and the engine's own
   * (`logging`, `disclosure`, `security`, `multisession`): the one agreed already, or else what the policy likes best. Throws
   * option-invalid, session-ended.
   */
  accept(values?: Readonly<Record<string, string | readonly string[]>>): void;
  reject(): void;
  /** Answers feature-not-implemented, naming the required fields that the application does not know. */
  unsupported(...fields: string[]): void;
}

export type AlertKind =
  | "other-resource"
  | "sas-downgrade"
  | "dialect-downgrade"
  | "sas-guessing"
  | "continuity-lost"
  | "key-new"
  | "key-changed"
  | "key-missing"
  | "key-elsewhere"
  | "known-elsewhere"
  | "negotiation-failed"
  | "clear-in-session"
  | "clear-residue"
  | "duplicate"
  | "session-ended"
  | "released-unconfirmed"
  | "unmatched-result"
  | "no-session"
  | "request-stored"
  | "peer-moved"
  | "logging"
  | "disclosure"
  | "second-session"
  | "queue-full"
  | "session-lost"
  | "partly-protected"
  | "unreadable"
  | "security-declined"
  | "store-failed"
  | "rekey-failed"
  | "send-failed";

export interface Alert {
  readonly kind: AlertKind;
  readonly jid: string;
  /** One sentence for the user. */
  readonly message: string;
  /** When the peer asked, in milliseconds since 1970 (`request-stored`); undefined where that cannot be read. */
  readonly at?: number;
  readonly session?: Session;
  readonly end?: SessionEnd;
  readonly error?: EsessionError;
  /** The public key that it is about. */
  readonly key?: PeerKey;
  /** The other bare JIDs that it is about (`key-elsewhere`, `known-elsewhere`). */
  readonly otherJids?: readonly string[];
  /** Accepts what the alert warns of, where that is possible (`dialect-downgrade`, the alarms about keys). */
  readonly accept?: () => Promise<void>;
  /** Starts again, where a session was lost or another attempt can find out more (`key-changed`). */
  readonly restart?: () => Promise<Session>;
}

export interface Trace {
  readonly jid: string;
  readonly thread: string;
  readonly role: Role;
  /** What was done, in the words of XEP-0116. */
  readonly step: string;
  readonly detail?: Readonly<Record<string, string | number | boolean>>;
}

export interface Delivered {
  readonly session: Session;
  readonly stanza: AnyStanza;
}

export interface EngineEvents {
  session: Session;
  request: SessionRequest;
  renegotiation: Renegotiation;
  /** A stanza that waited while the session was being established, opened, in order. */
  stanza: Delivered;
  alert: Alert;
  /** At the start of each session with a contact with whom nothing was ever compared. */
  reminder: Reminder;
  trace: Trace;
}

/** What `engine.open` makes of a stanza. */
export type Received =
  /** Decrypted, or clear: hand it on. `session` undefined: it came unprotected. */
  | { readonly kind: "stanza"; readonly stanza: AnyStanza; readonly session: Session | undefined }
  /** Belongs to the engine (a negotiation, a termination), was refused, or waits for `stanza`. */
  | { readonly kind: "consumed" };

export interface StartOptions {
  signal?: AbortSignal;
  timeoutMs?: number;
  /** Further fields of the request (XEP-0155 §4.1). Clients that do not know one may refuse for it. */
  fields?: readonly FieldInit[];
  /**
   * The application looks at what the peer has answered to those fields, before the negotiation is completed (XEP-0155
   * §4.4): false, or a reason for the peer's user, cancels it, and `start` rejects with negotiation-aborted.
   */
  review?: (
    fields: Readonly<Record<string, readonly string[]>>,
    fullJid: string,
  ) => ReviewVerdict | Promise<ReviewVerdict>;
  /** How the two may identify themselves in this session, instead of the policy's `initPubkey` and `respPubkey`. */
  initPubkey?: readonly PubkeyMode[];
  respPubkey?: readonly PubkeyMode[];
  /**
   * 3: the negotiation of three messages (XEP-0116 §4.2), meant for sessions of a client with a service whose identity is
   * known anyway: an active attacker learns who the responder is. Not for sessions between people: there is no SAS, no
   * retained secret and no other secret in it. Both sides must have an identity. Default 4.
   */
  messages?: 3 | 4;
  /** With three messages: a message that travels, sealed, in the third of them. */
  content?: AnyStanza;
  /** With `content`: nothing follows it; the session ends as it begins (object encryption, XEP-0116 §4.6.4). */
  terminate?: boolean;
}

export type ReviewVerdict = boolean | { readonly reason: string };

export interface Engine {
  readonly jid: string;
  /** What to announce in answers to `disco#info`, and in entity capabilities (XEP-0115). */
  readonly features: readonly string[];
  on<E extends keyof EngineEvents>(event: E, listener: (value: EngineEvents[E]) => void): () => void;
  /**
   * Negotiates a session with a full or bare JID. Rejects with negotiation-timeout, negotiation-refused,
   * negotiation-failed, negotiation-aborted, peer-unsupported, peer-limit, core-full.
   */
  start(jid: string, options?: StartOptions): Promise<Session>;
  /** Every incoming stanza goes through here. The stanza to hand on, or undefined if there is none. */
  receive<T extends AnyStanza>(stanza: T): T | undefined;
  /** As receive, and says whether the stanza came through a session. */
  open(stanza: AnyStanza): Received;
  /**
   * As open for each, in their order; what becomes of one changes nothing for the others. Throws stanza-unsupported, and
   * then none was opened.
   */
  openMany(stanzas: readonly AnyStanza[]): Received[];
  /**
   * Seals stanzas of any sessions of this engine in one call of the core, in their order; each result must be sent, once,
   * in that order. If it throws, as Session.seal does, none was sealed.
   */
  sealMany<T extends AnyStanza>(list: readonly { readonly session: Session; readonly stanza: T }[]): T[];
  /**
   * The client is at another resource now, the one that the sessions' peers were asked to go on with (`continueOn`). The
   * sessions of those that have not accepted end, and so does what is being negotiated. Throws option-invalid,
   * jid-malformed.
   */
  moved(fullJid: string): void;
  /** Tells that the application has written to this peer, so that its request is answered without asking. */
  wroteTo(jid: string): Promise<void>;
  /** A secret that both users know, at least 80 bits or stretched by its length (XEP-0116 §4.2). Takes seconds. */
  setOtherSecret(jid: string, secret: string): Promise<void>;
  /** The keys of peers: which are known, whose they are, what the users have compared. */
  readonly trust: Trust;
  session(fullJid: string): Session | undefined;
  readonly sessions: readonly Session[];
  /** Terminates every session, wipes everything. */
  close(): Promise<void>;
}
