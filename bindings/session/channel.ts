/**
 * One established session's stanzas: sealing and opening (XEP-0200 §5-8), synchronously. Holds the keys of both
 * directions as contexts in the core; knows nothing of queues, timers or events.
 */
import type { Core, Dialect, DirectionKeys, StanzaContext } from "../core/types.js";
import { EsessionError } from "../errors.js";
import type { Agreed } from "../negotiation/agreed.js";
import { element, isElement, type Element, type Node } from "../wire/element.js";
import { buildC, findC, readC } from "../wire/encrypted.js";
import { parseContent } from "../wire/gate.js";
import { utf8Length } from "../wire/characters.js";
import { contentLimits } from "../wire/limits.js";
import { inNamespaceOf, named, namespaceOf, ns } from "../wire/namespaces.js";
import { serializeContent } from "../wire/serialize.js";
import { clearResidue, splitContent } from "../wire/stanza-split.js";
import { DuplicateWindow } from "./duplicates.js";

/** Octets of `<c/>` around the Base64 of its data: tags, namespace, MAC. */
const ENVELOPE_BYTES = 200;

/** RFC 4344 §3.2 allows 2^32 blocks between key exchanges; half of it is far enough from the edge. */
const MAX_BLOCKS = 2 ** 31;

export interface ChannelOptions {
  readonly core: Core;
  readonly agreed: Agreed;
  readonly dialect: Dialect;
  readonly peer: string;
  readonly thread: string;
  readonly sending: { readonly keys: Pick<DirectionKeys, "cipher" | "mac">; readonly counter: Uint8Array };
  readonly receiving: { readonly keys: Pick<DirectionKeys, "cipher" | "mac">; readonly counter: Uint8Array };
  readonly padTo: number;
  readonly fallbackBody: string | undefined;
}

export type Opened =
  /** The stanza as the peer wrote it; `residue`: names of clear children that should have been inside. */
  | { readonly kind: "opened"; readonly element: Element; readonly residue: readonly string[] }
  /** A copy of a stanza that was accepted before. */
  | { readonly kind: "duplicate" };

export class Channel {
  readonly #options: ChannelOptions;
  readonly #sending: StanzaContext;
  readonly #receiving: StanzaContext;
  readonly #seen = new DuplicateWindow();

  /** Throws core-full; then nothing is left behind. The keys given stay the caller's to wipe. */
  constructor(options: ChannelOptions) {
    const { core, dialect, sending, receiving } = options;
    this.#options = options;
    this.#sending = core.stanza.context(sending.keys, sending.counter, dialect);
    try {
      this.#receiving = core.stanza.context(receiving.keys, receiving.counter, dialect);
    } catch (error) {
      this.#sending.wipe();
      throw error;
    }
  }

  wipe(): void {
    this.#sending.wipe();
    this.#receiving.wipe();
  }

  /** No stanza may be sealed any more but the termination (XEP-0200 §11.4). */
  get exhausted(): boolean {
    return this.#sending.blocks + this.#receiving.blocks >= MAX_BLOCKS;
  }

  /**
   * A new stanza with the content sealed (XEP-0200 §6-7). Everything is checked before the counter moves.
   * Throws stanza-not-in-session, stanza-too-large, xml-malformed, key-exhausted. `last`: a termination, which goes
   * out even when the keys are used up.
   */
  seal(stanza: Element, { last = false } = {}): Element {
    const { core, peer, thread, dialect } = this.#options;
    this.#checkOutgoing(stanza);
    const { clear, protect } = splitContent(stanza);
    const content = this.#padded(serializeContent(protect, stanza));
    const wrapper = element(stanza.name, { ...stanza.attrs, to: peer });
    // The clear children stay the caller's: they are written here too, but not moved.
    wrapper.children.push(...clear);
    if (stanza.getName() === "message" && !threadOf(stanza)) wrapper.append(element("thread", {}, thread));
    wrapper.append(...this.#notes(stanza));
    const size =
      utf8Length(wrapper.toString()) + ENVELOPE_BYTES + 4 * Math.ceil(utf8Length(content ?? "") / 3);
    if (size > core.maxStanzaBytes)
      throw new EsessionError(
        "stanza-too-large",
        `sealed, the stanza would have about ${size} octets; the limit is ${core.maxStanzaBytes}`,
      );
    if (this.exhausted && !last)
      throw new EsessionError(
        "key-exhausted",
        "the session's keys have encrypted as much as they may; start a new one",
      );
    const { data, mac } = core.stanza.seal(this.#sending, content);
    const c = buildC(data === undefined ? { mac } : { data, mac });
    wrapper.children.unshift(c);
    c.parent = wrapper;
    if (dialect === "deployed") moveThreadFirst(wrapper);
    return wrapper;
  }

  /** The stanza whose `<c/>` has only `<mac/>`: proves that we hold the final keys. */
  sealEmpty(): Element {
    const { peer } = this.#options;
    return this.seal(element("message", { to: peer }));
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
    const own = threadOf(stanza)?.getText();
    if (kind === "message" && own !== undefined && own !== thread)
      throw refuse("the message carries another thread; leave <thread/> out or use the session's");
    if (findC(stanza).length > 0) throw refuse("the stanza is sealed already; send it as it is");
  }

  /** White space at the end hides the length (XEP-0200 §6); deployed peers want whole blocks and never nothing. */
  #padded(content: string): string | undefined {
    const { dialect, padTo } = this.#options;
    const multiple = dialect === "deployed" ? Math.ceil(Math.max(padTo, 1) / 16) * 16 : padTo;
    if (content === "" && dialect === "xep" && padTo === 0) return undefined;
    if (multiple === 0) return content;
    const length = utf8Length(content);
    const target = Math.max(1, Math.ceil(length / multiple)) * multiple;
    return content + " ".repeat(target - length);
  }

  /** XEP-0380: tells clients that cannot read the session what it is; the fallback body where the policy asks for it. */
  #notes(stanza: Element): Element[] {
    const { dialect, fallbackBody } = this.#options;
    if (stanza.getName() !== "message" || !stanza.getChild("body")) return [];
    const fallback = fallbackBody === undefined ? [] : [element("body", {}, fallbackBody)];
    // Deployed clients would show the note's element as content.
    if (dialect === "deployed") return fallback;
    return [
      element("encryption", {
        xmlns: ns.explicitEncryption,
        namespace: ns.encrypted,
        name: "Encrypted Sessions",
      }),
      ...fallback,
    ];
  }

  /**
   * A new stanza with the content opened in place of `<c/>` (XEP-0200 §8).
   * Throws stanza-mac, content-malformed, xml-malformed, xml-limit, rekey-unagreed: the session must end then.
   */
  open(stanza: Element): Opened {
    const residue = clearResidue(stanza);
    const opened = element(stanza.name, { ...stanza.attrs });
    for (const child of stanza.children) {
      if (isC(child)) {
        const content = this.#openC(child, stanza);
        if (content === undefined) return { kind: "duplicate" };
        opened.append(...content);
      } else if (typeof child === "string" ? child.trim() === "" : !residue.includes(child)) {
        opened.append(child);
      }
    }
    // The body that deployed clients, or the note of XEP-0380, put beside is no surprise; it is left out all the same.
    const expected = (child: Element) =>
      child.getName() === "body" && (this.#options.dialect === "deployed" || stanza.children.some(isOurNote));
    return {
      kind: "opened",
      element: withoutNotes(opened),
      residue: residue.flatMap((child) =>
        isElement(child) ? (expected(child) ? [] : [child.getName()]) : ["text"],
      ),
    };
  }

  #openC(c: Element, stanza: Element): Node[] | undefined {
    const { core, dialect } = this.#options;
    const parts = readC(c, dialect);
    let text: string | undefined;
    try {
      text = core.stanza.open(this.#receiving, parts.content, parts.data, parts.mac);
    } catch (error) {
      if (EsessionError.is(error, "stanza-mac") && this.#seen.has(parts.mac)) return undefined;
      throw error;
    }
    this.#seen.add(parts.mac);
    if (parts.key !== undefined || parts.new !== undefined)
      throw new EsessionError(
        "rekey-unagreed",
        "the peer exchanged keys again although rekey_freq forbids it",
        {
          condition: "not-acceptable",
        },
      );
    return parseContent(text ?? "", {
      defaultNamespace: namespaceOf(stanza) ?? ns.client,
      limits: { ...contentLimits, bytes: core.maxStanzaBytes },
    });
  }
}

function isC(child: Node): child is Element {
  return named(child, "c", ns.encrypted);
}

/** The note of XEP-0380 has done its work when the stanza is open. */
function withoutNotes(opened: Element): Element {
  opened.children = opened.children.filter((child) => !isOurNote(child));
  return opened;
}

function isOurNote(child: Node): boolean {
  return named(child, "encryption", ns.explicitEncryption) && child.attrs.namespace === ns.encrypted;
}

/** The stanza's own `<thread/>`: other vocabularies have elements of that name too. */
function threadOf(stanza: Element): Element | undefined {
  return stanza.children.find((child): child is Element => inNamespaceOf(stanza, child, "thread"));
}

/** Where deployed clients write it. */
function moveThreadFirst(wrapper: Element): void {
  const thread = threadOf(wrapper);
  if (thread) wrapper.children = [thread, ...wrapper.children.filter((child) => child !== thread)];
}
