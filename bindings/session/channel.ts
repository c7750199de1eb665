/**
 * One established session's stanzas: sealing and opening (XEP-0200 §5-8), synchronously. Holds the keys of both
 * directions as contexts in the core; knows nothing of queues, timers or events.
 */
import type { Core, Dialect, SealItem, Sealed } from "../core/types.js";
import { EsessionError } from "../errors.js";
import type { Agreed } from "../negotiation/agreed.js";
import { utf8Length } from "../wire/characters.js";
import { element, type Element, type Node } from "../wire/element.js";
import { buildC, findC, mustBeBase64, readParts, type Extra } from "../wire/encrypted.js";
import { parseContent } from "../wire/gate.js";
import { contentLimits } from "../wire/limits.js";
import { inNamespaceOf, named, namespaceOf, ns } from "../wire/namespaces.js";
import { serializeContent, serializeStanza } from "../wire/serialize.js";
import { clearResidue, errorOf, isForServers, splitContent, splitError } from "../wire/stanza-split.js";
import { MacWindow } from "./mac-window.js";
import { MAX_OLD } from "./old-macs.js";
import { SessionKeys, type Direction, type ExchangeOptions } from "./session-keys.js";

export interface ChannelOptions {
  readonly core: Core;
  readonly agreed: Agreed;
  readonly dialect: Dialect;
  readonly peer: string;
  readonly thread: string;
  readonly sending: Direction;
  readonly receiving: Direction;
  /** undefined: keys are never exchanged again. */
  readonly exchange?: ExchangeOptions | undefined;
  readonly padTo: number;
  readonly fallbackBody: string | undefined;
}

/** A stanza that was checked and serialised, and can be sealed when its turn comes. */
export interface Prepared {
  readonly wrapper: Element;
  readonly content: string | undefined;
  /** The `<error/>` in the wrapper that gets a `<c/>` of its own, and the content of that (XEP-0200 §5). */
  readonly inError: { readonly error: Element; readonly content: string } | undefined;
  readonly id: string | undefined;
  /** An iq that will be answered. */
  readonly asks: boolean;
}

export type Opened =
  /** The stanza as the peer wrote it; `residue`: names of clear children that should have been inside. */
  | {
      readonly kind: "opened";
      readonly element: Element;
      readonly residue: readonly string[];
      /** It carried a `<key/>`, for which alone it may have been sent. */
      readonly rekeyed: boolean;
    }
  /** A copy of a stanza that was accepted before. */
  | { readonly kind: "duplicate" }
  /** A stanza of ours that a server returned with an error: clear, and without its `<c/>`. */
  | { readonly kind: "bounced"; readonly element: Element };

export class Channel {
  #options: Omit<ChannelOptions, "sending" | "receiving">;
  readonly #keys: SessionKeys;
  readonly #accepted = new MacWindow("accepted");
  readonly #sealed = new MacWindow("sealed");

  /**
   * Throws core-full, xml-malformed; then nothing is left behind. The keys given stay the caller's to wipe; exchange.own
   * is taken.
   */
  constructor(options: ChannelOptions) {
    const { core, agreed, dialect, peer, thread, padTo, fallbackBody, exchange } = options;
    this.#options = { core, agreed, dialect, peer, thread, padTo, fallbackBody, exchange };
    // It is written into every message after that was sealed: what cannot be written shall not begin.
    serializeStanza(element("thread", {}, thread));
    this.#keys = new SessionKeys(options);
  }

  /** What is prepared from here on is addressed to another full JID. */
  readdress(peer: string): void {
    this.#options = { ...this.#options, peer };
  }

  wipe(): void {
    this.#keys.wipe();
  }

  /** When and with what keys are exchanged again; sealing and opening by them is this channel's. */
  get rekeying(): Pick<
    SessionKeys,
    "peer" | "sinceOwn" | "missing" | "blocks" | "prepared" | "offered" | "offer"
  > {
    return this.#keys;
  }

  /** No stanza may be sealed any more but the termination (XEP-0200 §11.4). */
  get exhausted(): boolean {
    return this.#keys.exhausted && this.#keys.missing > 0;
  }

  /** At most so long, in UTF-16 units, is what is added to a stanza beside its content: names, escapes and all. */
  get #ownLength(): number {
    const { thread, fallbackBody = "" } = this.#options;
    return 2 * C_LENGTH + 256 + 6 * (thread.length + fallbackBody.length) + this.#extraLength;
  }

  /** Octets of what a `<c/>` may have to say of keys, and of longer MACs than are reckoned with, in two of them. */
  get #extraLength(): number {
    const { exchange, agreed } = this.#options;
    const macs = agreed.hash === "whirlpool" ? 2 * (88 - 44) : 0;
    return macs + (exchange ? KEY_LENGTH + (exchange.publish ? OLD_LENGTH : 0) : 0);
  }

  /**
   * Checks a stanza and serialises its content; the stanza may change afterwards. No counter moves. What is added to it
   * was checked before: the thread when the session began, the fallback body with the policy.
   * Throws stanza-not-in-session, stanza-too-large, xml-malformed, xml-limit.
   */
  prepare(stanza: Element): Prepared {
    const { core, peer, thread } = this.#options;
    this.#checkOutgoing(stanza);
    const { clear, protect } = splitContent(stanza);
    const content = this.#padded(serializeContent(protect, stanza));
    const inError = this.#errorContent(stanza);
    const wrapper = element(stanza.name, { ...stanza.attrs, to: peer });
    wrapper.parent = stanza.parent;
    // The clear children stay the caller's: they are written here too, but not moved.
    wrapper.children.push(...clear.map((child) => (child === inError?.of ? inError.error : child)));
    if (inError) inError.error.parent = wrapper;
    const written = serializeStanza(wrapper, OWN_ELEMENTS).length;
    if (stanza.getName() === "message" && !threadOf(stanza)) {
      const made = element("thread", {}, thread);
      made.parent = wrapper;
      wrapper.children.unshift(made);
    }
    wrapper.append(...this.#notes(stanza));
    // A unit of UTF-16 has at most three octets of UTF-8, and three of them four characters of Base64.
    const length = (content?.length ?? 0) + (inError?.content.length ?? 0);
    if (3 * (written + this.#ownLength) + 4 * length > core.maxStanzaBytes)
      mustFit(wrapper, content, inError, core.maxStanzaBytes - this.#extraLength);
    wrapper.parent = null;
    const { id, type } = stanza.attrs;
    const asks = stanza.getName() === "iq" && (type === "get" || type === "set");
    return { wrapper, content, inError, id, asks };
  }

  /**
   * Seals what was prepared (XEP-0200 §6-7). `last`: a termination, which goes out even when the keys are used up.
   * Throws key-exhausted.
   */
  seal(prepared: Prepared, { last = false }: { readonly last?: boolean } = {}): Element {
    if (!last) this.mustNotBeExhausted();
    return this.#wrap(
      prepared,
      contentsOf(prepared).map((content) => this.#keys.seal(content, last)),
    );
  }

  /** Where keys may be exchanged again, the next stanza does it. Throws key-exhausted. */
  mustNotBeExhausted(): void {
    if (!this.#keys.exhausted || this.#keys.offerNow()) return;
    throw new EsessionError(
      "key-exhausted",
      "the session's keys have encrypted as much as they may; start a new one",
    );
  }

  /** Whether the next stanza may be sealed in a list: it says nothing of keys. */
  get plain(): boolean {
    return this.#keys.plain;
  }

  /**
   * What is to be sealed, in document order (XEP-0200 §5), for a list in which stanzas of other sessions may be too;
   * wrap() makes a stanza of it then.
   */
  items(prepared: Prepared): SealItem[] {
    return contentsOf(prepared).map((content) => this.#keys.item(content));
  }

  /** The stanza around what was sealed in a list. */
  wrap(prepared: Prepared, sealed: readonly Sealed[]): Element {
    sealed.forEach(() => this.#keys.countSent());
    return this.#wrap(
      prepared,
      sealed.map((one) => ({ sealed: one, extra: {} })),
    );
  }

  #wrap(
    { wrapper, inError }: Prepared,
    parts: readonly { readonly sealed: Sealed; readonly extra: Extra }[],
  ): Element {
    const [c, second] = parts.map(({ sealed: { data, mac }, extra }) => {
      this.#sealed.add(mac, "");
      return buildC({ data, extra, mac });
    }) as [Element, Element?];
    if (second) inError?.error.append(second);
    // Where deployed clients write it: behind the thread; but the first that was sealed must be the first that is read.
    const behind = wrapper.children.findIndex((child) => inNamespaceOf(wrapper, child, "thread")) + 1;
    const at = second && inError ? Math.min(behind, wrapper.children.indexOf(inError.error)) : behind;
    wrapper.children.splice(at, 0, c);
    c.parent = wrapper;
    return wrapper;
  }

  #checkOutgoing(stanza: Element): void {
    const { agreed, peer, thread } = this.#options;
    const refuse = (what: string) => new EsessionError("stanza-not-in-session", what);
    const kind = stanza.getName();
    if (!(agreed.stanzas as readonly string[]).includes(kind))
      throw refuse(
        `<${kind}/> stanzas are not part of this session; agreed were: ${agreed.stanzas.join(", ")}`,
      );
    if (stanza.attrs.to !== undefined && stanza.attrs.to !== peer)
      throw refuse(`the stanza is addressed to ${stanza.attrs.to}, the session is with ${peer}`);
    if (isForServers(stanza))
      throw refuse(`presence of type ${stanza.attrs.type} is for servers; send it as it is`);
    const own = threadOf(stanza)?.getText();
    if (kind === "message" && own !== undefined && own !== thread)
      throw refuse("the message carries another thread; leave <thread/> out or use the session's");
    if (findC(stanza).length > 0) throw refuse("the stanza is sealed already; send it as it is");
  }

  /**
   * What of an `<error/>` is to be protected, and a copy of the rest. Deployed clients look for one `<c/>` only, and would
   * be out of step after a second: towards them the error stays as it is.
   */
  #errorContent(stanza: Element): { of: Element; error: Element; content: string } | undefined {
    const of = stanza.attrs.type === "error" ? errorOf(stanza) : undefined;
    if (!of || this.#options.dialect === "deployed") return undefined;
    const { clear, protect } = splitError(of);
    const content = protect.length === 0 ? undefined : this.#padded(serializeContent(protect, of));
    if (content === undefined) return undefined;
    const error = element(of.name, { ...of.attrs });
    error.children.push(...clear);
    return { of, error, content };
  }

  /** White space at the end hides the length (XEP-0200 §6); deployed peers want whole blocks and never nothing. */
  #padded(content: string): string | undefined {
    const { dialect, padTo } = this.#options;
    const multiple = dialect === "deployed" ? Math.ceil(Math.max(padTo, 1) / 16) * 16 : padTo;
    if (content === "" && multiple === 0) return undefined;
    if (multiple === 0) return content;
    const length = utf8Length(content);
    const target = Math.max(1, Math.ceil(length / multiple)) * multiple;
    return content + " ".repeat(target - length);
  }

  /** XEP-0380: tells clients that cannot read the session what it is; the fallback body where the policy asks for it. */
  #notes(stanza: Element): Element[] {
    const { dialect, fallbackBody } = this.#options;
    if (!stanza.children.some((child) => inNamespaceOf(stanza, child, "body"))) return [];
    const fallback = fallbackBody === undefined ? [] : [element("body", {}, fallbackBody)];
    // Deployed clients would show the note's element as content.
    if (dialect === "deployed") return fallback;
    const note = { xmlns: ns.explicitEncryption, namespace: ns.encrypted, name: "Encrypted Sessions" };
    return [element("encryption", note), ...fallback];
  }

  /**
   * A new stanza with the content opened in place of each `<c/>`: one in the stanza, and one in the `<error/>` of a
   * stanza of type error (XEP-0200 §5, §8). Nothing is opened unless every MAC matches.
   * Throws stanza-mac, content-malformed, xml-malformed, xml-limit, rekey-unagreed,
   * dh-public-value: the session must end then.
   */
  open(stanza: Element): Opened {
    const sealed = findC(stanza);
    if (sealed.length === 0)
      throw new EsessionError("content-malformed", "the stanza has no <c/>: nothing of it is protected");
    const contents = new Map<Node, readonly Node[]>();
    let rekeyed = false;
    for (const c of sealed) {
      const content = this.#openC(c, stanza);
      if (typeof content !== "string") {
        contents.set(c, content.nodes);
        rekeyed ||= content.rekeyed;
      } else if (contents.size > 0)
        throw new EsessionError("content-malformed", "a copy of an earlier <c/> stands beside a new one");
      else if (content === "duplicate") return { kind: "duplicate" };
      else return { kind: "bounced", element: replaceNodes(stanza, new Map(sealed.map((one) => [one, []]))) };
    }
    const residue = clearResidue(stanza);
    for (const child of residue) contents.set(child, []);
    const text = [stanza, errorOf(stanza)].some((one) =>
      one?.children.some((child) => typeof child === "string" && child.trim() !== ""),
    );
    let noted = this.#options.dialect === "deployed";
    for (const child of stanza.children)
      if (isOurNote(child)) {
        contents.set(child, []);
        noted = true;
      }
    return {
      kind: "opened",
      element: replaceNodes(stanza, contents),
      rekeyed,
      // The body that deployed clients, or the note of XEP-0380, put beside is no surprise; it is left out all the same.
      residue: [
        ...residue.map((child) => child.getName()).filter((name) => !(name === "body" && noted)),
        ...(text ? ["text"] : []),
      ],
    };
  }

  #openC(
    c: Element,
    stanza: Element,
  ): { readonly nodes: readonly Node[]; readonly rekeyed: boolean } | "duplicate" | "bounced" {
    const { core, dialect } = this.#options;
    const parts = readParts(c, dialect);
    // A deployed stanza without content moves no counter, so its MAC would match as often as it comes.
    const empty = parts.data === undefined || parts.data.start === parts.data.end;
    if (dialect === "deployed" && empty && this.#accepted.has(parts.mac, parts.content)) return "duplicate";
    let text: string | undefined;
    try {
      text = this.#keys.open(parts);
    } catch (error) {
      if (!EsessionError.is(error, "stanza-mac")) throw error;
      mustBeBase64(parts);
      if (this.#accepted.has(parts.mac, parts.content)) return "duplicate";
      if (stanza.attrs.type === "error" && this.#sealed.has(parts.mac, "")) return "bounced";
      throw error;
    }
    this.#accepted.add(parts.mac, parts.content);
    const nodes = parseContent(text ?? "", {
      defaultNamespace: namespaceOf(stanza) ?? ns.client,
      limits: { ...contentLimits, bytes: core.maxStanzaBytes },
    });
    return { nodes, rekeyed: parts.key !== undefined };
  }
}

/** What is sealed, each in a `<c/>` of its own, in document order (XEP-0200 §5). */
function contentsOf({ content, inError }: Prepared): (string | undefined)[] {
  return inError ? [content, inError.content] : [content];
}

/** A copy of the stanza in which some nodes, its children or those of its `<error/>`, are replaced by others. */
function replaceNodes(stanza: Element, replaced: ReadonlyMap<Node, readonly Node[]>): Element {
  const copy = element(stanza.name, { ...stanza.attrs });
  for (const child of stanza.children) {
    const others = replaced.get(child);
    if (others) copy.append(...others);
    else if (inNamespaceOf(stanza, child, "error")) copy.append(replaceNodes(child, replaced));
    else if (typeof child !== "string" || child.trim() === "") copy.append(child);
  }
  return copy;
}

/** What is added to a stanza: two `<c/>` and what is in them, `<thread/>`, the note, the fallback body. */
const OWN_ELEMENTS = 9;
/** Octets of `<c/>` beside the text of `<data/>`, and without a `<data/>`. */
const C_LENGTH = serializeStanza(buildC({ data: "A", mac: "A".repeat(44) })).length - 1;
const EMPTY_C_LENGTH = serializeStanza(buildC({ mac: "A".repeat(44) })).length;

/** Octets of `<key/>` with the largest public value, 8192 bits, and of `<new/>`; of the most `<old/>`, 64 octets each. */
const KEY_LENGTH = "<key></key>".length + 4 * Math.ceil(1024 / 3) + "<new>2147483648</new>".length;
const OLD_LENGTH = MAX_OLD * ("<old></old>".length + 4 * Math.ceil(64 / 3));

/** Throws stanza-too-large. */
function mustFit(
  wrapper: Element,
  content: string | undefined,
  inError: Prepared["inError"],
  limit: number,
): void {
  const ofC = (text: string | undefined, parent: Element) =>
    // An empty element gets an end tag.
    (parent.children.length === 0 ? parent.name.length + 2 : 0) +
    (text === undefined ? EMPTY_C_LENGTH : C_LENGTH + 4 * Math.ceil(utf8Length(text) / 3));
  const size =
    utf8Length(serializeStanza(wrapper)) +
    ofC(content, wrapper) +
    (inError ? ofC(inError.content, inError.error) : 0);
  if (size > limit)
    throw new EsessionError(
      "stanza-too-large",
      `sealed, the stanza would have ${size} octets; the limit is ${limit}`,
    );
}

function isOurNote(child: Node): boolean {
  return named(child, "encryption", ns.explicitEncryption) && child.attrs.namespace === ns.encrypted;
}

/** The stanza's own `<thread/>`: other vocabularies have elements of that name too. */
function threadOf(stanza: Element): Element | undefined {
  return stanza.children.find((child): child is Element => inNamespaceOf(stanza, child, "thread"));
}
